//! What is opened with other programs: here, one that writes down what it was asked for.

use std::io::{BufRead, BufReader, Write};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::{Child, Command, Stdio};

use rustix::process::{Pid, Signal, kill_process};

use crate::support::{folder, program};

/// A browser that tells of itself through one pipe, and goes on when it hears something through the other.
fn browser(folder: &Path) -> [std::fs::File; 2] {
    let bin = folder.join("bin");
    std::fs::create_dir_all(&bin).unwrap();
    let pipes = ["told", "heard"].map(|name| folder.join(name));
    for pipe in &pipes {
        rustix::fs::mknodat(rustix::fs::CWD, pipe, rustix::fs::FileType::Fifo, 0o600.into(), 0).unwrap();
    }
    let [told, heard] = pipes.each_ref().map(|pipe| pipe.display());
    let script = format!(
        "#!/bin/sh\nexec > '{told}'\nprintf '%s\\n' \"$*\"\nstat -c %a \"$1\"\ncat \"$1\"\nenv | grep -c LOOM_UI_TOKEN\necho end\n\
         read -r go < '{heard}'\necho \"$go\"\n"
    );
    let file = bin.join("xdg-open");
    std::fs::write(&file, script).unwrap();
    std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o755)).unwrap();
    // Held open for both, so that nobody waits for the other end.
    pipes.map(|pipe| std::fs::File::options().read(true).write(true).open(pipe).unwrap())
}

fn start(folder: &Path, change: impl FnOnce(&mut Command)) -> (Child, String) {
    let mut command = program(folder);
    let path = format!("{}:{}", folder.join("bin").display(), std::env::var("PATH").unwrap());
    command.args(["--port", "0"]).env("PATH", path).env("TMPDIR", folder).env("DISPLAY", ":99");
    command.env("LOOM_UI_TOKEN", "a-token-for-the-test").stdout(Stdio::piped()).stderr(Stdio::null());
    change(&mut command);
    let mut child = command.spawn().unwrap();
    let mut line = String::new();
    BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
    (child, line.trim_end().to_owned())
}

fn end(child: &mut Child) {
    kill_process(Pid::from_raw(child.id().try_into().unwrap()).unwrap(), Signal::TERM).unwrap();
    child.wait().unwrap();
}

fn pages(folder: &Path) -> usize {
    let entries = std::fs::read_dir(folder).unwrap().flatten();
    entries.filter(|entry| entry.file_name().to_string_lossy().ends_with(".html")).count()
}

#[test]
fn the_browser_is_led_to_the_page_by_a_file_that_nobody_else_can_read() {
    let folder = folder();
    let [told, mut heard] = browser(folder.path());
    let (mut child, address) = start(folder.path(), |_| {});
    assert!(address.ends_with("/#token=a-token-for-the-test"), "{address}");
    let mut lines = BufReader::new(told).lines().map(Result::unwrap);
    let asked = lines.next().unwrap();
    assert!(!asked.contains("a-token"), "{asked}");
    assert!(asked.starts_with(&folder.path().display().to_string()) && asked.ends_with(".html"), "{asked}");
    assert_eq!(lines.next().unwrap(), "600");
    assert!(lines.next().unwrap().contains(&address));
    assert_eq!(lines.next().unwrap(), "0", "the token is not in its environment");
    assert_eq!(lines.next().unwrap(), "end");
    assert_eq!(pages(folder.path()), 1);
    end(&mut child);
    assert_eq!(pages(folder.path()), 0, "the file goes with the program");
    heard.write_all(b"still here\n").unwrap();
    assert_eq!(lines.next().unwrap(), "still here", "the browser does not");
}

#[test]
fn it_is_not_opened_where_nobody_sits() {
    for change in [
        |command: &mut Command| {
            command.arg("--no-browser");
        },
        |command: &mut Command| {
            command.env_remove("DISPLAY");
        },
        |command: &mut Command| {
            command.env("SSH_CONNECTION", "1.2.3.4 5 6.7.8.9 22");
        },
        |command: &mut Command| {
            command.arg("--host=0.0.0.0").arg("--no-tls");
        },
        // Not into the folder that is edited.
        |command: &mut Command| {
            command.env("TMPDIR", ".");
        },
    ] {
        let folder = folder();
        browser(folder.path());
        let (mut child, address) = start(folder.path(), change);
        assert!(address.contains("/#token="), "{address}");
        // A request is answered after the browser would have been started.
        end(&mut child);
        assert_eq!(pages(folder.path()) + pages(&folder.path().join("work")), 0);
    }
}
