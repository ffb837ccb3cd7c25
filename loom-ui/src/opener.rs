//! What is opened outside of this program: the page in the browser, a file with the program of the system for it.

use std::io::Write;
use std::path::Path;
use std::process::Stdio;

use tempfile::NamedTempFile;

use crate::token;

/// Whether files may be opened.
pub(crate) struct Opener {
    pub(crate) is_allowed: bool,
}

impl Opener {
    /// Whether there is a screen to open them on, too.
    pub(crate) fn can_open(&self) -> bool {
        self.is_allowed && has_screen()
    }

    /// Opens a file or folder.
    pub(crate) fn open(&self, path: &Path) -> std::io::Result<()> {
        start(path.as_os_str())
    }
}

/// Shows the page in the browser, if there is one here. The file that is returned leads there; it is removed with it.
///
/// What is on a command line, everybody on the machine can read, and the address holds the token. So the browser is sent to a
/// file that nobody else can read, and from there to the page.
pub(crate) fn show(address: &str, root: &Path) -> Option<NamedTempFile> {
    if !has_screen() {
        return None;
    }
    let mut file = tempfile::Builder::new().prefix("loom-ui-").suffix(".html").tempfile().ok()?;
    // What lies in the folder that is edited, steps and other people may read.
    if file.path().canonicalize().ok()?.starts_with(root) {
        return None;
    }
    // Nothing in an address of ours has a meaning in HTML.
    let page = format!(
        "<!doctype html><meta charset=utf-8><title>loom</title><meta name=referrer content=no-referrer>\
         <meta http-equiv=refresh content=\"0;url={address}\"><a href=\"{address}\">To the editor</a>\n"
    );
    file.write_all(page.as_bytes()).and_then(|()| file.flush()).ok()?;
    start(file.path().as_os_str()).ok()?;
    Some(file)
}

/// Starts the program of the system for that.
fn start(what: &std::ffi::OsStr) -> std::io::Result<()> {
    let mut last = None;
    for mut command in open::commands(what) {
        command
            .env_remove(token::VARIABLE)
            // It is to outlive this program, whose supervisor leaves what is marked so: what a step left that is over.
            .env("LOOM_DETACH", "1")
            .env("LOOM_STEP", "(opened)")
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        match command.spawn() {
            Ok(mut child) => {
                let wait = move || drop(child.wait());
                std::thread::Builder::new().name("loom-ui-opener".to_owned()).spawn(wait)?;
                return Ok(());
            }
            Err(error) => last = Some(error),
        }
    }
    Err(last.unwrap_or_else(|| std::io::ErrorKind::NotFound.into()))
}

/// Whether whoever started this sits before a screen of this machine.
fn has_screen() -> bool {
    let is_set = |name: &str| std::env::var_os(name).is_some_and(|value| !value.is_empty());
    let is_remote = is_set("SSH_CONNECTION") || is_set("SSH_TTY");
    let needs_display = cfg!(all(unix, not(target_os = "macos")));
    let has_display = ["DISPLAY", "WAYLAND_DISPLAY", "WSL_DISTRO_NAME"].into_iter().any(is_set);
    !is_remote && (!needs_display || has_display)
}
