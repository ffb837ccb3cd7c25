//! The end: nothing of it is left.

use std::io::Read;
use std::os::unix::process::ExitStatusExt;

use rustix::process::{Pid, Signal, kill_process, test_kill_process};

use crate::support::Server;

fn kill(pid: i32, signal: Signal) {
    kill_process(Pid::from_raw(pid).unwrap(), signal).unwrap();
}

#[test]
fn a_signal_ends_it_with_the_code_of_a_shell() {
    for (signal, code) in [(Signal::TERM, 143), (Signal::INT, 130), (Signal::HUP, 129), (Signal::QUIT, 131)] {
        let mut server = Server::new(&[]);
        let open = server.connect();
        let mut socket = server.socket();
        kill(server.child.id().try_into().unwrap(), signal);
        assert_eq!(server.child.wait().unwrap().code(), Some(code));
        while socket.next().is_some() {}
        drop(open);
        assert!(test_kill_process(Pid::from_raw(server.pid).unwrap()).is_err());
    }
}

#[test]
fn killed_it_leaves_no_process() {
    for of_runner in [false, true] {
        let mut server = Server::new(&[]);
        let first = i32::try_from(server.child.id()).unwrap();
        let mut open = server.connect();
        kill(if of_runner { server.pid } else { first }, Signal::KILL);
        let status = server.child.wait().unwrap();
        assert_eq!((status.code(), status.signal()), if of_runner { (Some(137), None) } else { (None, Some(9)) });
        // The connection ends with the last process that holds it.
        let _ = open.read(&mut [0]);
        while test_kill_process(Pid::from_raw(server.pid).unwrap()).is_ok() {
            std::thread::yield_now();
        }
    }
}
