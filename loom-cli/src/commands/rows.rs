//! What a run would do, unit by unit: what a dry run and `loom plan` show.

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use loom_exec::{Decisions, Forecast, LeftOut, Part, Reason, Unit, Verdict};
use loom_graph::{Argument, Asked, Facts, Role, StepId, Work};
use loom_spec::Program;

use crate::terminal::{plain, shell_line};

/// A unit, or a loop whose files are not known yet.
#[derive(Debug)]
pub(super) struct Row<'a> {
    pub(super) name: Arc<str>,
    /// The step that it is of, as it is written.
    pub(super) written: StepId,
    /// What it is called without the values of its axes; none where no axis concerns it. The files of a loop are called alike.
    pub(super) family: Option<Arc<str>>,
    /// `condition`, `switch`, or nothing.
    pub(super) what: &'static str,
    pub(super) verdict: Cow<'a, Verdict>,
    pub(super) notes: Vec<String>,
    /// What runs, for people; not of one that is told with others of its family.
    pub(super) line: Option<String>,
    /// The words of the command, if one runs; not of one that is told with others.
    pub(super) command: Option<Vec<String>>,
}

impl Row<'_> {
    /// The reasons that say something: what finds something out does so every time.
    pub(super) fn reasons(&self) -> &[Reason] {
        match &*self.verdict {
            Verdict::Run(reasons) | Verdict::Open(reasons) if self.what.is_empty() => reasons,
            _ => &[],
        }
    }
}

