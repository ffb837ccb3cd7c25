//! A test that waits for ever says what it waits for, and ends them all.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::Write as _;
use std::sync::{Mutex, Once};
use std::time::{Duration, Instant};

/// Far longer than anything that a test runs takes, on whatever machine.
const FOR_EVER: Duration = Duration::from_secs(600);

/// Of each test that has folders, how many, and when it last began or ended something in one.
static TESTS: Mutex<BTreeMap<String, (usize, Instant)>> = Mutex::new(BTreeMap::new());

/// As long as there is this, somebody looks whether its test goes on.
pub struct Watched(String);

impl Watched {
    pub fn new() -> Self {
        static WATCH: Once = Once::new();
        WATCH.call_once(|| drop(std::thread::spawn(watch)));
        let test = std::thread::current().name().unwrap_or("a thread of a test").to_owned();
        let mut tests = TESTS.lock().expect("nobody fails in between");
        let folders = tests.get(&test).map_or(0, |(folders, _)| *folders);
        tests.insert(test.clone(), (folders + 1, Instant::now()));
        Self(test)
    }

    /// The test begins something new.
    pub fn goes_on(&self) {
        if let Ok(mut tests) = TESTS.lock()
            && let Some((_, since)) = tests.get_mut(&self.0)
        {
            *since = Instant::now();
        }
    }
}

impl Drop for Watched {
    fn drop(&mut self) {
        let Ok(mut tests) = TESTS.lock() else { return };
        if let Some((folders, since)) = tests.get_mut(&self.0) {
            (*folders, *since) = (*folders - 1, Instant::now());
        }
        tests.retain(|_, (folders, _)| *folders > 0);
    }
}

fn watch() {
    loop {
        std::thread::sleep(Duration::from_secs(1));
        let tests = TESTS.lock().expect("nobody fails in between");
        let waits =
            |(test, (_, since)): (&String, &(usize, Instant))| (since.elapsed() > FOR_EVER).then(|| test.clone());
        let waiting: Vec<String> = tests.iter().filter_map(waits).collect();
        if !waiting.is_empty() {
            // Not by the macro, whose words are kept for the end of a test.
            let mut told = std::io::stderr();
            let _ = writeln!(
                told,
                "{} did not go on for {} s. What runs:\n{}",
                waiting.join(", "),
                FOR_EVER.as_secs(),
                processes()
            );
            std::process::exit(1);
        }
    }
}

/// Every program, its state, what it and its parent are, and where in the kernel each of its threads waits.
fn processes() -> String {
    let mut all = String::new();
    let numbers = std::fs::read_dir("/proc").into_iter().flatten().flatten();
    for folder in numbers.map(|entry| entry.path()) {
        let read = |name: &str| std::fs::read_to_string(folder.join(name)).unwrap_or_default();
        let stat = read("stat");
        let Some((name, rest)) = stat.rsplit_once(')') else { continue };
        let words: Vec<&str> = rest.split_whitespace().take(2).collect();
        let command: String = read("cmdline").replace('\0', " ").chars().take(100).collect();
        // Those of the kernel have none.
        if command.is_empty() {
            continue;
        }
        let threads = std::fs::read_dir(folder.join("task")).into_iter().flatten().flatten();
        let waits: Vec<String> =
            threads.filter_map(|thread| std::fs::read_to_string(thread.path().join("wchan")).ok()).collect();
        let _ = writeln!(all, "{name}) state and parent {words:?}, waits {waits:?}: {command}");
    }
    all
}
