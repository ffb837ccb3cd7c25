//! Many short runs whose threads are held up at random: whatever meets whatever, every run ends, and what it tells is
//! what was.
//!
//! The channels know of no scheduler that could try every interleaving, so these are drawn: what the units do follows from a
//! seed, and what meets what is left to the machine. A run that fails, or hangs, has its seed as the name of its thread.

#![allow(clippy::disallowed_methods, reason = "tests make files and hand programs an environment")]

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;
use std::panic::resume_unwind;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, Once, PoisonError};
use std::time::Duration;

use loom_exec::{
    Cancel, Decisions, Event, Executor, Job, Leak, Memory, Outcome, Project, RunOptions, Selection, Settings,
    SkipReason, Stream, Summary, TERM, Verdict,
};

/// How many runs, if `LOOM_INTERLEAVINGS` says nothing else; the first has the seed `LOOM_SEED`, or 0.
const RUNS: u64 = 2_000;

/// How many of them have the same pipeline. The first of these has a journal.
const RUNS_OF_A_PIPELINE: u64 = 10;

/// Numbers that are the same for the same seed: SplitMix64.
struct Dice(u64);

impl Dice {
    /// Dice for one thing of a run, which do not depend on what came before.
    fn of(seed: u64, what: &str, time: usize) -> Self {
        let mut dice = Self(seed);
        for byte in what.bytes().chain(time.to_le_bytes()) {
            dice = Self(dice.next() ^ u64::from(byte));
        }
        dice
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    fn below(&mut self, bound: usize) -> usize {
        (self.next() % bound as u64) as usize
    }

    /// Lets the others go first, mostly not at all, sometimes for long.
    fn hold_up(&mut self) {
        let most = [0, 1, 5, 50][self.below(4)];
        for _ in 0..self.below(most + 1) {
            std::thread::yield_now();
        }
    }
}

fn how_often(variable: &str, usually: u64) -> u64 {
    std::env::var(variable).ok().and_then(|times| times.parse().ok()).unwrap_or(usually)
}

/// Steps `s0`, `s1`, …; for each, those whose output it reads, and how often it may be tried again.
struct Pipeline {
    needs: Vec<Vec<usize>>,
    retries: Vec<u32>,
}

impl Pipeline {
    fn random(dice: &mut Dice) -> Self {
        let steps = 1 + dice.below(12);
        let needs = (0..steps).map(|step| (0..dice.below(3).min(step)).map(|_| dice.below(step)).collect()).collect();
        Self { needs, retries: (0..steps).map(|_| dice.below(6).saturating_sub(3) as u32).collect() }
    }

    fn text(&self) -> String {
        let step = |step: usize| {
            let inputs: String =
                self.needs[step].iter().enumerate().map(|(at, need)| format!("i{at}: f{need}, ")).collect();
            let retries = match self.retries[step] {
                0 => String::new(),
                max => format!(", retries: {{max: {max}, delay: 0s}}"),
            };
            format!("- {{name: s{step}, command: ['true'], inputs: {{{inputs}}}, outputs: {{-o: f{step}}}{retries}}}\n")
        };
        format!("pipeline:\n{}", (0..self.needs.len()).map(step).collect::<String>())
    }

    fn decide(&self, folder: &Path) -> Decisions {
        let path = folder.join("pipeline.yml");
        std::fs::write(&path, self.text()).expect("it can be written");
        let project = Project::open(&path, Settings::with_environment(std::env::vars_os())).expect("it can be read");
        project.plan(&Selection::default()).expect("it is sound")
    }

    /// The steps that cannot run because of these, and are not among them.
    fn behind(&self, failed: &BTreeSet<usize>) -> BTreeSet<usize> {
        let mut lost = failed.clone();
        for (step, needs) in self.needs.iter().enumerate() {
            if needs.iter().any(|need| lost.contains(need)) {
                lost.insert(step);
            }
        }
        &lost - failed
    }
}

fn number(unit: &str) -> usize {
    unit[1..].parse().expect("steps are numbered")
}

fn until_stopped(cancel: &Cancel) {
    while !cancel.is_stopped() {
        std::thread::yield_now();
    }
}

/// What a unit panics with, so that no other panic is kept quiet.
struct OnPurpose;

/// What the executor saw.
#[derive(Default)]
struct Seen {
    running: usize,
    most: usize,
    /// How often each was begun.
    begun: BTreeMap<usize, usize>,
    /// How each ended last, as it was answered.
    ended: BTreeMap<usize, Outcome>,
    /// How many were begun when the run was known to be stopped.
    late: usize,
    /// Those that ended when the run was to be killed.
    killed: BTreeSet<usize>,
    /// How many bytes each has written.
    said: BTreeMap<usize, usize>,
}

/// Does with a unit what the dice say.
struct Chance<'a> {
    seed: u64,
    pipeline: &'a Pipeline,
    /// Where outputs are made; none if nobody looks for them.
    folder: Option<&'a Path>,
    /// Whether somebody stops the run for certain.
    is_stopped_later: bool,
    /// Whether nothing goes wrong.
    calm: bool,
    seen: Mutex<Seen>,
}

