//! The book, and all other documentation, beside the program: sessions are run, pipelines are read, links are followed.
//!
//! `LOOM_BOOK=write cargo test -p loom-cli --test cli book` writes what sessions show, and the graphs, anew.

mod markdown;
mod session;

use std::collections::BTreeSet;
use std::path::{Component, Path, PathBuf};

use markdown::{Block, Page};
use session::{Session, commands, is_shown};

use crate::support::{loom, repository};

/// Whether differences are to be mended, rather than told.
fn is_to_write() -> bool {
    std::env::var_os("LOOM_BOOK").is_some_and(|value| value == "write")
}

#[test]
fn every_session_shows_what_is_seen() {
    let pages = Page::all();
    let wrong: Vec<String> = std::thread::scope(|scope| {
        let checked: Vec<_> = pages.iter().map(|page| scope.spawn(|| sessions(page))).collect();
        checked.into_iter().flat_map(|page| page.join().unwrap()).collect()
    });
    assert!(wrong.is_empty(), "{}\n(LOOM_BOOK=write writes them anew)", wrong.join("\n\n"));
}

/// Runs the sessions of a page; tells where it shows anything else.
fn sessions(page: &Page) -> Vec<String> {
    let mut wrong = Vec::new();
    let mut lines = page.lines.clone();
    // An example is read in its own folder.
    let own = page.path.parent().filter(|folder| folder.starts_with("examples")).map(|folder| folder.to_str().unwrap());
    let mut session: Option<Session> = None;
    let mut moved = 0isize;
    for block in page.blocks() {
        if let Some(place) = &block.place {
            session = Some(Session::new(place));
        }
        if block.file.is_none() && block.language != "console" {
            continue;
        }
        let session = session.get_or_insert_with(|| {
            Session::new(own.unwrap_or_else(|| panic!("{}: where does it run?", page.at(block.lines.start))))
        });
        if let Some(file) = &block.file {
            session.write(file, &block.text);
            continue;
        }
        let anew = run(session, &block, &page.at(block.lines.start), &mut wrong);
        let at = |line: usize| line.checked_add_signed(moved).unwrap();
        let range = at(block.lines.start)..at(block.lines.end);
        moved += anew.len() as isize - range.len() as isize;
        lines.splice(range, anew);
    }
    if is_to_write() && lines != page.lines {
        std::fs::write(repository().join(&page.path), lines.join("\n") + "\n").unwrap();
        wrong.clear();
    }
    wrong
}

/// Runs a block, and returns it as it should be.
fn run(session: &mut Session, block: &Block, at: &str, wrong: &mut Vec<String>) -> Vec<String> {
    let mut anew = Vec::new();
    for (command, shown) in commands(&block.text) {
        let seen = session.run(&command);
        let seen: Vec<&str> = seen.lines().map(str::trim_end).collect();
        anew.push(format!("$ {}", command.replace('\n', "\n> ")));
        if is_shown(&shown, &seen) {
            anew.extend(shown.iter().map(ToString::to_string));
        } else {
            wrong.push(format!("{at}: $ {command}\n--- shown\n{}\n--- seen\n{}", shown.join("\n"), seen.join("\n")));
            anew.extend(seen.iter().map(ToString::to_string));
        }
    }
    anew.iter().flat_map(|lines| lines.split('\n')).map(str::to_owned).collect()
}

#[test]
fn every_pipeline_that_is_shown_can_be_read() {
    let mut whole = 0;
    for page in Page::all() {
        for block in page.blocks().iter().filter(|block| block.language == "yaml") {
            let at = page.at(block.lines.start);
            let is_whole = block.text.lines().any(|line| line.starts_with("pipeline:"));
            // An example's page shows parts of its own file.
            let is_part = page.path.starts_with("examples");
            if is_whole && !is_part {
                whole += 1;
                let (source, mut parsed) = parse(&at, &block.text);
                // What is whole makes sense, too.
                parsed.problems.clear();
                let checked = loom_graph::check(parsed, &loom_graph::OnPaper);
                let told = loom_graph::render::problems(&source, &checked.problems);
                assert!(!checked.problems.iter().any(loom_spec::Problem::is_error), "{at}:\n{told}");
            }
            let told: Vec<String> = if is_whole { vec![block.text.clone()] } else { completed(&block.text) }
                .into_iter()
                .map(|text| {
                    let (source, mut parsed) = parse(&at, &text);
                    parsed.problems.retain(|problem| problem.is_error() && !(is_part && problem.code == "missing-key"));
                    loom_graph::render::problems(&source, &parsed.problems)
                })
                .collect();
            assert!(told.iter().any(String::is_empty), "{at}:\n{}\n{}", block.text, told.join("---\n"));
        }
    }
    assert!(whole > 5, "pages show whole pipelines");
}

fn parse(name: &str, text: &str) -> (loom_spec::Source, loom_spec::Parsed) {
    let source = loom_spec::Source::new(name, text);
    let parsed = loom_spec::parse(&source);
    (source, parsed)
}

/// A part of a pipeline file with what may have to stand around it: whole sections, some steps, some data nodes, some keys
/// of a step.
fn completed(part: &str) -> Vec<String> {
    let indent = part.len() - part.trim_start_matches(' ').len();
    let keys = |more: &str| format!("pipeline:\n{0:1$}- name: x\n{more}{part}", "", indent.saturating_sub(2));
    vec![
        format!("{part}\npipeline: []\n"),
        format!("pipeline:\n{part}"),
        format!("data:\n{part}\npipeline: []\n"),
        keys(&format!("{0:1$}task: x\n", "", indent)),
        keys(""),
    ]
}