/// The steps that a run would leave out and that nobody's selection left out, with the reason; the instances of a step counted,
/// unless each is to be told.
pub(super) fn left_out(decisions: &Decisions, expand: bool) -> Vec<(String, &'static str)> {
    let left_out = decisions.left_out().iter().filter_map(|(step, reason)| {
        let reason = match reason {
            LeftOut::NotSelected => return None,
            LeftOut::Optional => "optional",
            LeftOut::Disabled => "disabled",
        };
        Some((*step, reason))
    });
    let graph = decisions.plan().graph();
    let mut counted: Vec<(StepId, &'static str, usize)> = Vec::new();
    let mut places: HashMap<StepId, usize> = HashMap::new();
    for (step, reason) in left_out {
        let alone = expand || graph.instance_count(step) < 2;
        let place = if alone { counted.len() } else { *places.entry(graph.written(step)).or_insert(counted.len()) };
        match counted.get_mut(place) {
            Some((.., count)) => *count += 1,
            None => counted.push((step, reason, 1)),
        }
    }
    let told = counted.into_iter().map(|(step, reason, count)| match count {
        1 => (graph.name(step).to_string(), reason),
        count => (format!("{} ×{count}", graph.step(step).name.text), reason),
    });
    told.collect()
}

/// The units in the order of the plan. If those of a sweep are going to be folded, only the first of a family has a command: to
/// word ten thousand that nobody sees takes longer than to decide about them.
pub(super) fn rows<'a>(decisions: &'a Decisions, forecast: &'a Forecast, folds: bool) -> Vec<Row<'a>> {
    let mut rows = Rows { decisions, forecast, folds, families: HashSet::new(), rows: Vec::new() };
    let links = decisions.plan().graph().links();
    for block in decisions.steps().chunk_by(|one, other| links.leader(*one) == links.leader(*other)) {
        match block {
            [step] if decisions.plan().graph().group(*step).is_none() => rows.one_step(*step),
            block => rows.passes(block),
        }
    }
    rows.rows
}

/// What a unit is, the line that runs it, for people, and its words, for programs.
type Shown = (&'static str, Option<String>, Option<Vec<String>>);

struct Rows<'a> {
    decisions: &'a Decisions,
    forecast: &'a Forecast,
    folds: bool,
    /// Those that a unit was met of.
    families: HashSet<Arc<str>>,
    rows: Vec<Row<'a>>,
}

impl Rows<'_> {
    fn one_step(&mut self, step: StepId) {
        let graph = self.decisions.plan().graph();
        let links = graph.links();
        let only = links.uses(step).iter().find_map(|used| {
            let Role::Gate { then } = used.role else { return None };
            let way = if then { "then" } else { "else" };
            // What is told of all units of a step at once names the switch as it is written.
            let switch = links.producer(used.datum).filter(|_| self.folds).map(|switch| &*graph.step(switch).name.text);
            Some(format!("only if {} leads to `{way}`", plain(switch.unwrap_or(links.datum(used.datum).label()))))
        });
        let only = only.as_deref().unwrap_or_default();
        // The files of a loop that a step has yet to make cannot be listed.
        if self.forecast.is_uncounted(step)
            && let Some((over, _)) = links.folders_of_loop(step)
        {
            let legs = links.reads_with_makers(step).filter(|(read, _)| read.datum == over.datum);
            let maker = legs.flat_map(|(_, legs)| legs).map(|leg| leg.on).next();
            let maker = maker.map(|maker| format!(", which {} makes", plain(graph.name(maker)))).unwrap_or_default();
            let files = format!("for each file of {}{maker}", plain(&over.path));
            let line = plain(&graph.command_line(step).to_string());
            self.step(step, Verdict::Open(Vec::new()), &[&files, only], Some(line));
            return;
        }
        match self.decisions.units(step) {
            Ok(units) if units.is_empty() => self.step(step, Verdict::Run(Vec::new()), &["no files", only], None),
            // A file that is going to be removed is there, and no unit any more.
            Ok(units) => {
                let known = units.iter().filter(|unit| self.forecast.verdict(&unit.name).is_some());
                known.for_each(|unit| self.unit(unit, only));
            }
            Err(why) => {
                let fails = format!("will fail: {}", plain(&why));
                self.step(step, Verdict::Run(Vec::new()), &[&fails, only], None);
            }
        }
    }

    fn passes(&mut self, block: &[StepId]) {
        let graph = self.decisions.plan().graph();
        let Some((_, passes)) = block.first().and_then(|step| graph.group(*step)) else { return };
        // The last pass that a condition may call for is as likely as any other.
        let only = if passes.stop.is_some() { "unless the condition is met before" } else { "" };
        let units: Vec<Vec<Unit>> = block.iter().map(|step| self.decisions.units(*step).unwrap_or_default()).collect();
        for pass in 0..passes.pass_count() {
            let only = if pass == 0 { "" } else { only };
            units.iter().filter_map(|units| units.get(pass)).for_each(|unit| self.unit(unit, only));
            if let (Some(_), Some(first)) = (&passes.stop, block.first()) {
                let pass = Part::Stop(u32::try_from(pass).unwrap_or(u32::MAX));
                let stop = graph.unit(graph.links().leader(*first), pass);
                self.unit(&stop, only);
            }
        }
    }

    fn unit(&mut self, unit: &Unit, note: &str) {
        let family = self.family(unit.step, &unit.part);
        let is_first = family.as_ref().is_none_or(|family| self.families.insert(Arc::clone(family)));
        let (what, line, command) = if is_first || !self.folds {
            let Some(shown) = self.shown(unit) else { return };
            shown
        } else {
            let what = match self.decisions.plan().graph().step(unit.step).program {
                _ if matches!(unit.part, Part::Final(_)) => return,
                _ if matches!(unit.part, Part::Stop(_)) => "condition",
                Program::Condition(_) => "condition",
                Program::Switch(_) => "switch",
                Program::Task(_) | Program::Words(_) | Program::Shell(_) => "",
            };
            (what, None, None)
        };
        let verdict = self.forecast.verdict(&unit.name);
        self.rows.push(Row {
            name: Arc::clone(&unit.name),
            written: self.decisions.plan().graph().written(unit.step),
            family,
            what,
            verdict: verdict.map_or_else(|| Cow::Owned(Verdict::Open(Vec::new())), Cow::Borrowed),
            notes: notes(&[note]),
            line,
            command,
        });
    }

    /// What a unit is, and what runs, for people and for programs; none of what the engine does itself.
    fn shown(&self, unit: &Unit) -> Option<Shown> {
        let command = self.decisions.command(unit);
        let (what, line) = match self.decisions.plan().graph().work(unit, Facts::NONE) {
            Work::Command(_) => ("", command.as_ref().map(|command| shell_line(command.words())).unwrap_or_default()),
            Work::Question(question) => match question.asked {
                Asked::Script(script) => ("condition", format!("evaluate({}) of {script}", named(&question.values))),
                Asked::Predicate(predicate) => {
                    let (data, others): (Vec<_>, Vec<_>) =
                        question.values.into_iter().partition(|(name, _)| name == "data");
                    let data = data.first().map(|(_, data)| format!(" {data}")).unwrap_or_default();
                    let others = if others.is_empty() { String::new() } else { format!(" ({})", named(&others)) };
                    ("condition", format!("{}{data}{others}", predicate.word()))
                }
            },
            Work::Switch(_) => ("switch", self.decisions.plan().graph().command_line(unit.step).program.to_string()),
            Work::Copies(_) => return None,
        };
        // What asks a condition is a program of its own, and nothing to be typed.
        let command = command.filter(|_| what.is_empty());
        let words = command.map(|command| command.words().map(|word| word.to_string_lossy().into_owned()).collect());
        Some((what, Some(plain(line.trim_end())), words))
    }

    fn step(&mut self, step: StepId, verdict: Verdict, notes_: &[&str], line: Option<String>) {
        let name = Arc::clone(self.decisions.plan().graph().name(step));
        let family = self.family(step, &Part::Whole);
        let verdict = Cow::Owned(verdict);
        let written = self.decisions.plan().graph().written(step);
        self.rows.push(Row { name, written, family, what: "", verdict, notes: notes(notes_), line, command: None });
    }

    fn family(&self, step: StepId, part: &Part) -> Option<Arc<str>> {
        let graph = self.decisions.plan().graph();
        if graph.instance_count(step) < 2 {
            return None;
        }
        let own = &graph.step(step).name.text;
        let group = graph.step(step).group.map_or("", |group| &graph.pipeline().groups[group].name.text);
        Some(match part {
            Part::Whole | Part::Item(_) => Arc::clone(own),
            Part::Pass(pass) => format!("{group}/{own}#{pass}").into(),
            Part::Stop(pass) => format!("{group}#{pass}").into(),
            Part::Final(_) => group.into(),
        })
    }
}

fn notes(notes: &[&str]) -> Vec<String> {
    notes.iter().filter(|note| !note.is_empty()).map(ToString::to_string).collect()
}

fn named(values: &[(String, Argument)]) -> String {
    values.iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join(", ")
}
