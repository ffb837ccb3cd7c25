//! Every schedule, held against a reference model.

use std::fmt::Write;

use loom_graph::{OnPaper, Selection, Target};
use loom_spec::Source;

use super::*;

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

/// A random pipeline in random file order, and a random selection of its steps: plain steps, loops, conditions with
/// their switches, readers of branches, and groups that run in passes.
fn random_plan(dice: &mut Dice) -> Plan {
    let count = 1 + dice.below(40);
    let mut names: Vec<String> = Vec::new();
    let mut switches: Vec<usize> = Vec::new();
    let mut steps: Vec<String> = Vec::new();
    for step in 0..count {
        let mut inputs = String::new();
        for input in 0..dice.below(4).min(step) {
            let _ = write!(inputs, "i{input}: f{}, ", dice.below(step));
        }
        if !switches.is_empty() && dice.below(6) == 0 {
            let way = ["then", "else"][dice.below(2)];
            let _ = write!(inputs, "b: $w{}.{way}, ", switches[dice.below(switches.len())]);
        }
        let outputs = format!("outputs: {{-o: f{step}}}");
        names.push(format!("s{step}"));
        match dice.below(10) {
            0 => {
                let into = "loop: {over: folder, into: f";
                let one = ["", ", parallel: false"][dice.below(2)];
                steps.push(format!("- {{name: s{step}, command: [x], {into}{step}{one}}}, inputs: {{{inputs}}}}}\n"));
            }
            1 => {
                let stop = ["", "condition: {script: s.py}, "][dice.below(2)];
                let passes = 1 + dice.below(3);
                steps.push(format!(
                    "- group: s{step}\n  multi_pass: {{{stop}count: {passes}}}\n  steps:\n\
                         \x20 - {{name: m{step}, command: [x], inputs: {{{inputs}}}, outputs: {{-o: g{step}}}}}\n\
                         \x20 - {{name: n{step}, command: [x], inputs: {{i: g{step}}}, {outputs}}}\n\
                         \x20 - {{name: k{step}, command: [x], inputs: {{{inputs}}}}}\n"
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
            _ => steps.push(format!("- {{name: s{step}, command: [x], inputs: {{{inputs}}}, {outputs}}}\n")),
        }
    }
    for index in (1..steps.len()).rev() {
        steps.swap(index, dice.below(index + 1));
    }
    let some = (switches.is_empty() && dice.below(2) == 0)
        .then(|| names.into_iter().filter(|_| dice.below(3) > 0).collect::<Vec<_>>());
    plan(&format!("data: {{any: any}}\npipeline:\n{}", steps.concat()), some)
}

/// The reference model: what each block needs, directly or not, and what has become of it.
struct Model {
    needs: Vec<Vec<usize>>,
    gates: Vec<Vec<(usize, bool)>>,
    planned: Vec<bool>,
    fate: Vec<Option<Fate>>,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Fate {
    Running,
    Succeeded,
    Led(bool),
    Failed,
    Skipped,
    NotTaken,
}

impl Model {
    fn new(plan: &Plan) -> Self {
        let links = plan.graph().links();
        let mut needs: Vec<Vec<usize>> = vec![Vec::new(); links.step_count()];
        let mut gates: Vec<Vec<(usize, bool)>> = vec![Vec::new(); links.step_count()];
        for first in plan.graph().run_order().filter(|step| links.leader(*step) == *step) {
            let legs = links.block(first).flat_map(|step| links.dependencies(step));
            let direct = legs.map(|leg| links.leader(leg.on)).filter(|on| *on != first).map(StepId::index);
            let direct: Vec<usize> = direct.collect();
            let all = direct.iter().flat_map(|on| needs[*on].clone()).chain(direct.iter().copied());
            let mut all: Vec<usize> = all.collect();
            all.sort_unstable();
            all.dedup();
            needs[first.index()] = all;
            for used in links.block(first).flat_map(|step| links.uses(step)) {
                if let Role::Gate { then } = used.role {
                    gates[first.index()].push((links.producer(used.datum).expect("a switch").index(), then));
                }
            }
        }
        let mut planned = vec![false; needs.len()];
        let leaders = plan.steps().iter().filter(|step| links.leader(**step) == **step);
        leaders.for_each(|step| planned[step.index()] = true);
        Self { fate: vec![None; needs.len()], gates, needs, planned }
    }

    fn may_begin(&self, step: usize) -> bool {
        let well = |need: &usize| matches!(self.fate[*need], Some(Fate::Succeeded | Fate::Led(_)));
        let satisfied = |need: &usize| !self.planned[*need] || well(need);
        self.planned[step] && self.fate[step].is_none() && self.needs[step].iter().all(satisfied)
    }

    /// What can no longer run because of what has just become of a block: it is behind it, or behind what is barred.
    fn skipped_by(&self, ended: usize) -> Vec<usize> {
        let open = |step: &usize| self.planned[*step] && self.fate[*step].is_none();
        let barred = |step: usize| match self.fate[ended] {
            Some(Fate::Led(then)) => self.gates[step].contains(&(ended, !then)),
            _ => false,
        };
        let failed = self.fate[ended] == Some(Fate::Failed);
        let hit = |step: &usize| {
            failed && self.needs[*step].contains(&ended)
                || barred(*step)
                || self.needs[*step].iter().any(|need| barred(*need))
        };
        (0..self.needs.len()).filter(|step| open(step) && hit(step)).collect()
    }
}

/// Which units of a block may follow: told by what has ended in it, whatever the order.
struct Progress {
    items: u32,
    ended: Vec<(StepId, Part)>,
}

/// Runs a random plan to its end in random order of events, and holds every move against the model.
fn simulate(seed: u64) {
    let mut dice = Dice(seed);
    let plan = random_plan(&mut dice);
    let graph = Arc::clone(plan.graph());
    let links = graph.links();
    let policy = [Policy::FileOrder, Policy::LongestPathFirst][dice.below(2)];
    let workers = 1 + dice.below(8);
    let mut scheduler = Scheduler::new(&plan, policy);
    let mut model = Model::new(&plan);
    let mut running: Vec<(StepId, Part)> = Vec::new();
    let mut progress: HashMap<StepId, Progress> = HashMap::new();
    let mut bad: Vec<StepId> = Vec::new();
    let told = |model: &mut Model, block: usize, skipped: Vec<Skipped>| {
        let expected = model.skipped_by(block);
        let mut found: Vec<usize> = skipped.iter().map(|skipped| skipped.step.index()).collect();
        found.sort_unstable();
        assert_eq!(found, expected, "seed {seed}: skipped by {block}");
        for Skipped { step, because } in skipped {
            let fate = if because == Because::Failure { Fate::Skipped } else { Fate::NotTaken };
            model.fate[step.index()] = Some(fate);
        }
    };
    loop {
        let mut nothing_more = false;
        while running.len() < workers && dice.below(5) > 0 {
            let Some(start) = scheduler.start() else {
                nothing_more = true;
                let possible = (0..model.fate.len()).find(|step| model.may_begin(*step));
                assert_eq!(possible, None, "seed {seed}: it could have begun");
                break;
            };
            let (step, part) = match start {
                Start::Count(step) => {
                    assert!(model.may_begin(step.index()), "seed {seed}: {step:?} was counted too early");
                    let count = dice.below(5) as u32;
                    progress.insert(step, Progress { items: count, ended: Vec::new() });
                    model.fate[step.index()] = Some(Fate::Running);
                    let known = (dice.below(10) > 0).then_some(count);
                    match known {
                        Some(0) => model.fate[step.index()] = Some(Fate::Succeeded),
                        None => model.fate[step.index()] = Some(Fate::Failed),
                        Some(_) => {}
                    }
                    let skipped = scheduler.counted(step, known);
                    told(&mut model, step.index(), skipped);
                    continue;
                }
                Start::Unit(step, part) => (step, part),
            };
            let block = links.leader(step);
            if matches!(part, Part::Whole | Part::Pass(0)) && model.fate[block.index()].is_none() {
                assert!(model.may_begin(block.index()), "seed {seed}: {step:?} began too early");
                model.fate[block.index()] = Some(Fate::Running);
            }
            assert_eq!(model.fate[block.index()], Some(Fate::Running), "seed {seed}: {step:?} {part:?}");
            assert!(!bad.contains(&block) || matches!(part, Part::Item(_)), "seed {seed}: {step:?} after a failure");
            let ended = &progress.entry(block).or_insert(Progress { items: 0, ended: Vec::new() }).ended;
            assert!(!ended.contains(&(step, part)) && !running.contains(&(step, part)), "seed {seed}: twice");
            let has = |step: StepId, part: Part| ended.contains(&(step, part));
            let whole_pass = |pass: u32| links.block(block).all(|step| has(step, Part::Pass(pass)));
            match part {
                Part::Pass(pass) => {
                    let inner = links.dependencies(step).iter().filter(|leg| links.leader(leg.on) == block);
                    assert!(inner.into_iter().all(|leg| has(leg.on, part)), "seed {seed}: {step:?} in {part:?}");
                    assert!(pass == 0 || whole_pass(pass - 1), "seed {seed}: {part:?} began early");
                }
                Part::Stop(pass) | Part::Final(pass) => assert!(whole_pass(pass), "seed {seed}: {part:?}"),
                Part::Item(_) if graph.step(step).each.as_ref().is_some_and(|each| each.parallel == Some(false)) => {
                    assert!(!running.iter().any(|(other, _)| *other == step), "seed {seed}: two items at a time");
                }
                Part::Whole | Part::Item(_) => {}
            }
            running.push((step, part));
        }
        assert_eq!(scheduler.running(), running.len(), "seed {seed}");
        if running.is_empty() {
            if nothing_more {
                break;
            }
            continue;
        }
        let (step, part) = running.swap_remove(dice.below(running.len()));
        let block = links.leader(step);
        let how = match (dice.below(10), part, &graph.step(step).program) {
            (0, ..) => How::Failed,
            (_, Part::Stop(_), _) => How::Answered(dice.below(3) == 0),
            (_, _, loom_spec::Program::Condition(_) | loom_spec::Program::Switch(_)) => {
                How::Answered(dice.below(2) == 0)
            }
            _ => How::Succeeded,
        };
        let here = progress.get_mut(&block).expect("it began");
        here.ended.push((step, part));
        if how == How::Failed {
            bad.push(block);
        }
        let still = running.iter().any(|(other, _)| links.leader(*other) == block);
        let over = match part {
            Part::Whole => true,
            Part::Item(_) => here.ended.len() as u32 == here.items,
            Part::Final(_) => true,
            Part::Pass(_) | Part::Stop(_) => bad.contains(&block) && !still,
        };
        if over {
            model.fate[block.index()] = Some(match (bad.contains(&block), how) {
                (true, _) => Fate::Failed,
                (false, How::Answered(holds)) => Fate::Led(holds),
                (false, _) => Fate::Succeeded,
            });
        }
        let skipped = scheduler.ended(step, part, how);
        if over {
            told(&mut model, block.index(), skipped);
        } else {
            assert_eq!(skipped, [], "seed {seed}");
        }
        assert_eq!(scheduler.has_ended(block), over, "seed {seed}: {step:?} {part:?}");
    }
    assert!(scheduler.is_finished(), "seed {seed}");
    for step in links.steps().map(StepId::index) {
        assert_eq!(model.fate[step].is_some(), model.planned[step], "seed {seed}: step {step} was left over");
    }
}

#[test]
fn every_schedule_is_one_the_model_allows() {
    (0..3000).for_each(simulate);
}

fn order(plan: &Plan, policy: Policy) -> Vec<&str> {
    let mut scheduler = Scheduler::new(plan, policy);
    let mut order = Vec::new();
    while let Some(Start::Unit(step, part)) = scheduler.start() {
        order.push(&**plan.graph().name(step));
        scheduler.ended(step, part, How::Succeeded);
    }
    order
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

#[test]
fn a_chain_of_any_length_overflows_no_stack() {
    let mut text = String::from("pipeline:\n- {name: s0, command: [x], outputs: {-o: f0}}\n");
    for step in 1..100_000 {
        let _ =
            writeln!(text, "- {{name: s{step}, command: [x], inputs: {{i: f{}}}, outputs: {{-o: f{step}}}}}", step - 1);
    }
    let plan = plan(&text, None);
    assert_eq!(order(&plan, Policy::LongestPathFirst).len(), 100_000);
    let mut scheduler = Scheduler::new(&plan, Policy::FileOrder);
    let Some(Start::Unit(first, part)) = scheduler.start() else { panic!("the first step can start") };
    assert_eq!(scheduler.ended(first, part, How::Failed).len(), 99_999);
    assert!(scheduler.is_finished());
}