#[test]
fn every_link_leads_somewhere() {
    for page in Page::all() {
        let mut folders = vec![page.path.parent().unwrap().to_path_buf()];
        // The book shows an example's page in a folder of its own.
        folders.extend(folders[0].strip_prefix("examples").ok().map(|name| Path::new("docs/src/examples").join(name)));
        for (line, link) in page.links() {
            if link.starts_with("https://") {
                continue;
            }
            for folder in &folders {
                let problem = dead(&page, folder, &link);
                assert!(problem.is_none(), "{}: {link}: {}", page.at(line), problem.unwrap_or_default());
            }
        }
    }
}

/// Why a link on a page, as seen from a folder, leads nowhere.
fn dead(page: &Page, folder: &Path, link: &str) -> Option<String> {
    let (path, anchor) = link.split_once('#').map_or((link, None), |(path, anchor)| (path, Some(anchor)));
    let target = if path.is_empty() { page.path.clone() } else { plain(&folder.join(path)) };
    if !repository().join(&target).exists() {
        return Some(format!("{} does not exist", target.display()));
    }
    if folder.starts_with("docs/src") {
        if !target.starts_with("docs/src") && !path.is_empty() {
            return Some(format!("{} is not in the book", target.display()));
        }
        if repository().join(&target).is_dir() {
            return Some("a folder is no page of the book".to_owned());
        }
    }
    let anchor = anchor?;
    let anchors = Page::read(target).anchors();
    (!anchors.iter().any(|known| known == anchor)).then(|| format!("there are: {}", anchors.join(", ")))
}

/// A path without `..`.
fn plain(path: &Path) -> PathBuf {
    let mut plain = PathBuf::new();
    for component in path.components() {
        match component {
            Component::ParentDir => assert!(plain.pop(), "{} leads out of the repository", path.display()),
            Component::CurDir => {}
            component => plain.push(component),
        }
    }
    plain
}

#[test]
fn every_page_is_in_the_summary() {
    let summary = Page::read("docs/src/SUMMARY.md");
    let listed: BTreeSet<PathBuf> =
        summary.links().into_iter().map(|(_, link)| Path::new("docs/src").join(link)).collect();
    let mut pages: BTreeSet<PathBuf> = Page::all().into_iter().map(|page| page.path).collect();
    pages.retain(|path| path.starts_with("docs/src") && path != &summary.path);
    assert_eq!(pages, listed);
}

#[test]
fn every_example_has_its_page_and_its_graph() {
    let examples = repository().join("examples");
    for entry in std::fs::read_dir(&examples).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        if !examples.join(&name).join("README.md").exists() {
            continue;
        }
        let page = Page::read(format!("docs/src/examples/{name}/README.md"));
        assert_eq!(page.lines, [format!("{{{{#include ../../../../examples/{name}/README.md}}}}")]);
        // The book shows it in place of what it cannot draw.
        let readme = Page::read(format!("examples/{name}/README.md"));
        if !readme.blocks().iter().any(|block| block.language == "mermaid") {
            continue;
        }
        let mut command = loom();
        let output = command.args(["graph", "--format", "svg"]).arg(examples.join(&name)).output().unwrap();
        let graph = String::from_utf8(output.stdout).unwrap();
        let path = repository().join(format!("docs/src/examples/{name}/graph.svg"));
        if is_to_write() {
            std::fs::write(&path, &graph).unwrap();
        }
        assert!(std::fs::read_to_string(&path).is_ok_and(|drawn| drawn == graph), "{} is old", path.display());
    }
}

#[test]
fn every_flag_and_every_command_has_its_lines() {
    let page = Page::read("docs/src/command-line.md").lines.join("\n");
    let help = |words: &[&str]| {
        let output = loom().args(words).arg("--help").output().unwrap();
        String::from_utf8(output.stdout).unwrap()
    };
    let main = help(&[]);
    let commands = main.split("Commands:\n").nth(1).unwrap().split("\n\n").next().unwrap();
    let commands: Vec<&str> = commands.lines().map(|line| line.split_whitespace().next().unwrap()).collect();
    assert!(commands.contains(&"check"));
    let mut flags: BTreeSet<String> = flags(&main).collect();
    for command in commands {
        assert!(page.contains(&format!("## `loom {command}")), "the page does not tell of `loom {command}`");
        flags.extend(self::flags(&help(&[command])));
    }
    assert!(flags.contains("--clean-list") && flags.contains("--format"));
    for flag in flags {
        let is_told = page.contains(&format!("`{flag}`")) || page.contains(&format!("`{flag} "));
        assert!(is_told, "the page does not tell of `{flag}`");
    }
}

#[test]
fn every_key_has_its_line() {
    fn collect(schema: &serde_json::Value, keys: &mut BTreeSet<String>) {
        match schema {
            serde_json::Value::Object(entries) => {
                let properties = entries.get("properties").and_then(serde_json::Value::as_object);
                keys.extend(properties.into_iter().flat_map(|properties| properties.keys().cloned()));
                entries.values().for_each(|inside| collect(inside, keys));
            }
            serde_json::Value::Array(items) => items.iter().for_each(|item| collect(item, keys)),
            _ => {}
        }
    }
    let mut keys = BTreeSet::new();
    collect(&loom_spec::schema(), &mut keys);
    assert!(keys.contains("nested_in") && keys.contains("feedback"));
    let page = Page::read("docs/src/file.md").lines.join("\n");
    for key in keys {
        assert!(page.contains(&format!("`{key}`")), "the page does not tell of `{key}`");
    }
}

/// The long flags that a help text explains.
fn flags(help: &str) -> impl Iterator<Item = String> {
    let words = help.lines().filter_map(|line| line.trim_start().strip_prefix('-').and(line.split_once("--")));
    words.map(|(_, flag)| format!("--{}", flag.split([' ', ',']).next().unwrap_or_default()))
}
