//! What would run, and why.

use std::collections::HashSet;
use std::sync::Arc;

use loom_exec::{
    Decisions, Forecast, Memory, Part, Project, Reason, Selection, Settings, Target, Unit, Verdict, reasons,
};
use loom_graph::{Checked, StepId};
use loom_spec::{Problem, Program, Source};

use super::followed::{line, millis};
use super::{Runs, Units};
use crate::api::{Diagnostic, Place, Plan, PlanRequest, PlannedUnit, RunTarget, Severity};

/// So many units of a plan are told.
const MOST_UNITS: usize = 2000;

/// What a pipeline is to be opened with for a run, on top of what it is open with.
pub fn settings(base: &Settings, request: &PlanRequest) -> Settings {
    let mut settings = base.clone();
    settings.parameters.extend_from_slice(&request.set);
    settings.only.extend_from_slice(&request.only);
    settings
}

/// The steps that a request means. The error says what it names that there is not.
///
/// ```
/// use loom_exec::Target;
/// use loom_ui_core::api::{PlanRequest, RunTarget};
/// use loom_ui_core::runs::{Runs, selection};
///
/// let text = "
/// data: {table: {type: csv, path: table.csv}}
/// pipeline: [{name: make, command: [make], outputs: {-o: $table}}]
/// ";
/// let checked = loom_graph::check(loom_spec::parse(&loom_spec::Source::new("p.yml", text)), &loom_graph::OnPaper);
/// let request = PlanRequest { target: RunTarget::Data("table".into()), ..PlanRequest::default() };
/// let selection = selection(&checked, &request, &Runs::default())?;
/// assert_eq!(selection.target, Target::Between { from: vec![], to: vec!["make".into()] });
/// # Ok::<(), String>(())
/// ```
pub fn selection(checked: &Checked, request: &PlanRequest, runs: &Runs) -> Result<Selection, String> {
    let named = |names: &[String]| {
        let mut names: Vec<String> = names.iter().map(|name| by_group(checked, name).to_owned()).collect();
        let mut seen = HashSet::new();
        names.retain(|name| seen.insert(name.clone()));
        names
    };
    let target = match &request.target {
        RunTarget::All => Target::All,
        RunTarget::Steps(steps) | RunTarget::From(steps) | RunTarget::Until(steps) if steps.is_empty() => {
            return Err("no step is selected".to_owned());
        }
        RunTarget::Steps(steps) => Target::Steps(named(steps)),
        RunTarget::From(steps) => Target::Between { from: named(steps), to: Vec::new() },
        RunTarget::Until(steps) => Target::Between { from: Vec::new(), to: named(steps) },
        RunTarget::Group(group) => Target::Groups(vec![group.clone()]),
        RunTarget::Data(data) => Target::Between { from: Vec::new(), to: named(&makers(checked, data)?) },
        RunTarget::FailedOf(run) => Target::Between { from: failed(checked, run, runs)?, to: Vec::new() },
    };
    Ok(Selection { target, include: request.include.clone() })
}

/// The steps of a group that runs in passes go by its name.
fn by_group<'a>(checked: &'a Checked, name: &'a str) -> &'a str {
    let step = checked.pipeline.steps.iter().find(|step| *step.name.text == *name);
    let group = step.and_then(|step| checked.pipeline.groups.get(step.group?));
    group.filter(|group| group.passes.is_some()).map_or(name, |group| &group.name.text)
}

/// The steps that make a data node, or something inside it.
fn makers(checked: &Checked, data: &str) -> Result<Vec<String>, String> {
    let links = &checked.links;
    let ids = || (0..links.data().len()).map(|index| loom_graph::DatumId(u32::try_from(index).unwrap_or(u32::MAX)));
    let name = data.strip_prefix("data:").or_else(|| data.strip_prefix("path:")).unwrap_or(data);
    let Some(datum) = ids().find(|id| links.datum(*id).label() == name) else {
        return Err(format!("no data are named `{name}`"));
    };
    let makers: Vec<StepId> = match links.producer(datum) {
        Some(step) => vec![step],
        None => {
            let around = format!("{}/", links.datum(datum).path.trim_end_matches('/'));
            let inside = ids().filter(|id| links.datum(*id).path.starts_with(&around));
            inside.filter_map(|id| links.producer(id)).collect()
        }
    };
    if makers.is_empty() {
        return Err(format!("no step makes `{name}`"));
    }
    let steps = makers.iter().filter_map(|step| checked.pipeline.steps.get(step.index()));
    Ok(steps.map(|step| step.name.text.to_string()).collect())
}

