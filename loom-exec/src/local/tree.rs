//! The processes below this one, as `/proc` tells of them.

use std::ffi::OsStr;
use std::fmt::Write as _;
use std::os::unix::ffi::OsStrExt;
use std::time::Duration;

use super::start::DETACHED;
use rustix::process::{Pid, Signal, WaitId, WaitIdOptions, WaitOptions, getpid, kill_process, waitid, waitpid};

/// The processes that a process is the parent of.
pub(crate) fn children(of: Pid) -> Vec<Pid> {
    let Ok(threads) = std::fs::read_dir(format!("/proc/{of}/task")) else { return Vec::new() };
    let mut threads: Vec<_> = threads.flatten().map(|thread| thread.path()).collect();
    // What a thread started is given to the first one when that thread ends, which may be now.
    threads.sort_by_key(|thread| thread.ends_with(of.to_string()));
    let lists = threads.iter().filter_map(|thread| std::fs::read_to_string(thread.join("children")).ok());
    lists.flat_map(|list| pids(&list)).collect()
}

/// The orphans that were given to this process: the kernel gives them to its first thread, which starts no steps.
pub(crate) fn adopted() -> Vec<Pid> {
    let me = getpid();
    std::fs::read_to_string(format!("/proc/self/task/{me}/children")).map(|list| pids(&list)).unwrap_or_default()
}

fn pids(list: &str) -> Vec<Pid> {
    list.split_ascii_whitespace().filter_map(|pid| Pid::from_raw(pid.parse().ok()?)).collect()
}

/// These processes and all below them, each behind what is below it; but none that is spared, nor what is below that.
pub(crate) fn with_descendants(roots: Vec<Pid>, spared: &dyn Fn(Pid) -> bool) -> Vec<Pid> {
    let mut found = Vec::new();
    let mut open = roots;
    while let Some(pid) = open.pop() {
        // A tree that changes while it is read may show a process twice.
        if !found.contains(&pid) && !spared(pid) {
            open.extend(children(pid));
            found.push(pid);
        }
    }
    found.reverse();
    found
}

/// Kills all that is below this process but what is spared, the lowest first: so that a runner among them lives longest, and
/// does the rest if this process is killed meanwhile.
pub(crate) fn kill_all(spared: &dyn Fn(Pid) -> bool) {
    kill_trees(children(getpid()), spared);
}

fn kill_trees(roots: Vec<Pid>, spared: &dyn Fn(Pid) -> bool) {
    for pid in with_descendants(roots, spared) {
        let _ = kill_process(pid, Signal::KILL);
    }
}

/// Ends all that is below this process, and waits for its end; what is spared goes on.
pub(crate) fn end_all(spared: &dyn Fn(Pid) -> bool) {
    /// Where the kernel keeps no lists, no look finds anything.
    const MOST_LOOKS: usize = 20;
    let mut looks = 0;
    // What a killed process leaves behind becomes a child of this one, to be found the next time round.
    loop {
        let all = children(getpid());
        let mine: Vec<Pid> = all.iter().copied().filter(|pid| !spared(*pid)).collect();
        if mine.is_empty() {
            looks += 1;
            if !all.is_empty() || looks > MOST_LOOKS || !has_children() {
                return;
            }
            std::thread::sleep(Duration::from_millis(1));
            continue;
        }
        kill_trees(mine.clone(), spared);
        for child in mine {
            // Whatever is thought of it by now: what is waited for was killed.
            let _ = kill_process(child, Signal::KILL);
            while matches!(waitpid(Some(child), WaitOptions::empty()), Err(rustix::io::Errno::INTR)) {}
        }
    }
}

/// Whether this process has any children, by the kernel's own count: a list of them may lack one while others end.
fn has_children() -> bool {
    let options = WaitIdOptions::EXITED | WaitIdOptions::NOHANG | WaitIdOptions::NOWAIT;
    !matches!(waitid(WaitId::All, options), Err(rustix::io::Errno::CHILD))
}

/// Waits until nothing is left of a run that was killed: its supervisors end it in a moment. What is there after that moment has
/// lost them, too, and is ended here.
pub(crate) fn outlive(run: &str) {
    const MOMENT: Duration = Duration::from_secs(2);
    let begun = std::time::Instant::now();
    let is_left = |pid: &Pid| {
        let environment = Environment::of(*pid);
        *pid != getpid()
            && environment.get("LOOM_RUN_ID") == Some(OsStr::new(run))
            && environment.get(DETACHED).is_none()
    };
    loop {
        let entries = std::fs::read_dir("/proc").into_iter().flatten().flatten();
        let all = entries.filter_map(|entry| Pid::from_raw(entry.file_name().to_str()?.parse().ok()?));
        let left: Vec<Pid> = all.filter(is_left).collect();
        if left.is_empty() {
            return;
        }
        if begun.elapsed() > MOMENT {
            for pid in &left {
                let _ = kill_process(*pid, Signal::KILL);
            }
        }
        std::thread::sleep(Duration::from_millis(5));
    }
}

