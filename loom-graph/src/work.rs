//! Units: what a step comes to when it runs, one command line's worth at a time.

use std::cell::OnceCell;
use std::sync::Arc;

use foldhash::HashMap;
use loom_spec::{Entry, Predicate, Program, Scalar, Test, Value};

use crate::expression;
use crate::graph::{CommandLine, ProgramLine, StepGraph};
use crate::links::{DatumId, Role, StepId, Use};
use crate::names::{Resolved, Within};
use crate::passes::{self, Given, in_pass};

mod arguments;
mod gather;

/// One command line's worth of work.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unit {
    /// A name that a person can type.
    pub name: Arc<str>,
    /// The step it is of; where it is of a whole group that runs in passes, the first of its steps.
    pub step: StepId,
    /// Which part of it.
    pub part: Part,
}

/// Which part of a step a [`Unit`] is.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Part {
    /// All of it: `train`.
    Whole,
    /// In a loop, one file, by its name: `clean/foo.txt`.
    Item(Arc<str>),
    /// In a group that runs in passes, one of them: `refine/fit#1`.
    Pass(u32),
    /// Of a group that runs in passes, whether this pass was the last: `refine#1`.
    Stop(u32),
    /// Of a group that runs in passes, putting what this pass made, which was the last, in its place: `refine`.
    Final(u32),
}

/// What a [`Unit`] does.
#[derive(Clone, Debug, PartialEq)]
pub enum Work {
    /// Runs a command.
    Command(CommandLine),
    /// Finds out whether something holds.
    Question(Question),
    /// Leads one of two ways: the way that is taken if this holds.
    Switch(bool),
    /// Copies files or folders, each from here to there.
    Copies(Vec<(String, String)>),
}

/// A list of what a step gathers, which is to be there before it starts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Manifest {
    /// Where it is handed over at, relative to the pipeline folder.
    pub path: String,
    /// The input, or the flag, that it is handed over as.
    pub of: String,
    /// What it says: a JSON array of objects with the `parameters` and the `path` of each datum.
    pub text: String,
}

/// A question to the file system, or to a function in a Python file.
#[derive(Clone, Debug, PartialEq)]
pub struct Question {
    /// What answers it.
    pub asked: Asked,
    /// What it is asked with, by name.
    pub values: Vec<(String, Argument)>,
    /// Whether the answer is turned round.
    pub negate: bool,
}

/// What answers a [`Question`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Asked {
    /// A look at `data`.
    Predicate(Predicate),
    /// The function `evaluate` of this file, a path relative to the pipeline folder.
    Script(String),
}

/// A value as Python has it. The numbers are those of YAML 1.2, so `1e-3` is one.
#[derive(Clone, Debug, PartialEq)]
pub enum Argument {
    /// `None`.
    Nothing,
    /// A truth value.
    Bool(bool),
    /// A whole number, in decimal digits.
    Int(String),
    /// Another number.
    Float(f64),
    /// A text.
    Text(String),
    /// A list.
    List(Vec<Argument>),
    /// A mapping.
    Map(Vec<(String, Argument)>),
}

/// As people write it; a text without quotes.
impl std::fmt::Display for Argument {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Nothing => f.write_str("null"),
            Self::Bool(holds) => write!(f, "{holds}"),
            Self::Int(text) | Self::Text(text) => f.write_str(text),
            Self::Float(number) => write!(f, "{number}"),
            Self::List(items) => write!(f, "[{}]", items.iter().map(Self::to_string).collect::<Vec<_>>().join(", ")),
            Self::Map(entries) => {
                let entries: Vec<String> = entries.iter().map(|(key, value)| format!("{key}: {value}")).collect();
                write!(f, "{{{}}}", entries.join(", "))
            }
        }
    }
}

/// What a command line is made with.
struct Known<'a> {
    part: Option<&'a Part>,
    facts: Facts<'a>,
    /// What the pass gives, once it is asked for: expressions are computed once for all arguments.
    given: OnceCell<HashMap<&'a str, Given<'a>>>,
}

