//! The page about a run: one HTML file that needs nothing else.
//!
//! What comes from a pipeline or from a log is only ever text: everything goes through [`Html`], scripts are forbidden by the
//! page's own policy, and pictures are shown as pictures, in which nothing runs.

mod failures;
mod images;
mod timeline;
mod units;

use std::collections::{HashMap, HashSet};
use std::fmt::{self, Write as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use loom_exec::Outcome;
use loom_exec::runs::{Fate, History, Run, UnitHistory};
use loom_graph::StepGraph;
use loom_ui_core::{Node, View};

use crate::swept;
use crate::when::{by_the_clock, in_words};

pub(crate) use images::{Image, find as find_images};

const TEMPLATE: &str = include_str!("template.html");
/// The style of pages.
pub(crate) const STYLE: &str = include_str!("style.css");

/// Of more units than this, the rest is only counted.
const MOST_UNITS: usize = 5000;
/// A picture of more steps than this shows nothing.
const MOST_STEPS: usize = 400;

/// What there is to tell of a run.
pub(crate) struct Page<'a> {
    pub(crate) run: &'a Run,
    pub(crate) history: &'a History,
    /// The pipeline file.
    pub(crate) pipeline: &'a Path,
    /// The graph as it is now, if the pipeline has one.
    pub(crate) graph: Option<&'a Arc<StepGraph>>,
    pub(crate) images: &'a [Image],
    /// How many images are left out.
    pub(crate) more_images: usize,
    /// Where the page will stand.
    pub(crate) folder: &'a Path,
}

/// What became of a unit or a step, as far as it has a colour. The worst is the greatest.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
enum State {
    Skipped,
    Same,
    Ok,
    Stopped,
    Failed,
}

impl State {
    fn of(unit: &UnitHistory) -> Self {
        match &unit.fate {
            Fate::Ended(outcome) if outcome.is_success() => Self::Ok,
            Fate::Ended(Outcome::Stopped) | Fate::Unfinished => Self::Stopped,
            Fate::Ended(_) => Self::Failed,
            Fate::UpToDate { .. } => Self::Same,
            Fate::Skipped(_) => Self::Skipped,
        }
    }

    /// Its class in the style sheet.
    fn class(self) -> &'static str {
        match self {
            Self::Skipped => "skipped",
            Self::Same => "same",
            Self::Ok => "ok",
            Self::Stopped => "stopped",
            Self::Failed => "failed",
        }
    }

    fn word(self) -> &'static str {
        match self {
            Self::Skipped => "skipped",
            Self::Same => "up to date",
            Self::Ok => "ok",
            Self::Stopped => "not finished",
            Self::Failed => "failed",
        }
    }

    const ALL: [Self; 5] = [Self::Ok, Self::Same, Self::Failed, Self::Skipped, Self::Stopped];
}