/// Whether a process was left behind by a step that may do so: not one of a step that still runs.
pub(crate) fn is_detached(pid: Pid) -> bool {
    let environment = Environment::of(pid);
    environment.get(DETACHED).is_some() && !is_first_of_a_step(pid) && {
        let same = |other: Pid| is_first_of_a_step(other) && Environment::of(other).step() == environment.step();
        !children(getpid()).into_iter().any(same)
    }
}

/// Steps lead a process group, in the session of whoever runs them; what leaves them leads a session as well.
fn is_first_of_a_step(pid: Pid) -> bool {
    let (Some(theirs), Some(mine)) = (Kin::of(pid), Kin::of(getpid())) else { return false };
    theirs.group == Some(pid) && theirs.session == mine.session
}

/// The process group and the session of a process; none where their leader is outside this PID namespace, as it is in many a
/// container.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Kin {
    pub(crate) group: Option<Pid>,
    pub(crate) session: Option<Pid>,
}

impl Kin {
    /// Nothing of a process that is gone.
    pub(crate) fn of(pid: Pid) -> Option<Self> {
        Self::read(&std::fs::read(format!("/proc/{pid}/stat")).ok()?)
    }

    /// As proc_pid_stat(5) has it. The second field is the name of the program in parentheses, and may hold anything.
    fn read(stat: &[u8]) -> Option<Self> {
        let name_ends = stat.iter().rposition(|byte| *byte == b')')?;
        let mut fields = std::str::from_utf8(&stat[name_ends + 1..]).ok()?.split_ascii_whitespace().skip(2);
        let mut pid = || Some(Pid::from_raw(fields.next()?.parse().ok()?));
        Some(Self { group: pid()?, session: pid()? })
    }
}

/// Whether a process has ended, be it reaped or not.
pub(crate) fn has_ended(pid: Pid) -> bool {
    match std::fs::read(format!("/proc/{pid}/stat")) {
        Ok(stat) => {
            let name_ends = stat.iter().rposition(|byte| *byte == b')');
            name_ends.is_some_and(|at| matches!(stat.get(at + 2), Some(b'Z' | b'X')))
        }
        // Without room for one more file nothing is known.
        Err(error) => error.kind() == std::io::ErrorKind::NotFound,
    }
}

/// The environment that a process began with.
pub(crate) struct Environment(Vec<u8>);

impl Environment {
    /// Empty for a process that has ended, or is somebody else's.
    pub(crate) fn of(pid: Pid) -> Self {
        let path = format!("/proc/{pid}/environ");
        // While a process becomes another program it has none for a moment, which is not to be taken for an answer.
        for _ in 0..3 {
            match std::fs::read(&path) {
                Ok(environment) if environment.is_empty() => std::thread::sleep(Duration::from_millis(1)),
                Ok(environment) => return Self(environment),
                Err(_) => break,
            }
        }
        Self(Vec::new())
    }

    /// The run and the step that it was started in.
    pub(crate) fn step(&self) -> [Option<&OsStr>; 2] {
        ["LOOM_RUN_ID", "LOOM_STEP"].map(|name| self.get(name))
    }

    pub(crate) fn get(&self, name: &str) -> Option<&OsStr> {
        let value = |entry: &'_ [u8]| entry.strip_prefix(name.as_bytes())?.strip_prefix(b"=").map(<[u8]>::len);
        self.0
            .split(|byte| *byte == 0)
            .find_map(|entry| value(entry).map(|length| &entry[entry.len() - length..]))
            .map(OsStr::from_bytes)
    }
}

/// The command line of a process, as one line for people; its short name if it has none.
pub(crate) fn command(pid: Pid) -> String {
    let words = std::fs::read(format!("/proc/{pid}/cmdline")).unwrap_or_default();
    let words = String::from_utf8_lossy(&words).trim_end_matches('\0').replace('\0', " ");
    let words = if words.is_empty() {
        std::fs::read_to_string(format!("/proc/{pid}/comm")).unwrap_or_default().trim_end().to_owned()
    } else {
        words
    };
    words.chars().fold(String::new(), |mut line, letter| {
        let _ =
            if letter.is_control() { write!(line, "{}", letter.escape_default()) } else { write!(line, "{letter}") };
        line
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_process_has_a_group_and_a_session_unless_they_are_out_of_sight() {
        let kin = |group, session| Some(Kin { group: Pid::from_raw(group), session: Pid::from_raw(session) });
        assert_eq!(Kin::read(b"12 (sh) S 11 12 9 0 -1"), kin(12, 9));
        assert_eq!(Kin::read(b"12 (a) R 1 (b\xff) S 11 12 9 0 -1"), kin(12, 9));
        assert_eq!(Kin::read(b"12 (sh) S 0 0 0 0 -1"), Some(Kin { group: None, session: None }));
        for torn in [&b""[..], b"12 (sh", b"12 (sh) S 11 12", b"12 (sh) S 11 x y"] {
            assert_eq!(Kin::read(torn), None);
        }
        assert!(Kin::of(getpid()).is_some());
    }
}
