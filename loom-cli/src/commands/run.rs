//! `loom PIPELINE`: runs it, or shows what would run.

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::mem::ManuallyDrop;
use std::path::Path;

use loom_exec::{
    Cancel, Decisions, Event, EventLines, LeftOut, Memory, RunOptions, Runner, Selection, Settings, Summary, Target,
};
use signal_hook::consts::SIGPIPE;

use super::afterwards::Afterwards;
use super::{Said, clean, dry_run, investigate, list, open, print, refused, say, tell_problems, with_warnings};
use crate::args::{RunArgs, SelectArgs};
use crate::exit;
use crate::live::Live;
use crate::outlet::Outlet;
use crate::report::{Report, Verbosity};
use crate::swept::Swept;
use crate::terminal::{Paint, shell_line, wants_color};

pub(crate) fn run(args: &RunArgs, runner: Option<Runner>) -> u8 {
    match try_run(args, runner) {
        Ok(code) | Err(Said(code)) => code,
    }
}

fn try_run(args: &RunArgs, runner: Option<Runner>) -> Result<u8, Said> {
    let paint = Paint { color: wants_color(args.color, &io::stdout()) };
    // Nothing of these is given back piece by piece: the system takes it all at once when the program ends.
    let project = ManuallyDrop::new(open(&args.pipeline, settings(&args.selected)?)?);
    if args.clean || args.clean_list {
        return clean::clean(args, &project, paint);
    }
    let refuse = |errors| {
        let problems = with_warnings(errors, &project);
        tell_problems(project.source(), &problems, args.color);
        refused(&problems)
    };
    if args.list {
        let wanted = &args.selected;
        let selects =
            !(wanted.step.is_empty() && wanted.from.is_empty() && wanted.to.is_empty() && wanted.group.is_empty());
        let selected = match project.checked().select(&selection(&args.selected)) {
            Ok(plan) => Some(plan).filter(|_| selects),
            // What can be read of a broken pipeline is listed, unless it is the call that is wrong.
            Err(errors) if selects || !wanted.include.is_empty() => return Err(refuse(errors)),
            Err(_) => None,
        };
        tell_problems(project.source(), &project.checked().problems, args.color);
        let sound = project.checked().graph.is_some();
        let told = print(&list::list(&project, selected.as_ref(), args.expand, paint));
        return Ok(if sound { told } else { exit::WRONG });
    }
    if args.investigate {
        let plan = project.checked().select(&selection(&args.selected)).map_err(refuse)?;
        return Ok(print(&investigate::investigate(&project, &plan, paint)));
    }
    let decisions = project.plan(&selection(&args.selected)).map_err(|error| refuse(error.problems))?;
    let decisions = ManuallyDrop::new(decisions);
    tell_problems(project.source(), &with_warnings(Vec::new(), &project), args.color);
    if args.dry_run {
        let forecast = decisions.forecast(&Memory::default(), args.force).map_err(|error| {
            say(&format!("error: {error}"));
            Said(exit::FAILED)
        })?;
        let forecast = ManuallyDrop::new(forecast);
        let folded = project.checked().graph.as_deref().filter(|_| !args.expand);
        return Ok(print(&dry_run::dry_run(&decisions, &forecast, folded, workers(args, &decisions), paint)));
    }
    if decisions.steps().is_empty() {
        return Ok(if args.quiet { exit::OK } else { print(&nothing_to_do(&decisions)) });
    }
    really_run(args, &decisions, runner, paint)
}

/// What a pipeline is opened with, as it was typed.
pub(super) fn settings(args: &SelectArgs) -> Result<Settings, Said> {
    Ok(Settings {
        parameters: args.set.clone(),
        axes: args.sweep.clone(),
        only: args.only.clone(),
        paths: args.var.clone(),
        extra: extra_words(args.extra.as_deref())?,
        ..Settings::with_environment(std::env::vars_os())
    })
}

fn extra_words(extra: Option<&str>) -> Result<Vec<String>, Said> {
    let Some(extra) = extra else { return Ok(Vec::new()) };
    shlex::split(extra).ok_or_else(|| {
        say("error: `--extra` has a quote that is not closed");
        Said(exit::WRONG)
    })
}

pub(super) fn selection(args: &SelectArgs) -> Selection {
    let target = if !args.step.is_empty() {
        Target::Steps(args.step.clone())
    } else if !args.group.is_empty() {
        Target::Groups(args.group.clone())
    } else if args.from.is_empty() && args.to.is_empty() {
        Target::All
    } else {
        Target::Between { from: args.from.clone(), to: args.to.clone() }
    };
    Selection { target, include: args.include.clone() }
}

fn workers(args: &RunArgs, decisions: &Decisions) -> usize {
    match args.max_workers {
        Some(workers) => workers,
        None if args.sequential => 1,
        None => decisions.workers(args.parallel.then_some(true)),
    }
}

