//! What a unit reads and makes, by path: what decides whether it is to run again.

use loom_spec::Program;

use crate::Location;
use crate::graph::StepGraph;
use crate::links::{DatumId, Role, StepId, Use};
use crate::passes::in_pass;
use crate::work::{Facts, Part, Unit, file_name, join, tidy};

/// A file or folder that a [`Unit`] reads or makes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnitFile {
    /// The path as the unit is handed it.
    pub path: String,
    /// Where it leads, `.`, `..` and links resolved: the text of its [`Location`]. Two units that speak of one file
    /// have the same here.
    pub place: String,
    /// The data node that it is, if the unit reads or makes the whole of one.
    pub name: Option<std::sync::Arc<str>>,
}

impl UnitFile {
    /// What people call it: its name, else its path.
    pub fn label(&self) -> &str {
        self.name.as_deref().unwrap_or(&self.path)
    }
}

impl StepGraph {
    /// What a unit reads, in the order in which its step says so, each once. What conditions look at is not told: they
    /// look whenever they are asked.
    ///
    /// ```
    /// let text = "
    /// pipeline:
    ///   - name: clean
    ///     task: clean.py
    ///     loop: {over: raw, into: out}
    ///     inputs: {text: $loop_item, words: stop.txt}
    ///     outputs: {-o: $loop_output}
    /// ";
    /// let parsed = loom_spec::parse(&loom_spec::Source::new("p.yml", text));
    /// let graph = loom_graph::check(parsed, &loom_graph::OnPaper).graph.unwrap();
    /// let step = graph.run_order().next().unwrap();
    /// let unit = graph.unit(step, loom_graph::Part::Item("a.txt".into()));
    /// let paths = |files: Vec<loom_graph::UnitFile>| files.into_iter().map(|file| file.path).collect::<Vec<_>>();
    /// assert_eq!(paths(graph.reads(&unit, loom_graph::Facts::NONE)), ["raw/a.txt", "stop.txt"]);
    /// assert_eq!(paths(graph.makes(&unit)), ["out/a.txt"]);
    /// ```
    pub fn reads(&self, unit: &Unit, facts: Facts<'_>) -> Vec<UnitFile> {
        let links = self.links();
        let mut files = Vec::new();
        match (&unit.part, &self.step(unit.step).program) {
            (Part::Final(pass), _) => return self.of_passes(unit.step, Some(*pass)),
            (Part::Stop(_), _) | (_, Program::Condition(_) | Program::Switch(_)) => return files,
            (part, _) => {
                for used in links.reads(unit.step).filter(|used| used.role != Role::Pass) {
                    if used.gathered && !(facts.is_there)(used.datum) {
                        continue;
                    }
                    self.push(unit.step, used, Some(part), &mut files);
                }
                if let Part::Pass(pass) = part {
                    self.push_of_pass(unit, *pass, &mut files);
                }
            }
        }
        files
    }

    /// How many words of its command line each input of a step is: one, but for what is gathered.
    ///
    /// ```
    /// let text = "
    /// sweep: {axes: {rate: [1, 2, 3]}}
    /// data: {made: made.json}
    /// pipeline:
    ///   - {name: make, command: [x], outputs: {-o: $made}, args: {-r: $rate}}
    ///   - {name: all, command: [x], gather: true, inputs: {made: $made, words: stop.txt}, outputs: {-o: all.json}}
    /// ";
    /// let parsed = loom_spec::parse(&loom_spec::Source::new("p.yml", text));
    /// let graph = loom_graph::check(parsed, &loom_graph::OnPaper).expanded.unwrap();
    /// assert_eq!(graph.words_of_inputs(graph.run_order().last().unwrap()), [3, 1]);
    /// ```
    pub fn words_of_inputs(&self, step: StepId) -> Vec<usize> {
        let of_step = self.step(step);
        let is_list = of_step.gather.as_ref().is_some_and(|gather| gather.manifest);
        let mut counts = vec![0; of_step.inputs.len()];
        for used in self.links().uses(step) {
            if let Some(count) = counts.get_mut(used.written as usize)
                && !(used.gathered && is_list && *count == 1)
            {
                *count += 1;
            }
        }
        counts
    }

