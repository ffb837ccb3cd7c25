//! Generated pipelines of steps of every kind, that read what comes of each other.

use std::fmt::Write as _;

use super::both::{Case, TASKS, assert_alike};
use super::chance::{Chance, Deck};
use super::logic::{HEAD, PREDICATES};

#[test]
fn generated_pipelines_of_every_kind_run_alike() {
    let mut generator = Generator::new();
    let cases: Vec<Case> = (0..COUNT).map(|_| generator.case()).collect();
    generator.assert_everything_was_dealt();
    assert_alike(&cases);
}

const COUNT: usize = 24;

/// Every folder has files that match: an empty loop differs.
const LOOPS: &[&str] =
    &["", ", filter: '*.txt'", ", filter: '**/*.txt', parallel: true", ", filter: '[!.]*.*'", ", parallel: false"];

/// What a pass gives goes to `--rate` and `--mode` of both steps of a group.
const PASSES: &[&str] = &[
    "count: 2",
    "schedule: [{rate: 1}, {rate: 2, mode: fast}]",
    "schedule: [{rate: $half, mode: $text}]",
    "count: 3, expressions: {rate: 1 / (iter + 1), mode: int(rate * 100) % 7}",
    "count: 3, condition: {script: asks/yes.py, inputs: {x: FIRST}}",
    "count: 2, condition: {script: asks/no.py, args: {text: word}}",
    "count: 2, feedback: {SECOND.-o: FIRST_STEP.--before}",
    "count: 2, feedback: {FIRST_STEP.-o: SECOND.x}",
];

const CALLS: &[&[&str]] = &[
    &[],
    &["--sequential"],
    &["--set", "half=0.75", "text=other"],
    &["--var", "table=data/typed.csv"],
    &["--group", "some"],
    &["--dry-run"],
    &["--max-workers", "1"],
];

/// A group whose steps read nothing that others make, so that they can run alone.
const SOME: &str = "
  - group: some
    steps:
      - {name: first, task: tasks/e.py, inputs: {x: $table}, outputs: {-o: out/first}}
      - {name: last, task: tasks/f.py, inputs: {x: out/first}, optional: true}
";

#[derive(Clone, Copy)]
enum Kind {
    Plain,
    Folder,
    Loop,
    Passes,
    Branches,
    Fails,
}

/// Makes pipelines, always the same ones.
struct Generator {
    chance: Chance,
    kinds: Deck<Kind>,
    loops: Deck<&'static str>,
    passes: Deck<&'static str>,
    predicates: Deck<&'static str>,
    calls: Deck<&'static [&'static str]>,
}

/// A pipeline that is being made.
struct Draft {
    data: String,
    steps: Vec<String>,
    /// What a step can read, and the folders among that.
    files: Vec<String>,
    folders: Vec<String>,
    count: usize,
}

impl Generator {
    fn new() -> Self {
        use Kind as K;
        let kinds =
            [K::Plain, K::Plain, K::Folder, K::Loop, K::Loop, K::Passes, K::Passes, K::Branches, K::Branches, K::Fails];
        Self {
            chance: Chance(5),
            kinds: Deck::new(kinds),
            loops: Deck::new(LOOPS.iter().copied()),
            passes: Deck::new(PASSES.iter().copied()),
            predicates: Deck::new(PREDICATES.iter().copied()),
            calls: Deck::new(CALLS.iter().copied()),
        }
    }

    fn assert_everything_was_dealt(&self) {
        let kinds = self.kinds.is_through() && self.loops.is_through() && self.passes.is_through();
        assert!(kinds && self.calls.is_through(), "some kind of step or call is in no pipeline: make more of them");
    }

    fn case(&mut self) -> Case {
        let mut draft = Draft {
            data: String::new(),
            steps: Vec::new(),
            files: vec!["$table".to_owned(), "data/other.csv".to_owned()],
            folders: vec!["$texts".to_owned()],
            count: 0,
        };
        for _ in 0..2 + self.chance.below(4) {
            match self.kinds.deal() {
                Kind::Plain => self.plain(&mut draft, ""),
                Kind::Fails => self.plain(&mut draft, ", --fail: true"),
                Kind::Folder => self.folder(&mut draft),
                Kind::Loop => self.each(&mut draft),
                Kind::Passes => self.passes(&mut draft),
                Kind::Branches => self.branches(&mut draft),
            }
        }
        let mut yaml = HEAD.replace("parameters:", &format!("{}parameters:", draft.data));
        yaml.push_str("pipeline:\n");
        for step in &draft.steps {
            let _ = writeln!(yaml, "{step}");
        }
        yaml.push_str(SOME);
        Case::new(&yaml, self.calls.deal())
    }