pub(super) fn nothing_to_do(decisions: &Decisions) -> String {
    let why = if decisions.left_out().is_empty() {
        "the pipeline has no steps".to_owned()
    } else {
        let named = |wanted: LeftOut| decisions.left_out().iter().filter(|(_, reason)| *reason == wanted).count();
        match (named(LeftOut::Optional), named(LeftOut::Disabled)) {
            (0, 0) => "no step is selected".to_owned(),
            (optional, 0) => format!("{optional} optional (see `--include`)"),
            (0, disabled) => format!("{disabled} disabled (see `--step`)"),
            (optional, disabled) => {
                format!("{optional} optional (see `--include`), {disabled} disabled (see `--step`)")
            }
        }
    };
    format!("nothing to run: {why}\n")
}

fn really_run(args: &RunArgs, decisions: &Decisions, runner: Option<Runner>, paint: Paint) -> Result<u8, Said> {
    let failed = |what: &str, error: &dyn std::fmt::Display| {
        say(&format!("error: {what}: {error}"));
        Said(exit::FAILED)
    };
    let cancel = Cancel::new().map_err(|error| failed("cannot prepare a run", &error))?;
    let held_up = |signal| std::process::exit(exit::by_signal(signal).into());
    loom_exec::hand_signals_to(cancel.clone(), runner, held_up)
        .map_err(|error| failed("cannot wait for signals", &error))?;

    let verbosity = match (args.quiet, args.verbose) {
        (true, _) => Verbosity::Quiet,
        (_, true) => Verbosity::Verbose,
        _ => Verbosity::Normal,
    };
    let events_to_stdout = args.events.as_deref() == Some(Path::new("-"));
    // Standard output belongs to one of the two.
    let swept = Swept::of(decisions.plan());
    let live = Live::begin(args, &cancel, &swept);
    let lines: Box<dyn Write> = match &live {
        Some(live) => Box::new(live.lines()),
        None if events_to_stdout => Box::new(Outlet::new(io::stderr().lock(), cancel.clone())),
        None => Box::new(Outlet::new(io::stdout().lock(), cancel.clone())),
    };
    let paint = if events_to_stdout { Paint { color: wants_color(args.color, &io::stderr()) } } else { paint };
    let mut report = Report::new(BufWriter::with_capacity(64 << 10, lines), paint, verbosity, decisions.folder())
        .with_sweep(swept, named(&args.pipeline), args.expand);
    let mut events = match &args.events {
        None => None,
        Some(_) if events_to_stdout => {
            let out = Outlet::new(io::stdout().lock(), cancel.clone());
            Some(EventLines::new(Box::new(BufWriter::new(out)) as Box<dyn Write>))
        }
        Some(path) => {
            let file = File::create(path).map_err(|error| {
                say(&format!("error: cannot write {}: {error}", path.display()));
                Said(exit::WRONG)
            })?;
            Some(EventLines::new(Box::new(BufWriter::new(file)) as Box<dyn Write>))
        }
    };

    let mut afterwards = Afterwards::begin(args, decisions.folder())?;

    let of_events = match &args.events {
        Some(path) if !events_to_stdout => path.display().to_string(),
        _ => "to standard output".to_owned(),
    };
    let of_report = if events_to_stdout { "to standard error" } else { "to standard output" };
    let mut trouble: Option<(&str, io::Error)> = None;
    let mut watch = |event: &Event| {
        if trouble.is_some() {
            return;
        }
        afterwards.tell(event);
        let lines = report.tell(event).and_then(|()| live.as_ref().map_or(Ok(()), |live| live.tell(event)));
        let told = lines.map_err(|error| (of_report, error)).and_then(|()| {
            let told = events.as_mut().map_or(Ok(()), |events| events.tell(event));
            told.map_err(|error| (&*of_events, error))
        });
        if let Err(error) = told {
            // Who asked for a run and cannot be told of it would not want it to go on unseen.
            cancel.stop(SIGPIPE);
            trouble = Some(error);
        }
    };
    let options = RunOptions {
        workers: workers(args, decisions),
        cancel: Some(cancel.clone()),
        force: args.force,
        wait: !args.no_wait,
        fail_fast: args.fail_fast,
        end_orphans: true,
        grace: args.grace.unwrap_or(RunOptions::default().grace),
        ..RunOptions::default()
    };
    let ended = decisions.run(&options, &mut watch);
    // What is told from here on comes below the lines of the run.
    drop(live);
    let summary = ended.map_err(|error| {
        say(&format!("error: {error}"));
        Said(if error.is_locked() { exit::LOCKED } else { exit::FAILED })
    })?;
    afterwards.write()?;
    match trouble {
        Some((_, error)) if error.kind() == io::ErrorKind::BrokenPipe => Ok(exit::by_signal(SIGPIPE)),
        Some((what, error)) => Err(failed(&format!("cannot write {what}"), &error)),
        None => Ok(code(&summary)),
    }
}

/// A pipeline as a further command has to name it.
fn named(pipeline: &Path) -> Option<String> {
    (pipeline != Path::new(".")).then(|| shell_line(std::iter::once(pipeline.as_os_str())))
}

fn code(summary: &Summary) -> u8 {
    match summary.stopped_by {
        _ if summary.panicked => exit::BUG,
        Some(signal) => exit::by_signal(signal),
        None if summary.is_success() => exit::OK,
        None => exit::FAILED,
    }
}
