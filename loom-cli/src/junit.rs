//! `--junit`: the outcomes of a run, as JUnit XML for continuous integration.

use std::fmt;
use std::io::{self, Write};
use std::path::Path;
use std::time::Duration;

use loom_exec::Outcome;
use loom_exec::runs::{Fate, History, UnitHistory};

use crate::report::last_lines;
use crate::terminal::{as_read, shell_line};

/// Writes a test case for each unit. Failures have their last lines, and what did not run says why.
pub(crate) fn write(history: &History, suite: &str, out: &mut dyn Write) -> io::Result<()> {
    let count = |is: &dyn Fn(&Verdict) -> bool| history.units.iter().map(verdict).filter(|verdict| is(verdict)).count();
    let failures = count(&|verdict| matches!(verdict, Verdict::Failure(_)));
    let errors = count(&|verdict| matches!(verdict, Verdict::Error(_)));
    let skipped = count(&|verdict| matches!(verdict, Verdict::Skipped(_)));
    let time = history.summary.as_ref().map_or(history.until, |summary| summary.duration);
    let counts = format!(
        "tests=\"{}\" failures=\"{failures}\" errors=\"{errors}\" skipped=\"{skipped}\" time=\"{}\"",
        history.units.len(),
        Seconds(time)
    );
    let name = Escaped(suite);
    writeln!(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>")?;
    writeln!(out, "<testsuites name=\"loom\" {counts}>")?;
    writeln!(out, "<testsuite name=\"{name}\" {counts}>")?;
    let run = history.run.as_deref().unwrap_or_default();
    writeln!(out, "<properties><property name=\"run\" value=\"{}\"/></properties>", Escaped(run))?;
    history.units.iter().try_for_each(|unit| case(unit, suite, out))?;
    writeln!(out, "</testsuite>\n</testsuites>")?;
    out.flush()
}

/// What JUnit has words for.
enum Verdict {
    Passed,
    Failure(String),
    Error(String),
    Skipped(String),
}

fn verdict(unit: &UnitHistory) -> Verdict {
    match &unit.fate {
        Fate::Ended(outcome) if outcome.is_success() => Verdict::Passed,
        Fate::Ended(Outcome::Stopped) => Verdict::Skipped("the run was stopped".to_owned()),
        Fate::Ended(outcome @ (Outcome::Broken { .. } | Outcome::Panicked)) => Verdict::Error(outcome.to_string()),
        Fate::Ended(outcome) => Verdict::Failure(outcome.to_string()),
        Fate::UpToDate { .. } => Verdict::Skipped("up to date".to_owned()),
        Fate::Skipped(because) => Verdict::Skipped(because.to_string()),
        Fate::Unfinished => Verdict::Error("it did not finish".to_owned()),
    }
}

fn case(unit: &UnitHistory, suite: &str, out: &mut dyn Write) -> io::Result<()> {
    write!(
        out,
        "<testcase classname=\"{}\" name=\"{}\" time=\"{}\"",
        Escaped(suite),
        Escaped(&unit.unit),
        Seconds(unit.duration)
    )?;
    let (element, message) = match verdict(unit) {
        Verdict::Passed => return writeln!(out, "/>"),
        Verdict::Skipped(why) => {
            return writeln!(out, "><skipped message=\"{}\"/></testcase>", Escaped(&why));
        }
        Verdict::Failure(message) => ("failure", message),
        Verdict::Error(message) => ("error", message),
    };
    write!(out, "><{element} message=\"{}\">", Escaped(&message))?;
    if let Some(command) = &unit.command {
        writeln!(out, "{}", Escaped(&shell_line(command.words())))?;
    }
    let tail = unit.log.as_deref().and_then(|log: &Path| last_lines(log)).unwrap_or_default();
    writeln!(out, "{}</{element}></testcase>", Escaped(&as_read(&tail)))
}

/// Seconds with three digits behind the point.
struct Seconds(Duration);

impl fmt::Display for Seconds {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:.3}", self.0.as_secs_f64())
    }
}

/// Text in XML, between tags or in an attribute. What XML cannot say at all becomes U+FFFD.
struct Escaped<'a>(&'a str);

impl fmt::Display for Escaped<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        use fmt::Write as _;
        self.0.chars().try_for_each(|c| match c {
            '&' => f.write_str("&amp;"),
            '<' => f.write_str("&lt;"),
            '>' => f.write_str("&gt;"),
            '"' => f.write_str("&quot;"),
            '\r' => f.write_str("&#13;"),
            '\t' | '\n' => f.write_char(c),
            '\u{fffe}' | '\u{ffff}' => f.write_char('\u{fffd}'),
            c if c < ' ' => f.write_char('\u{fffd}'),
            c => f.write_char(c),
        })
    }
}

#[cfg(test)]
mod tests {
    use loom_exec::{Event, SkipReason};

    use super::*;

    #[test]
    fn any_bytes_are_xml() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let log = folder.path().join("log");
        let bytes: Vec<u8> = (0..=255).chain(*b"]]></failure>\xef\xbf\xbf").collect();
        std::fs::write(&log, bytes).expect("it can be written");
        let mut history = History::default();
        let (unit, outcome, duration) = ("a\u{1}<&\"'", Outcome::Exited { code: 1 }, Duration::from_millis(1500));
        let finished = Event::UnitFinished { unit: unit.into(), outcome, duration, log: Some(log) };
        history.add(duration, &finished);
        let because = SkipReason::Failed(unit.into());
        history.add(duration, &Event::UnitSkipped { unit: "b".into(), because });
        let mut out = Vec::new();
        write(&history, "p", &mut out).expect("a vector takes everything");
        let text = String::from_utf8(out).expect("it is text");
        let document = roxmltree::Document::parse(&text).expect("it is XML");
        let cases: Vec<_> = document.descendants().filter(|node| node.has_tag_name("testcase")).collect();
        assert_eq!(cases[0].attribute("name"), Some("a\u{fffd}<&\"'"));
        assert_eq!(cases[0].attribute("time"), Some("1.500"));
        assert!(cases[0].descendants().any(|node| node.text().is_some_and(|text| text.contains("]]></failure>"))));
        assert_eq!(cases[1].first_element_child().map(|node| node.tag_name().name()), Some("skipped"));
        let suite = document.root_element();
        assert_eq!((suite.attribute("failures"), suite.attribute("skipped")), (Some("1"), Some("1")));
    }
}