    fn any(&mut self, of: &[String]) -> String {
        of[self.chance.below(of.len())].clone()
    }

    fn task(&mut self) -> &'static str {
        TASKS[self.chance.below(TASKS.len())]
    }

    fn plain(&mut self, draft: &mut Draft, more: &str) {
        let (number, task) = (draft.next(), self.task());
        let (x, y) = (self.any(&draft.files), self.any(&draft.files));
        let made = draft.node(&format!("out/plain{number}.txt"));
        draft.steps.push(format!(
            "  - {{name: s{number}, task: tasks/{task}.py, inputs: {{x: {x}}}, outputs: {{-o: {made}}}, args: {{-y: {y}, -n: $half{more}}}}}"
        ));
        draft.files.push(made);
    }

    fn folder(&mut self, draft: &mut Draft) {
        let (number, task, x) = (draft.next(), self.task(), self.any(&draft.files));
        let made = draft.node(&format!("out/folder{number}"));
        draft.steps.push(format!(
            "  - {{name: s{number}, task: tasks/{task}.py, inputs: {{x: {x}}}, outputs: {{--folder: {made}}}}}"
        ));
        draft.folders.push(made);
    }

    fn each(&mut self, draft: &mut Draft) {
        let (number, task, over, filter) = (draft.next(), self.task(), self.any(&draft.folders), self.loops.deal());
        let (into, x) = (draft.node(&format!("out/loop{number}")), self.any(&draft.files));
        draft.steps.push(format!(
            "  - name: s{number}
    task: tasks/{task}.py
    loop: {{over: {over}, into: {into}{filter}}}
    inputs: {{x: $loop_item, y: {x}}}
    outputs: {{-o: $loop_output}}"
        ));
        draft.folders.push(into);
    }

    fn passes(&mut self, draft: &mut Draft) {
        let (first, second) = (draft.next(), draft.next());
        let [one, other] = [self.task(), self.task()];
        let [x, y] = [self.any(&draft.files), self.any(&draft.folders)];
        let made = [first, second].map(|number| draft.node(&format!("out/pass{number}.txt")));
        let passes = self.passes.deal().replace("FIRST_STEP", &format!("s{first}")).replace("FIRST", &made[0]);
        let passes = passes.replace("SECOND", &format!("s{second}"));
        draft.steps.push(format!(
            "  - group: g{first}
    multi_pass: {{{passes}}}
    steps:
      - {{name: s{first}, task: tasks/{one}.py, inputs: {{x: {x}}}, outputs: {{-o: {}}}, args: {{--rate: $rate, -y: {y}}}}}
      - {{name: s{second}, task: tasks/{other}.py, inputs: {{x: {}}}, outputs: {{-o: {}}}, args: {{--mode: $mode}}}}",
            made[0], made[0], made[1]
        ));
        draft.files.extend(made);
    }

    fn branches(&mut self, draft: &mut Draft) {
        let (number, payload, condition) = (draft.next(), self.any(&draft.files), self.predicates.deal());
        let asked = self.any(&draft.folders);
        draft.steps.push(format!("  - {{name: c{number}, kind: condition, {}}}", condition.replace("$texts", &asked)));
        draft.steps.push(format!("  - {{name: w{number}, kind: switch, condition: $c{number}, data: {payload}}}"));
        draft.files.extend(["then", "else"].map(|way| format!("$w{number}.{way}")));
        self.plain(draft, &format!(", -z: $w{number}.then"));
        self.plain(draft, &format!(", -z: $w{number}.else"));
    }
}

impl Draft {
    fn next(&mut self) -> usize {
        self.count += 1;
        self.count
    }

    /// Defines a data node, and refers to it.
    fn node(&mut self, path: &str) -> String {
        let name = format!("d{}", self.data.lines().count());
        let _ = writeln!(self.data, "  {name}: {path}");
        format!("${name}")
    }
}
