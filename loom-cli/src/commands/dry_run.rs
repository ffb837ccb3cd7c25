//! `loom --dry-run`: every unit with its command, and every step that is left out with the reason.

use std::fmt::Write as _;

use loom_exec::{Decisions, LeftOut, Part, Unit};
use loom_graph::{Argument, Asked, Role, StepId, Work};

use super::run::nothing_to_do;
use crate::terminal::{DIM, Paint, SKIP, START, plain, shell_line};

pub(super) fn dry_run(decisions: &Decisions, workers: usize, paint: Paint) -> String {
    if decisions.steps().is_empty() {
        return nothing_to_do(decisions);
    }
    let mut out = String::new();
    let links = decisions.plan().graph().links();
    for block in decisions.steps().chunk_by(|one, other| links.leader(*one) == links.leader(*other)) {
        match block {
            [step] if decisions.plan().graph().group(*step).is_none() => one_step(decisions, *step, paint, &mut out),
            block => passes(decisions, block, paint, &mut out),
        }
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
    let count = decisions.plan().step_count();
    let steps = if count == 1 { "step" } else { "steps" };
    let at_once = if workers == 1 { "one at a time".to_owned() } else { format!("up to {workers} at a time") };
    let folder = shell_line(std::iter::once(decisions.folder().as_os_str()));
    let _ = writeln!(out, "{count} {steps} would run in {folder}, {at_once}");
    out
}

fn one_step(decisions: &Decisions, step: StepId, paint: Paint, out: &mut String) {
    let graph = decisions.plan().graph();
    let links = graph.links();
    let only = links.uses(step).iter().find_map(|used| {
        let Role::Gate { then } = used.role else { return None };
        let way = if then { "then" } else { "else" };
        Some(format!("only if {} leads to `{way}`", plain(links.datum(used.datum).label())))
    });
    let only = only.as_deref().unwrap_or_default();
    // The files of a loop that a step has yet to make cannot be listed.
    let maker = links.folders_of_loop(step).and_then(|(over, _)| {
        let legs = links.reads_with_makers(step).filter(|(read, _)| read.datum == over.datum);
        let maker = legs.flat_map(|(_, legs)| legs).map(|leg| leg.on).find(|on| decisions.steps().contains(on))?;
        Some((over.path.clone(), maker))
    });
    if let Some((folder, maker)) = maker {
        let files = format!("for each file of {}, which {} makes", plain(&folder), plain(graph.name(maker)));
        head(graph.name(step), &[&files, only], paint, out);
        let _ = writeln!(out, "      {}", plain(&graph.command_line(step).to_string()));
        return;
    }
    match decisions.units(step) {
        Ok(units) if units.is_empty() => head(graph.name(step), &["no files", only], paint, out),
        Ok(units) => units.iter().for_each(|each| unit(decisions, each, only, paint, out)),
        Err(why) => head(graph.name(step), &[&format!("will fail: {}", plain(&why)), only], paint, out),
    }
}

fn passes(decisions: &Decisions, block: &[StepId], paint: Paint, out: &mut String) {
    let graph = decisions.plan().graph();
    let Some((_, passes)) = block.first().and_then(|step| graph.group(*step)) else { return };
    // The last pass that a condition may call for is as likely as any other.
    let only = if passes.stop.is_some() { "unless the condition is met before" } else { "" };
    let units: Vec<Vec<Unit>> = block.iter().map(|step| decisions.units(*step).unwrap_or_default()).collect();
    for pass in 0..passes.pass_count() {
        let only = if pass == 0 { "" } else { only };
        units.iter().filter_map(|units| units.get(pass)).for_each(|each| unit(decisions, each, only, paint, out));
        if let (Some(_), Some(first)) = (&passes.stop, block.first()) {
            let stop = graph.unit(graph.links().leader(*first), Part::Stop(u32::try_from(pass).unwrap_or(u32::MAX)));
            unit(decisions, &stop, only, paint, out);
        }
    }
}

fn unit(decisions: &Decisions, unit: &Unit, note: &str, paint: Paint, out: &mut String) {
    let (what, line) = match decisions.plan().graph().work(unit, &|_| None) {
        Work::Command(_) => {
            let command = decisions.command(unit);
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
        Work::Switch(_) => ("switch", decisions.plan().graph().command_line(unit.step).program.to_string()),
        Work::Copies(_) => return,
    };
    head(&unit.name, &[what, note], paint, out);
    let _ = writeln!(out, "      {}", plain(line.trim_end()));
}

fn named(values: &[(String, Argument)]) -> String {
    values.iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join(", ")
}

fn head(name: &str, notes: &[&str], paint: Paint, out: &mut String) {
    let notes: Vec<&str> = notes.iter().copied().filter(|note| !note.is_empty()).collect();
    let gap = if notes.is_empty() { "" } else { "  " };
    let notes = paint.styled(DIM, notes.join(", ")).to_string();
    let _ = writeln!(
        out,
        "{}   {}{gap}{}",
        paint.styled(START, "run"),
        plain(name),
        if gap.is_empty() { "" } else { &notes }
    );
}
