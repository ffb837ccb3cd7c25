//! What the book says of the editor is what there is.

#![allow(clippy::disallowed_methods, reason = "a test starts what it tests")]

use std::path::Path;
use std::process::Command;

fn of_the_repository(file: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(file);
    std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

#[test]
fn every_flag_has_its_line() {
    let page = of_the_repository("docs/src/editor.md");
    let output = Command::new(env!("CARGO_BIN_EXE_loom-ui")).arg("--help").output().expect("it starts");
    let help = String::from_utf8(output.stdout).expect("it is text");
    let options = help.split("Examples:").next().unwrap_or_default();
    let lines = options.lines().filter(|line| line.trim_start().starts_with('-'));
    let flags: Vec<&str> =
        lines.filter_map(|line| line.split([' ', ',']).find(|word| word.starts_with("--"))).collect();
    assert!(flags.contains(&"--new") && flags.contains(&"--no-tls"), "{flags:?}");
    for flag in flags {
        let is_told = page.contains(&format!("`{flag}`")) || page.contains(&format!("`{flag} "));
        assert!(is_told, "the page does not tell of `{flag}`");
    }
}

#[test]
fn every_key_has_its_line() {
    let page = of_the_repository("docs/src/editor.md");
    let commands = of_the_repository("loom-ui/web/src/app/commands.ts");
    let keys: Vec<&str> = commands.split("keys: \"").skip(1).filter_map(|rest| rest.split('"').next()).collect();
    assert!(keys.contains(&"Ctrl+S"), "{keys:?}");
    for key in keys {
        assert!(page.contains(&format!("`{key}`")), "the page does not tell of `{key}`");
    }
}

#[test]
fn the_readme_starts_what_there_is() {
    let readme = of_the_repository("README.md");
    let started: Vec<&str> = readme.lines().filter(|line| line.starts_with("cargo run --bin loom-ui -- ")).collect();
    assert!(!started.is_empty());
    for line in started {
        let pipeline = line.split_whitespace().nth(5).unwrap_or_default();
        of_the_repository(pipeline);
    }
    for picture in ["light", "dark"] {
        let path = format!("docs/src/editor/parallel-{picture}.png");
        assert!(readme.contains(&path), "{path}");
        assert!(Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(&path).is_file(), "{path}");
    }
}
