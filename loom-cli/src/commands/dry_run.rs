//! `loom --dry-run`: every unit with its command and why it would run or not, and every step that is left out.

use std::fmt::Write as _;

use loom_exec::{Decisions, Forecast, LeftOut, Part, Reason, Unit, Verdict};
use loom_graph::{Argument, Asked, Role, StepId, Work};

use super::run::nothing_to_do;
use crate::report::ago;
use crate::terminal::{DIM, Paint, SKIP, START, plain, shell_line};

pub(super) fn dry_run(decisions: &Decisions, forecast: &Forecast, workers: usize, paint: Paint) -> String {
    if decisions.steps().is_empty() {
        return nothing_to_do(decisions);
    }
    let mut page = Page { decisions, forecast, paint, out: String::new(), to_run: 0, up_to_date: 0 };
    let links = decisions.plan().graph().links();
    for block in decisions.steps().chunk_by(|one, other| links.leader(*one) == links.leader(*other)) {
        match block {
            [step] if decisions.plan().graph().group(*step).is_none() => page.one_step(*step),
            block => page.passes(block),
        }
    }
    let Page { mut out, to_run, up_to_date, .. } = page;
    for (_, path) in forecast.left_overs() {
        let why = paint.styled(DIM, "what it was made from is gone, so it would be removed");
        let _ = writeln!(out, "{}  {}  {why}", paint.styled(SKIP, "gone"), plain(path));
    }
    for (step, reason) in decisions.left_out() {
        let reason = match reason {
            LeftOut::NotSelected => continue,
            LeftOut::Optional => "optional",
            LeftOut::Disabled => "disabled",
        };
        let name = plain(decisions.plan().graph().name(*step));
        let _ = writeln!(out, "{}  {name}  {}", paint.styled(SKIP, "skip"), paint.styled(DIM, reason));
    }
    // A loop, and a group that runs in passes, are several units.
    let what = if to_run + up_to_date == decisions.plan().step_count() { "step" } else { "unit" };
    let counted = if to_run == 1 { what.to_owned() } else { format!("{what}s") };
    let at_once = if workers == 1 { "one at a time".to_owned() } else { format!("up to {workers} at a time") };
    let folder = shell_line(std::iter::once(decisions.folder().as_os_str()));
    let known = if up_to_date == 0 { String::new() } else { format!("; {up_to_date} up to date") };
    let _ = writeln!(out, "{to_run} {counted} would run in {folder}, {at_once}{known}");
    out
}

/// What has been written so far.
struct Page<'a> {
    decisions: &'a Decisions,
    forecast: &'a Forecast,
    paint: Paint,
    out: String,
    to_run: usize,
    up_to_date: usize,
}

impl Page<'_> {
    fn one_step(&mut self, step: StepId) {
        let graph = self.decisions.plan().graph();
        let links = graph.links();
        let only = links.uses(step).iter().find_map(|used| {
            let Role::Gate { then } = used.role else { return None };
            let way = if then { "then" } else { "else" };
            Some(format!("only if {} leads to `{way}`", plain(links.datum(used.datum).label())))
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
            self.run(graph.name(step), &[&files, only]);
            let _ = writeln!(self.out, "      {}", plain(&graph.command_line(step).to_string()));
            return;
        }
        match self.decisions.units(step) {
            Ok(units) if units.is_empty() => self.run(graph.name(step), &["no files", only]),
            Ok(units) => units.iter().for_each(|unit| self.unit(unit, only)),
            Err(why) => self.run(graph.name(step), &[&format!("will fail: {}", plain(&why)), only]),
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
        let (what, line) = match self.decisions.plan().graph().work(unit, &|_| None) {
            Work::Command(_) => {
                let command = self.decisions.command(unit);
                ("", command.map(|command| shell_line(command.words())).unwrap_or_default())
            }
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
            Work::Copies(_) => return,
        };
        let reasons = match self.forecast.verdict(&unit.name) {
            Some(Verdict::UpToDate { ran_at }) => {
                self.up_to_date += 1;
                let ago = ago(*ran_at);
                return self.head(SKIP, "skip", &unit.name, &[&format!("up to date (ran {ago})"), note]);
            }
            // What finds something out does so every time.
            Some(Verdict::Run(reasons) | Verdict::Open(reasons)) if what.is_empty() => told(reasons),
            _ => String::new(),
        };
        self.run(&unit.name, &[what, &reasons, note]);
        let _ = writeln!(self.out, "      {}", plain(line.trim_end()));
    }

    fn run(&mut self, name: &str, notes: &[&str]) {
        self.to_run += 1;
        self.head(START, "run ", name, notes);
    }

    fn head(&mut self, style: anstyle::Style, word: &str, name: &str, notes: &[&str]) {
        let notes: Vec<&str> = notes.iter().copied().filter(|note| !note.is_empty()).collect();
        let _ = write!(self.out, "{}  {}", self.paint.styled(style, word), plain(name));
        if !notes.is_empty() {
            let _ = write!(self.out, "  {}", self.paint.styled(DIM, notes.join(", ")));
        }
        self.out.push('\n');
    }
}

/// Reasons on one line.
fn told(reasons: &[Reason]) -> String {
    reasons.iter().map(|reason| plain(&reason.to_string())).collect::<Vec<_>>().join(", ")
}

fn named(values: &[(String, Argument)]) -> String {
    values.iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join(", ")
}
