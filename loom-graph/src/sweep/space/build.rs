//! From axes to configurations.

use std::sync::Arc;

use foldhash::{HashMap, HashSet};
use loom_spec::{Entry, Pipeline, Problem, Problems, Scalar, Span, Style, Suggest, Sweep, Value};

use super::Space;
use super::column::{Column, Pattern, UNSET};
use super::draw::Stream;
use super::group::Group;
use super::rules::span_of;
use super::sieve::Sieve;
use crate::World;

/// How many axes there may be.
const MAX_AXES: usize = 64;
/// How many configurations there are at most, whatever `max` says.
pub(super) const MAX_PLANNED: u64 = 10_000_000;
/// How many configurations are looked at to find those that are left, and how many where `max` allows for more.
const LOOKED_AT: (u64, u64) = (10_000_000, 100_000_000);
/// How many comparisons with items of `exclude` and `include` there may be.
const MAX_COMPARED: u64 = 1_000_000_000;
/// How many values are computed for all axes together, where `max` does not allow for more.
const MAX_COMPUTED: u64 = 200_000;
/// How many are drawn for each that is asked for, where most are thrown away again; and the least and the most of that,
/// where `max` does not allow for more.
const MAX_DRAWS: u64 = 100;
const DRAWS: (u64, u64) = (100_000, 500_000);

/// Who set a name first: the axis, where, whether from outside the file, and how.
type Taken = (Arc<str>, Span, bool, &'static str);

pub(super) struct Build<'a> {
    pub(super) pipeline: &'a Pipeline,
    pub(super) sweep: &'a Sweep,
    pub(super) world: &'a dyn World,
    pub(super) problems: &'a mut Problems,
    pub(super) suggest: Suggest,
    pub(super) failed: bool,
    pub(super) taken: HashMap<Arc<str>, Taken>,
    /// How many configurations may be looked at.
    pub(super) limit: u64,
    /// How many values may be computed, and how many yet.
    pub(super) most_values: u64,
    pub(super) values_left: u64,
    /// Those of the product, those that only `include` names, those of `repeat`.
    pub(super) columns: Vec<Column>,
    /// How many axes the product has.
    pub(super) originals: usize,
    /// How many there are without those of `repeat`.
    pub(super) base: usize,
}

/// The configurations of a sweep.
pub(super) fn space(pipeline: &Pipeline, sweep: &Sweep, world: &dyn World, problems: &mut Problems) -> Option<Space> {
    let most = sweep.max.as_ref().map_or(Sweep::MAX, |max| max.amount).min(MAX_PLANNED);
    let limit = most.saturating_mul(100).clamp(LOOKED_AT.0, LOOKED_AT.1);
    let mut build = Build {
        pipeline,
        sweep,
        world,
        problems,
        suggest: Suggest::default(),
        failed: false,
        taken: HashMap::default(),
        limit,
        most_values: MAX_COMPUTED.max(most),
        values_left: MAX_COMPUTED.max(most),
        columns: Vec::new(),
        originals: 0,
        base: 0,
    };
    let from = match &sweep.from {
        Some(from) => Some(build.table(from)?),
        None => None,
    };
    let table = match from {
        Some((columns, rows)) => {
            build.columns = columns;
            Some(rows)
        }
        None => {
            build.columns = build.axes(&sweep.axes, false);
            None
        }
    };
    build.originals = build.columns.len();
    if build.failed && build.originals == 0 && sweep.from.is_some() {
        return None;
    }
    if let Some(from) = sweep.from.as_ref().filter(|_| build.originals == 0) {
        let problem = Problem::error("nothing-left", format!("`{}` has no configurations", from.text));
        build.error(problem.at(from.span, "nothing to run"));
        return None;
    }
    let repeats = build.axes(&sweep.repeat, true);
    build.extras(&repeats);
    build.base = build.columns.len();
    build.columns.extend(repeats);
    let count = build.columns.len();
    if count == 0 && !build.failed {
        let problem = Problem::warning("empty-sweep", "the sweep varies nothing");
        build
            .problems
            .push(build.of_sweep(problem, sweep.span, "there is no axis").help("write `axes: {name: [1, 2, 3]}`"));
        return None;
    }
    if count > MAX_AXES {
        let problem = Problem::error("too-many-axes", format!("{count} axes are too many: there may be {MAX_AXES}"));
        let problem = build.of_sweep(problem, build.columns[MAX_AXES].span, "one too many");
        build.error(problem.help("a label sets any number of parameters: `config: {small: {a: 1, b: 2}}`"));
    }
    let indices = build.configurations(table, most).unwrap_or_default();
    Some(build.finish(&indices))
}

