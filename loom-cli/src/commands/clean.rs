//! `loom --clean` and `loom --clean-list`: what the steps made, shown with sizes, and removed if that is wanted.

use std::fmt::Write as _;
use std::io::{self, IsTerminal, Write};

use loom_exec::Project;
use loom_exec::clean::{Cleaning, Entry, Kind, LeftAlone, Reason, Removal, RemoveError};

use super::{Said, print, refused_to, say, tell_problems};
use crate::args::RunArgs;
use crate::exit;
use crate::terminal::{DIM, Paint, STRONG, plain};

pub(super) fn clean(args: &RunArgs, project: &Project, paint: Paint) -> Result<u8, Said> {
    let cleaning = project.cleaning().map_err(|refusal| {
        tell_problems(project.source(), &refusal.problems, args.color);
        refused_to("removed", &refusal.problems)
    })?;
    if !args.quiet {
        let told = print(&list(&cleaning, paint));
        if told != exit::OK {
            return Err(Said(told));
        }
    }
    let all: Vec<&Entry> = cleaning.entries().iter().collect();
    if args.clean_list || all.is_empty() {
        return Ok(exit::OK);
    }
    if !args.yes && !agreed(&all, args.permanent)? {
        say("nothing was removed");
        return Ok(exit::OK);
    }
    let how = if args.permanent { Removal::Permanently } else { Removal::Trash };
    let results = cleaning.remove(how);
    let (done, failed): (Vec<_>, Vec<_>) = all.iter().zip(&results).partition(|(_, result)| result.is_ok());
    if !args.quiet && !done.is_empty() {
        let done: Vec<&Entry> = done.into_iter().map(|(entry, _)| *entry).collect();
        let told = print(&match how {
            Removal::Trash => format!("moved {} to the trash\n", in_words(&done)),
            Removal::Permanently => format!("removed {}\n", in_words(&done)),
        });
        if told != exit::OK {
            return Err(Said(told));
        }
    }
    if failed.is_empty() { Ok(exit::OK) } else { Err(tell_failures(failed.iter().map(|(_, result)| *result))) }
}

fn tell_failures<'a>(results: impl Iterator<Item = &'a Result<(), RemoveError>>) -> Said {
    let mut needs_no_trash = false;
    for error in results.filter_map(|result| result.as_ref().err()) {
        if let RemoveError::InUse { holder, .. } = error {
            say(&format!("error: nothing was removed: the pipeline folder is in use by the run {}", plain(holder)));
            return Said(exit::LOCKED);
        }
        say(&format!("error: {}", plain(&error.to_string())));
        needs_no_trash |= matches!(error, RemoveError::Trash { .. });
    }
    if needs_no_trash {
        say("  help: `--permanent` removes without a trash, for good");
    }
    Said(exit::FAILED)
}

/// Asks, where there is somebody to ask.
fn agreed(entries: &[&Entry], permanent: bool) -> Result<bool, Said> {
    if !io::stdin().is_terminal() {
        say("error: standard input is no terminal, so nobody can be asked whether to remove this");
        say("  help: `-y` removes it without a question; nothing was removed");
        return Err(Said(exit::WRONG));
    }
    let question = if permanent {
        format!("Remove {} for good? [y/N] ", in_words(entries))
    } else {
        format!("Move {} to the trash? [y/N] ", in_words(entries))
    };
    let mut answer = Vec::new();
    let asked = io::stderr().write_all(question.as_bytes()).and_then(|()| {
        // What is no text is no yes.
        io::BufRead::read_until(&mut io::stdin().lock(), b'\n', &mut answer)
    });
    match asked {
        Ok(_) => {
            if !answer.ends_with(b"\n") {
                say("");
            }
            Ok(matches!(answer.trim_ascii().to_ascii_lowercase().as_slice(), b"y" | b"yes"))
        }
        Err(error) => {
            say(&format!("error: cannot ask whether to remove this: {error}"));
            Err(Said(exit::FAILED))
        }
    }
}

/// How much room a line has.
const WIDTH: usize = 80;

fn list(cleaning: &Cleaning, paint: Paint) -> String {
    let mut out = String::new();
    let entries: Vec<&Entry> = cleaning.entries().iter().collect();
    let lines: Vec<Line> = entries.iter().map(|entry| entry_line(entry)).collect();
    write_lines(&mut out, &lines, paint);
    if entries.is_empty() {
        out.push_str("nothing to clean: nothing that the steps make is there\n");
    } else {
        let _ = writeln!(out, "{}", paint.styled(STRONG, in_words(&entries)));
    }
    if !cleaning.left_alone().is_empty() {
        out.push_str("left alone:\n");
        let lines: Vec<Line> = cleaning.left_alone().iter().map(left_alone_line).collect();
        write_lines(&mut out, &lines, paint);
    }
    out
}

/// A size, if it has one, a path, and what is to be said of it.
struct Line {
    size: String,
    path: String,
    note: String,
}

