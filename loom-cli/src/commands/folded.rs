//! The rows of a sweep, folded: one for all units of a step that differ in the values of its axes alone.

use std::collections::{HashMap, HashSet};

use loom_exec::{Reason, Verdict};
use loom_graph::StepGraph;

use super::rows::Row;
use crate::reasons::{self, Tally};
use crate::terminal::plain;
use crate::when::ago;

/// A step that gathers more than this is shown by what it is written with.
const MOST_WORDS: usize = 40;

/// One unit, or all of a step.
pub(super) struct Told<'a> {
    pub(super) rows: Vec<&'a Row<'a>>,
    folded: Option<&'a StepGraph>,
}

/// How many units are to run, perhaps to run, and up to date.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Counts {
    pub(super) run: usize,
    pub(super) perhaps: usize,
    pub(super) up_to_date: usize,
}

impl Counts {
    pub(super) fn of<'a>(rows: impl IntoIterator<Item = &'a Row<'a>>) -> Self {
        rows.into_iter().fold(Self::default(), |mut counts, row| {
            let count = match *row.verdict {
                Verdict::Run(_) => &mut counts.run,
                Verdict::Open(_) => &mut counts.perhaps,
                Verdict::UpToDate { .. } => &mut counts.up_to_date,
            };
            *count += 1;
            counts
        })
    }

    /// `2 to run, 1 perhaps, 7 up to date`, without what there is none of.
    fn parts(self) -> Vec<String> {
        let counts = [(self.run, "to run"), (self.perhaps, "perhaps"), (self.up_to_date, "up to date")];
        counts.iter().filter(|(count, _)| *count > 0).map(|(count, word)| format!("{count} {word}")).collect()
    }
}

/// The rows as they are shown: in the order of the first unit of each; `folded` is the graph of the steps as they are written,
/// none if every unit is to be shown.
pub(super) fn fold<'a>(rows: &'a [Row<'a>], folded: Option<&'a StepGraph>) -> Vec<Told<'a>> {
    let mut told: Vec<Told<'a>> = Vec::new();
    let mut places: HashMap<&str, usize> = HashMap::new();
    for row in rows {
        let family = row.family.as_deref().filter(|_| folded.is_some());
        let place = family.map_or(told.len(), |family| *places.entry(family).or_insert(told.len()));
        match told.get_mut(place) {
            Some(one) => one.rows.push(row),
            None => told.push(Told { rows: vec![row], folded }),
        }
    }
    told
}

impl Told<'_> {
    /// The first of the units.
    fn first(&self) -> &Row<'_> {
        self.rows[0]
    }

    /// `process ×3`, or the name of the one unit.
    pub(super) fn name(&self) -> String {
        match (&self.rows[..], &self.first().family) {
            ([row], _) => plain(&row.name),
            (rows, Some(family)) => format!("{} ×{}", plain(family), rows.len()),
            (rows, None) => format!("{} ×{}", plain(&rows[0].name), rows.len()),
        }
    }

    pub(super) fn counts(&self) -> Counts {
        Counts::of(self.rows.iter().copied())
    }

    /// Whether nothing of it would run.
    pub(super) fn is_up_to_date(&self) -> bool {
        self.counts().up_to_date == self.rows.len()
    }

    /// What it is, how many of it are to run, and why: on one line.
    pub(super) fn why(&self) -> String {
        let (first, counts) = (self.first(), self.counts());
        let parts = counts.parts();
        let what = if self.is_up_to_date() { "" } else { first.what };
        let mut why = self.reasons(counts.run + counts.perhaps);
        let mut notes = Tally::default();
        let of_all = self.rows.iter().flat_map(|row| &row.notes);
        of_all.for_each(|note| notes.add(note.clone()));
        why.extend(notes.told(self.rows.len()));
        if parts.len() == 1
            && let Some(ran_at) = self.rows.iter().filter_map(|row| ran_at(row)).max()
        {
            why.insert(0, format!("up to date (ran {})", ago(ran_at)));
        }
        let why = listed(std::iter::once(what.to_owned()).chain(why));
        if parts.len() > 1 { format!("{}: {why}", parts.join(", ")) } else { why }
    }

    /// The reasons, each with how many units have it unless all have.
    fn reasons(&self, to_run: usize) -> Vec<String> {
        if let [row] = &self.rows[..] {
            return vec![reasons::told(row.reasons())];
        }
        let mut whole = Tally::default();
        let mut shared = Tally::default();
        for row in &self.rows {
            // A step that gathers has one and the same reason for each of what it gathers.
            let of_one = |text: fn(&Reason) -> String| {
                let mut seen = HashSet::new();
                row.reasons().iter().map(text).filter(move |text| seen.insert(text.clone()))
            };
            of_one(Reason::to_string).for_each(|text| whole.add(text));
            of_one(reasons::without_own).for_each(|text| shared.add(text));
        }
        // What differs from unit to unit is told without what differs.
        let tally = if whole.len() > shared.len() { shared } else { whole };
        tally.told(to_run).iter().map(|reason| plain(reason)).collect()
    }

    /// What runs; for several units, as the step is written.
    pub(super) fn line(&self) -> Option<String> {
        let first = self.first();
        let is_long = first.command.as_ref().is_some_and(|command| command.len() > MOST_WORDS);
        match self.folded {
            Some(folded) if self.rows.len() > 1 || is_long && first.what.is_empty() => {
                first.line.as_ref()?;
                Some(plain(&folded.command_line(first.written).to_string()))
            }
            _ => first.line.clone(),
        }
    }
}

