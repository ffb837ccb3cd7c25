//! Axes that go through their values together: those of a `zip`, the columns of a file, or one alone.

use foldhash::HashSet;
use loom_spec::{Problem, Span};

use super::build::Build;

/// Axes that go through their values together.
pub(super) struct Group {
    pub(super) columns: Vec<usize>,
    /// Their values, one turn behind another; empty for one that is drawn.
    pub(super) turns: Vec<u32>,
}

impl Group {
    pub(super) fn len(&self) -> usize {
        self.turns.len() / self.columns.len().max(1)
    }

    fn turn(&self, turn: usize) -> &[u32] {
        let width = self.columns.len();
        &self.turns[turn * width..(turn + 1) * width]
    }

    pub(super) fn write(&self, turn: usize, row: &mut [u32]) {
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

impl Build<'_> {
    pub(super) fn groups(&mut self, table: Option<Vec<u32>>) -> Option<Vec<Group>> {
        if let Some(turns) = table {
            let mut group = Group { columns: (0..self.originals).collect(), turns };
            let from = self.sweep.from.as_ref()?;
            // Of one axis that is told where its values are read.
            if let Some(twice) = group.dedup()
                && group.columns.len() > 1
            {
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
            // Of one axis that is told where its values are read.
            if let Some(twice) = group.dedup()
                && group.columns.len() > 1
            {
                let ids = group.turn(twice).iter().zip(&group.columns);
                let shown: Vec<&str> =
                    ids.map(|(id, column)| &*self.columns[*column].values[*id as usize].text).collect();
                let names: Vec<&str> = group.columns.iter().map(|column| &*self.columns[*column].name).collect();
                let message = format!("{} are {} twice", names.join(", "), shown.join(", "));
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
}
