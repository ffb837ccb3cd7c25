//! Which configuration comes first, which is the best, and which no other one beats.

use std::cmp::Ordering;
use std::sync::Arc;

use loom_spec::{Goal, Suggest};

use super::{Cut, Key, Results, Row, State};

/// What is to be as large or as small as can be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Objective {
    /// The column.
    pub key: Key,
    /// Which value of it is better.
    pub goal: Goal,
}

/// No column, or more than one, goes by a name.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{what}")]
pub struct NoColumn {
    what: String,
    /// How to go on.
    pub help: String,
}

impl Results {
    /// The column of this name: a parameter, a metric by its name, its path or the end of its path, or `duration`.
    pub fn find(&self, name: &str) -> Result<Key, NoColumn> {
        if let Some(axis) = self.axes.iter().position(|axis| *axis.name == *name) {
            return Ok(Key::Axis(axis));
        }
        let named = self.metrics.iter().position(|metric| *metric.name == *name || *metric.path == *name);
        if let Some(metric) = named {
            return Ok(Key::Metric(metric));
        }
        if name == "duration" {
            return Ok(Key::Duration);
        }
        let ends = |path: &str| path.strip_suffix(name).is_some_and(|rest| rest.ends_with('.'));
        let ending: Vec<usize> = (0..self.metrics.len()).filter(|index| ends(&self.metrics[*index].path)).collect();
        match (&ending[..], name) {
            ([metric], _) => Ok(Key::Metric(*metric)),
            ([], "name" | "label") => Ok(Key::Label),
            ([], _) => Err(self.unknown(name, true)),
            (several, _) => {
                let names: Vec<&str> = several.iter().map(|metric| &*self.metrics[*metric].name).collect();
                let what = format!("{} metrics are named `{name}`", several.len());
                Err(NoColumn { what, help: format!("write more of it: {}", listed(&names)) })
            }
        }
    }

    /// The parameter of this name, as an index into [`Results::axes`].
    pub fn find_axis(&self, name: &str) -> Result<usize, NoColumn> {
        let found = self.axes.iter().position(|axis| *axis.name == *name);
        found.ok_or_else(|| self.unknown(name, false))
    }

    fn unknown(&self, name: &str, or_metric: bool) -> NoColumn {
        let axes = self.axes.iter().map(|axis| &*axis.name);
        let metrics = self.metrics.iter().map(|metric| &*metric.name).filter(|_| or_metric);
        let mut known: Vec<&str> = axes.chain(metrics).collect();
        known.extend(or_metric.then_some("duration"));
        let begins = known.iter().find(|known| name.len() > 1 && known.starts_with(name));
        let begins = begins.map(|known| format!("did you mean `{known}`?"));
        let help = match begins.or_else(|| Suggest::default().did_you_mean(name, known.iter().copied())) {
            Some(help) => help,
            None if known.is_empty() => "the configurations differ by none".to_owned(),
            None => format!("there are: {}", listed(&known)),
        };
        let what = if or_metric { "column" } else { "parameter" };
        NoColumn { what: format!("no {what} is named `{name}`"), help }
    }

    /// The number in a column of a row; of a parameter, if its value is one.
    pub fn value(&self, row: &Row, key: Key) -> Option<f64> {
        match key {
            Key::Label => None,
            Key::Axis(axis) => row.parameters.get(axis)?.trim().parse().ok().filter(|number: &f64| number.is_finite()),
            Key::Metric(metric) => row.metrics.get(metric).copied().flatten().map(|figure| figure.mean),
            Key::Duration => row.duration.map(|duration| duration.as_secs_f64()),
        }
    }

    /// Puts the rows in the order of a column, by number and then by text; rows with nothing there come last either way.
    /// What is equal keeps its order.
    pub fn sort(&mut self, key: Key, is_descending: bool) {
        let mut rows = std::mem::take(&mut self.rows);
        let turned = |order: Ordering| if is_descending { order.reverse() } else { order };
        rows.sort_by(|one, other| {
            let text = |row: &Row| match key {
                Key::Label => Some(row.label.clone()),
                Key::Axis(axis) => row.parameters.get(axis).cloned().filter(|text| !text.is_empty()),
                Key::Metric(_) | Key::Duration => None,
            };
            match (self.value(one, key), self.value(other, key)) {
                (Some(one), Some(other)) => turned(one.total_cmp(&other)),
                (Some(_), None) => Ordering::Less,
                (None, Some(_)) => Ordering::Greater,
                (None, None) => match (text(one), text(other)) {
                    (Some(one), Some(other)) => turned(one.cmp(&other)),
                    (one, other) => other.is_some().cmp(&one.is_some()),
                },
            }
        });
        self.rows = rows;
    }

    /// Puts the best rows first, if a metric has a goal: the first such metric decides, and the others where it does not.
    pub fn sort_by_goals(&mut self) {
        let goals = self.goals();
        let Some(first) = goals.first() else { return };
        let mut rows = std::mem::take(&mut self.rows);
        let rank = |row: &Row| self.rank(row, *first).unwrap_or(u8::MAX);
        rows.sort_by(|one, other| rank(one).cmp(&rank(other)).then_with(|| self.better(one, other, &goals)));
        self.rows = rows;
    }

