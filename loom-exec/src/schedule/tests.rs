//! Every schedule, held against a reference model.

use std::fmt::Write;

use loom_graph::{OnPaper, Selection, Target};
use loom_spec::Source;

use super::*;

mod model;

use model::{Amounts, Fate, Model, Unit, fits};

/// Numbers that are the same for the same seed: SplitMix64.
struct Dice(u64);

impl Dice {
    fn below(&mut self, bound: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((z ^ (z >> 31)) % bound as u64) as usize
    }
}

fn plan(pipeline: &str, steps: Option<Vec<String>>) -> Plan {
    let checked = loom_graph::check(loom_spec::parse(&Source::new("p.yml", pipeline)), &OnPaper);
    let target = steps.map_or(Target::All, Target::Steps);
    checked.plan(&Selection { target, include: Vec::new() }, &OnPaper).expect("a sound pipeline")
}

/// What a step of a random pipeline does with the configurations.
struct Swept {
    /// What it names of them, among its keys.
    keys: String,
    /// Its axes, a bit for each.
    axes: u8,
}

/// The axes of the sweep of a random pipeline.
const AXES: [&str; 2] = ["x", "y"];

/// Lets a step name axes of a sweep, or gather those of what it reads, where that is sound. `gates` are those of the
/// switches that it is behind.
fn swept(dice: &mut Dice, read: u8, gates: u8) -> Swept {
    let own: u8 = match dice.below(8) {
        0 => 0b01,
        1 => 0b10,
        2 => 0b11,
        _ => 0,
    };
    let named = AXES.iter().enumerate().filter(|(axis, _)| own & (1 << axis) != 0);
    let named: String = named.map(|(_, axis)| format!("-{axis}: ${axis}, ")).collect();
    let mut swept = Swept { keys: format!(", args: {{{named}}}"), axes: own | read | gates };
    let (over, ended) = match dice.below(6) {
        0 => ("[x]", 0b01),
        1 => ("[y]", 0b10),
        2..=3 => ("true", 0b11),
        _ => return swept,
    };
    if read & ended != 0 && (own | gates) & read & ended == 0 {
        swept.axes = own | (read & !ended) | gates;
        let allow_failed = dice.below(2) == 0;
        let _ = write!(swept.keys, ", gather: {{axes: {over}, allow_failed: {allow_failed}}}");
    }
    swept
}