impl<'a> Known<'a> {
    fn new(part: Option<&'a Part>, facts: Facts<'a>) -> Self {
        Self { part, facts, given: OnceCell::new() }
    }
}

/// What only a run knows.
#[derive(Clone, Copy)]
pub struct Facts<'a> {
    /// The answers of conditions and switches, by step.
    pub answers: &'a dyn Fn(StepId) -> Option<bool>,
    /// Whether a datum is there to be gathered: what a step did not come to make is not.
    pub is_there: &'a dyn Fn(DatumId) -> bool,
    /// The folder of the lists that steps are handed which gather `as: manifest`, relative to the pipeline folder.
    pub manifests: &'a str,
}

impl Facts<'_> {
    /// Nothing is known of any answer, and all is there.
    pub const NONE: Facts<'static> = Facts { answers: &|_| None, is_there: &|_| true, manifests: ".loom/gathered" };
}

impl StepGraph {
    /// A unit of a step.
    pub fn unit(&self, step: StepId, part: Part) -> Unit {
        let own = self.name(step);
        let group = || self.group(step).map_or("", |(name, _)| name);
        let name = match &part {
            Part::Whole => Arc::clone(own),
            Part::Item(item) => format!("{own}/{item}").into(),
            Part::Pass(pass) => format!("{}/{}#{pass}", group(), self.step(step).name.text).into(),
            Part::Stop(pass) => format!("{}#{pass}", group()).into(),
            Part::Final(_) => group().into(),
        };
        Unit { name, step, part }
    }

    /// What a unit does. Without an answer, a switch leads the way that is taken if its condition does not hold, and a
    /// command has the reference in place of the answer.
    pub fn work(&self, unit: &Unit, facts: Facts<'_>) -> Work {
        match (&unit.part, &self.step(unit.step).program) {
            (Part::Stop(pass), _) => Work::Question(self.stop_question(unit.step, *pass)),
            (Part::Final(pass), _) => Work::Copies(self.copies(unit.step, *pass)),
            (_, Program::Condition(condition)) => {
                let step = self.step(unit.step);
                let asked = match &condition.test {
                    Test::Predicate(predicate) => Asked::Predicate(*predicate),
                    Test::Script(script) => Asked::Script(self.word(Some(unit.step), script)),
                };
                let mut values = self.arguments(step.inputs.iter(), unit.step, None, facts);
                for (_, value) in &mut values {
                    self.fill_axes(unit.step, value);
                }
                values.extend(self.arguments(step.args.iter(), unit.step, None, facts));
                Work::Question(Question { asked, values, negate: condition.negate })
            }
            (_, Program::Switch(switch)) => {
                let holds = match self.within(unit.step).scalar(&switch.condition) {
                    Ok(Resolved::Answer(step)) => (facts.answers)(self.step_for(unit.step, step)).unwrap_or(false),
                    Ok(Resolved::Switch(holds)) => holds,
                    Ok(Resolved::Text(text)) => !matches!(&*text, "" | "0"),
                    _ => false,
                };
                Work::Switch(holds)
            }
            (_, Program::Task(_) | Program::Words(_) | Program::Shell(_)) => {
                Work::Command(self.line(unit.step, Some(&unit.part), facts))
            }
        }
    }