impl Page<'_> {
    /// The page.
    pub(crate) fn render(&self) -> String {
        let name = self.pipeline.parent().and_then(Path::file_name).unwrap_or_default().to_string_lossy();
        let (state, verdict) = self.verdict();
        let swept = self.swept();
        let mut sections = String::new();
        // Writing to a string does not fail.
        let _ = self
            .failures(&swept, &mut sections)
            .and_then(|()| self.graph(&mut sections))
            .and_then(|()| timeline::section(self.history, &swept, &mut sections))
            .and_then(|()| self.units(&swept, &mut sections))
            .and_then(|()| images::section(self.images, self.more_images, &mut sections));
        let workers = match self.history.workers {
            0 => String::new(),
            1 => ", one at a time".to_owned(),
            workers => format!(", up to {workers} at a time"),
        };
        let when = format!("{}{workers}", by_the_clock(self.run.began()));
        let foot = format!("loom {}, run {}", env!("CARGO_PKG_VERSION"), self.run.name());
        let values: [(&str, String); 10] = [
            ("title", Html(&format!("{name}: {verdict}")).to_string()),
            ("style", STYLE.to_owned()),
            ("state", state.class().to_owned()),
            ("place", Html(&self.pipeline.to_string_lossy()).to_string()),
            ("name", Html(&name).to_string()),
            ("verdict", Html(&verdict).to_string()),
            ("when", Html(&when).to_string()),
            ("counts", self.counts()),
            ("sections", sections),
            ("foot", Html(&foot).to_string()),
        ];
        fill(TEMPLATE, &values)
    }

    /// How the run went, in a word.
    fn verdict(&self) -> (State, String) {
        let Some(summary) = &self.history.summary else {
            let verdict = if self.run.is_running() { "is running" } else { "did not finish" };
            return (State::Stopped, verdict.to_owned());
        };
        let signal = |signal| signal_hook::low_level::signal_name(signal).unwrap_or("a signal");
        match summary {
            summary if summary.failed > 0 => (State::Failed, format!("{} failed", summary.failed)),
            summary if summary.not_kept.is_some() => (State::Failed, "ended early".to_owned()),
            summary => match summary.stopped_by {
                Some(number) => (State::Stopped, format!("stopped by {}", signal(number))),
                None if summary.succeeded == 0 && summary.up_to_date > 0 => (State::Same, "all up to date".to_owned()),
                None => (State::Ok, "all ok".to_owned()),
            },
        }
    }

    fn counts(&self) -> String {
        let mut out = String::new();
        for state in State::ALL {
            let count = self.history.units.iter().filter(|unit| State::of(unit) == state).count();
            if count == 0 && state == State::Stopped {
                continue;
            }
            let class = if count == 0 { "none" } else { state.class() };
            let _ = writeln!(out, "<li class=\"{class}\"><b>{count}</b>{}</li>", state.word());
        }
        let took = self.history.summary.as_ref().map_or(self.history.until, |summary| summary.duration);
        let _ = writeln!(out, "<li><b>{}</b>took</li>", in_words(took));
        out
    }

    fn graph(&self, out: &mut String) -> fmt::Result {
        let Some(graph) = self.graph.filter(|graph| graph.run_order().len() <= MOST_STEPS) else { return Ok(()) };
        let names: HashSet<&str> = graph.run_order().map(|step| &**graph.name(step)).collect();
        let mut states: HashMap<String, State> = HashMap::new();
        let groups = self.groups();
        for unit in &self.history.units {
            let state = State::of(unit);
            // The steps are drawn as they are written, each for all its units.
            let written = swept::split_unit(&unit.unit, |step| names.contains(step) || groups.contains(step));
            let written = written.map(|(step, rest)| format!("{step}{rest}"));
            let Some(step) = step_of(written.as_deref().unwrap_or(&unit.unit), &names) else { continue };
            let known = states.entry(format!("step:{step}")).or_insert(state);
            *known = state.max(*known);
        }
        let class = |node: &Node| match states.get(&node.id) {
            Some(state) => state.class(),
            None if node.id.starts_with("step:") => "untouched",
            None => "",
        };
        let view = View::of(graph);
        writeln!(
            out,
            "<section id=\"graph\"><h2>Graph</h2><div class=\"inside\"><div class=\"graph\" style=\"--width:{:.0}px\">",
            view.width
        )?;
        out.push_str(&loom_ui_core::svg_marked(&view, &class));
        writeln!(out, "</div>")?;
        legend(states.values().copied(), out)?;
        writeln!(out, "</div></section>")
    }

    /// The names of the groups that run in passes.
    fn groups(&self) -> HashSet<&str> {
        let groups = self.graph.map_or(&[][..], |graph| &graph.pipeline().groups);
        groups.iter().filter(|group| group.passes.is_some()).map(|group| &*group.name.text).collect()
    }

    /// Of the units, those that are of one step of a sweep, by its name.
    fn swept(&self) -> HashMap<&str, &str> {
        let Some(graph) = self.graph.filter(|graph| graph.space().is_some()) else { return HashMap::new() };
        let mut names = self.groups();
        names.extend(graph.run_order().filter(|step| !graph.axes(*step).is_empty()).map(|step| &**graph.name(step)));
        let units = self.history.units.iter().map(|unit| &*unit.unit);
        units.filter_map(|unit| Some((unit, swept::split_unit(unit, |step| names.contains(step))?.0))).collect()
    }

    /// The log of a unit: where it is now, even if the folder was moved.
    fn log(&self, unit: &UnitHistory) -> Option<PathBuf> {
        unit.started?;
        Some(self.run.log(&unit.unit)).filter(|log| log.is_file())
    }

    fn link(&self, path: &Path, text: &str) -> String {
        // Beside the page, so that both can be moved; else where it is.
        let target = match path.strip_prefix(self.folder) {
            Ok(beside) => format!("./{}", Encoded(&beside.to_string_lossy())),
            Err(_) => format!("file://{}", Encoded(&path.to_string_lossy())),
        };
        format!("<a href=\"{target}\">{}</a>", Html(text))
    }
}