    /// The best row by the goals of the metrics, as an index; none, if there are no goals or no numbers for the first of
    /// them, or if the best was left out. What failed is not the best, nor is what is outdated, unless all are.
    pub fn best(&self) -> Option<usize> {
        if let Some(Cut { best }) = &self.cut {
            let best = best.as_ref()?;
            return self.rows.iter().position(|row| row.label == *best);
        }
        let goals = self.goals();
        let first = *goals.first()?;
        let ranked = self.rows.iter().enumerate().filter_map(|(index, row)| Some((index, row, self.rank(row, first)?)));
        let rows = ranked.filter(|(_, row, _)| row.state != State::Failed);
        let best = rows.min_by(|(_, one, first), (_, other, second)| {
            first.cmp(second).then_with(|| self.better(one, other, &goals))
        });
        best.map(|(index, _, _)| index)
    }

    /// What goes before goodness: whether there is a number that decides, and how far it is to be trusted.
    fn rank(&self, row: &Row, deciding: Objective) -> Option<u8> {
        self.value(row, deciding.key)?;
        Some(match row.state {
            State::Made | State::Missing => 0,
            State::Outdated => 1,
            State::Failed => 2,
        })
    }

    /// Remembers which row is the best, before rows are left out.
    fn remember_best(&mut self) {
        if self.cut.is_none() {
            self.cut = Some(Cut { best: self.best().map(|best| Arc::clone(&self.rows[best].label)) });
        }
    }

    /// The metrics that have a goal.
    pub fn goals(&self) -> Vec<Objective> {
        let metrics = self.metrics.iter().enumerate();
        metrics.filter_map(|(index, metric)| Some(Objective { key: Key::Metric(index), goal: metric.goal? })).collect()
    }

    fn better(&self, one: &Row, other: &Row, objectives: &[Objective]) -> Ordering {
        let mut orders = objectives.iter().map(|objective| {
            match (self.value(one, objective.key), self.value(other, objective.key)) {
                (Some(one), Some(other)) => match objective.goal {
                    Goal::Max => other.total_cmp(&one),
                    Goal::Min => one.total_cmp(&other),
                },
                (one, other) => other.is_some().cmp(&one.is_some()),
            }
        });
        orders.find(|order| order.is_ne()).unwrap_or(Ordering::Equal)
    }

    /// Whether each row is on the Pareto front: no other one is as good in all objectives and better in one. A row that
    /// lacks one of the numbers is not.
    ///
    /// ```
    /// use loom_exec::results::{Figure, Key, Metric, Objective, Results, Row, State};
    /// use loom_spec::Goal::{Max, Min};
    /// let row = |loss, speed| Row {
    ///     label: "".into(),
    ///     parameters: vec![],
    ///     metrics: vec![Some(Figure::one(loss)), Some(Figure::one(speed))],
    ///     duration: None,
    ///     state: State::Made,
    ///     count: 1,
    ///     ..Row::default()
    /// };
    /// let results = Results { rows: vec![row(1.0, 5.0), row(2.0, 4.0), row(3.0, 9.0)], ..Results::default() };
    /// let objectives = [(Key::Metric(0), Min), (Key::Metric(1), Max)].map(|(key, goal)| Objective { key, goal });
    /// assert_eq!(results.pareto(&objectives), [true, false, true]);
    /// ```
    pub fn pareto(&self, objectives: &[Objective]) -> Vec<bool> {
        // All as if smaller were better.
        let cost = |row: &Row, objective: &Objective| {
            let value = self.value(row, objective.key)?;
            Some(if objective.goal == Goal::Max { -value } else { value })
        };
        let costs = |row| objectives.iter().map(|objective| cost(row, objective)).collect::<Option<Vec<f64>>>();
        let mut open: Vec<(usize, Vec<f64>)> =
            self.rows.iter().enumerate().filter_map(|(index, row)| Some((index, costs(row)?))).collect();
        // In this order, none is beaten by one that comes later.
        let order = |one: &[f64], other: &[f64]| one.partial_cmp(other).unwrap_or(Ordering::Equal);
        open.sort_by(|(_, one), (_, other)| order(one, other));
        let mut front: Vec<Vec<f64>> = Vec::new();
        let mut is_on_it = vec![false; self.rows.len()];
        for (index, costs) in open {
            let beats = |known: &Vec<f64>| *known != costs && known.iter().zip(&costs).all(|(one, other)| one <= other);
            // The newest are the nearest, and so the likeliest to beat it.
            if !front.iter().rev().any(beats) {
                is_on_it[index] = true;
                front.push(costs);
            }
        }
        is_on_it
    }

    /// Keeps the rows of the Pareto front.
    pub fn keep_pareto(&mut self, objectives: &[Objective]) {
        self.remember_best();
        let mut is_on_it = self.pareto(objectives).into_iter();
        self.rows.retain(|_| is_on_it.next().unwrap_or(false));
    }

    /// Keeps the first rows.
    pub fn keep_first(&mut self, count: usize) {
        self.remember_best();
        self.rows.truncate(count);
    }
}

fn listed(names: &[&str]) -> String {
    const SHOWN: usize = 12;
    let more = names.len().saturating_sub(SHOWN);
    let shown = names[..names.len() - more].join(", ");
    if more == 0 { shown } else { format!("{shown}, and {more} more") }
}
