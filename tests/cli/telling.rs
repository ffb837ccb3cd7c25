//! How a run is told: on a terminal, in blocks of what failed, as a trace and as JUnit XML.

use std::io::{Read, Write};
use std::process::{Child, ChildStdin, Command, Stdio};

use crate::support::{Sandbox, path};

/// A terminal of 60 by 20 characters, on which a program runs.
struct Terminal {
    child: Child,
    keys: Option<ChildStdin>,
    written: Vec<u8>,
}

impl Terminal {
    fn run(sandbox: &Sandbox, args: &[&str], environment: &[(&str, &str)]) -> Self {
        const PTY: &str = "
import fcntl, os, pty, select, struct, sys, termios
pid, fd = pty.fork()
if pid == 0:
    fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack('HHHH', 20, 60, 0, 0))
    os.execv(sys.argv[1], sys.argv[1:])
inputs = [fd, 0]
while True:
    ready = select.select(inputs, [], [])[0]
    if 0 in ready:
        typed = os.read(0, 1000)
        if typed: os.write(fd, typed)
        else: inputs.remove(0)
    if fd in ready:
        try: shown = os.read(fd, 65536)
        except OSError: break
        if not shown: break
        os.write(1, shown)
sys.exit(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
";
        let loom = sandbox.command(args);
        let mut terminal = Command::new("python3");
        terminal.args(["-c", PTY]).arg(loom.get_program()).args(loom.get_args()).current_dir(sandbox.path());
        terminal.env_clear().env("PATH", path()).env("TERM", "xterm").envs(environment.iter().copied());
        let mut child = terminal.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
        let keys = child.stdin.take();
        Self { child, keys, written: Vec::new() }
    }

    /// Reads until this was written.
    fn until(&mut self, text: &str) {
        let mut piece = [0; 4096];
        while !String::from_utf8_lossy(&self.written).contains(text) {
            let length = self.child.stdout.as_mut().unwrap().read(&mut piece).unwrap();
            assert!(length > 0, "{text} never came:\n{}", String::from_utf8_lossy(&self.written));
            self.written.extend_from_slice(&piece[..length]);
        }
    }

    fn type_in(&mut self, keys: &str) {
        self.keys.as_mut().unwrap().write_all(keys.as_bytes()).unwrap();
    }

    /// All that was written, and the exit code.
    fn end(mut self) -> (String, Option<i32>) {
        drop(self.keys.take());
        self.child.stdout.take().unwrap().read_to_end(&mut self.written).unwrap();
        let code = self.child.wait().unwrap().code();
        (String::from_utf8_lossy(&self.written).into_owned(), code)
    }
}

/// What a terminal shows of this in the end, as many rows as it needs: text, and the few orders that loom gives.
fn screen(written: &str, columns: usize) -> Vec<String> {
    let mut rows: Vec<Vec<char>> = vec![Vec::new()];
    let (mut row, mut column) = (0, 0);
    let mut chars = written.chars();
    while let Some(c) = chars.next() {
        match c {
            '\r' => column = 0,
            '\n' => {
                row += 1;
                rows.resize(rows.len().max(row + 1), Vec::new());
            }
            '\u{1b}' => {
                assert_eq!(chars.next(), Some('['), "{written:?}");
                let order: String = chars.by_ref().take_while(|c| !c.is_ascii_alphabetic()).collect();
                // What ends the order is gone with it: its place in the text tells which it was.
                let at = written.len() - chars.as_str().len();
                match (&written[at - 1..at], order.as_str()) {
                    ("A", count) => row -= count.parse::<usize>().unwrap(),
                    ("J", "") => {
                        rows[row].truncate(column);
                        rows.truncate(row + 1);
                    }
                    ("K", "") => rows[row].truncate(column),
                    ("m", _) | ("h" | "l", "?2026") => {}
                    (unknown, order) => panic!("{order}{unknown}"),
                }
            }
            c => {
                if column == columns {
                    (row, column) = (row + 1, 0);
                    rows.resize(rows.len().max(row + 1), Vec::new());
                }
                let cells = &mut rows[row];
                cells.resize(cells.len().max(column + 1), ' ');
                cells[column] = c;
                column += 1;
            }
        }
    }
    rows.into_iter().map(|row| row.into_iter().collect::<String>().trim_end().to_owned()).collect()
}

/// A step that waits for somebody to open the gate.
fn gated() -> Sandbox {
    let sandbox = Sandbox::with(
        "pipeline:
  - {name: quick, command: 'echo quick > $2', outputs: {-o: q}}
  - {name: slow, command: 'echo begins; read line < gate; printf \"\\033[2J\\033[31mred\\033[0m\\nno end\"', inputs: {q: q}}
  - {name: last, command: 'echo after; exit 3', inputs: {q: q}}
",
    );
    assert!(Command::new("mkfifo").arg(sandbox.path().join("gate")).status().unwrap().success());
    sandbox
}

fn without_times(line: &str) -> String {
    let mut words: Vec<&str> = line.split(' ').collect();
    for at in 1..words.len() {
        if words[at] == "s" && words[at - 1].parse::<f64>().is_ok() {
            words[at - 1] = "[TIME]";
        }
    }
    words.join(" ")
}