/// The colours that are seen, with their names.
fn legend(states: impl Iterator<Item = State>, out: &mut String) -> fmt::Result {
    let seen: HashSet<State> = states.collect();
    write!(out, "<ul class=\"legend\">")?;
    for state in State::ALL.into_iter().filter(|state| seen.contains(state)) {
        write!(out, "<li class=\"{}\">{}</li>", state.class(), state.word())?;
    }
    writeln!(out, "</ul>")
}

/// The step that a unit is of: `train`, `clean/foo.txt` of `clean`, `refine/fit#1` of `fit`.
fn step_of<'a>(unit: &'a str, steps: &HashSet<&str>) -> Option<&'a str> {
    let whole = unit.rsplit_once('#').map_or(unit, |(whole, _)| whole);
    let is_step = |name: &&str| steps.contains(*name);
    let of_loop = whole.split_once('/').map(|(step, _)| step);
    let of_pass = whole.rsplit_once('/').map(|(_, step)| step);
    let candidates = [Some(unit), of_loop.filter(|_| whole == unit), of_pass, of_loop];
    candidates.into_iter().flatten().find(is_step)
}

/// A template with its `{{places}}` filled, each text as it is.
pub(crate) fn fill(template: &str, values: &[(&str, String)]) -> String {
    let mut out = String::new();
    let mut rest = template;
    while let Some((before, (name, after))) =
        rest.split_once("{{").and_then(|(before, behind)| Some((before, behind.split_once("}}")?)))
    {
        out.push_str(before);
        out.push_str(values.iter().find(|(known, _)| *known == name).map_or("", |(_, value)| value));
        rest = after;
    }
    out + rest
}

/// Text in HTML, between tags or in an attribute with double quotes.
pub(crate) struct Html<'a>(pub(crate) &'a str);

impl fmt::Display for Html<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.chars().try_for_each(|c| match c {
            '&' => f.write_str("&amp;"),
            '<' => f.write_str("&lt;"),
            '>' => f.write_str("&gt;"),
            '"' => f.write_str("&quot;"),
            '\'' => f.write_str("&#39;"),
            '\t' | '\n' => f.write_char(c),
            c if c.is_control() => f.write_char('\u{fffd}'),
            c => f.write_char(c),
        })
    }
}

/// A path in a URL.
struct Encoded<'a>(&'a str);

impl fmt::Display for Encoded<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.bytes().try_for_each(|byte| match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'/' | b'-' | b'_' | b'.' | b'~' => f.write_char(byte.into()),
            byte => write!(f, "%{byte:02X}"),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn units_are_of_steps() {
        let steps = HashSet::from(["train", "clean", "fit", "a#b"]);
        let cases = [
            ("train", Some("train")),
            ("clean/foo.txt", Some("clean")),
            ("clean/a#1", Some("clean")),
            ("clean/sub/fit", Some("clean")),
            ("refine/fit#1", Some("fit")),
            ("a#b", Some("a#b")),
            ("refine#1", None),
            ("refine", None),
        ];
        for (unit, step) in cases {
            assert_eq!(step_of(unit, &steps), step, "{unit}");
        }
    }

    #[test]
    fn what_is_filled_in_is_not_filled_again() {
        let values = [("a", "{{b}}".to_owned()), ("b", "x".to_owned())];
        assert_eq!(fill("<{{a}}|{{b}}|{{c}}|{{", &values), "<{{b}}|x||{{");
    }

    #[test]
    fn text_stays_text() {
        assert_eq!(Html("<b a=\"'&\u{1b}\">").to_string(), "&lt;b a=&quot;&#39;&amp;\u{fffd}&quot;&gt;");
        assert_eq!(Encoded("a%2f \"?#<ä").to_string(), "a%252f%20%22%3F%23%3C%C3%A4");
    }
}
