//! How much this process may have, so that it asks for no more.

use rustix::process::{Resource, getrlimit};

/// What a running command takes of this process while it is started: pipes, a handle to wait by, its log.
const FILES_PER_WORKER: u64 = 10;
/// What is open beside the commands.
const FILES_BESIDE: u64 = 18;
/// What a thread takes of the address space: its stack, and the allocator's own.
const SPACE_PER_WORKER: u64 = 32 << 20;
const SPACE_BESIDE: u64 = 64 << 20;

/// What a worker and its step take of the processes that a user may have, to whom threads are processes: itself, and a shell
/// that starts a program or two.
const PROCESSES_PER_WORKER: u64 = 4;
/// The threads of this process, and its supervisors.
const PROCESSES_BESIDE: u64 = 6;

/// How many workers this process may have by its limits of open files, address space and processes; one, at the least.
pub(crate) fn workers() -> usize {
    let within = |resource, beside: u64, each: u64| {
        getrlimit(resource).current.map_or(u64::MAX, |limit| limit.saturating_sub(beside) / each)
    };
    let files = within(Resource::Nofile, FILES_BESIDE, FILES_PER_WORKER);
    let space = within(Resource::As, SPACE_BESIDE, SPACE_PER_WORKER);
    let processes = within(Resource::Nproc, PROCESSES_BESIDE, PROCESSES_PER_WORKER);
    usize::try_from(files.min(space).min(processes)).unwrap_or(usize::MAX).max(1)
}