    /// What a unit's step says of the environment: variables with their values, and without one those that are to be
    /// taken away. Values stand as they are written: `0.10` is `0.10`, and `true` is `true`.
    ///
    /// ```
    /// let text = "
    /// parameters: {seed: 007}
    /// pipeline:
    ///   - {name: a, command: [x], env: {SEED: $seed, DEBUG: true, RATE: 0.10, DISPLAY: }}
    /// ";
    /// let parsed = loom_spec::parse(&loom_spec::Source::new("p.yml", text));
    /// let graph = loom_graph::check(parsed, &loom_graph::OnPaper).graph.unwrap();
    /// let unit = graph.unit(graph.run_order().next().unwrap(), loom_graph::Part::Whole);
    /// let variables = graph.variables(&unit, loom_graph::Facts::NONE);
    /// let shown: Vec<_> = variables.iter().map(|(name, value)| (&**name, value.as_deref())).collect();
    /// assert_eq!(shown, [("SEED", Some("007")), ("DEBUG", Some("true")), ("RATE", Some("0.10")), ("DISPLAY", None)]);
    /// ```
    pub fn variables(&self, unit: &Unit, facts: Facts<'_>) -> Vec<(String, Option<String>)> {
        if matches!(unit.part, Part::Stop(_) | Part::Final(_)) {
            return Vec::new();
        }
        let step = self.step(unit.step);
        let names = self.within(unit.step);
        let known = Known::new(Some(&unit.part), facts);
        let mut variables = Vec::with_capacity(step.env.len());
        for entry in &step.env {
            // A fault in a value would have kept this graph from being made.
            let resolved = names.argument(&entry.value).unwrap_or(Resolved::Nothing);
            let value = match self.in_part(unit.step, resolved, &known) {
                Resolved::Nothing => None,
                Resolved::Switch(switch) => Some(self.switch_as_written(unit.step, &entry.value, switch, &known)),
                resolved => Some(self.as_words(unit.step, resolved, &known).join(" ")),
            };
            variables.push((entry.key.text.to_string(), value));
        }
        variables
    }

    /// A switch by the word that stands in the file, there or in the parameter that is meant: `True` is `True`.
    fn switch_as_written(&self, id: StepId, value: &Value, switch: bool, known: &Known<'_>) -> String {
        let given = || {
            let Value::Scalar(scalar) = value else { return None };
            match known.given.get()?.get(scalar.reference()?)? {
                Given::Written(entry) => Some(&entry.value),
                Given::Computed(_) => None,
            }
        };
        let written = match given().unwrap_or(value) {
            Value::Scalar(scalar) if scalar.reference().is_some() => self.names().parameter(self.values(id), scalar),
            value => Some(value),
        };
        match written {
            Some(Value::Scalar(scalar)) if scalar.as_bool() == Some(switch) => scalar.text.to_string(),
            _ => switch.to_string(),
        }
    }

    /// The command line of a step: program, inputs, outputs, arguments, in this order. What differs from unit to unit, or
    /// is not known yet, stands as it is written: `$loop_item`, a parameter of a pass, the answer of a condition.
    ///
    /// ```
    /// let text = "
    /// parameters: {rate: 1e-3, debug: false}
    /// pipeline:
    ///   - name: train
    ///     task: train.py
    ///     inputs: {data: in.csv}
    ///     outputs: {--output: out.json}
    ///     args: {--rate: $rate, --debug: $debug, --fast: true, --layers: [64, 32]}
    /// ";
    /// let parsed = loom_spec::parse(&loom_spec::Source::new("p.yml", text));
    /// let graph = loom_graph::check(parsed, &loom_graph::OnPaper).graph.unwrap();
    /// let step = graph.run_order().next().unwrap();
    /// assert_eq!(
    ///     graph.command_line(step).words.join(" "),
    ///     "in.csv --output out.json --rate 1e-3 --fast --layers 64 32"
    /// );
    /// ```
    pub fn command_line(&self, id: StepId) -> CommandLine {
        self.line(id, None, Facts::NONE)
    }

    /// What a unit needs to have been fetched: addresses, and the paths that the files are kept at.
    pub fn fetched(&self, unit: &Unit) -> Vec<(Arc<str>, Arc<str>)> {
        let data = self.links().reads(unit.step).map(|read| self.links().datum(read.datum));
        data.filter_map(|datum| Some((Arc::clone(datum.url.as_ref()?), Arc::clone(&datum.path)))).collect()
    }

