//! Puts the page into the program: from `web/dist`, as a published crate carries it, or built by Node from its sources.

#![allow(clippy::disallowed_methods, reason = "a build script runs what builds, in an environment that cargo makes")]

use std::fs;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::SystemTime;

/// What the page is made from, in `web`.
const SOURCES: [&str; 6] =
    ["src", "index.html", "package.json", "package-lock.json", "vite.config.ts", "tsconfig.json"];

fn main() {
    if let Err(why) = build() {
        println!("cargo::error={why}");
    }
}

fn build() -> Result<(), String> {
    let variable = |name: &str| std::env::var_os(name).map(PathBuf::from).ok_or(format!("cargo gives no {name}"));
    let web = variable("CARGO_MANIFEST_DIR")?.join("web");
    let out = variable("OUT_DIR")?;
    let ready = web.join("dist");
    for source in SOURCES {
        println!("cargo::rerun-if-changed={}", web.join(source).display());
    }
    println!("cargo::rerun-if-changed={}", ready.join("index.html").display());

    let made_from = SOURCES.iter().filter_map(|source| newest(&web.join(source))).max();
    let ready_since = newest(&ready.join("index.html"));
    let has_sources = web.join("package.json").is_file();
    let dist = if ready_since.is_some() && (!has_sources || ready_since >= made_from) {
        ready
    } else if has_sources {
        let dist = out.join("web");
        install(&web)?;
        // Straight to the program, without another `npm` between: half a second each time.
        node(
            &web,
            &["node_modules/vite/bin/vite.js", "build", "--logLevel", "warn", "--emptyOutDir", "--outDir"],
            Some(&dist),
        )?;
        dist
    } else {
        return Err(format!("there is neither a page in {} nor what it is made from", ready.display()));
    };
    let list = list(&dist)?;
    fs::write(out.join("assets.rs"), list)
        .map_err(|error| format!("cannot write the list of the page's files: {error}"))
}

/// When the newest file in there was changed.
fn newest(path: &Path) -> Option<SystemTime> {
    if path.is_dir() {
        let entries = fs::read_dir(path).ok()?.flatten();
        return entries.filter_map(|entry| newest(&entry.path())).max();
    }
    fs::metadata(path).ok()?.modified().ok()
}

/// Installs what the build needs, unless the very same is installed already.
fn install(web: &Path) -> Result<(), String> {
    let lock = web.join("package-lock.json");
    let installed = web.join("node_modules/.package-lock.json");
    if newest(&installed).is_some_and(|since| Some(since) >= newest(&lock)) && web.join("node_modules/vite").is_dir() {
        return Ok(());
    }
    run(Command::new("npm").args(["ci", "--no-audit", "--no-fund", "--loglevel=error"]), web, "npm")
}

fn node(web: &Path, args: &[&str], last: Option<&Path>) -> Result<(), String> {
    run(Command::new("node").args(args).args(last), web, "node")
}

fn run(command: &mut Command, web: &Path, name: &str) -> Result<(), String> {
    let output = command.current_dir(web).output().map_err(|error| match error.kind() {
        std::io::ErrorKind::NotFound => format!(
            "the page of loom-ui is built with Node, and there is no `{name}`: install Node 20 or newer with npm (https://nodejs.org), or \
             leave loom-ui out, as in `cargo build -p loom-cli`"
        ),
        _ => format!("cannot start `{name}`: {error}"),
    })?;
    if output.status.success() {
        return Ok(());
    }
    let said = [output.stdout, output.stderr].map(|bytes| String::from_utf8_lossy(&bytes).into_owned()).concat();
    for line in said.lines() {
        println!("cargo::warning={line}");
    }
    let last = said.lines().rev().find(|line| !line.trim().is_empty()).unwrap_or_default();
    Err(format!(
        "the page of loom-ui could not be built: `{name}` in {} ended with {}: {last}",
        web.display(),
        output.status
    ))
}

/// The files as Rust has them.
fn list(dist: &Path) -> Result<String, String> {
    let mut files = Vec::new();
    walk(dist, &mut files).map_err(|error| format!("cannot read {}: {error}", dist.display()))?;
    files.sort();
    let mut list = String::from("static ASSETS: &[Asset] = &[\n");
    for file in files {
        let name = file.strip_prefix(dist).unwrap_or(&file).to_string_lossy().replace('\\', "/");
        let bytes = fs::read(&file).map_err(|error| format!("cannot read {}: {error}", file.display()))?;
        let mut hasher = DefaultHasher::new();
        bytes.hash(&mut hasher);
        let etag = format!("\"{:016x}\"", hasher.finish());
        list.push_str(&format!(
            "    Asset {{ path: {:?}, bytes: include_bytes!({:?}), etag: {etag:?} }},\n",
            format!("/{name}"),
            file.display().to_string(),
        ));
    }
    list.push_str("];\n");
    Ok(list)
}

fn walk(folder: &Path, files: &mut Vec<PathBuf>) -> std::io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            walk(&path, files)?;
        } else {
            files.push(path);
        }
    }
    Ok(())
}