fn entry_line(entry: &Entry) -> Line {
    let mut path = plain(&entry.path.to_string_lossy());
    let mut notes: Vec<String> = entry.name.iter().map(|name| plain(name)).collect();
    match entry.kind {
        Kind::File => {}
        Kind::Link => notes.push("link".to_owned()),
        Kind::Folder { files, kept } => {
            path.push('/');
            notes.push(counted(files, "file"));
            match kept {
                0 => {}
                1 => notes.push("1 stays".to_owned()),
                _ => notes.push(format!("{kept} stay")),
            }
        }
    }
    Line { size: bytes_in_words(entry.bytes), path, note: notes.join(", ") }
}

fn left_alone_line(left: &LeftAlone) -> Line {
    let note = match left.reason {
        Reason::Outside => "outside the pipeline folder",
        Reason::PipelineFolder => "the pipeline folder itself",
        Reason::Source => "a source: no step makes it",
        Reason::Needed => "needed to run the pipeline",
    };
    Line { size: String::new(), path: plain(&left.path), note: note.to_owned() }
}

/// Lines in columns; a path is never cut, so a note that has no room beside it goes below.
fn write_lines(out: &mut String, lines: &[Line], paint: Paint) {
    let length = |text: &str| text.chars().count();
    let size = lines.iter().map(|line| length(&line.size)).max().unwrap_or(0);
    let note = lines.iter().map(|line| length(&line.note)).max().unwrap_or(0);
    let indent = if size == 0 { 2 } else { 4 + size };
    let room = WIDTH.saturating_sub(indent + 2 + note);
    let path = lines.iter().map(|line| length(&line.path)).filter(|length| *length <= room).max().unwrap_or(0);
    for line in lines {
        if size == 0 {
            out.push_str("  ");
        } else {
            let _ = write!(out, "  {:>size$}  ", line.size);
        }
        out.push_str(&line.path);
        if !line.note.is_empty() {
            if length(&line.path) <= path {
                let _ = write!(out, "{:1$}", "", path - length(&line.path) + 2);
            } else {
                let _ = write!(out, "\n{:1$}", "", indent + 2);
            }
            let _ = write!(out, "{}", paint.styled(DIM, &line.note));
        }
        out.push('\n');
    }
}

/// `1 folder (3.4 MB)`, `7 files and folders (12 bytes)`.
fn in_words(entries: &[&Entry]) -> String {
    let folders = entries.iter().filter(|entry| matches!(entry.kind, Kind::Folder { .. })).count();
    let what = match entries.len() - folders {
        0 => counted(folders, "folder"),
        files if folders == 0 => counted(files, "file"),
        _ => format!("{} files and folders", entries.len()),
    };
    format!("{what} ({})", bytes_in_words(entries.iter().map(|entry| entry.bytes).sum()))
}

fn counted(count: usize, what: &str) -> String {
    if count == 1 { format!("1 {what}") } else { format!("{count} {what}s") }
}

/// A size as desktops tell it: `1 byte`, `999 bytes`, `1.2 kB`, `34 MB`.
fn bytes_in_words(bytes: u64) -> String {
    const UNITS: [&str; 6] = ["kB", "MB", "GB", "TB", "PB", "EB"];
    if bytes < 1000 {
        return format!("{bytes} {}", if bytes == 1 { "byte" } else { "bytes" });
    }
    let mut unit = 0;
    let mut size = bytes as f64 / 1000.0;
    // What would be rounded to 1000 kB is 1.0 MB.
    while size >= 999.5 && unit + 1 < UNITS.len() {
        size /= 1000.0;
        unit += 1;
    }
    let digits = usize::from(size < 9.95);
    format!("{size:.digits$} {}", UNITS[unit])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_told_as_people_say_them() {
        let told =
            [0, 1, 999, 1000, 1234, 9_949, 9_950, 34_400, 999_499, 999_500, 1_200_000, u64::MAX].map(bytes_in_words);
        assert_eq!(
            told,
            [
                "0 bytes",
                "1 byte",
                "999 bytes",
                "1.0 kB",
                "1.2 kB",
                "9.9 kB",
                "10 kB",
                "34 kB",
                "999 kB",
                "1.0 MB",
                "1.2 MB",
                "18 EB"
            ]
        );
    }

    #[test]
    fn lines_keep_to_their_room() {
        let line = |path: &str, note: &str| Line { size: "1 byte".into(), path: path.into(), note: note.into() };
        let long = "x".repeat(70);
        let mut out = String::new();
        let lines = [line("short", "a note"), line("longer", "a note"), line(&long, "a note"), line("bare", "")];
        write_lines(&mut out, &lines, Paint { color: false });
        assert_eq!(
            out,
            format!(
                "  1 byte  short   a note\n  1 byte  longer  a note\n  1 byte  {long}\n            a note\n  1 byte  bare\n"
            )
        );
    }
}