#[test]
fn a_terminal_shows_what_runs_below_the_lines() {
    let sandbox = gated();
    let mut terminal = Terminal::run(&sandbox, &["--sequential"], &[]);
    terminal.until("run  \u{1b}[0m  slow");
    terminal.until("\u{1b}[?2026l");
    let shown = String::from_utf8_lossy(&terminal.written).into_owned();
    // Up to the last whole frame.
    let shown = shown.rsplit_once("\u{1b}[?2026l").unwrap().0;
    let rows: Vec<String> = screen(shown, 60).iter().map(|row| without_times(row)).collect();
    insta::assert_snapshot!(rows.join("\n").trim_end(), @"
    start  quick
    done   quick  [TIME] s
    start  slow
           slow | begins
    run    slow  [TIME] s
    ██████████░░░░░░░░░░░░░░░░░░░░  1 of 3  [TIME] s  about [TIME] s left
    ");
    std::fs::write(sandbox.path().join("gate"), "go\n").unwrap();
    let (written, code) = terminal.end();
    assert_eq!(code, Some(1));
    let rows: Vec<String> = screen(&written, 60).iter().map(|row| without_times(row)).collect();
    let rows = rows.iter().map(|row| row.split("/runs/").next().unwrap()).take_while(|row| !row.contains("log "));
    insta::assert_snapshot!(rows.collect::<Vec<_>>().join("\n"), @"
    start  quick
    done   quick  [TIME] s
    start  slow
           slow | begins
           slow | red
           slow | no end
    done   slow  [TIME] s
    start  last
           last | after
    fail   last  [TIME] s  exit code 3
    ");
    let rows = screen(&written, 60);
    assert!(rows[rows.len() - 2].starts_with("3 steps: 2 ok, 1 failed in "), "{rows:?}");
    assert_eq!(rows[rows.len() - 1], "", "{rows:?}");
}

#[test]
fn a_terminal_is_left_clean_by_a_run_that_is_stopped() {
    let sandbox = gated();
    let mut terminal = Terminal::run(&sandbox, &["--sequential"], &[("NO_COLOR", "1")]);
    terminal.until("run    slow");
    terminal.type_in("\u{3}");
    let (written, code) = terminal.end();
    assert_eq!(code, Some(130), "{written}");
    assert!(!written.contains("\u{1b}[3") && !written.contains("\u{1b}[1"), "colours, where none are wanted");
    let rows = screen(&written.replace("^C", ""), 60);
    assert!(!rows.iter().any(|row| row.starts_with("run ") || row.contains('░')), "{rows:?}");
    assert!(rows[rows.len() - 2].starts_with("3 steps: 1 ok, 2 stopped in "), "{rows:?}");
}

#[test]
fn a_terminal_that_can_do_nothing_and_a_quiet_run_have_plain_lines() {
    for (args, term) in [(&["--quiet"][..], "xterm"), (&[], "dumb"), (&[], "")] {
        let sandbox = Sandbox::with("pipeline: [{name: bad, command: 'echo x; exit 3'}]");
        let terminal = Terminal::run(&sandbox, args, &[("TERM", term), ("NO_COLOR", "1")]);
        let (written, code) = terminal.end();
        assert_eq!(code, Some(1));
        assert!(written.contains("fail   bad") && !written.contains('\u{1b}'), "{args:?} {term}: {written:?}");
    }
}

#[test]
fn a_failure_is_told_in_one_block() {
    let lines = "pipeline: [{name: bad, command: 'seq 30; exit 3'}]";
    insta::assert_snapshot!(Sandbox::with(lines).loom(&["--quiet"]), @"
    exit 1
    --- stdout
    fail   bad  [TIME] s  exit code 3
           bad | 11
           bad | 12
           bad | 13
           bad | 14
           bad | 15
           bad | 16
           bad | 17
           bad | 18
           bad | 19
           bad | 20
           bad | 21
           bad | 22
           bad | 23
           bad | 24
           bad | 25
           bad | 26
           bad | 27
           bad | 28
           bad | 29
           bad | 30
           log      [SANDBOX]/.loom/pipeline.yml/runs/[RUN]/bad.log
           by hand  (cd [SANDBOX] && /usr/bin/sh -c 'seq 30; exit 3' bad)
    1 step: 0 ok, 1 failed in [TIME] s
    ");
    // What stands right above is not told again.
    let told = Sandbox::with(lines).loom(&[]);
    assert_eq!(told.matches("bad | 30\n").count(), 1, "{told}");
    assert!(told.contains("bad | 30\nfail   bad"), "{told}");
}

#[test]
fn what_was_written_between_other_lines_is_told_again() {
    let sandbox = Sandbox::with(
        "pipeline:
  - {name: bad, command: 'echo cause; until grep -q t[e]xt.:.noise events; do :; done; exit 3'}
  - {name: other, command: 'until grep -q t[e]xt.:.cause events; do :; done; echo noise'}
",
    );
    // Who reads the events knows what has been told.
    let told = sandbox.loom(&["--max-workers", "2", "--events", "events"]);
    let block = told.split("fail   bad").nth(1).unwrap();
    assert!(block.contains("exit code 3\n       bad | cause\n       log      "), "{told}");
}

#[test]
fn many_that_are_up_to_date_are_folded() {
    let steps: Vec<String> =
        (0..8).map(|n| format!("  - {{name: s{n}, command: 'echo > $2', outputs: {{-o: s{n}}}}}\n")).collect();
    let sandbox = Sandbox::with(&format!("pipeline:\n{}", steps.concat()));
    sandbox.loom(&[]);
    insta::assert_snapshot!(sandbox.loom(&["--sequential"]), @"
    exit 0
    --- stdout
    skip   s0  up to date (ran [AGO])
    skip   s1  up to date (ran [AGO])
    skip   s2  up to date (ran [AGO])
    skip   … 5 more, up to date
    8 steps: 0 ok, 8 up to date in [TIME] s
    ");
    assert_eq!(sandbox.loom(&["--verbose"]).matches("up to date (ran").count(), 8);
}

#[test]
fn a_trace_is_chrome_trace_json() {
    let sandbox = Sandbox::with(
        "pipeline:
  - {name: a, command: 'echo > $2', outputs: {-o: a}}
  - {name: b, command: 'exit 3', inputs: {a: a}}
  - {name: c, command: 'echo > $2', outputs: {-o: c}}
  - {name: d, command: 'cat b', inputs: {c: c}}
",
    );
    sandbox.loom(&["--trace", "trace.json", "--max-workers", "2"]);
    let trace: serde_json::Value = serde_json::from_str(&sandbox.read("trace.json")).unwrap();
    let events = trace["traceEvents"].as_array().unwrap();
    let units: Vec<&serde_json::Value> = events.iter().filter(|event| event["ph"] == "X").collect();
    assert_eq!(units.len(), 4);
    for one in &units {
        let end = |event: &serde_json::Value| event["ts"].as_u64().unwrap() + event["dur"].as_u64().unwrap();
        for other in units.iter().filter(|other| other["tid"] == one["tid"] && other["name"] != one["name"]) {
            let apart = end(one) <= other["ts"].as_u64().unwrap() || end(other) <= one["ts"].as_u64().unwrap();
            assert!(apart, "{one} {other}");
        }
    }
    let failed = units.iter().find(|unit| unit["name"] == "b").unwrap();
    assert_eq!(failed["args"]["outcome"], "exit code 3");
    assert_eq!(failed["args"]["reasons"][0], "makes no files");
    let lanes: std::collections::HashSet<_> = units.iter().map(|unit| unit["tid"].as_u64()).collect();
    let named = events.iter().filter(|event| event["name"] == "thread_name").count();
    assert_eq!(named, lanes.len());
}

#[test]
fn junit_has_a_case_for_every_unit() {
    let sandbox = Sandbox::with(
        "pipeline:
  - {name: good, command: 'echo > $2', outputs: {-o: good.txt}}
  - {name: bad, command: 'cat bytes; exit 3', inputs: {g: good.txt, b: bytes}, outputs: {-o: x.txt}}
  - {name: after, command: [cat], inputs: {x: x.txt}}
",
    );
    sandbox.write("bytes", b"]]> <&> \xff\x00\x1b[31mred\nlast\n");
    sandbox.loom(&[]);
    let told = sandbox.loom(&["--junit", "junit.xml"]);
    assert!(told.starts_with("exit 1\n"), "{told}");
    let text = sandbox.read("junit.xml");
    let document = roxmltree::Document::parse(&text).unwrap();
    let suites = document.root_element();
    let count = |name: &str| suites.attribute(name).unwrap().to_owned();
    assert_eq!(["tests", "failures", "errors", "skipped"].map(count), ["3", "1", "0", "2"]);
    let said = |name: &str| {
        let case = suites.descendants().find(|node| node.attribute("name") == Some(name)).unwrap();
        let inner = case.first_element_child().unwrap();
        (
            inner.tag_name().name().to_owned(),
            inner.attribute("message").unwrap().to_owned(),
            inner.text().map(str::to_owned),
        )
    };
    assert_eq!(said("good"), ("skipped".to_owned(), "up to date".to_owned(), None));
    assert_eq!(said("after"), ("skipped".to_owned(), "bad failed".to_owned(), None));
    let (tag, message, tail) = said("bad");
    assert_eq!((&*tag, &*message), ("failure", "exit code 3"));
    let tail = tail.unwrap();
    assert!(tail.contains("]]> <&> ") && tail.contains("red\nlast"), "{tail:?}");
}

#[test]
fn a_file_that_cannot_be_written_is_told_before_anything_runs() {
    for option in ["--trace", "--junit"] {
        let sandbox = Sandbox::with("pipeline: [{name: a, command: 'touch ran'}]");
        let told = sandbox.loom(&[option, "no/such/file"]);
        assert!(told.starts_with("exit 2\n") && told.contains("cannot write no/such/file"), "{told}");
        assert!(!sandbox.has("ran"));
    }
}