    fn line(&self, id: StepId, part: Option<&Part>, facts: Facts<'_>) -> CommandLine {
        let step = self.step(id);
        let names = self.within(id);
        let fed_back = self.fed_back(id, part);
        let mut words = Vec::with_capacity(step.inputs.len() + 2 * (step.outputs.len() + step.args.len()));
        let mut rest = self.links().uses(id);
        let mut next = |entry: usize| {
            let of_entry = rest.iter().take_while(|used| used.written as usize == entry).count();
            let (found, behind) = rest.split_at(of_entry);
            rest = behind;
            found
        };
        for (place, entry) in step.inputs.iter().enumerate() {
            let inputs = next(place);
            match fed_back.iter().find(|(flag, _)| *flag == &*entry.key.text) {
                Some((_, path)) => words.push(path.clone()),
                None if inputs.iter().any(|input| input.gathered) => {
                    words.extend(self.gathered(id, inputs.iter().map(|input| input.datum).collect(), facts));
                }
                None => words.extend(inputs.iter().map(|input| self.path_of(id, input, part))),
            }
        }
        for (place, entry) in step.outputs.iter().enumerate() {
            for output in next(step.inputs.len() + place) {
                words.push(entry.key.text.to_string());
                words.push(self.path_of(id, output, part));
            }
        }
        let known = Known::new(part, facts);
        let is_input = |flag: &str| step.inputs.iter().any(|entry| &*entry.key.text == flag);
        let mut fed_back: Vec<(&str, String)> = fed_back.into_iter().filter(|(flag, _)| !is_input(flag)).collect();
        for entry in &step.args {
            match fed_back.iter().position(|(flag, _)| *flag == &*entry.key.text) {
                Some(place) => {
                    let (flag, path) = fed_back.remove(place);
                    words.extend([flag.to_owned(), path]);
                }
                None => self.push_argument(id, names, entry, &known, &mut words),
            }
        }
        words.extend(fed_back.into_iter().flat_map(|(flag, path)| [flag.to_owned(), path]));
        CommandLine { program: self.program_in(id, part, facts), words, manifests: self.manifests(id, facts) }
    }

    /// What a step runs, without the words behind it.
    pub fn program(&self, id: StepId) -> ProgramLine {
        self.program_in(id, None, Facts::NONE)
    }

    fn program_in(&self, id: StepId, part: Option<&Part>, facts: Facts<'_>) -> ProgramLine {
        let names = self.within(id);
        let word = |scalar: &Scalar| match names.scalar(scalar) {
            Ok(found @ (Resolved::LoopItem | Resolved::LoopOutput)) => {
                self.as_words(id, found, &Known::new(part, facts)).concat()
            }
            Ok(Resolved::OfSweep(name)) => format!("${name}"),
            _ => self.word(Some(id), scalar),
        };
        match &self.step(id).program {
            Program::Task(task) => ProgramLine::Task(word(task)),
            Program::Words(words) => {
                let mut line = Vec::with_capacity(words.len());
                for scalar in words {
                    match names.scalar(scalar) {
                        Ok(found @ Resolved::Data(node)) if self.is_gathered(id, node) => {
                            line.extend(self.as_words(id, found, &Known::new(part, facts)));
                        }
                        _ => line.push(word(scalar)),
                    }
                }
                ProgramLine::Words(line)
            }
            Program::Shell(line) => ProgramLine::Shell(word(line)),
            Program::Condition(condition) => match &condition.test {
                Test::Script(script) => ProgramLine::Task(word(script)),
                Test::Predicate(predicate) => ProgramLine::Predicate(*predicate),
            },
            Program::Switch(switch) => ProgramLine::Switch(switch.condition.text.to_string()),
        }
    }

