//! From axes to configurations.

use std::sync::Arc;

use foldhash::{HashMap, HashSet};
use loom_spec::{Entry, Pipeline, Problem, Problems, Scalar, Span, Style, Suggest, Sweep, Value};

use super::Space;
use super::column::{Column, Pattern, UNSET};
use super::condition::Condition;
use super::draw::Stream;
use super::sieve::{Exclude, Include, Sieve};
use crate::World;

/// How many axes there may be.
const MAX_AXES: usize = 64;
/// How many configurations are looked at to find those that are left, where `max` does not allow for more.
const MAX_LOOKED_AT: u64 = 10_000_000;
/// How many are drawn for each that is asked for, where most are thrown away again.
const MAX_DRAWS: u64 = 1000;

/// Axes that go through their values together.
struct Group {
    columns: Vec<usize>,
    /// Their values, one turn behind another; empty for one that is drawn.
    turns: Vec<u32>,
}

impl Group {
    fn len(&self) -> usize {
        self.turns.len() / self.columns.len().max(1)
    }

    fn turn(&self, turn: usize) -> &[u32] {
        let width = self.columns.len();
        &self.turns[turn * width..(turn + 1) * width]
    }

    fn write(&self, turn: usize, row: &mut [u32]) {
        for (column, id) in self.columns.iter().zip(self.turn(turn)) {
            row[*column] = *id;
        }
    }

    /// Leaves each turn once; tells the first that was there before.
    fn dedup(&mut self) -> Option<usize> {
        let mut seen: HashSet<&[u32]> = HashSet::default();
        let fresh: Vec<usize> = (0..self.len()).filter(|turn| seen.insert(self.turn(*turn))).collect();
        if fresh.len() == self.len() {
            return None;
        }
        let first =
            (0..self.len()).find(|turn| fresh.binary_search(turn).is_err()).map(|turn| self.turn(turn).to_vec());
        self.turns = fresh.iter().flat_map(|turn| self.turn(*turn)).copied().collect();
        first.and_then(|first| (0..self.len()).find(|turn| self.turn(*turn) == first))
    }
}

/// Who set a name first: the axis, where, whether from outside the file, and how.
type Taken = (Arc<str>, Span, bool, &'static str);

pub(super) struct Build<'a> {
    pub(super) pipeline: &'a Pipeline,
    pub(super) sweep: &'a Sweep,
    pub(super) world: &'a dyn World,
    problems: &'a mut Problems,
    suggest: Suggest,
    failed: bool,
    pub(super) taken: HashMap<Arc<str>, Taken>,
    /// How many configurations may be looked at.
    pub(super) limit: u64,
    /// Those of the product, those that only `include` names, those of `repeat`.
    columns: Vec<Column>,
    /// How many axes the product has.
    originals: usize,
    /// How many there are without those of `repeat`.
    base: usize,
}