/// The steps, or instances, whose units failed in a run or did not come to their end.
fn failed(checked: &Checked, run: &str, runs: &Runs) -> Result<Vec<String>, String> {
    let units = Units::of(checked);
    let graph = checked.expanded.as_ref().ok_or("the pipeline has errors")?;
    let failed = runs.failed(run).ok_or_else(|| format!("the run {run} is not kept any more"))?;
    let mut seen = HashSet::new();
    let steps = failed.iter().filter_map(|unit| units.step(unit)).filter(|step| seen.insert(*step));
    let name =
        |step: StepId| graph.group(step).map_or_else(|| graph.name(step).to_string(), |(group, _)| group.to_owned());
    let mut names: Vec<String> = steps.map(name).collect();
    names.dedup();
    match names.is_empty() {
        true if failed.is_empty() => Err(format!("nothing failed in the run {run}")),
        true => Err(format!("what failed in the run {run} is not in the pipeline any more")),
        false => Ok(names),
    }
}

/// What would run now. `project` is to be open with the [`settings`] of the request; what cannot run is told, too.
pub fn plan(project: &Project, request: &PlanRequest, memory: &Memory, runs: &Runs) -> Plan {
    let refused = |problems: Vec<Diagnostic>| Plan { problems, ..Plan::default() };
    let selection = match selection(project.checked(), request, runs) {
        Ok(selection) => selection,
        // What is wrong with the pipeline itself says more.
        Err(_) if project.checked().expanded.is_none() => Selection::default(),
        Err(message) => return refused(vec![diagnostic(project.source(), &Problem::error("target", message))]),
    };
    let decisions = match project.plan(&selection) {
        Ok(decisions) => decisions,
        Err(error) => {
            return refused(error.problems.iter().map(|problem| diagnostic(project.source(), problem)).collect());
        }
    };
    match decisions.forecast(memory, request.force) {
        Ok(forecast) => Planner::new(project, &decisions, &forecast).plan(),
        Err(error) => refused(vec![diagnostic(project.source(), &Problem::error("cannot-read", error.to_string()))]),
    }
}

/// A unit, or a loop whose files are not known, with what is decided about it.
pub(super) struct Foreseen<'a> {
    pub(super) name: Arc<str>,
    pub(super) step: StepId,
    /// None for a loop whose files are not known.
    pub(super) unit: Option<Unit>,
    pub(super) verdict: Option<&'a Verdict>,
    /// What else there is to say.
    pub(super) note: Option<String>,
    /// It finds something out, and does so every time.
    pub(super) asks: bool,
}

impl Foreseen<'_> {
    pub(super) fn runs(&self) -> bool {
        !matches!(self.verdict, Some(Verdict::UpToDate { .. }))
    }

    pub(super) fn reasons(&self) -> &[Reason] {
        match self.verdict {
            Some(Verdict::Run(reasons) | Verdict::Open(reasons)) if !self.asks => reasons,
            _ => &[],
        }
    }

    pub(super) fn why(&self) -> Vec<String> {
        let mut why = reasons::told(self.reasons());
        why.extend(self.note.clone());
        if why.is_empty() {
            why.push(
                match self.verdict {
                    _ if self.asks => "is asked every time",
                    Some(Verdict::UpToDate { .. }) => "up to date",
                    _ => "depends on what comes before it",
                }
                .to_owned(),
            );
        }
        why
    }
}