impl Chance<'_> {
    fn seen(&self) -> MutexGuard<'_, Seen> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn make(&self, step: usize, text: &str) {
        if let Some(folder) = self.folder {
            std::fs::write(folder.join(format!("f{step}")), text).expect("it can be written");
        }
    }

    fn begin(&self, step: usize, cancel: &Cancel) -> usize {
        let mut seen = self.seen();
        seen.running += 1;
        seen.most = seen.most.max(seen.running);
        seen.late += usize::from(cancel.is_stopped());
        if !self.calm {
            for need in &self.pipeline.needs[step] {
                assert_eq!(seen.ended.get(need), Some(&Outcome::Succeeded), "s{step} needs s{need}");
            }
        }
        assert!(!seen.killed.contains(&step), "s{step} is tried again although the run was stopped");
        let before = seen.ended.remove(&step);
        let again = seen.begun.entry(step).or_default();
        assert_eq!(before.is_some(), *again > 0);
        assert!(*again <= self.pipeline.retries[step] as usize, "s{step} was begun too often");
        assert!(matches!(before, None | Some(Outcome::Exited { .. })), "s{step} had ended: {before:?}");
        *again += 1;
        *again
    }

    fn act(&self, step: usize, mut job: Job<'_>, dice: &mut Dice) -> Outcome {
        let say = |job: &mut Job<'_>, text: &str| {
            *self.seen().said.entry(step).or_default() += text.len();
            (job.output)(Stream::Stdout, text.as_bytes());
        };
        let what = if self.calm { usize::MAX } else { dice.below(14) };
        match what {
            0 | 1 => {
                self.make(step, "torn");
                std::panic::panic_any(OnPurpose);
            }
            2 => {
                say(&mut job, "last words");
                std::panic::panic_any(OnPurpose);
            }
            3 | 4 => {
                if self.is_stopped_later && what == 4 {
                    until_stopped(job.cancel);
                }
                return Outcome::Exited { code: 1 };
            }
            5 if self.is_stopped_later => {
                until_stopped(job.cancel);
                return Outcome::Stopped;
            }
            6 if self.is_stopped_later => {
                job.cancel.kill();
                dice.hold_up();
            }
            // More than may be on its way to the watcher at once.
            7 => (0..100).for_each(|_| say(&mut job, "line\n")),
            8 => {
                say(&mut job, "half a line");
                (job.leaked)(Leak { pid: 1, command: String::new() });
            }
            _ => {}
        }
        self.make(step, "whole");
        Outcome::Succeeded
    }
}

impl Executor for Chance<'_> {
    fn execute(&self, job: Job<'_>) -> Outcome {
        /// A unit is over, also when it panics.
        struct Over<'a>(&'a Chance<'a>, usize, &'a Cancel, Outcome);
        impl Drop for Over<'_> {
            fn drop(&mut self) {
                let mut seen = self.0.seen();
                seen.running -= 1;
                seen.ended.insert(self.1, self.3.clone());
                if self.2.is_killed() {
                    seen.killed.insert(self.1);
                }
            }
        }
        let step = number(job.unit);
        let time = self.begin(step, job.cancel);
        let mut over = Over(self, step, job.cancel, Outcome::Panicked);
        let mut dice = Dice::of(self.seed, job.unit, time);
        dice.hold_up();
        over.3 = self.act(step, job, &mut dice);
        dice.hold_up();
        over.3.clone()
    }

    fn shares_files(&self) -> bool {
        self.folder.is_some()
    }
}