/// The configurations of a sweep.
pub(super) fn space(pipeline: &Pipeline, sweep: &Sweep, world: &dyn World, problems: &mut Problems) -> Option<Space> {
    let most = sweep.max.as_ref().map_or(Sweep::MAX, |max| max.amount);
    let limit = MAX_LOOKED_AT.max(most.saturating_mul(100)).min(u64::from(u32::MAX - 1));
    let mut build = Build {
        pipeline,
        sweep,
        world,
        problems,
        suggest: Suggest::default(),
        failed: false,
        taken: HashMap::default(),
        limit,
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

    pub(super) fn warning(&mut self, problem: Problem) {
        self.problems.push(problem);
    }

    /// A place in the sweep, if it stands in the file.
    fn of_sweep(&self, problem: Problem, span: Span, label: impl Into<String>) -> Problem {
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

    /// The axis of the product that a key names; tells that there is none.
    fn named(&mut self, key: &Scalar, most: usize) -> Option<usize> {
        if let Some(column) = self.columns.iter().position(|column| column.name == key.text) {
            if column < most {
                return Some(column);
            }
            let kind = if column < self.base { "an axis that only `include` names" } else { "an axis of `repeat`" };
            self.error(
                Problem::error("unknown-axis", format!("`{}` is {kind}", key.text))
                    .at(key.span, "expected one of the `axes`")
                    .help("what is repeated or included comes after the other axes were crossed"),
            );
            return None;
        }
        let sets =
            |column: &&Column| column.values.iter().any(|value| value.settings.iter().any(|(set, _)| *set == key.text));
        let help = match self.columns.iter().find(sets) {
            Some(column) => format!("the labels of `{}` set it: name one of them", column.name),
            None => {
                let names: Vec<Arc<str>> =
                    self.columns.iter().take(most).map(|column| Arc::clone(&column.name)).collect();
                self.near_or_all("", &key.text, "the axes are", names.iter().map(|name| &**name))
            }
        };
        self.error(
            Problem::error("unknown-axis", format!("no axis is named `{}`", key.text))
                .at(key.span, "no such axis")
                .help(help),
        );
        None
    }

    /// The axes that only `include` names.
    fn extras(&mut self, repeats: &[Column]) {
        let sweep = self.sweep;
        for entry in sweep.include.iter().flatten() {
            let key = &entry.key;
            if self.columns.iter().any(|column| column.name == key.text) {
                continue;
            }
            if repeats.iter().any(|column| column.name == key.text) {
                self.error(
                    Problem::error("unknown-axis", format!("`{}` is an axis of `repeat`", key.text))
                        .at(key.span, "every included configuration is repeated, too")
                        .help("leave it out"),
                );
                continue;
            }
            self.take_name(key, &key.text, "is included");
            let mut column = Column::new(&key.text, key.span);
            if let Some(value) = self.parameter(&key.text) {
                let id = column.intern(value);
                column.sequence = vec![id];
                column.is_pinned = self.pinned(&key.text).is_some();
            }
            self.columns.push(column);
        }
    }

    /// All that is left in the end, one configuration behind another; none if something is wrong.
    fn configurations(&mut self, table: Option<Vec<u32>>, most: u64) -> Option<Vec<u32>> {
        let groups = self.groups(table);
        let excludes = self.excludes();
        let includes = self.includes();
        let condition = self.condition();
        let only = self.only();
        // All that is wrong is told at once.
        let (groups, includes, only) = (groups?, includes?, only?);
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
        if let Some(sample) = &sweep.sample {
            if sieve.only.is_empty() && u128::from(sample.amount) * times > u128::from(most) {
                return Err(Box::new(self.too_many_problem(u128::from(sample.amount) * times, most)));
            }
            if sample.amount > self.limit {
                return Err(Box::new(self.too_many_problem(u128::from(sample.amount) * times, most)));
            }
            self.draw(groups, sieve, &mut row, sample.amount)?;
        } else {
            let made = groups.iter().fold(1_u128, |made, group| made.saturating_mul(group.len() as u128));
            if made > u128::from(self.limit) || (sieve.keeps_all() && made.saturating_mul(times) > u128::from(most)) {
                let message = made.saturating_mul(times);
                return Err(Box::new(match sieve.keeps_all() {
                    true => self.too_many_problem(message, most),
                    false => self.too_much_problem(made),
                }));
            }
            // Without an axis there is still the one configuration that `parameters` give, unless others are written out.
            if self.originals > 0 || sweep.include.is_empty() {
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
        let most_draws = wanted.saturating_mul(MAX_DRAWS).clamp(100_000, MAX_LOOKED_AT.max(wanted.saturating_mul(20)));
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
    fn contradicts(&self, object: &[Entry]) -> bool {
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
            let count = if width == 0 { 1 } else { crossed.len() / width };
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

    fn groups(&mut self, table: Option<Vec<u32>>) -> Option<Vec<Group>> {
        if let Some(turns) = table {
            let mut group = Group { columns: (0..self.originals).collect(), turns };
            let from = self.sweep.from.as_ref()?;
            if let Some(twice) = group.dedup() {
                let row = group.turn(twice).iter().zip(&self.columns);
                let shown = row.filter_map(|(id, column)| {
                    Some(format!("{}={}", column.name, column.values.get(*id as usize)?.text))
                });
                let message =
                    format!("`{}` has a configuration twice: {}", from.text, shown.collect::<Vec<_>>().join(", "));
                if !self.columns.iter().any(|column| column.is_pinned) {
                    self.problems.push(Problem::warning("duplicate-value", message).at(from.span, "it runs once"));
                }
            }
            return Some(if self.originals == 0 { Vec::new() } else { vec![group] });
        }
        let zip_of = self.zips();
        let mut groups: Vec<Group> = Vec::new();
        for column in 0..self.originals {
            let columns: Vec<usize> = match zip_of[column] {
                Some(zip) => (0..self.originals).filter(|other| zip_of[*other] == Some(zip)).collect(),
                None => vec![column],
            };
            // A group stands where the first of it does.
            if columns[0] != column {
                continue;
            }
            let length = |column: usize| self.columns[column].sequence.len();
            if let Some(other) = columns.iter().copied().find(|other| length(*other) != length(column)) {
                let [one, two] = [column, other].map(|column| (&self.columns[column], length(column)));
                let values = |count: usize| if count == 1 { "1 value".to_owned() } else { format!("{count} values") };
                let message =
                    format!("`{}` has {}, and `{}` has {}", one.0.name, values(one.1), two.0.name, values(two.1));
                let names = self.sweep.zip.iter().flatten();
                let names: Vec<Span> = names.filter(|name| name.text == two.0.name).map(|name| name.span).collect();
                let problem = Problem::error("zip-length", message);
                let mut problem = names.iter().fold(problem, |problem, span| problem.at(*span, "zipped here"));
                for (column, count) in [one, two] {
                    problem = self.of_sweep(problem, column.span, values(count));
                }
                self.error(
                    problem.help("axes that are zipped go through their values together: they have equally many"),
                );
                continue;
            }
            let turns = (0..length(column)).flat_map(|turn| columns.iter().map(move |column| (turn, *column)));
            let turns = turns.map(|(turn, column)| self.columns[column].sequence[turn]).collect();
            let mut group = Group { columns, turns };
            if let Some(twice) = group.dedup() {
                let ids = group.turn(twice).iter().zip(&group.columns);
                let shown: Vec<&str> =
                    ids.map(|(id, column)| &*self.columns[*column].values[*id as usize].text).collect();
                let names: Vec<&str> = group.columns.iter().map(|column| &*self.columns[*column].name).collect();
                let message = match &names[..] {
                    [name] => format!("`{name}` has the value `{}` twice", shown[0]),
                    names => format!("{} are {} twice", names.join(", "), shown.join(", ")),
                };
                let problem = Problem::warning("duplicate-value", message);
                self.problems.push(self.of_sweep(problem, self.columns[column].span, "it runs once"));
            }
            groups.push(group);
        }
        Some(groups)
    }

    /// For each axis the zip that it is in.
    fn zips(&mut self) -> Vec<Option<usize>> {
        let sweep = self.sweep;
        let mut zip_of: Vec<Option<usize>> = vec![None; self.originals];
        let mut first: Vec<Option<Span>> = vec![None; self.originals];
        for (zip, names) in sweep.zip.iter().enumerate() {
            for name in names {
                let Some(column) = self.named(name, self.originals) else { continue };
                if let Some(first) = first[column] {
                    self.error(
                        Problem::error("zipped-twice", format!("`{}` is zipped twice", name.text))
                            .at(name.span, "zipped again here")
                            .at(first, "first zipped here")
                            .help("one list can have any number of axes: `zip: [[a, b, c]]`"),
                    );
                    continue;
                }
                first[column] = Some(name.span);
                if self.columns[column].urn.is_some() {
                    self.error(
                        Problem::error("zip-length", format!("`{}` is drawn, and has no list of values", name.text))
                            .at(name.span, "cannot be zipped")
                            .help("list the values of axes that go together"),
                    );
                } else if !self.columns[column].is_pinned {
                    zip_of[column] = Some(zip);
                }
            }
        }
        zip_of
    }

    fn excludes(&mut self) -> Vec<Exclude> {
        let sweep = self.sweep;
        let mut excludes = Vec::new();
        for object in sweep.exclude.iter().filter(|object| !object.is_empty()) {
            let mut patterns = Vec::new();
            for entry in object {
                let Some(column) = self.named(&entry.key, self.originals) else { continue };
                patterns.push(Pattern::new(column, std::slice::from_ref(&entry.value)));
            }
            let mut of = object.iter().filter_map(|entry| {
                Some((self.columns.iter().find(|column| column.name == entry.key.text)?, &entry.value))
            });
            let is_there =
                |(column, value): (&Column, &Value)| column.urn.is_some() || column.matching(value).is_some();
            let is_pinned = patterns.iter().any(|pattern| self.columns[pattern.column].is_pinned);
            let is_quiet = is_pinned || (sweep.sample.is_some() && of.all(is_there));
            excludes.push(Exclude { patterns, span: span_of(object), has_hit: false, is_quiet });
        }
        excludes
    }

    fn told_of_excludes(&mut self, excludes: &[Exclude]) {
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

    fn includes(&mut self) -> Option<Vec<Include>> {
        let sweep = self.sweep;
        let mut includes = Vec::new();
        for object in &sweep.include {
            // What was given from outside the file is for all; an object without anything adds nothing.
            let is_without_effect = object.is_empty() || self.contradicts(object);
            let mut include = Include { patterns: Vec::new(), extras: Vec::new(), has_hit: is_without_effect };
            for entry in object {
                let Some(column) = self.columns.iter().position(|column| column.name == entry.key.text) else {
                    continue;
                };
                if column >= self.base {
                    continue;
                }
                if self.columns[column].is_labelled && self.columns[column].matching(&entry.value).is_none() {
                    let text = super::value::text_of(&entry.value);
                    let texts: Vec<String> = self.columns[column].texts().map(str::to_owned).collect();
                    let help = self.near_or_all("", &text, "the labels are", texts.iter().map(String::as_str));
                    let message = format!("`{}` has no label `{text}`", entry.key.text);
                    self.error(
                        Problem::error("unknown-label", message).at(entry.value.span(), "no such label").help(help),
                    );
                }
                if column < self.originals {
                    include.patterns.push(Pattern::new(column, std::slice::from_ref(&entry.value)));
                } else if !is_without_effect {
                    let known = &mut self.columns[column];
                    let id = known.matching(&entry.value).unwrap_or_else(|| known.intern(&entry.value));
                    include.extras.push((column, id));
                }
            }
            if is_without_effect {
                // Nothing matches no value at all.
                include.patterns = vec![Pattern::new(0, &[])];
            }
            includes.push(include);
        }
        Some(includes)
    }

    fn condition(&mut self) -> Option<Condition<'a>> {
        let scalar = self.sweep.condition.as_ref()?;
        match Condition::new(scalar, self.pipeline, &self.columns, self.world) {
            Ok(condition) => Some(condition),
            Err(problems) => {
                problems.into_iter().for_each(|problem| self.error(problem));
                None
            }
        }
    }

    /// What `--only` asks for: of each axis that it names, one of the values.
    fn only(&mut self) -> Option<Vec<Pattern>> {
        let sweep = self.sweep;
        let mut patterns: Vec<Pattern> = Vec::new();
        for (name, text) in &sweep.only {
            let Some(column) = self.columns.iter().position(|column| **name == *column.name) else {
                let names: Vec<Arc<str>> = self.columns.iter().map(|column| Arc::clone(&column.name)).collect();
                let help = self.near_or_all("", name, "the axes are", names.iter().map(|name| &**name));
                let message = format!("`--only {name}={text}`: no axis is named `{name}`");
                self.error(Problem::error("unknown-axis", message).help(help));
                continue;
            };
            let value =
                Value::Scalar(Scalar { text: text.as_str().into(), span: Span::default(), style: Style::Given });
            let may_be_included =
                sweep.include.iter().flatten().any(|entry| entry.key.text == self.columns[column].name);
            let may_come = self.columns[column].urn.is_some() || may_be_included;
            if self.columns[column].matching(&value).is_none() && !may_come {
                let texts: Vec<String> = self.columns[column].texts().map(str::to_owned).collect();
                let help = self.near_or_all("", text, "the values are", texts.iter().map(String::as_str));
                let message = format!("`--only {name}={text}`: `{name}` has no value `{text}`");
                self.error(Problem::error("no-such-value", message).help(help));
                continue;
            }
            match patterns.iter_mut().find(|pattern| pattern.column == column) {
                Some(pattern) => pattern.or(&value),
                None => patterns.push(Pattern::new(column, &[value])),
            }
        }
        Some(patterns)
    }

    fn too_many(&mut self, count: u128, most: u64) {
        let problem = self.too_many_problem(count, most);
        self.error(problem);
    }

    fn too_many_problem(&self, count: u128, most: u64) -> Problem {
        let message = format!("the sweep has {count} configurations, and `max` allows {most}");
        let span = self.sweep.max.as_ref().map_or(self.sweep.span, |max| max.span);
        let label =
            if self.sweep.max.is_some() { "allows no more" } else { "without `max`, that is as many as there may be" };
        self.of_sweep(Problem::error("too-many-configurations", message), span, label)
            .help(format!("write `max: {count}` under `sweep` if that is meant; `where` or `sample` make it fewer"))
    }

    fn too_much_problem(&self, count: u128) -> Problem {
        let message = format!("the axes cross to {count} configurations, too many to look for those that are left");
        self.of_sweep(
            Problem::error("too-many-configurations", message),
            self.sweep.span,
            format!("loom looks at {} of them", self.limit),
        )
        .help("`sample` draws some of them without looking at all; a larger `max` allows for a hundred times as many")
    }

    /// Tells which filter took the last configuration.
    fn nothing_left(&mut self, sieve: &Sieve<'a>) {
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

/// Where an item of `exclude` or `include` stands.
fn span_of(object: &[Entry]) -> Span {
    let ends = object.first().zip(object.last());
    ends.map_or(Span::default(), |(first, last)| Span { start: first.key.span.start, end: last.value.span().end })
}
