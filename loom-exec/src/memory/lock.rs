//! One writer: a lock that the kernel holds and lets go of, however its holder ends.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::Path;

/// The right to change what is remembered. It ends with the value, or with the process.
#[derive(Debug)]
pub(crate) struct Lock {
    file: File,
}

impl Drop for Lock {
    /// Nobody holds it any more, so nobody is named.
    fn drop(&mut self) {
        let _ = self.file.set_len(0);
    }
}

/// What came of asking for a lock.
pub(crate) enum Asked {
    /// It is had. The run that had it before is named if it was killed.
    Mine(Lock, Option<String>),
    /// Somebody else has it: this run, as far as it said so.
    Taken(String),
}

impl Lock {
    /// Asks for the lock at a path, on behalf of a run. The file is there for good; whether it is there means nothing.
    pub(crate) fn ask(path: &Path, run: &str) -> io::Result<Asked> {
        let mut file = OpenOptions::new().read(true).write(true).create(true).truncate(false).open(path)?;
        let held_by = |file: &mut File| {
            let mut holder = String::new();
            let _ = file.seek(SeekFrom::Start(0)).and_then(|_| file.take(200).read_to_string(&mut holder));
            holder.lines().next().unwrap_or_default().to_owned()
        };
        match file.try_lock() {
            Ok(()) => {
                let killed = Some(held_by(&mut file)).filter(|holder| !holder.is_empty());
                // Whom the others wait for. That it cannot be written keeps nobody from running.
                let emptied = file.set_len(0).and_then(|()| file.seek(SeekFrom::Start(0)));
                let _ = emptied.and_then(|_| file.write_all(format!("{run}\n").as_bytes()));
                Ok(Asked::Mine(Self { file }, killed))
            }
            Err(TryLockError::WouldBlock) => Ok(Asked::Taken(held_by(&mut file))),
            Err(TryLockError::Error(error)) => Err(error),
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]
mod tests {
    use super::*;

    #[test]
    fn a_lock_is_had_once_and_says_by_whom() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("lock");
        std::fs::write(&path, "an older and longer name of a run\n").unwrap();
        let Asked::Mine(first, killed) = Lock::ask(&path, "first").unwrap() else { panic!("nobody has it") };
        assert_eq!(killed.as_deref(), Some("an older and longer name of a run"));
        let Asked::Taken(holder) = Lock::ask(&path, "second").unwrap() else { panic!("the first has it") };
        assert_eq!(holder, "first");
        drop(first);
        assert_eq!(std::fs::read_to_string(&path).unwrap(), "", "nobody has it");
        assert!(matches!(Lock::ask(&path, "third").unwrap(), Asked::Mine(_, None)));
    }
}