    fn push_argument<'a>(
        &'a self,
        id: StepId,
        names: Within<'a>,
        entry: &'a Entry,
        known: &Known<'a>,
        words: &mut Vec<String>,
    ) {
        // A fault in a value would have kept this graph from being made.
        let resolved = names.argument(&entry.value).unwrap_or(Resolved::Nothing);
        let resolved = self.in_part(id, resolved, known);
        let switch = match &resolved {
            Resolved::Nothing => Some(false),
            Resolved::Switch(on) => Some(*on),
            Resolved::Answer(step) => (known.facts.answers)(self.step_for(id, *step)),
            _ => None,
        };
        match switch {
            Some(false) => {}
            Some(true) => words.push(entry.key.text.to_string()),
            None => {
                words.push(entry.key.text.to_string());
                words.extend(self.as_words(id, resolved, known));
            }
        }
    }

    /// A parameter that a pass gives, as the value that this pass gives it.
    fn in_part<'a>(&'a self, id: StepId, resolved: Resolved<'a>, known: &Known<'a>) -> Resolved<'a> {
        let (Resolved::OfPass(name), Some(Part::Pass(pass))) = (&resolved, known.part) else { return resolved };
        let Some((_, passes)) = self.group(id) else { return resolved };
        let given = known.given.get_or_init(|| passes::given(passes, *pass));
        match given.get(name) {
            Some(Given::Written(entry)) => {
                self.names().resolve(self.values(id), &entry.value).unwrap_or(Resolved::Nothing)
            }
            Some(Given::Computed(expression::Value::Bool(switch))) => Resolved::Switch(*switch),
            Some(Given::Computed(value)) => Resolved::Text(value.to_string().into()),
            None => self.names().named(self.values(id), name).unwrap_or(Resolved::Nothing),
        }
    }

    fn as_words<'a>(&'a self, id: StepId, resolved: Resolved<'a>, known: &Known<'a>) -> Vec<String> {
        let part = known.part;
        let folders = self.links().folders_of_loop(id);
        match self.in_part(id, resolved, known) {
            Resolved::Text(text) => vec![text.into_owned()],
            Resolved::Data(index) => {
                let data = self.data_for(id, index, Role::Argument);
                if self.is_gathered(id, index) {
                    return self.gathered(id, data, known.facts);
                }
                data.into_iter().map(|datum| self.datum_path(id, datum, part)).collect()
            }
            Resolved::Branch(_, payload) => self.as_words(id, *payload, known),
            Resolved::List(items) => items.into_iter().flat_map(|item| self.as_words(id, item, known)).collect(),
            Resolved::LoopItem => vec![match (part, folders) {
                (Some(Part::Item(item)), Some((over, _))) => join(&over.path, item),
                _ => "$loop_item".to_owned(),
            }],
            Resolved::LoopOutput => vec![match (part, folders) {
                (Some(Part::Item(item)), Some((_, into))) => join(&into.path, file_name(item)),
                _ => "$loop_output".to_owned(),
            }],
            Resolved::Answer(step) => vec![match (known.facts.answers)(self.step_for(id, step)) {
                Some(answer) => answer.to_string(),
                None => format!("${}", self.pipeline().steps[step as usize].name.text),
            }],
            Resolved::OfPass(name) | Resolved::OfSweep(name) => vec![format!("${name}")],
            Resolved::Nothing => Vec::new(),
            Resolved::Switch(switch) => vec![switch.to_string()],
        }
    }

    /// The path of what a step uses, in one of its parts.
    pub(crate) fn path_of(&self, id: StepId, used: &Use, part: Option<&Part>) -> String {
        match (part, used.role) {
            (Some(Part::Item(item)), Role::Over) => join(&used.path, item),
            (Some(Part::Item(item)), Role::Into) => join(&used.path, file_name(item)),
            (None | Some(Part::Whole), Role::Over) => "$loop_item".to_owned(),
            (None | Some(Part::Whole), Role::Into) => "$loop_output".to_owned(),
            _ => self.path_in_part(id, used.datum, &used.path, part),
        }
    }

    fn datum_path(&self, id: StepId, datum: DatumId, part: Option<&Part>) -> String {
        self.path_in_part(id, datum, &self.links().datum(datum).path, part)
    }

    fn path_in_part(&self, id: StepId, datum: DatumId, path: &str, part: Option<&Part>) -> String {
        match part {
            Some(Part::Pass(pass) | Part::Stop(pass) | Part::Final(pass))
                if passes::is_made_by_pass(self.links(), datum, id) =>
            {
                tidy(&in_pass(path, *pass))
            }
            _ => tidy(path),
        }
    }

    /// What a step is handed of the pass before: flags or inputs, and paths.
    fn fed_back(&self, id: StepId, part: Option<&Part>) -> Vec<(&str, String)> {
        let Some(Part::Pass(pass @ 1..)) = part else { return Vec::new() };
        let before = Part::Pass(pass - 1);
        let lines = self.feedback_to(id);
        lines.into_iter().map(|(flag, maker, made)| (flag, self.path_of(maker, made, Some(&before)))).collect()
    }

    /// The files that a step is handed of the pass before, with who makes them.
    pub(crate) fn fed_back_uses(&self, id: StepId, part: Option<&Part>) -> Vec<(StepId, &Use)> {
        let Some(Part::Pass(1..)) = part else { return Vec::new() };
        self.feedback_to(id).into_iter().map(|(_, maker, made)| (maker, made)).collect()
    }

    fn feedback_to(&self, id: StepId) -> Vec<(&str, StepId, &Use)> {
        let Some((_, passes)) = self.group(id) else { return Vec::new() };
        let lines = passes::feedback(|id| self.step(id), passes, self.links().block(id)).flatten();
        let mine = lines.filter(|line| line.reader == id);
        mine.filter_map(|line| {
            let maker = self.step(line.maker);
            let place = maker.inputs.len() + maker.outputs.iter().position(|entry| &*entry.key.text == line.output)?;
            let made = self.links().uses(line.maker).iter().find(|used| used.written as usize == place)?;
            Some((line.flag, line.maker, made))
        })
        .collect()
    }

    fn copies(&self, step: StepId, pass: u32) -> Vec<(String, String)> {
        let links = self.links();
        let made = links.block(step).flat_map(|step| links.writes(step));
        let of_passes = made.filter(|made| passes::is_made_by_pass(links, made.datum, step));
        of_passes.map(|made| (tidy(&in_pass(&made.path, pass)), tidy(&made.path))).collect()
    }

    fn stop_question(&self, step: StepId, pass: u32) -> Question {
        let stop = self.group(step).and_then(|(_, passes)| passes.stop.as_ref());
        let Some(stop) = stop else {
            return Question { asked: Asked::Predicate(Predicate::Param), values: Vec::new(), negate: false };
        };
        let part = Part::Stop(pass);
        let values = self.arguments(stop.inputs.iter().chain(&stop.args), step, Some(&part), Facts::NONE);
        Question { asked: Asked::Script(self.word(Some(step), &stop.script)), values, negate: false }
    }
}