fn listed(parts: impl Iterator<Item = String>) -> String {
    parts.filter(|part| !part.is_empty()).collect::<Vec<_>>().join(", ")
}

fn ran_at(row: &Row<'_>) -> Option<i64> {
    match *row.verdict {
        Verdict::UpToDate { ran_at } => Some(ran_at),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(rate: u32, verdict: Verdict) -> Row<'static> {
        Row {
            name: format!("train@rate={rate}").into(),
            written: loom_graph::StepId(0),
            family: Some("train".into()),
            what: "",
            verdict: std::borrow::Cow::Owned(verdict),
            notes: vec!["only if gate leads to `then`".to_owned()],
            line: Some(format!("train --rate {rate}")),
            command: None,
        }
    }

    fn graph() -> std::sync::Arc<StepGraph> {
        let source = loom_spec::Source::new("p.yml", "pipeline: [{name: train, command: train it}]");
        loom_graph::check(loom_spec::parse(&source), &loom_graph::OnPaper).graph.expect("it is sound")
    }

    #[test]
    fn what_units_have_in_common_is_told_once() {
        let graph = graph();
        let missing = |rate: u32| Reason::OutputMissing { path: rate.to_string() };
        let verdict = |rate: u32| match rate {
            0..3 => Verdict::UpToDate { ran_at: 0 },
            3..7 => Verdict::Run(vec![missing(rate)]),
            7 => Verdict::Run(vec![Reason::NeverRan]),
            _ => Verdict::Open(vec![Reason::Forced, Reason::Forced]),
        };
        let rows: Vec<Row> = (0..9).map(|rate| row(rate, verdict(rate))).collect();
        let [told] = &fold(&rows, Some(&graph))[..] else { panic!("they are one step") };
        assert_eq!(told.name(), "train ×9");
        assert_eq!(
            told.why(),
            "5 to run, 1 perhaps, 3 up to date: an output is missing (4), has not run yet (1), forced (1), \
             only if gate leads to `then`"
        );
        assert_eq!(told.line().as_deref(), Some("sh -c \"train it\""));
        assert_eq!(fold(&rows, None).len(), 9);
        let [told] = &fold(&rows[3..4], Some(&graph))[..] else { panic!("it is one unit") };
        assert_eq!(told.name(), "train@rate=3");
        assert_eq!(told.why(), "output 3 is missing, only if gate leads to `then`");
        assert_eq!(told.line().as_deref(), Some("train --rate 3"));
    }
}
