//! `loom init`: a small pipeline that works, to begin with.

use std::fs::OpenOptions;
use std::io::{self, ErrorKind, Write};
use std::path::Path;

use super::{print, say};
use crate::args::InitArgs;
use crate::exit;
use crate::terminal::shell_line;

/// What is written, by its path in the new folder.
const FILES: [(&str, &str); 4] = [
    ("pipeline.yml", include_str!("pipeline.yml")),
    ("tasks/make_points.py", include_str!("make_points.py")),
    ("tasks/fit_line.py", include_str!("fit_line.py")),
    (".gitignore", "/data/\n/.loom/\n__pycache__/\n"),
];

pub(crate) fn init(args: &InitArgs) -> u8 {
    // Nothing is written where anything would have to give way.
    let there: Vec<&str> =
        FILES.iter().map(|(path, _)| *path).filter(|path| args.folder.join(path).symlink_metadata().is_ok()).collect();
    if !there.is_empty() {
        say(&format!("error: {} holds {} already", args.folder.display(), there.join(", ")));
        say("  help: name another folder, as in `loom init my_pipeline`; nothing was written");
        return exit::WRONG;
    }
    for (path, text) in FILES {
        let path = args.folder.join(path);
        if let Err(error) = write_new(&path, text) {
            say(&format!("error: cannot write {}: {error}", path.display()));
            return exit::FAILED;
        }
    }
    let folder = shell_line(std::iter::once(args.folder.as_os_str()));
    print(&format!(
        "wrote a pipeline of two steps to {folder}; now try\n  loom {folder}\n  loom {folder} --set noise=2.5\n  loom graph {folder}\n"
    ))
}

fn write_new(path: &Path, text: &str) -> io::Result<()> {
    let folder = path.parent().ok_or(ErrorKind::InvalidInput)?;
    std::fs::create_dir_all(folder)?;
    OpenOptions::new().write(true).create_new(true).open(path)?.write_all(text.as_bytes())
}