/// What was told, in the order of the events.
#[derive(Default)]
struct Told {
    started: BTreeSet<usize>,
    finished: BTreeMap<usize, Outcome>,
    up_to_date: BTreeSet<usize>,
    skipped: BTreeSet<usize>,
    said: BTreeMap<usize, usize>,
    retried: BTreeMap<usize, usize>,
    /// How many started after the first failure.
    after_failure: usize,
    end: Option<Summary>,
}

impl Told {
    fn is_over(&self, step: usize) -> bool {
        self.finished.contains_key(&step) || self.up_to_date.contains(&step) || self.skipped.contains(&step)
    }

    fn is_at(&self, step: usize) -> bool {
        self.started.contains(&step) && !self.is_over(step)
    }

    fn take(&mut self, event: &Event) {
        assert!(self.end.is_none(), "nothing is told after the end");
        match event {
            Event::UnitStarted { unit, .. } => {
                assert!(!self.is_over(number(unit)), "{unit} is over");
                assert!(self.started.insert(number(unit)), "{unit} starts once");
                let failed = |outcome: &Outcome| !outcome.is_success() && *outcome != Outcome::Stopped;
                self.after_failure += usize::from(self.finished.values().any(failed));
            }
            Event::UnitOutput { unit, text, .. } => {
                assert!(self.is_at(number(unit)), "{unit} is not at work");
                *self.said.entry(number(unit)).or_default() += text.len();
            }
            Event::UnitLeaked { unit, .. } => assert!(self.is_at(number(unit)), "{unit} is not at work"),
            Event::UnitRetried { unit, outcome, .. } => {
                assert!(self.is_at(number(unit)), "{unit} is not at work");
                assert_eq!(*outcome, Outcome::Exited { code: 1 });
                *self.retried.entry(number(unit)).or_default() += 1;
            }
            Event::UnitFinished { unit, outcome, .. } => {
                let step = number(unit);
                assert!(self.is_at(step) || *outcome == Outcome::Stopped && !self.is_over(step), "{unit}: {outcome}");
                self.finished.insert(step, outcome.clone());
            }
            Event::UnitUpToDate { unit, .. } => {
                assert!(!self.is_over(number(unit)) && !self.started.contains(&number(unit)));
                self.up_to_date.insert(number(unit));
            }
            Event::UnitSkipped { unit, because } => {
                assert!(!self.is_over(number(unit)) && !self.started.contains(&number(unit)));
                self.skipped.insert(number(unit));
                let SkipReason::Failed(by) = because else { panic!("{because:?}") };
                assert!(self.finished.get(&number(by)).is_some_and(|outcome| !outcome.is_success()), "{by}");
            }
            Event::RunFinished { summary } => self.end = Some(summary.clone()),
            _ => {}
        }
    }

    fn with(&self, wanted: impl Fn(&Outcome) -> bool) -> BTreeSet<usize> {
        self.finished.iter().filter(|(_, outcome)| wanted(outcome)).map(|(step, _)| *step).collect()
    }
}

/// Some runs of one pipeline, one after another: reading it takes longer than running it.
fn runs_of(seeds: Range<u64>) {
    let pipeline = Pipeline::random(&mut Dice(seeds.start));
    let folder = tempfile::tempdir().expect("a temporary folder");
    let decisions = pipeline.decide(folder.path());
    for seed in seeds.clone() {
        std::thread::scope(|scope| {
            let named = std::thread::Builder::new().name(format!("seed {seed}"));
            let run = || run(seed, seed == seeds.start, &pipeline, folder.path(), &decisions);
            let ended = named.spawn_scoped(scope, run).expect("a thread can be had").join();
            ended.unwrap_or_else(|panic| resume_unwind(panic));
        });
    }
}