    /// What a unit must have made when it ends, in file order.
    pub fn makes(&self, unit: &Unit) -> Vec<UnitFile> {
        let mut files = Vec::new();
        match unit.part {
            Part::Stop(_) => {}
            Part::Final(_) => return self.of_passes(unit.step, None),
            _ => {
                let step = self.step(unit.step);
                let of_outputs = step.inputs.len()..step.inputs.len() + step.outputs.len();
                let uses = self.links().uses(unit.step).iter();
                for made in uses.filter(|used| of_outputs.contains(&(used.written as usize))) {
                    self.push(unit.step, made, Some(&unit.part), &mut files);
                }
            }
        }
        files
    }

    /// The file that a unit of a loop goes through; none, if it is of no loop.
    pub fn item_path(&self, unit: &Unit) -> Option<String> {
        let Part::Item(item) = &unit.part else { return None };
        let (over, _) = self.links().folders_of_loop(unit.step)?;
        Some(join(&over.path, item))
    }

    /// Every place that a step makes, with that step. The file that a pass makes is not among them: see
    /// [`plain_of`](crate::plain_of).
    pub fn made_places(&self) -> impl Iterator<Item = (&str, StepId)> {
        let links = self.links();
        let data = (0..links.data().len() as u32).map(DatumId);
        let made = data.filter(|datum| links.datum(*datum).canonical == *datum);
        made.filter_map(|datum| Some((links.datum(datum).location.as_str(), links.producer(datum)?)))
    }

    fn push(&self, step: StepId, used: &Use, part: Option<&Part>, files: &mut Vec<UnitFile>) {
        let datum = self.links().datum(used.datum);
        if matches!(*datum.location, Location::Answer(_)) {
            return;
        }
        let path = self.path_of(step, used, part);
        // What is gathered is different from configuration to configuration; to compare each with all would cost the square.
        if !used.gathered && files.iter().any(|known| known.path == path) {
            return;
        }
        let whole = datum.location.as_str();
        let (place, name) = match (part, used.role) {
            (Some(Part::Item(item)), Role::Over) => (inside(whole, item), None),
            (Some(Part::Item(item)), Role::Into) => (inside(whole, file_name(item)), None),
            (Some(Part::Pass(pass) | Part::Final(pass)), _) if self.is_made_per_pass(step, used.datum) => {
                (in_pass(whole, *pass), None)
            }
            _ => (whole.to_owned(), datum.name.clone()),
        };
        files.push(UnitFile { path, place, name });
    }

    /// What a pass is handed besides what its step says: what the pass before made, and what the passes of the group are given.
    fn push_of_pass(&self, unit: &Unit, pass: u32, files: &mut Vec<UnitFile>) {
        let links = self.links();
        for (maker, made) in self.fed_back_uses(unit.step, Some(&unit.part)) {
            self.push(maker, made, Some(&Part::Pass(pass.saturating_sub(1))), files);
        }
        for step in links.block(unit.step) {
            for used in links.reads(step).filter(|used| used.role == Role::Pass) {
                self.push(step, used, None, files);
            }
        }
    }

    /// What the passes of a group make: in one pass, or what goes by the plain names in the end.
    fn of_passes(&self, step: StepId, pass: Option<u32>) -> Vec<UnitFile> {
        let links = self.links();
        let made = links.block(step).flat_map(|step| links.writes(step));
        let made = made.filter(|made| self.is_made_per_pass(step, made.datum));
        made.map(|made| {
            let datum = links.datum(made.datum);
            let named = |path: &str| pass.map_or_else(|| path.to_owned(), |pass| in_pass(path, pass));
            let name = datum.name.clone().filter(|_| pass.is_none());
            UnitFile { path: tidy(&named(&made.path)), place: named(datum.location.as_str()), name }
        })
        .collect()
    }
}

/// A file in a folder, both as places.
fn inside(folder: &str, item: &str) -> String {
    if folder.is_empty() { item.to_owned() } else { join(folder, item) }
}