/// A random pipeline in random file order, and a random selection of its steps: plain steps, loops, conditions with
/// their switches, readers of branches, and groups that run in passes; half of them in a sweep, with steps that gather.
fn random_plan(dice: &mut Dice) -> Plan {
    let is_swept = dice.below(2) == 0;
    let most = match dice.below(1000) {
        0 if !is_swept => 200,
        1..50 if !is_swept => 40,
        _ => 12,
    };
    let count = 1 + dice.below(most);
    let mut names: Vec<String> = Vec::new();
    let mut switches: Vec<usize> = Vec::new();
    let mut steps: Vec<String> = Vec::new();
    let mut axes: Vec<u8> = Vec::new();
    for step in 0..count {
        let mut inputs = String::new();
        let (mut read, mut gates) = (0, 0);
        for input in 0..dice.below(4).min(step) {
            let on = dice.below(step);
            read |= axes[on];
            let _ = write!(inputs, "i{input}: f{on}, ");
        }
        if !switches.is_empty() && dice.below(6) == 0 {
            let way = ["then", "else"][dice.below(2)];
            let switch = switches[dice.below(switches.len())];
            gates |= axes[switch];
            let _ = write!(inputs, "b: $w{switch}.{way}, ");
        }
        let none = || Swept { keys: String::new(), axes: 0 };
        let Swept { keys, axes: of_step } = if is_swept { swept(dice, read, gates) } else { none() };
        axes.push(of_step);
        let outputs = format!("outputs: {{-o: f{step}}}{keys}");
        let mut asks = || match dice.below(3) {
            0 => format!(
                ", resources: {{cpus: {}, mem: {}, gpus: {}}}",
                1 + dice.below(4),
                dice.below(4),
                dice.below(6).saturating_sub(3)
            ),
            _ => String::new(),
        };
        let asked = [asks(), asks(), asks()];
        names.push(format!("s{step}"));
        match dice.below(10) {
            0 => {
                let into = "loop: {over: folder, into: f";
                let one = ["", ", parallel: false"][dice.below(2)];
                steps.push(format!(
                    "- {{name: s{step}, command: [x], {into}{step}{one}}}, inputs: {{{inputs}}}{keys}{}}}\n",
                    asked[0]
                ));
            }
            1 => {
                let stop = ["", "condition: {script: s.py}, "][dice.below(2)];
                let passes = 1 + dice.below(3);
                let both = ["".to_owned(), format!("g: g{step}, f: f{step}, ")];
                let both = &both[dice.below(2)];
                let (from, to) = [("true", "false"), ("false", "true")][dice.below(2)];
                let of_last = keys.replace(&format!("failed: {from}"), &format!("failed: {to}"));
                steps.push(format!(
                    "- group: s{step}\n  multi_pass: {{{stop}count: {passes}}}\n  steps:\n\
                         \x20 - {{name: m{step}, command: [x], inputs: {{{inputs}}}, outputs: {{-o: g{step}}}{keys}{}}}\n\
                         \x20 - {{name: n{step}, command: [x], inputs: {{i: g{step}}}, outputs: {{-o: f{step}}}{}}}\n\
                         \x20 - {{name: k{step}, command: [x], inputs: {{{both}{inputs}}}{of_last}{}}}\n",
                    asked[0], asked[1], asked[2]
                ));
            }
            2 => {
                steps.push(format!("- {{name: s{step}, command: [x], inputs: {{{inputs}}}, {outputs}}}\n"));
                steps.push(format!(
                    "- {{name: c{step}, kind: condition, predicate: exists, inputs: {{data: f{step}}}}}\n"
                ));
                steps.push(format!("- {{name: w{step}, kind: switch, condition: $c{step}, data: $any}}\n"));
                names.extend([format!("c{step}"), format!("w{step}")]);
                switches.push(step);
            }
            _ => {
                steps.push(format!("- {{name: s{step}, command: [x], inputs: {{{inputs}}}, {outputs}{}}}\n", asked[0]));
            }
        }
    }
    for index in (1..steps.len()).rev() {
        steps.swap(index, dice.below(index + 1));
    }
    let some = (switches.is_empty() && dice.below(2) == 0)
        .then(|| names.into_iter().filter(|_| dice.below(3) > 0).collect::<Vec<_>>());
    let sweep = if is_swept { "sweep: {axes: {x: [a, b], y: [c, d]}}\n" } else { "" };
    plan(&format!("data: {{any: any}}\n{sweep}pipeline:\n{}", steps.concat()), some)
}