/// One run; where it is kept, it is followed by another that goes on where it ended.
fn run(seed: u64, kept: bool, pipeline: &Pipeline, folder: &Path, decisions: &Decisions) {
    let mut dice = Dice(seed);
    let workers = 1 + dice.below(5);
    let cancel = Cancel::new().expect("pipes can be made");
    // Who stops the run: nobody, another thread, or the watcher.
    let (by_thread, by_watcher) = [(false, false), (false, false), (true, false), (false, true)][dice.below(4)];
    let stop_at = dice.below(4 * pipeline.needs.len());
    // Whether all has run before, so that there are successes to be taken back.
    let before = kept && dice.below(2) == 0;
    if before {
        assert_eq!(run_calmly(pipeline, folder, decisions).0.succeeded, pipeline.needs.len());
    }
    let options = RunOptions {
        workers,
        force: before,
        cancel: Some(cancel.clone()),
        grace: Duration::ZERO,
        memory: if kept { Memory::InPipelineFolder } else { Memory::Nowhere },
        fail_fast: dice.below(4) == 0,
        ..RunOptions::default()
    };
    let chance = Chance {
        seed,
        pipeline,
        folder: kept.then_some(folder),
        is_stopped_later: by_thread,
        calm: false,
        seen: Mutex::default(),
    };
    let mut events = Vec::new();
    let slowness = [0, 0, 3, 30][dice.below(4)];
    let summary = std::thread::scope(|scope| {
        if by_thread {
            let cancel = cancel.clone();
            let mut dice = Dice::of(seed, "stop", 0);
            scope.spawn(move || {
                (0..10 * stop_at).for_each(|_| std::thread::yield_now());
                dice.hold_up();
                if dice.below(2) == 0 { cancel.stop(TERM) } else { cancel.kill() }
            });
        }
        let summary = decisions.run_on(&chance, &options, |event| {
            if by_watcher && events.len() == stop_at {
                cancel.stop(TERM);
            }
            events.push(event.clone());
            (0..slowness).for_each(|_| std::thread::yield_now());
        });
        summary.expect("it can begin")
    });
    let seen = chance.seen.into_inner().expect("what the executor holds it to is so");
    let mut told = Told::default();
    events.iter().for_each(|event| told.take(event));
    is_true(pipeline, &options, &seen, &told, &summary);
    if kept {
        goes_on(pipeline, folder, &seen, &told, before);
    }
}

/// What a run told is what the executor saw.
fn is_true(pipeline: &Pipeline, options: &RunOptions, seen: &Seen, told: &Told, summary: &Summary) {
    assert_eq!(told.end.as_ref(), Some(summary));
    assert_eq!(seen.running, 0);
    assert!(seen.most <= options.workers, "{} at once on {}", seen.most, options.workers);
    assert!(seen.late <= options.workers, "{} began after the stop", seen.late);

    let at_work = options.workers - 1;
    assert!(!options.fail_fast || told.after_failure <= at_work, "{} after a failure", told.after_failure);

    // What began has ended, as it said, but for a stop that came before it could be tried again, or before what it made was
    // looked at.
    for (step, outcome) in &seen.ended {
        let told = &told.finished[step];
        let unsettled = [Outcome::Succeeded, Outcome::Exited { code: 1 }].contains(outcome);
        let stopped = *told == Outcome::Stopped && unsettled;
        assert!(told == outcome || stopped && summary.stopped_by.is_some(), "s{step}: {outcome}, but told {told}");
    }
    let unseen = told.finished.iter().filter(|(step, _)| !seen.ended.contains_key(step));
    unseen.for_each(|(step, outcome)| assert_eq!(*outcome, Outcome::Stopped, "s{step} never began"));
    for (step, times) in &seen.begun {
        let retried = told.retried.get(step).copied().unwrap_or(0);
        assert!(
            *times == retried + 1 || *times == retried && summary.stopped_by.is_some(),
            "s{step}: {times}, {retried}"
        );
    }
    for (step, bytes) in &seen.said {
        let said = told.said.get(step).copied().unwrap_or(0);
        // A half line goes with the panic of who wrote it; a stop goes before output.
        let whole = summary.stopped_by.is_none() && seen.ended[step] != Outcome::Panicked;
        assert!(said == *bytes || !whole && said < *bytes, "s{step} wrote {bytes}, told were {said}");
    }

    // Every step is in one count.
    let good = told.with(Outcome::is_success);
    let stopped = told.with(|outcome| *outcome == Outcome::Stopped);
    let failed = &(&told.with(|_| true) - &good) - &stopped;
    assert_eq!((summary.succeeded, summary.failed), (good.len(), failed.len()));
    assert_eq!((summary.skipped, summary.up_to_date, summary.not_taken), (told.skipped.len(), 0, 0));
    assert_eq!(good.len() + failed.len() + told.skipped.len() + summary.not_run, pipeline.needs.len());
    assert_eq!(summary.panicked, !told.with(|outcome| *outcome == Outcome::Panicked).is_empty());
    assert_eq!(told.skipped, pipeline.behind(&failed));
    let cut_short = summary.stopped_by.is_some() || options.fail_fast && !failed.is_empty();
    assert!(summary.not_run == 0 || cut_short, "{} were forgotten", summary.not_run);
    assert!(stopped.is_empty() || summary.stopped_by == Some(TERM));
    assert_eq!(summary.not_kept, None);
}