/// The units of a plan in an order in which they could run, each with what is decided about it.
pub(super) fn foreseen<'a>(decisions: &Decisions, forecast: &'a Forecast, tell: &mut dyn FnMut(Foreseen<'a>)) {
    let graph = decisions.plan().graph();
    let links = graph.links();
    let mut add = |unit: Unit| {
        let is_question = matches!(graph.step(unit.step).program, Program::Condition(_) | Program::Switch(_));
        let asks = is_question || matches!(unit.part, Part::Stop(_));
        let verdict = forecast.verdict(&unit.name);
        // A file that is going to be removed is no unit any more, and what nothing is known of is none yet.
        if verdict.is_some() {
            let (name, step) = (Arc::clone(&unit.name), unit.step);
            tell(Foreseen { name, step, unit: Some(unit), verdict, note: None, asks });
        }
    };
    let mut alone = Vec::new();
    for block in decisions.steps().chunk_by(|one, other| links.leader(*one) == links.leader(*other)) {
        let Some((_, passes)) = block.first().and_then(|step| graph.group(*step)) else {
            for step in block {
                match decisions.units(*step) {
                    _ if forecast.is_uncounted(*step) => {
                        alone.push((
                            *step,
                            "which files it goes through is not known yet: they are to be made anew".to_owned(),
                        ));
                    }
                    Ok(units) if units.is_empty() => alone.push((*step, "no files".to_owned())),
                    Ok(units) => units.into_iter().for_each(&mut add),
                    Err(why) => alone.push((*step, format!("will fail: {why}"))),
                }
            }
            continue;
        };
        let units: Vec<Vec<Unit>> = block.iter().map(|step| decisions.units(*step).unwrap_or_default()).collect();
        for pass in 0..passes.pass_count() {
            units.iter().filter_map(|units| units.get(pass)).cloned().for_each(&mut add);
            if passes.stop.is_some() {
                let pass = u32::try_from(pass).unwrap_or(u32::MAX);
                add(graph.unit(links.leader(block[0]), Part::Stop(pass)));
            }
        }
    }
    for (step, note) in alone {
        let name = Arc::clone(graph.name(step));
        tell(Foreseen { name, step, unit: None, verdict: None, note: Some(note), asks: false });
    }
}

struct Planner<'a> {
    decisions: &'a Decisions,
    forecast: &'a Forecast,
    units: Units,
}

impl<'a> Planner<'a> {
    fn new(project: &'a Project, decisions: &'a Decisions, forecast: &'a Forecast) -> Self {
        Self { decisions, forecast, units: Units::of(project.checked()) }
    }

    fn plan(&self) -> Plan {
        let mut plan = Plan::default();
        foreseen(self.decisions, self.forecast, &mut |unit| {
            let expected = self.forecast.expected(&unit.name).map(millis);
            if unit.runs() {
                plan.to_run += 1;
                plan.expected_ms = plan.expected_ms.saturating_add(expected.unwrap_or(0));
            } else {
                plan.up_to_date += 1;
            }
            if plan.units.len() < MOST_UNITS {
                let command = unit.unit.as_ref().filter(|_| !unit.asks).and_then(|unit| self.decisions.command(unit));
                plan.units.push(PlannedUnit {
                    unit: unit.name.to_string(),
                    node: match unit.unit {
                        Some(_) => self.units.card(&unit.name).to_string(),
                        None => self.units.card_of(unit.step).to_string(),
                    },
                    runs: unit.runs(),
                    why: unit.why(),
                    command: command.as_ref().map(line),
                    expected_ms: expected,
                });
            }
        });
        plan
    }
}

/// A problem as it is told where nothing but the problem is known.
fn diagnostic(source: &Source, problem: &Problem) -> Diagnostic {
    let place = |span: loom_spec::Span| {
        let (start, end) = (source.position(span.start), source.position(span.end));
        let [line, column, end_line, end_column] =
            [start.line, start.column, end.line, end.column].map(|number| number as usize);
        Place { line, column, end_line, end_column }
    };
    let places: Vec<(Place, String)> =
        problem.labels.iter().map(|label| (place(label.span), label.text.clone())).collect();
    let excerpt = places.first().and_then(|(place, _)| source.text().lines().nth(place.line.checked_sub(1)?));
    Diagnostic {
        code: problem.code.to_owned(),
        severity: if problem.is_error() { Severity::Error } else { Severity::Warning },
        message: problem.message.clone(),
        hint: problem.help.clone(),
        node: None,
        port: None,
        excerpt: excerpt.map(str::to_owned),
        places,
        fixes: Vec::new(),
    }
}