/// Runs a plan to its end in random order of events, with random amounts of what there is, and holds every move against the
/// model.
fn simulate(plan: &Plan, seed: u64) {
    let mut dice = Dice(seed);
    let graph = Arc::clone(plan.graph());
    let links = graph.links();
    let policy = [Policy::FileOrder, Policy::LongestPathFirst][dice.below(2)];
    let workers = 1 + dice.below(8);
    let all = match dice.below(4) {
        0 => [workers as u64, u64::MAX, 0],
        _ => [1 + dice.below(6) as u64, dice.below(5) as u64, dice.below(3) as u64],
    };
    let known = dice.below(3);
    // So many of the units fail.
    let one_in = [2, 10, 10][dice.below(3)];
    let times: Vec<Option<u64>> =
        links.steps().map(|_| (dice.below(2) < known).then(|| 1 + dice.below(9) as u64)).collect();
    let expected = |step: StepId| times[step.index()].map(Duration::from_nanos);
    let slots = Slots { cpus: all[0], mem: all[1], gpus: all[2] };
    let mut scheduler = Scheduler::new(plan, policy, slots, &expected);
    let mut model = Model::new(plan, policy, all, &times);
    // What is the highest and waits; and what ran when it began to.
    let mut waiting: Option<(Unit, Vec<Unit>)> = None;
    let told = |model: &mut Model, block: usize, skipped: Vec<Skipped>| {
        let expected = model.skipped();
        let fate = |because| match because {
            Because::Failure(failed) => {
                assert_eq!(model.fate[failed.index()], Some(Fate::Failed), "seed {seed}");
                Fate::Skipped
            }
            Because::Switch(_) => Fate::NotTaken,
        };
        let found = skipped.iter().map(|skipped| (skipped.step.index(), fate(skipped.because)));
        let mut found: Vec<(usize, Fate)> = found.collect();
        found.sort_unstable_by_key(|(step, _)| *step);
        assert_eq!(found, expected, "seed {seed}: skipped by {block}");
        for (step, fate) in found {
            model.fate[step] = Some(fate);
        }
    };
    loop {
        let mut nothing_more = false;
        while model.running.len() < workers && dice.below(5) > 0 {
            let ready = model.ready();
            let highest = model.highest(ready.iter().copied());
            let free = model.free();
            let waits = highest.filter(|highest| !fits(model.takes(*highest), free));
            let share = waits.map_or([0, 0, 0], |unit| model.takes(unit));
            let rest: Amounts = std::array::from_fn(|resource| free[resource].saturating_sub(share[resource]));
            let fitting = ready.iter().copied().filter(|unit| fits(model.takes(*unit), rest));
            let choice = model.highest(fitting);
            let since = |unit| (unit, model.running.clone());
            waiting =
                waits.map(|unit| waiting.take().filter(|(before, _)| *before == unit).unwrap_or_else(|| since(unit)));
            let kept_back = waiting.as_ref().is_some_and(|(_, before)| before.is_empty());
            assert!(!kept_back, "seed {seed}: {waiting:?} waits for what began after it");
            let start = scheduler.start();
            let unit = start.map(|start| match start {
                Start::Count(step) => (step, Part::Whole),
                Start::Unit(step, part) => (step, part),
            });
            assert_eq!(unit, choice, "seed {seed}: of {ready:?} beside {:?}", model.running);
            match start {
                None => {
                    nothing_more = ready.is_empty();
                    assert!(nothing_more || !model.running.is_empty(), "seed {seed}: {ready:?} could have begun");
                    break;
                }
                Some(Start::Count(step)) => {
                    let count = dice.below(5) as u32;
                    let known = (dice.below(10) > 0).then_some(count);
                    model.started((step, Part::Whole), Some(count));
                    match known {
                        Some(0) => model.fate[step.index()] = Some(Fate::Succeeded),
                        None => model.fate[step.index()] = Some(Fate::Failed),
                        Some(_) => {}
                    }
                    let skipped = scheduler.counted(step, known);
                    told(&mut model, step.index(), skipped);
                }
                Some(Start::Unit(step, part)) => model.started((step, part), None),
            }
        }
        assert_eq!(scheduler.running(), model.running.len(), "seed {seed}");
        if model.running.is_empty() {
            if nothing_more {
                break;
            }
            continue;
        }
        let (step, part) = model.running[dice.below(model.running.len())];
        let block = links.leader(step);
        let how = match (dice.below(one_in), part, &graph.step(step).program) {
            (0, ..) => How::Failed,
            (_, Part::Stop(_), _) => How::Answered(dice.below(3) == 0),
            (_, _, loom_spec::Program::Condition(_) | loom_spec::Program::Switch(_)) => {
                How::Answered(dice.below(2) == 0)
            }
            _ => How::Succeeded,
        };
        let over = model.ended((step, part), how);
        if let Some((_, before)) = &mut waiting {
            before.retain(|unit| *unit != (step, part));
        }
        let skipped = scheduler.ended(step, part, how);
        if over {
            told(&mut model, block.index(), skipped);
        } else {
            assert_eq!(skipped, [], "seed {seed}");
        }
        assert_eq!(scheduler.has_ended(block), over, "seed {seed}: {step:?} {part:?}");
        let is_open = |step: &usize| model.planned[*step] && matches!(model.fate[*step], None | Some(Fate::Running));
        let left = (0..model.fate.len()).filter(is_open).count();
        assert_eq!((scheduler.unfinished(), scheduler.is_finished()), (left, left == 0), "seed {seed}");
    }
    assert!(scheduler.is_finished(), "seed {seed}");
    assert_eq!(scheduler.free, slots, "seed {seed}");
    for step in links.steps().map(StepId::index) {
        assert_eq!(model.fate[step].is_some(), model.planned[step], "seed {seed}: step {step} was left over");
    }
}

/// How often a test does what it does: as often as this variable says, else as often as is enough for every day.
#[allow(clippy::disallowed_methods, reason = "a test is run by hand more often than every day")]
fn how_often(variable: &str, usually: u64) -> u64 {
    std::env::var(variable).ok().and_then(|times| times.parse().ok()).unwrap_or(usually)
}

