//! What is said of all configurations together.

use loom_spec::Problem;

use super::build::{Build, MAX_PLANNED};
use super::sieve::{Exclude, Sieve};

impl<'a> Build<'a> {
    pub(super) fn near_or_all<'n>(
        &mut self,
        sign: &str,
        name: &str,
        all: &str,
        known: impl Iterator<Item = &'n str> + Clone,
    ) -> String {
        const SHOWN: usize = 10;
        if let Some(near) = self.suggest.nearest(name, known.clone()) {
            return format!("did you mean `{sign}{near}`?");
        }
        let more = if known.clone().nth(SHOWN).is_some() { ", …" } else { "" };
        let shown: Vec<String> = known.take(SHOWN).map(|name| format!("`{sign}{name}`")).collect();
        if shown.is_empty() { "there are none".to_owned() } else { format!("{all} {}{more}", shown.join(", ")) }
    }

    pub(super) fn told_of_excludes(&mut self, excludes: &[Exclude]) {
        let sweep = self.sweep;
        let objects = sweep.exclude.iter().filter(|object| !object.is_empty());
        for (exclude, object) in excludes.iter().zip(objects) {
            if exclude.has_hit || exclude.is_quiet {
                continue;
            }
            let mut help = None;
            for entry in object {
                let Some(column) = self.columns.iter().position(|column| column.name == entry.key.text) else {
                    continue;
                };
                if self.columns[column].matching(&entry.value).is_none() && self.columns[column].urn.is_none() {
                    let texts: Vec<String> = self.columns[column].texts().map(str::to_owned).collect();
                    let text = super::value::text_of(&entry.value);
                    let all = format!("the values of `{}` are", entry.key.text);
                    help = Some(self.near_or_all("", &text, &all, texts.iter().map(String::as_str)));
                    break;
                }
            }
            self.problems.push(
                Problem::warning("excludes-nothing", "no configuration matches this")
                    .at(exclude.span, "excludes nothing")
                    .maybe_help(help),
            );
        }
    }

    pub(super) fn too_many(&mut self, count: u128, most: u64) {
        let problem = self.too_many_problem(count, most);
        self.error(problem);
    }

    pub(super) fn too_many_problem(&self, count: u128, most: u64) -> Problem {
        let max = self.sweep.max.as_ref();
        let span = max.map_or(self.sweep.span, |max| max.span);
        let (limit, label) = match max {
            Some(max) if max.amount > MAX_PLANNED => ("loom plans", "whatever stands here"),
            Some(_) => ("`max` allows", "allows no more"),
            None => ("`max` allows", "without `max`, that is as many as there may be"),
        };
        let message = format!("the sweep has {count} configurations, and {limit} {most}");
        let problem = Problem::error("too-many-configurations", message);
        self.of_sweep(problem, span, label).help(match count <= u128::from(MAX_PLANNED) {
            true => format!("write `max: {count}` under `sweep` if that is meant; `where` or `sample` make it fewer"),
            false => "`sample` draws some of them".to_owned(),
        })
    }

    pub(super) fn too_much_problem(&self, count: u128) -> Problem {
        let message = format!("the axes cross to {count} configurations, too many to look for those that are left");
        self.of_sweep(
            Problem::error("too-many-configurations", message),
            self.sweep.span,
            format!("loom looks at {} at most, at fewer where much is excluded or included", self.limit),
        )
        .help("`sample` draws some of them without looking at all; with a larger `max` loom looks at more")
    }

    /// Tells which filter took the last configuration.
    pub(super) fn nothing_left(&mut self, sieve: &Sieve<'a>) {
        let (counts, sweep) = (sieve.counts, self.sweep);
        let configurations = |count: u64| {
            if count == 1 { "the only configuration".to_owned() } else { format!("all {count} configurations") }
        };
        let problem = |message: String| Problem::error("nothing-left", message);
        let problem = if counts.included == 0 && counts.made > 0 {
            let span = sieve.excludes.first().map_or(sweep.span, |exclude| exclude.span);
            let message = format!("`exclude` takes away {}", configurations(counts.made));
            self.of_sweep(problem(message), span, "nothing is left")
        } else if counts.included == 0 {
            let (message, span) = match (&sweep.from, &sweep.sample) {
                (Some(from), _) => (format!("`{}` has no configurations", from.text), from.span),
                (None, Some(sample)) => ("a sample of 0 configurations is none".to_owned(), sample.span),
                (None, None) if self.columns.iter().any(|column| column.is_pinned) => {
                    ("no included configuration has the value that was given with `--set`".to_owned(), sweep.span)
                }
                (None, None) => ("the sweep has no configurations".to_owned(), sweep.span),
            };
            self.of_sweep(problem(message), span, "nothing to run")
        } else if counts.held == 0 {
            let span = sieve.condition.as_ref().map_or(sweep.span, |condition| condition.scalar().span);
            let message = format!("`where` holds of none of {} configurations", counts.included);
            self.of_sweep(problem(message), span, "nothing is left")
        } else {
            let asked: Vec<String> = sweep.only.iter().map(|(name, text)| format!("{name}={text}")).collect();
            let message = format!("`--only` keeps none of {} configurations: {}", counts.held, asked.join(", "));
            problem(message).help("the same axis twice means either value, different axes mean both")
        };
        self.error(problem);
    }
}
