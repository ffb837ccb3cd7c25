//! The machine that a pipeline runs on, as its checks see it.

use std::collections::HashMap;
use std::ffi::{OsStr, OsString};
use std::path::{Component, Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use loom_graph::{Location, NoText, Presence, World};
use loom_spec::{FrontMatterError, TaskInterface};

/// A pipeline folder and an environment. Reads the file system, changes nothing.
#[derive(Debug)]
pub(crate) struct Host {
    folder: PathBuf,
    environment: HashMap<OsString, OsString>,
    /// What stands at the folders that were passed on the way to a path: most paths of a pipeline lie in few of them.
    passed: Mutex<HashMap<PathBuf, Passed>>,
    /// What stands in folders, of which more was asked than of most.
    listings: Mutex<HashMap<PathBuf, Listing>>,
    /// What was found at paths: many steps share a task.
    presences: Mutex<HashMap<String, Presence>>,
    /// What tasks say of themselves.
    interfaces: Mutex<HashMap<String, Option<Interface>>>,
}

type Interface = Arc<Result<TaskInterface, FrontMatterError>>;

/// A script larger than this is not looked into.
pub(crate) const LARGEST_SCRIPT: u64 = 4 << 20;

/// How many links a path may lead through, as for Linux.
const MAX_LINKS: usize = 40;

/// What stands at a path whose folders are no links.
#[derive(Clone, Debug)]
enum Passed {
    Nothing,
    Something,
    Link(PathBuf),
}

impl Passed {
    fn at(path: &Path) -> Self {
        match path.symlink_metadata() {
            Ok(metadata) if metadata.is_symlink() => path.read_link().map_or(Self::Something, Self::Link),
            Ok(_) => Self::Something,
            Err(_) => Self::Nothing,
        }
    }
}

impl Host {
    /// `folder` is absolute, its links resolved.
    pub(crate) fn new(folder: PathBuf, environment: HashMap<OsString, OsString>) -> Self {
        Self {
            folder,
            environment,
            passed: Mutex::default(),
            listings: Mutex::default(),
            presences: Mutex::default(),
            interfaces: Mutex::default(),
        }
    }

    pub(crate) fn folder(&self) -> &Path {
        &self.folder
    }

    pub(crate) fn environment(&self) -> &HashMap<OsString, OsString> {
        &self.environment
    }

    pub(crate) fn get(&self, name: &str) -> Option<&OsStr> {
        self.environment.get(OsStr::new(name)).map(OsString::as_os_str).filter(|value| !value.is_empty())
    }

    /// Where a path leads with all links resolved, those that lead to what is not there yet, too: a step may make it.
    /// What lies behind the last thing that exists is resolved by its text.
    fn real(&self, path: &Path) -> PathBuf {
        let mut links = 0;
        let mut real = if path.is_absolute() { PathBuf::new() } else { self.folder.clone() };
        // What is still to be walked, its beginning last.
        let mut ahead: Vec<OsString> = parts(path);
        // The length of the path to the first thing that is not there.
        let mut missing: Option<usize> = None;
        while let Some(part) = ahead.pop() {
            if part == ".." {
                real.pop();
                missing = missing.filter(|length| *length <= real.as_os_str().len());
                continue;
            }
            real.push(&part);
            if missing.is_some() {
                continue;
            }
            match self.passed(&real, !ahead.is_empty()) {
                Passed::Something => {}
                Passed::Link(target) if links < MAX_LINKS => {
                    links += 1;
                    real.pop();
                    if target.is_absolute() {
                        real.clear();
                    }
                    ahead.extend(parts(&target));
                }
                Passed::Nothing | Passed::Link(_) => missing = Some(real.as_os_str().len()),
            }
        }
        real
    }

    /// What stands at a path, where much is asked of its folder; none if it is to be looked at.
    fn listed(&self, path: &Path) -> Option<Passed> {
        let (folder, name) = (path.parent()?, path.file_name()?);
        let mut listings = self.listings.lock().unwrap_or_else(PoisonError::into_inner);
        if !listings.contains_key(folder) {
            listings.insert(folder.to_path_buf(), Listing::default());
        }
        let listing = listings.get_mut(folder)?;
        listing.asked += 1;
        if listing.names.is_none() && listing.asked >= Listing::FIRST_AFTER && listing.asked.is_power_of_two() {
            listing.read(folder);
        }
        match listing.names.as_ref()?.get(name) {
            Some(false) => Some(Passed::Something),
            // What goes by another name than it was asked for, as where capitals count for nothing, is looked at, too.
            Some(true) | None => None,
        }
    }

    fn passed(&self, path: &Path, is_folder: bool) -> Passed {
        if !is_folder {
            return self.listed(path).unwrap_or_else(|| Passed::at(path));
        }
        let mut known = self.passed.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(passed) = known.get(path) {
            return passed.clone();
        }
        let passed = Passed::at(path);
        known.insert(path.to_path_buf(), passed.clone());
        passed
    }
}

/// The names in a folder, once they were asked for so often that to read them all is cheaper than to look at each.
#[derive(Debug, Default)]
struct Listing {
    asked: usize,
    /// The names, and whether each is a link or may be one.
    names: Option<HashMap<OsString, bool>>,
}

impl Listing {
    const FIRST_AFTER: usize = 32;

    /// Reads the folder, if it is not much larger than what was asked of it.
    fn read(&mut self, folder: &Path) {
        let most = 16 * self.asked;
        let Ok(entries) = folder.read_dir() else { return };
        let mut names = HashMap::default();
        for entry in entries {
            let (Ok(entry), true) = (entry, names.len() < most) else { return };
            // Where the system does not say what it is, it is looked at.
            let is_link = entry.file_type().map_or(true, |kind| kind.is_symlink());
            names.insert(entry.file_name(), is_link);
        }
        self.names = Some(names);
    }
}

/// The parts of a path, the last one first.
fn parts(path: &Path) -> Vec<OsString> {
    let parts = path.components().rev().filter(|part| *part != Component::CurDir);
    parts.map(|part| part.as_os_str().to_owned()).collect()
}

/// The front matter of a Python script, if it is one and has any.
fn interface_of(path: &Path) -> Option<Interface> {
    // Whoever reads a pipe waits for somebody to write.
    let metadata = path.metadata().ok().filter(std::fs::Metadata::is_file)?;
    if path.extension()? != "py" || metadata.len() > LARGEST_SCRIPT {
        return None;
    }
    let source = std::fs::read_to_string(path).ok()?;
    TaskInterface::of_python(&source).map(Arc::new)
}

impl World for Host {
    fn variable(&self, name: &str, default: Option<&str>) -> Result<String, NoText> {
        let value =
            self.environment.get(OsStr::new(name)).map(|value| value.to_str().ok_or(NoText::NotUtf8)).transpose()?;
        // As in a shell, a default stands in for an empty value, too.
        let value = value.filter(|value| !value.is_empty() || default.is_none()).or(default);
        value.map(ToOwned::to_owned).ok_or(NoText::Unset)
    }

    fn locate(&self, path: &str) -> Location {
        let real = self.real(Path::new(path));
        match real.strip_prefix(&self.folder) {
            Ok(inside) => Location::Inside(inside.to_string_lossy().into_owned()),
            Err(_) => Location::Outside(real.to_string_lossy().into_owned()),
        }
    }

    fn presence(&self, path: &str) -> Presence {
        let mut known = self.presences.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(presence) = known.get(path) {
            return *presence;
        }
        let presence = match std::fs::metadata(self.folder.join(path)) {
            Ok(metadata) if metadata.is_dir() => Presence::Folder,
            Ok(_) => Presence::File,
            Err(_) => Presence::Missing,
        };
        known.insert(path.to_owned(), presence);
        presence
    }

    fn interface(&self, task: &str) -> Option<Interface> {
        let mut known = self.interfaces.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(interface) = known.get(task) {
            return interface.clone();
        }
        let interface = interface_of(&self.folder.join(task));
        known.insert(task.to_owned(), interface.clone());
        interface
    }

    fn text(&self, path: &str) -> Option<Result<String, String>> {
        Some(text_of(&self.folder.join(path)))
    }
}

/// The text of a file. What is no file is not waited for.
fn text_of(path: &Path) -> Result<String, String> {
    let metadata = path.metadata().map_err(|error| error.to_string())?;
    if !metadata.is_file() {
        return Err("it is not a file".to_owned());
    }
    std::fs::read_to_string(path).map_err(|error| error.to_string())
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]
mod tests {
    use std::os::unix::ffi::OsStringExt;
    use std::os::unix::fs::symlink;

    use loom_graph::Checked;
    use loom_spec::{Problem, Source};

    use super::*;

    /// A pipeline folder with these links in it, and a folder `outside` beside it.
    fn host(links: &[(&str, &str)]) -> (tempfile::TempDir, Host) {
        let around = tempfile::tempdir().unwrap();
        let real = around.path().canonicalize().unwrap();
        for folder in ["pipeline/data/deep", "outside"] {
            std::fs::create_dir_all(real.join(folder)).unwrap();
        }
        std::fs::write(real.join("pipeline/data/here.txt"), "").unwrap();
        for (link, target) in links {
            symlink(target.replace("[AROUND]", real.to_str().unwrap()), real.join("pipeline").join(link)).unwrap();
        }
        (around, Host::new(real.join("pipeline"), HashMap::new()))
    }

    fn checked(host: &Host, text: &str) -> Checked {
        loom_graph::check(loom_spec::parse(&Source::new("p.yml", text)), host)
    }

    fn codes(checked: &Checked) -> Vec<&'static str> {
        checked.problems.iter().map(|problem: &Problem| problem.code).collect()
    }

    #[test]
    fn links_are_followed_in_a_folder_that_much_is_asked_of() {
        let (around, host) = host(&[("data/link.txt", "deep/new.txt"), ("data/gone.txt", "../not/there")]);
        let data = around.path().join("pipeline/data");
        (0..40).for_each(|n| std::fs::write(data.join(format!("{n}.txt")), "").unwrap());
        let locate = |path: &str| host.locate(path).as_str().to_owned();
        for round in 0..3 {
            for n in 0..50 {
                let path = format!("data/{n}.txt");
                assert_eq!(locate(&path), path, "round {round}");
            }
            assert_eq!(locate("data/link.txt"), "data/deep/new.txt", "round {round}");
            assert_eq!(locate("data/gone.txt"), "not/there", "round {round}");
            assert_eq!(locate("data/deep/x"), "data/deep/x", "round {round}");
        }
        let folder = host.folder().join("data");
        let listings = host.listings.lock().unwrap();
        assert_eq!(listings[&folder].names.as_ref().map(HashMap::len), Some(44), "it was read as a whole");
    }

    #[test]
    fn links_are_followed_to_what_is_not_there_yet() {
        let (around, host) = host(&[
            ("b.txt", "a.txt"),
            ("c.txt", "b.txt"),
            ("up.txt", "data/../deep/new.txt"),
            ("folder", "data/deep"),
            ("later", "not/there"),
            ("away", "../outside/x"),
            ("far", "[AROUND]/outside/x"),
            ("home", "[AROUND]/pipeline/data"),
            ("round", "about"),
            ("about", "round"),
        ]);
        let outside = around.path().canonicalize().unwrap().join("outside/x").to_str().unwrap().to_owned();
        for (path, expected) in [
            ("a.txt", "a.txt"),
            ("c.txt", "a.txt"),
            ("up.txt", "deep/new.txt"),
            ("folder/new.txt", "data/deep/new.txt"),
            ("folder/../here.txt", "data/here.txt"),
            ("./data//./new/../x", "data/x"),
            ("later/x", "not/there/x"),
            ("missing/../b.txt", "a.txt"),
            ("home/deep/x", "data/deep/x"),
            ("data/here.txt/x", "data/here.txt/x"),
            ("a.txt/..", ""),
            (".", ""),
            ("/", "/"),
            ("/..", "/"),
            ("away", &outside),
            ("far", &outside),
        ] {
            assert_eq!(host.locate(path).as_str(), expected, "{path}");
        }
        // A circle of links leads somewhere in it, and ends.
        assert!(matches!(host.locate("round/x"), Location::Inside(_)));
    }

    #[test]
    fn links_that_dangle_do_not_hide_what_is_wrong() {
        let (_around, host) = host(&[("b.txt", "a.txt"), ("away.txt", "/nowhere/x"), ("link.txt", "real.txt")]);
        let twice = checked(
            &host,
            "pipeline:\n- {name: a, command: x, outputs: {o: a.txt}}\n- {name: b, command: x, outputs: {o: b.txt}}\n",
        );
        assert_eq!(codes(&twice), ["two-producers"]);
        let away = checked(&host, "pipeline:\n- {name: a, command: x, outputs: {o: away.txt}}\n");
        assert_eq!(codes(&away), ["outside"]);
        let linked = checked(
            &host,
            "pipeline:\n- {name: r, command: x, inputs: {i: link.txt}}\n- {name: m, command: x, outputs: {o: real.txt}}\n",
        );
        let order: Vec<_> = linked.graph.as_ref().unwrap().run_order().map(loom_graph::StepId::index).collect();
        assert_eq!(order, [1, 0]);
    }

    #[test]
    fn a_variable_is_set_and_is_text() {
        let mut host = host(&[]).1;
        host.environment = [("EMPTY", b"".to_vec()), ("FULL", b"x".to_vec()), ("BYTES", vec![0xff])]
            .map(|(name, value)| (name.into(), OsString::from_vec(value)))
            .into();
        for (name, default, expected) in [
            ("FULL", Some("d"), Ok("x")),
            ("EMPTY", None, Ok("")),
            ("EMPTY", Some("d"), Ok("d")),
            ("NONE", Some("d"), Ok("d")),
            ("NONE", None, Err(NoText::Unset)),
            ("BYTES", Some("d"), Err(NoText::NotUtf8)),
        ] {
            assert_eq!(host.variable(name, default), expected.map(str::to_owned), "{name} {default:?}");
        }
        let text = "pipeline:\n- {name: a, command: [x, '${BYTES}']}\n";
        assert_eq!(codes(&checked(&host, text)), ["unreadable-variable"]);
    }
}