#[test]
fn every_schedule_is_one_the_model_allows() {
    /// Reading a pipeline takes longer than running it.
    const RUNS_OF_A_PLAN: u64 = 20;
    let plans = how_often("LOOM_SCHEDULES", 100_000) / RUNS_OF_A_PLAN;
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    std::thread::scope(|scope| {
        for thread in 0..threads {
            scope.spawn(move || {
                for number in (thread as u64..plans).step_by(threads) {
                    let plan = random_plan(&mut Dice(number));
                    for run in 0..RUNS_OF_A_PLAN {
                        simulate(&plan, number * RUNS_OF_A_PLAN + run);
                    }
                }
            });
        }
    });
}

/// With as many CPUs as there are workers, of which there are enough.
fn scheduler(plan: &Plan, policy: Policy) -> Scheduler {
    Scheduler::new(plan, policy, Slots { cpus: 8, mem: 0, gpus: 0 }, &|_| None)
}

fn order(plan: &Plan, policy: Policy) -> Vec<&str> {
    let mut scheduler = scheduler(plan, policy);
    let mut order = Vec::new();
    while let Some(Start::Unit(step, part)) = scheduler.start() {
        order.push(&**plan.graph().name(step));
        scheduler.ended(step, part, How::Succeeded);
    }
    order
}

#[test]
fn a_unit_that_is_stopped_leaves_open_what_is_behind_it() {
    let stopped = |scheduler: &mut Scheduler, step: StepId| {
        scheduler.stopped(step);
        (scheduler.running(), scheduler.unfinished(), scheduler.has_ended(step))
    };
    let steps = plan(LONG_WAY, None);
    let mut scheduler = scheduler(&steps, Policy::FileOrder);
    let begun: Vec<Start> = std::iter::from_fn(|| scheduler.start()).collect();
    let [Start::Unit(short, Part::Whole), Start::Unit(a, Part::Whole)] = begun[..] else { panic!("{begun:?}") };
    assert_eq!((scheduler.running(), scheduler.unfinished()), (2, 4));
    assert_eq!(stopped(&mut scheduler, short), (1, 3, true));
    assert_eq!(stopped(&mut scheduler, a), (0, 2, true));
    assert!(!scheduler.is_finished());

    // A loop is not over with those of its units that ran.
    let steps = plan("pipeline: [{name: l, command: [x], loop: {over: in, into: out}}]", None);
    let mut scheduler = self::scheduler(&steps, Policy::FileOrder);
    assert_eq!(scheduler.start(), Some(Start::Count(StepId(0))));
    scheduler.counted(StepId(0), Some(3));
    let begun = std::iter::from_fn(|| scheduler.start()).take(2).count();
    assert_eq!((begun, scheduler.running(), scheduler.unfinished()), (2, 2, 1));
    assert_eq!(stopped(&mut scheduler, StepId(0)), (1, 1, false));
    assert_eq!(stopped(&mut scheduler, StepId(0)), (0, 1, false));
    assert!(!scheduler.is_finished());
}

const LONG_WAY: &str = "pipeline:
- {name: short, command: [x]}
- {name: a, command: [x], outputs: {-o: a}}
- {name: b, command: [x], inputs: {i: a}, outputs: {-o: b}}
- {name: c, command: [x], inputs: {i: b}}
";

#[test]
fn one_at_a_time_goes_in_file_order() {
    assert_eq!(order(&plan(LONG_WAY, None), Policy::FileOrder), ["short", "a", "b", "c"]);
}

#[test]
fn the_longest_way_goes_first() {
    assert_eq!(order(&plan(LONG_WAY, None), Policy::LongestPathFirst), ["a", "b", "short", "c"]);
}

/// What starts while nothing ends, by name.
fn started(scheduler: &mut Scheduler, plan: &Plan) -> Vec<String> {
    let starts = std::iter::from_fn(|| scheduler.start());
    let units = starts.filter_map(|start| match start {
        Start::Unit(step, _) => Some(plan.graph().name(step).to_string()),
        Start::Count(_) => None,
    });
    units.collect()
}

fn end(scheduler: &mut Scheduler, plan: &Plan, name: &str) {
    let step = plan.graph().run_order().find(|step| &**plan.graph().name(*step) == name).expect("there is one");
    scheduler.ended(step, Part::Whole, How::Succeeded);
}