/// What a file of a loop is called where it comes to: `into` has no folders inside, whatever the filter finds.
pub(crate) fn file_name(item: &str) -> &str {
    item.rsplit_once('/').map_or(item, |(_, name)| name)
}

/// A file in a folder.
pub(crate) fn join(folder: &str, name: &str) -> String {
    match &*tidy(folder) {
        "." => name.to_owned(),
        "/" => format!("/{name}"),
        folder => format!("{folder}/{name}"),
    }
}

/// A path without what says nothing: `./` inside it, a slash that is one too many or the last. What is left leads where the
/// path led, through links as well; a task that takes it apart finds a name at its end.
pub(crate) fn tidy(path: &str) -> String {
    let is_flag_like = path.starts_with("./-");
    let says_nothing = path.contains("//") || path.contains("/./") || path.ends_with('/') || path.ends_with("/.");
    if !says_nothing && (!path.starts_with("./") || is_flag_like) {
        return path.to_owned();
    }
    let parts: Vec<&str> = path.split('/').filter(|part| !matches!(*part, "" | ".")).collect();
    let joined = parts.join("/");
    match (path.starts_with('/'), joined.is_empty(), joined.starts_with('-')) {
        (true, ..) => format!("/{joined}"),
        (false, true, _) => ".".to_owned(),
        (false, false, true) => format!("./{joined}"),
        (false, false, false) => joined,
    }
}
