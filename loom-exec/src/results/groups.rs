//! What configurations have in common: means over what they differ by.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use std::time::Duration;

use loom_graph::Space;

use super::{Column, Figure, Results, Row, State};

impl Results {
    /// The mean over the axes that only repeat; the same, if there are none.
    pub fn over_repeats(self) -> Self {
        let kept: Vec<usize> = (0..self.axes.len()).filter(|axis| !self.axes[*axis].is_repeat).collect();
        if kept.len() == self.axes.len() { self } else { self.by(&kept) }
    }

    /// A row for each combination of values of these axes, with the mean over all others. The order is that in which the
    /// combinations are met; an index that is none is passed over.
    ///
    /// ```
    /// use loom_exec::results::{Column, Figure, Metric, Results, Row, State};
    /// let row = |model: &str, seed: &str, loss: f64| Row {
    ///     label: format!("{model},{seed}").into(),
    ///     parameters: vec![model.into(), seed.into()],
    ///     metrics: vec![Some(Figure::one(loss))],
    ///     duration: None,
    ///     state: State::Made,
    ///     count: 1,
    ///     ..Row::default()
    /// };
    /// let results = Results {
    ///     axes: vec![
    ///         Column { name: "model".into(), is_repeat: false, set_by: None },
    ///         Column { name: "seed".into(), is_repeat: true, set_by: None },
    ///     ],
    ///     metrics: vec![Metric { name: "loss".into(), path: "loss".into(), goal: None }],
    ///     rows: vec![row("mlp", "1", 1.0), row("mlp", "2", 3.0), row("deep", "1", 5.0)],
    ///     ..Results::default()
    /// };
    /// let results = results.by(&[0]);
    /// assert_eq!(&*results.rows[0].label, "model=mlp");
    /// assert_eq!(results.rows[0].metrics[0], Some(Figure { mean: 2.0, std: Some(2f64.sqrt()), count: 2 }));
    /// assert_eq!(results.rows[1].metrics[0], Some(Figure::one(5.0)));
    /// ```
    pub fn by(self, axes: &[usize]) -> Self {
        let mut axes: Vec<usize> = axes.iter().copied().filter(|axis| *axis < self.axes.len()).collect();
        // What the labels of an axis set goes with it.
        for (index, column) in self.axes.iter().enumerate() {
            if column.set_by.is_some_and(|axis| axes.contains(&axis)) && !axes.contains(&index) {
                axes.push(index);
            }
        }
        let mut places: HashMap<Vec<Arc<str>>, usize> = HashMap::new();
        let mut groups: Vec<(Vec<Arc<str>>, Vec<&Row>)> = Vec::new();
        for row in &self.rows {
            let values: Vec<Arc<str>> = axes.iter().map(|axis| Arc::clone(&row.parameters[*axis])).collect();
            let place = *places.entry(values).or_insert_with_key(|values| {
                groups.push((values.clone(), Vec::new()));
                groups.len() - 1
            });
            groups[place].1.push(row);
        }
        let place = |axis: usize| axes.iter().position(|known| *known == axis);
        let column =
            |axis: &usize| Column { set_by: self.axes[*axis].set_by.and_then(place), ..self.axes[*axis].clone() };
        let columns: Vec<Column> = axes.iter().map(column).collect();
        let rows = groups.into_iter().map(|(values, rows)| {
            let named = columns
                .iter()
                .zip(&values)
                .filter(|(column, _)| column.set_by.is_none())
                .map(|(column, value)| format!("{}={}", column.name, Space::in_name(value)));
            let label = if values.is_empty() { "all".into() } else { named.collect::<Vec<_>>().join(",").into() };
            let metrics = (0..self.metrics.len()).map(|metric| mean(&rows, metric)).collect();
            Row {
                label,
                parameters: values,
                metrics,
                duration: duration(&rows),
                state: state(&rows),
                count: count(&rows),
                parts: parts(&rows),
                sources: Vec::new(),
            }
        });
        Self { rows: rows.collect(), axes: columns, ..self }
    }
}

fn mean(rows: &[&Row], metric: usize) -> Option<Figure> {
    // What several of the rows share, a file that was made for all of them, is one number.
    let mut known = HashSet::new();
    let is_other = |row: &&&Row| row.sources.get(metric).is_none_or(|source| known.insert(*source));
    let figures: Vec<Figure> = rows
        .iter()
        .filter(|row| row.metrics[metric].is_some())
        .filter(is_other)
        .filter_map(|row| row.metrics[metric])
        .collect();
    let first = match &figures[..] {
        [] => return None,
        [only] => return Some(*only),
        [first, ..] => first.mean,
    };
    let numbers = || figures.iter().map(|figure| figure.mean);
    let count = figures.len();
    // In this way the mean of equal numbers is that number.
    let mean = first + numbers().map(|number| number - first).sum::<f64>() / count as f64;
    // Large numbers may have a mean where they have no sum.
    let mean = if mean.is_finite() { mean } else { numbers().map(|number| number / count as f64).sum() };
    let squares: f64 = numbers().map(|number| (number - mean).powi(2)).sum();
    let std = (squares / (count - 1) as f64).sqrt();
    Some(Figure { mean, std: Some(std).filter(|std| std.is_finite()), count })
}

fn duration(rows: &[&Row]) -> Option<Duration> {
    let known: Vec<Duration> = rows.iter().filter_map(|row| row.duration).collect();
    let sum = known.iter().fold(Duration::ZERO, |sum, one| sum.saturating_add(*one));
    (!known.is_empty()).then(|| sum / u32::try_from(known.len()).unwrap_or(u32::MAX))
}

/// Numbers that are outdated make the mean so; what failed or is missing takes nothing from those that are there.
fn state(rows: &[&Row]) -> State {
    let states = || rows.iter().map(|row| row.state);
    if states().any(|state| state == State::Outdated) {
        return State::Outdated;
    }
    states().min().unwrap_or(State::Missing)
}

fn parts(rows: &[&Row]) -> Vec<(State, usize)> {
    if let [only] = rows {
        return only.parts.clone();
    }
    let of_state = |state| (state, rows.iter().map(|row| row.count_of(state)).sum());
    State::ALL.map(of_state).into_iter().filter(|(_, count)| *count > 0).collect()
}

fn count(rows: &[&Row]) -> usize {
    rows.iter().map(|row| row.count).sum()
}