impl<'a> Build<'a> {
    pub(super) fn error(&mut self, problem: Problem) {
        self.failed = true;
        self.problems.push(problem);
    }

    /// A place in the sweep, if it stands in the file.
    pub(super) fn of_sweep(&self, problem: Problem, span: Span, label: impl Into<String>) -> Problem {
        if span == Span::default() { problem } else { problem.at(span, label) }
    }

    /// The value of a parameter that was given from outside the file.
    pub(super) fn pinned(&self, name: &str) -> Option<&'a Scalar> {
        let parameter = self.pipeline.parameters.iter().find(|parameter| &*parameter.name.text == name)?;
        match &parameter.value {
            Value::Scalar(scalar) if scalar.style == Style::Given => Some(scalar),
            _ => None,
        }
    }

    /// The value of a parameter, that of another one if it refers to it.
    pub(super) fn parameter(&self, name: &str) -> Option<&'a Value> {
        let mut name = name;
        for _ in 0..self.pipeline.parameters.len() {
            let value = &self.pipeline.parameters.iter().find(|parameter| &*parameter.name.text == name)?.value;
            match value {
                Value::Scalar(scalar) if scalar.reference().is_some() => name = scalar.reference()?,
                value => return Some(value),
            }
        }
        None
    }

    /// All that is left in the end, one configuration behind another; none if something is wrong.
    fn configurations(&mut self, table: Option<Vec<u32>>, most: u64) -> Option<Vec<u32>> {
        let groups = self.groups(table);
        let excludes = self.excludes();
        let includes = self.includes();
        let condition = self.condition();
        let only = self.only();
        // All that is wrong is told at once.
        let groups = groups?;
        if self.failed {
            return None;
        }
        let (only, of_repeat): (Vec<Pattern>, _) = only.into_iter().partition(|pattern| pattern.column < self.base);
        let repeats = self.repeats(of_repeat);
        let times = repeats.iter().map(|(_, ids)| ids.len() as u128).product::<u128>();
        let most_rows = u64::try_from(u128::from(most) / times.max(1)).unwrap_or(u64::MAX);
        let (rows, counts) = (Vec::new(), Default::default());
        let mut sieve = Sieve { excludes, includes, condition, only, rows, most: most_rows, counts };
        if let Err(problem) = self.fill(&groups, &mut sieve, times, most) {
            self.error(*problem);
            return None;
        }
        self.told_of_excludes(&sieve.excludes);
        let left = u128::from(sieve.counts.wanted) * times;
        if left == 0 {
            self.nothing_left(&sieve);
            return None;
        }
        if left > u128::from(most) {
            self.too_many(left, most);
            return None;
        }
        self.lacking(&sieve.rows)?;
        Some(self.crossed(&sieve.rows, &repeats))
    }

    fn fill(&mut self, groups: &[Group], sieve: &mut Sieve<'a>, times: u128, most: u64) -> Result<(), Box<Problem>> {
        let sweep = self.sweep;
        let mut row = vec![UNSET; self.base];
        for (place, column) in row.iter_mut().zip(&self.columns).skip(self.originals) {
            *place = column.sequence.first().copied().unwrap_or(UNSET);
        }
        if let Some(sample) = sweep.sample.as_ref().filter(|_| self.originals > 0) {
            // `--only` takes some of them away again.
            let count = u128::from(sample.amount) * if sieve.only.is_empty() { times } else { 1 };
            if count > u128::from(most) {
                return Err(Box::new(self.too_many_problem(count, most)));
            }
            self.draw(groups, sieve, &mut row, sample.amount)?;
        } else {
            let made = groups.iter().fold(1_u128, |made, group| made.saturating_mul(group.len() as u128));
            let count = made.saturating_mul(times);
            if sieve.keeps_all() && count > u128::from(most) {
                return Err(Box::new(self.too_many_problem(count, most)));
            }
            let rules = (sieve.excludes.len() + sieve.includes.len()) as u128;
            if made > u128::from(self.limit) || made.saturating_mul(rules) > u128::from(MAX_COMPARED) {
                return Err(Box::new(self.too_much_problem(made)));
            }
            // Without an axis there is still the one configuration that `parameters` give, unless others are written out.
            if self.originals > 0 || sweep.include.iter().all(Vec::is_empty) {
                self.product(groups, sieve, &mut row)?;
            }
        }
        self.stand_alone(sieve)
    }

    fn product(&self, groups: &[Group], sieve: &mut Sieve<'a>, row: &mut [u32]) -> Result<(), Box<Problem>> {
        if groups.iter().any(|group| group.len() == 0) {
            return Ok(());
        }
        let start: Vec<u32> = row.to_vec();
        let mut turns = vec![0; groups.len()];
        groups.iter().for_each(|group| group.write(0, row));
        loop {
            sieve.counts.made += 1;
            if !sieve.excludes(&self.columns, row) {
                sieve.take(&self.columns, row)?;
                row[self.originals..].copy_from_slice(&start[self.originals..]);
            }
            // The last one turns fastest; one that is through begins again, and turns the one before it.
            let mut at = groups.len();
            loop {
                let Some(before) = at.checked_sub(1) else { return Ok(()) };
                at = before;
                turns[at] += 1;
                if turns[at] < groups[at].len() {
                    groups[at].write(turns[at], row);
                    break;
                }
                turns[at] = 0;
                groups[at].write(0, row);
            }
        }
    }

    /// Draws until there are as many as are asked for. What was drawn before is drawn again, and what is excluded or
    /// does not hold; so a larger sample begins with a smaller one.
    fn draw(
        &mut self,
        groups: &[Group],
        sieve: &mut Sieve<'a>,
        row: &mut [u32],
        wanted: u64,
    ) -> Result<(), Box<Problem>> {
        let seed = self.sweep.seed.as_ref().map_or(0, |seed| seed.amount);
        let mut streams: Vec<Stream> =
            groups.iter().map(|group| Stream::new(seed, &self.columns[group.columns[0]].name)).collect();
        let sizes = groups.iter().map(|group| match self.columns[group.columns[0]].urn {
            Some(urn) => urn.size(),
            None => Some(group.len() as u128),
        });
        let there_are = sizes.collect::<Option<Vec<u128>>>();
        let there_are = there_are.map(|sizes| sizes.into_iter().fold(1_u128, u128::saturating_mul));
        let start: Vec<u32> = row.to_vec();
        let mut seen: HashSet<Box<[u32]>> = HashSet::default();
        let mut found = 0;
        let mut draws = 0;
        let (least, most) = DRAWS;
        let most_draws = wanted.saturating_mul(MAX_DRAWS).clamp(least, most.max(wanted.saturating_mul(20)));
        let rules = (sieve.excludes.len() + sieve.includes.len()) as u64;
        let most_draws = most_draws.min(MAX_COMPARED / rules.max(1));
        while found < wanted && draws < most_draws && there_are.is_none_or(|all| (seen.len() as u128) < all) {
            draws += 1;
            for (group, stream) in groups.iter().zip(&mut streams) {
                match self.columns[group.columns[0]].urn {
                    Some(urn) => {
                        let span = self.columns[group.columns[0]].span;
                        let value = super::value::plain(urn.draw(stream), span);
                        row[group.columns[0]] = self.columns[group.columns[0]].intern(&value);
                    }
                    None => group.write(stream.below(group.len() as u64) as usize, row),
                }
            }
            if !seen.insert(Box::from(&row[..self.originals])) {
                continue;
            }
            sieve.counts.made += 1;
            if sieve.excludes(&self.columns, row) {
                continue;
            }
            if !sieve.holds(&self.columns, row)? {
                sieve.counts.not_excluded += 1;
                sieve.counts.included += 1;
                continue;
            }
            found += 1;
            sieve.take(&self.columns, row)?;
            row[self.originals..].copy_from_slice(&start[self.originals..]);
        }
        if found < wanted && found > 0 {
            let is_all = there_are.is_some_and(|all| seen.len() as u128 >= all);
            let message = match is_all {
                true => format!("there are only {found} configurations to draw, and `sample` asks for {wanted}"),
                false => {
                    format!("only {found} configurations were found in {draws} draws, and `sample` asks for {wanted}")
                }
            };
            let span = self.sweep.sample.as_ref().map_or(self.sweep.span, |sample| sample.span);
            let problem = self.of_sweep(Problem::warning("short-sample", message), span, "more than there are");
            self.problems.push(match is_all {
                true => problem,
                false => problem.help("`exclude` and `where` take most of them away: narrow the axes instead"),
            });
        }
        Ok(())
    }

    /// The included configurations that no other took in.
    fn stand_alone(&mut self, sieve: &mut Sieve<'a>) -> Result<(), Box<Problem>> {
        let sweep = self.sweep;
        let mut seen: HashSet<Vec<u32>> = HashSet::default();
        for (place, object) in sweep.include.iter().enumerate() {
            let Some(include) = sieve.includes.get(place) else { continue };
            if include.has_hit || object.is_empty() || self.contradicts(object) {
                continue;
            }
            let span = span_of(object);
            let extras = include.extras.clone();
            let mut row = vec![UNSET; self.base];
            for (column, place) in row.iter_mut().enumerate() {
                let named = object.iter().find(|entry| entry.key.text == self.columns[column].name);
                let value = named.map(|entry| &entry.value).or_else(|| {
                    let is_labelled = self.columns[column].is_labelled;
                    (!is_labelled).then(|| self.parameter(&self.columns[column].name)).flatten()
                });
                let known = &mut self.columns[column];
                *place = match (extras.iter().find(|(extra, _)| *extra == column), value) {
                    (Some((_, id)), _) => *id,
                    _ if known.is_pinned => known.sequence[0],
                    (None, Some(value)) => match known.matching(value) {
                        Some(id) => id,
                        None => known.intern(value),
                    },
                    (None, None) => {
                        let name = &known.name;
                        let (what, help) = match known.is_labelled {
                            true => ("label", "name a label".to_owned()),
                            false => ("value", format!("add `{name}`, or give it a value under `parameters`")),
                        };
                        return Err(Box::new(
                            Problem::error("no-value", format!("this configuration has no {what} for `{name}`"))
                                .at(span, "matches none of the others, and so is one of its own")
                                .help(help),
                        ));
                    }
                };
            }
            if !seen.insert(row.clone()) {
                continue;
            }
            if !sieve.finish(&self.columns, &row)? {
                let mut problem = Problem::warning("not-included", "`where` does not hold of this configuration")
                    .at(span, "included here, and left out");
                if let Some(condition) = &sieve.condition {
                    problem = problem.at(condition.scalar().span, "is to hold of every configuration");
                }
                self.problems.push(problem);
            }
        }
        Ok(())
    }

    /// Whether an object names another value than the one that was given from outside the file.
    pub(super) fn contradicts(&self, object: &[Entry]) -> bool {
        object.iter().any(|entry| {
            let column = self.columns.iter().find(|column| column.name == entry.key.text);
            column.is_some_and(|column| {
                column.is_pinned && column.matching(&entry.value) != column.sequence.first().copied()
            })
        })
    }

    /// The axes of `repeat`, and the values of each that are wanted.
    fn repeats(&self, mut only: Vec<Pattern>) -> Vec<(usize, Vec<u32>)> {
        let mut row = vec![UNSET; self.columns.len()];
        (self.base..self.columns.len())
            .map(|column| {
                let mut is_wanted = |id: u32| {
                    row[column] = id;
                    let mut patterns = only.iter_mut().filter(|pattern| pattern.column == column);
                    patterns.all(|pattern| pattern.holds(&self.columns, &row))
                };
                let mut seen = HashSet::default();
                let ids = self.columns[column].sequence.iter().copied();
                (column, ids.filter(|id| is_wanted(*id) && seen.insert(*id)).collect())
            })
            .collect()
    }

    /// Each configuration as often as it is repeated.
    fn crossed(&self, rows: &[u32], repeats: &[(usize, Vec<u32>)]) -> Vec<u32> {
        let mut crossed = if self.base == 0 { vec![] } else { rows.to_vec() };
        let mut width = self.base;
        for (_, ids) in repeats {
            let count = crossed.len().checked_div(width).unwrap_or(1);
            let mut next = Vec::with_capacity(count * ids.len() * (width + 1));
            for config in 0..count {
                for id in ids {
                    next.extend_from_slice(&crossed[config * width..(config + 1) * width]);
                    next.push(*id);
                }
            }
            (crossed, width) = (next, width + 1);
        }
        crossed
    }

    /// A value that is included is one for all: the others need one as well.
    fn lacking(&mut self, rows: &[u32]) -> Option<()> {
        for column in self.originals..self.base {
            if rows.chunks(self.base).any(|row| row[column] == UNSET) {
                let Column { name, span, .. } = &self.columns[column];
                let problem = Problem::error("no-value", format!("only some configurations have a value for `{name}`"))
                    .at(*span, "included here")
                    .help(format!("give `{name}` a value under `parameters`, for the others"));
                self.error(problem);
            }
        }
        (!self.failed).then_some(())
    }

    fn finish(self, indices: &[u32]) -> Space {
        let width = self.columns.len();
        let mut used: Vec<Vec<bool>> =
            self.columns.iter().map(|column| vec![indices.is_empty(); column.values.len()]).collect();
        for row in indices.chunks(width.max(1)) {
            for (used, id) in used.iter_mut().zip(row) {
                used[*id as usize] = true;
            }
        }
        let (axes, places): (Vec<_>, Vec<_>) =
            self.columns.into_iter().zip(&used).map(|(column, used)| column.finished(used)).unzip();
        let place = |(at, id): (usize, &u32)| places[at % width][*id as usize];
        Space { axes, indices: indices.iter().enumerate().map(place).collect() }
    }
}