/// What is remembered is what ended well, and no more: the next run does the rest.
fn goes_on(pipeline: &Pipeline, folder: &Path, seen: &Seen, told: &Told, before: bool) {
    let decisions = pipeline.decide(folder);
    let forecast = decisions.forecast(&Memory::InPipelineFolder, false).expect("it can be read");
    let all: BTreeSet<usize> = (0..pipeline.needs.len()).collect();
    let good = told.with(Outcome::is_success);
    // What began and did not end well has lost the success that it had before; what never began has not.
    let done = |step: &usize| matches!(forecast.verdict(&format!("s{step}")), Some(Verdict::UpToDate { .. }));
    let mut lost = &seen.begun.keys().copied().collect() - &good;
    // One that was stopped just before it began may have lost it.
    let about_to = &told.with(|outcome| *outcome == Outcome::Stopped) - &lost;
    lost.extend(about_to.iter().filter(|step| !done(step)));
    let good = if before { &all - &lost } else { good };
    let sure = if before { &good - &pipeline.behind(&lost) } else { good.clone() };
    assert_eq!(all.iter().copied().filter(done).collect::<BTreeSet<_>>(), sure);
    let (summary, again) = run_calmly(pipeline, folder, &decisions);
    assert_eq!(again.up_to_date, good);
    assert_eq!((summary.up_to_date, summary.succeeded), (good.len(), all.len() - good.len()));
}

/// A run in which nothing goes wrong.
fn run_calmly(pipeline: &Pipeline, folder: &Path, decisions: &Decisions) -> (Summary, Told) {
    let chance =
        Chance { seed: 0, pipeline, folder: Some(folder), is_stopped_later: false, calm: true, seen: Mutex::default() };
    let mut events = Vec::new();
    let options = RunOptions { workers: 2, ..RunOptions::default() };
    let summary = decisions.run_on(&chance, &options, |event| events.push(event.clone())).expect("it can begin");
    let mut told = Told::default();
    events.iter().for_each(|event| told.take(event));
    (summary, told)
}

/// Says nothing of the panics that are meant.
fn keep_quiet() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let before = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |info| {
            if !info.payload().is::<OnPurpose>() {
                before(info);
            }
        }));
    });
}

#[test]
fn whatever_meets_whatever_every_run_ends_and_tells_what_was() {
    /// More than there are cores, so that each is taken away from its core at times.
    const AT_ONCE: u64 = 4;
    keep_quiet();
    let first = how_often("LOOM_SEED", 0);
    let runs = how_often("LOOM_INTERLEAVINGS", RUNS);
    std::thread::scope(|scope| {
        for start in 0..AT_ONCE {
            scope.spawn(move || {
                for group in (start..runs.div_ceil(RUNS_OF_A_PIPELINE)).step_by(AT_ONCE as usize) {
                    let seed = first + group * RUNS_OF_A_PIPELINE;
                    runs_of(seed..seed + RUNS_OF_A_PIPELINE);
                }
            });
        }
    });
}

#[test]
fn a_watcher_that_takes_nothing_keeps_no_unit_from_being_stopped() {
    /// Writes more than may be on its way at once.
    struct Talks(AtomicBool);
    impl Executor for Talks {
        fn execute(&self, job: Job<'_>) -> Outcome {
            (0..70).for_each(|_| (job.output)(Stream::Stdout, b"line\n"));
            self.0.store(true, Ordering::SeqCst);
            Outcome::Stopped
        }

        fn shares_files(&self) -> bool {
            false
        }
    }
    let pipeline = Pipeline { needs: vec![Vec::new()], retries: vec![0] };
    let folder = tempfile::tempdir().expect("a temporary folder");
    let decisions = pipeline.decide(folder.path());
    let cancel = Cancel::new().expect("pipes can be made");
    let options =
        RunOptions { workers: 1, cancel: Some(cancel.clone()), memory: Memory::Nowhere, ..RunOptions::default() };
    let talks = Talks(AtomicBool::new(false));
    let summary = decisions.run_on(&talks, &options, |event| {
        if let Event::UnitStarted { .. } = event {
            cancel.stop(TERM);
            while !talks.0.load(Ordering::SeqCst) {
                std::thread::yield_now();
            }
        }
    });
    assert_eq!(summary.expect("it can begin").not_run, 1);
}
