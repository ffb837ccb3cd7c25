//! A test that waits for ever says what it waits for, and ends them all.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::Write as _;
use std::sync::{Mutex, Once};
use std::time::{Duration, Instant};

/// Far longer than any test has its folder, on whatever machine.
const FOR_EVER: Duration = Duration::from_secs(600);

static SINCE: Mutex<BTreeMap<u64, (Instant, String)>> = Mutex::new(BTreeMap::new());

/// As long as there is this, somebody looks whether it has been there for ever.
pub struct Watched(u64);

impl Watched {
    pub fn new() -> Self {
        static WATCH: Once = Once::new();
        WATCH.call_once(|| drop(std::thread::spawn(watch)));
        let test = std::thread::current().name().unwrap_or("a thread of a test").to_owned();
        let mut since = SINCE.lock().expect("nobody fails in between");
        let number = since.last_key_value().map_or(0, |(last, _)| last + 1);
        since.insert(number, (Instant::now(), test));
        Self(number)
    }
}

impl Drop for Watched {
    fn drop(&mut self) {
        if let Ok(mut since) = SINCE.lock() {
            since.remove(&self.0);
        }
    }
}

fn watch() {
    loop {
        std::thread::sleep(Duration::from_secs(1));
        let since = SINCE.lock().expect("nobody fails in between");
        let tests: Vec<&str> =
            since.values().filter(|(since, _)| since.elapsed() > FOR_EVER).map(|(_, test)| test.as_str()).collect();
        if !tests.is_empty() {
            // Not by the macro, whose words are kept for the end of a test.
            let mut told = std::io::stderr();
            let _ = writeln!(
                told,
                "{} is still at it after {} s. What runs:\n{}",
                tests.join(", "),
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
        let Some((name, rest)) = stat.split_once(')') else { continue };
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