#[test]
fn time_that_is_expected_counts_before_the_number_of_steps() {
    let plan = plan(LONG_WAY, None);
    let first = |times: [Option<u64>; 4]| {
        let expected = |step: StepId| times[step.index()].map(Duration::from_secs);
        let all = Slots { cpus: 1, mem: 0, gpus: 0 };
        let mut scheduler = Scheduler::new(&plan, Policy::LongestPathFirst, all, &expected);
        started(&mut scheduler, &plan).concat()
    };
    assert_eq!(first([Some(7), Some(1), Some(2), Some(3)]), "short");
    assert_eq!(first([Some(5), Some(1), Some(2), Some(3)]), "a");
    // What nothing is known of takes as long as the one in the middle of those that are known.
    assert_eq!(first([None, Some(1), Some(2), Some(3)]), "a");
    assert_eq!(first([None, Some(0), None, Some(7)]), "a");
    assert_eq!(first([Some(10), Some(3), None, None]), "a");
    assert_eq!(first([Some(40), Some(3), None, Some(2)]), "short");
    // More than can be counted is as much as can be.
    assert_eq!(first([Some(1), Some(u64::MAX), Some(u64::MAX), None]), "a");
}

#[test]
fn what_waits_keeps_its_share_and_no_more() {
    let plan = plan(
        "pipeline:
- {name: holds, command: [x], resources: {gpus: 1, cpus: 2}}
- {name: waits, command: [x], resources: {gpus: 1, mem: 3}}
- {name: next, command: [x], resources: {gpus: 1}}
- {name: big, command: [x], resources: {mem: 2}}
- {name: small, command: [x], resources: {mem: 1}}
- {name: plain, command: [x]}
- {name: last, command: [x]}
",
        None,
    );
    let mut scheduler = Scheduler::new(&plan, Policy::FileOrder, Slots { cpus: 5, mem: 4, gpus: 1 }, &|_| None);
    // Of 5 CPUs and 4 bytes, 2 run, and 1 with 3 bytes are set aside for `waits`; `next` sets nothing aside.
    assert_eq!(started(&mut scheduler, &plan), ["holds", "small", "plain"]);
    end(&mut scheduler, &plan, "small");
    assert_eq!(started(&mut scheduler, &plan), ["last"]);
    end(&mut scheduler, &plan, "holds");
    assert_eq!(started(&mut scheduler, &plan), ["waits"]);
    end(&mut scheduler, &plan, "waits");
    assert_eq!(started(&mut scheduler, &plan), ["next", "big"]);
}

#[test]
fn who_asks_for_more_than_there_is_takes_all_of_it() {
    let plan = plan("pipeline:\n- {name: a, command: [x], resources: {cpus: 4, mem: 9, gpus: 2}}\n", None);
    let all = Slots { cpus: 1, mem: 8, gpus: 0 };
    let mut scheduler = Scheduler::new(&plan, Policy::FileOrder, all, &|_| None);
    assert_eq!(started(&mut scheduler, &plan), ["a"]);
    assert_eq!(scheduler.takes(StepId(0), Part::Whole), all);
}

#[test]
fn a_group_stands_in_line_for_one_cpu_whatever_its_steps_take() {
    let text = "pipeline:
- group: g
  multi_pass: {count: 1}
  steps:
  - {name: a, command: [x], outputs: {-o: a}, resources: {cpus: 4}}
";
    let plan = plan(text, None);
    let mut scheduler = Scheduler::new(&plan, Policy::FileOrder, Slots { cpus: 4, mem: 0, gpus: 0 }, &|_| None);
    assert_eq!(scheduler.start(), Some(Start::Unit(StepId(0), Part::Pass(0))));
    assert_eq!(scheduler.takes(StepId(0), Part::Pass(0)).cpus, 4);
    scheduler.ended(StepId(0), Part::Pass(0), How::Succeeded);
    assert_eq!(scheduler.start(), Some(Start::Unit(StepId(0), Part::Final(0))));
    assert_eq!(scheduler.takes(StepId(0), Part::Final(0)), Slots::ONE_CPU);
}

#[test]
fn a_chain_of_any_length_overflows_no_stack() {
    let mut text = String::from("pipeline:\n- {name: s0, command: [x], outputs: {-o: f0}}\n");
    for step in 1..100_000 {
        let _ =
            writeln!(text, "- {{name: s{step}, command: [x], inputs: {{i: f{}}}, outputs: {{-o: f{step}}}}}", step - 1);
    }
    let plan = plan(&text, None);
    assert_eq!(order(&plan, Policy::LongestPathFirst).len(), 100_000);
    let mut scheduler = scheduler(&plan, Policy::FileOrder);
    let Some(Start::Unit(first, part)) = scheduler.start() else { panic!("the first step can start") };
    assert_eq!(scheduler.ended(first, part, How::Failed).len(), 99_999);
    assert!(scheduler.is_finished());
}
