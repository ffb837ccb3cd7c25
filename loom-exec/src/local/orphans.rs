//! Processes that outlive their step because they left its process group.
//!
//! Linux gives such a process to the nearest ancestor that asked for orphans. A program that asks for them finds, when no
//! step is running any more, that all its descendants are left-overs.

use std::io;

use rustix::process::{Pid, Signal, WaitOptions, getpid, kill_process, set_child_subreaper, waitpid};

/// From now on, orphaned descendants become children of this process.
pub(crate) fn adopt() -> io::Result<()> {
    Ok(set_child_subreaper(Some(getpid()))?)
}

/// Ends all descendants of this process, and waits for their end.
pub(crate) fn end_all() {
    // What a killed process leaves behind becomes a child of this one, to be found the next time round.
    loop {
        let children = children();
        if children.is_empty() {
            return;
        }
        for child in &children {
            let _ = kill_process(*child, Signal::KILL);
        }
        for child in children {
            while matches!(waitpid(Some(child), WaitOptions::empty()), Err(rustix::io::Errno::INTR)) {}
        }
    }
}

fn children() -> Vec<Pid> {
    let Ok(threads) = std::fs::read_dir("/proc/self/task") else { return Vec::new() };
    let lists = threads.flatten().filter_map(|thread| std::fs::read_to_string(thread.path().join("children")).ok());
    let pids: Vec<i32> = lists.flat_map(|list| list.split(' ').flat_map(str::parse).collect::<Vec<_>>()).collect();
    pids.into_iter().filter_map(Pid::from_raw).collect()
}
