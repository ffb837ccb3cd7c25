//! Generated pipelines of plain steps: values of every kind, on every way to a task.

use std::fmt::Write as _;
use std::ops::Range;

use super::both::{Case, TASKS, assert_alike};
use super::chance::{Chance, Deck};

#[test]
fn generated_pipelines_run_alike() {
    let mut generator = Generator::new();
    let mut cases: Vec<Case> = (0..WHOLE).map(|_| generator.whole()).collect();
    // In these every step runs, so that whatever has been dealt is compared.
    generator.assert_everything_was_dealt();
    cases.extend((0..PARTIAL).map(|_| generator.partial()));
    generator.assert_every_call_was_made();
    assert_alike(&cases);
}

/// How many pipelines are generated to run as a whole, and how many to run in part or with other values.
const WHOLE: usize = 36;
const PARTIAL: usize = 28;
/// The most steps in one.
const STEPS: usize = 4;

/// Every generated pipeline begins with these names.
const DATA: &str = "data:
  table: data/table.csv
  typed: {type: csv, path: data/typed.csv, name: A table}
  spaced:
    path: \"data/two words.csv\"
    description: >
      its name
      has a space
  by_variable: ${DATA}/größe.csv
  dotted.name-1: data/table.csv
  folder: {type: data_folder, path: data}
";
const PARAMETERS: &str = "parameters:
  where: data/typed.csv
  5th: 5
";
/// Values, as they stand in a file. Those of several lines stand in block style only.
#[rustfmt::skip]
const VALUES: &[&str] = &[
    // Words and texts.
    "word", "two words", "'single ''quoted'' words'", r#""double \"quoted\" words""#,
    r#""tab\t, line\n, \u00e9, \\d+ and \x41""#, "\"  spaces around  \"", "\"\"", "''", "größe", "日本語 😀",
    "'a: b, [c] {d} #e'", "a:b", "a#b", "it's", "100%", "a=b", "'*.txt'", "'a?b'", "'&x'", "'!x'", "'@x'", "'- x'", "'<<'",
    "-v", "--level", "--level=3", "~/x", "./x", "data/table.csv", "https://example.org/a&b=c",
    // Switches, and words that look like them.
    "true", "false", "True", "TRUE", "False", "FALSE", "tRUE", "\"true\"", "'false'", "\"null\"", "'~'", "'yes'",
    "\"off\"", "y", "N", "None",
    // Numbers and dates, and words that look like them.
    "0", "5", "-3", "12345678901234567890123", "0.5", "3.14", "-0.25", "50.0", "0.30000000000000004", "1e-3", "1e5",
    "1.5e10", "0o17", "1.2.3", "nan", "\"0.10\"", "'007'", "\"12:30\"", "2024-01-31", "2024-01-31 12:00:00",
    "'2024-01-31'",
    // Variables, and what looks like them.
    "'${WHO}'", "\"hello, ${WHO}!\"", "'${WHO}${SPACED}${WHO}'", "'${SPACED}'", "'${EMPTY}'", "'a${EMPTY}b'",
    "'${REFERENCE}'", "a$b", "5$", "'costs $5'", "' $table'", "a $WHO b", "'${not a name}'", "'${WHO'",
    // Several lines.
    "|\n  one\n    two\n\n  three\n", "|-\n  one\n  ${WHO}", "|+\n  one\n\n", "|2\n   indented\n  text",
    ">\n  one\n  two\n\n  three\n    four\n", ">-\n  'one'\n  \"two\"", "one, [two]\n  {three} # not this",
    "\"one\n  two \\\n  three\n\n  four\"", "'one\n\n  two'",
];

/// Data nodes as arguments, which are passed as paths.
const REFERENCES: &[&str] = &["$table", "$typed", "$spaced", "$by_variable", "$dotted.name-1", "$folder", "\"$table\""];

/// Paths as inputs. The number is one, too.
#[rustfmt::skip]
const INPUTS: &[&str] = &[
    "$table", "$typed", "$spaced", "$by_variable", "$dotted.name-1", "$folder", "data/table.csv", "'data/two words.csv'",
    "data/größe.csv", "\"${DATA}/typed.csv\"", "'${HERE}/data/table.csv'", "/dev/null", "5", "$where", "$5th",
];

/// Outputs: the line that defines each under `data`, or under `parameters`; how steps refer to it; where it is.
const PRODUCTS: &[(&str, &str, &str, &str)] = &[
    ("made#: output/#.csv", "", "$made#", "output/#.csv"),
    ("made#: {type: csv, path: output/deep/#.csv}", "", "$made#", "output/deep/#.csv"),
    ("", "made#: output/#.csv", "$made#", "output/#.csv"),
    ("", "", "output/#.csv", "output/#.csv"),
    ("", "", "'output/two words #.csv'", "output/two words #.csv"),
    ("", "", "\"${MADE}/#.csv\"", "made/#.csv"),
];

/// Before the files that a step makes.
const FLAGS_OF_FILES: &[&str] = &["--output", "-o", "out", "--out_put"];
const FLAGS: &[&str] = &["--name", "-n", "key", "--two-words", "--under_score", "--camelCase", "--größe", "+x"];

/// Values for `--set`: words, and numbers as Python would write them.
#[rustfmt::skip]
const SETTINGS: &[&str] = &[
    "word", "two words", "a=b", "=", "", "true", "false", "True", "FALSE", "5", "-3", "0.25", "-0.5", "50.0", "größe",
    "--flag", "$table", "$$", "yes", "null", "\"quoted\"", "it's", "#", "[1, 2]", "12345678901234567890", "1e5", "a\nb",
];

/// How a value reaches an argument.
#[derive(Clone, Copy)]
enum Way {
    Directly,
    ByParameter,
    ByAlias,
}

/// How a step is laid out.
#[derive(Clone, Copy, PartialEq)]
enum Style {
    Flow,
    FlowInBlock,
    Block,
}

/// What the call asks for.
#[derive(Clone, Copy)]
enum Choice {
    OneStep,
    FirstAndLast,
    From,
    Group,
    Include,
}

/// Makes pipelines, always the same ones.
struct Generator {
    chance: Chance,
    values: Deck<(&'static str, Way)>,
    references: Deck<&'static str>,
    inputs: Deck<&'static str>,
    products: Deck<&'static (&'static str, &'static str, &'static str, &'static str)>,
    flags: Deck<&'static str>,
    settings: Deck<&'static str>,
    programs: Deck<&'static str>,
    asides: Deck<Option<&'static str>>,
    styles: Deck<Style>,
    choices: Deck<Choice>,
}

impl Generator {
    fn new() -> Self {
        use {Choice as C, Style as S, Way as W};
        let ways = [W::Directly, W::ByParameter, W::ByAlias];
        let asides = [None, None, None, None, None, Some("optional"), Some("disabled")];
        Self {
            chance: Chance(7),
            values: Deck::new(VALUES.iter().flat_map(|value| ways.map(|way| (*value, way)))),
            references: Deck::new(REFERENCES.iter().copied()),
            inputs: Deck::new(INPUTS.iter().copied()),
            products: Deck::new(PRODUCTS),
            flags: Deck::new(FLAGS.iter().copied()),
            settings: Deck::new(SETTINGS.iter().copied()),
            programs: Deck::new(["task", "script"]),
            asides: Deck::new(asides),
            styles: Deck::new([S::Flow, S::FlowInBlock, S::Block]),
            choices: Deck::new([C::OneStep, C::FirstAndLast, C::From, C::Group, C::Include]),
        }
    }

    fn assert_everything_was_dealt(&self) {
        let paths = self.inputs.is_through() && self.products.is_through();
        let values = self.values.is_through() && self.references.is_through();
        assert!(paths && values, "some input, output or value is in no pipeline: make more of them");
    }

    fn assert_every_call_was_made(&self) {
        let calls = self.choices.is_through() && self.settings.is_through() && self.asides.is_through();
        assert!(calls, "some choice or setting is in no call: make more of them");
    }

    /// A pipeline to run as a whole.
    fn whole(&mut self) -> Case {
        Case::new(&self.draft().yaml(), &[])
    }

    /// A pipeline to run in part, or with other values.
    fn partial(&mut self) -> Case {
        let mut draft = self.draft();
        for step in &mut draft.steps {
            step.aside = self.asides.deal();
        }
        let mut case = Case::new(&draft.yaml(), &self.selection(&draft));
        // A step may read what another one, which is left out, would make.
        case.made_before.extend(draft.made.iter().map(|made| made.path.clone()));
        self.settings(&draft, &mut case);
        case
    }

    fn draft(&mut self) -> Draft {
        let mut draft = Draft::default();
        for name in &TASKS[..=self.chance.below(STEPS)] {
            let step = self.step(name, &mut draft);
            draft.steps.push(step);
        }
        let first = self.chance.below(draft.steps.len());
        draft.group = first..first + self.chance.below(draft.steps.len() - first + 1);
        draft
    }

    /// A step that reads what the one before it makes.
    fn step(&mut self, name: &'static str, draft: &mut Draft) -> Step {
        let mut inputs: Vec<String> = (0..self.chance.below(3)).map(|_| self.inputs.deal().to_owned()).collect();
        if let Some(made) = draft.made.last() {
            inputs.insert(self.chance.below(inputs.len() + 1), made.reference.clone());
        }
        let inputs = inputs.into_iter().enumerate().map(|(at, input)| (format!("input{at}"), input)).collect();

        let mut args = Entries::new();
        if let Some(made) = draft.made.iter().find(|made| made.is_node) {
            args.push((self.flag(&args), made.reference.clone()));
        }
        for _ in 0..self.chance.below(2) {
            args.push((self.flag(&args), self.references.deal().to_owned()));
        }
        for _ in 0..self.chance.below(9) {
            let flag = self.flag(&args);
            match self.values.deal() {
                (value, Way::Directly) => args.push((flag, value.to_owned())),
                (value, Way::ByParameter) => args.push((flag, draft.parameter(value))),
                (value, Way::ByAlias) => {
                    let anchor = draft.unique("v");
                    args.push((flag, format!("&{anchor} {value}")));
                    args.push((self.flag(&args), format!("*{anchor}")));
                }
            }
        }

        let flags = &FLAGS_OF_FILES[..=self.chance.below(FLAGS_OF_FILES.len())];
        let outputs = flags.iter().map(|flag| ((*flag).to_owned(), draft.product(self.products.deal()))).collect();

        let head =
            vec![("name".to_owned(), name.to_owned()), (self.programs.deal().to_owned(), format!("tasks/{name}.py"))];
        let sections = [("inputs", inputs), ("outputs", outputs), ("args", args)];
        Step { name, head, sections, aside: None, style: self.styles.deal() }
    }

    /// A flag that is not among these yet.
    fn flag(&mut self, taken: &Entries) -> String {
        format!("{}{}", self.flags.deal(), taken.len())
    }

    fn selection(&mut self, draft: &Draft) -> Vec<&'static str> {
        let names: Vec<&'static str> = draft.steps.iter().map(|step| step.name).collect();
        let (one, last) = (self.chance.below(names.len()), names.len() - 1);
        match self.choices.deal() {
            Choice::OneStep => vec!["--step", names[one], "--extra=--extra 5 words"],
            Choice::FirstAndLast if last > 0 => vec!["--step", names[0], names[last]],
            // The original does not begin with a step that is optional or disabled.
            Choice::From if draft.steps[one].aside.is_none() => vec!["--from", names[one]],
            Choice::Group if !draft.group.is_empty() => vec!["--group", "some steps"],
            Choice::Include => [&["--include"], &names[..]].concat(),
            _ => vec![],
        }
    }

    /// Other values for parameters, other paths for data nodes.
    fn settings(&mut self, draft: &Draft, case: &mut Case) {
        let set = draft.settable.iter().take(self.chance.below(3));
        let set: Vec<String> = set.map(|name| format!("{name}={}", self.settings.deal())).collect();
        if !set.is_empty() {
            case.call.push("--set".to_owned());
            case.call.extend(set);
        }
        if self.chance.below(3) == 0 {
            case.call.extend(["--var", "table=data/other.csv", "typed=data/two words.csv"].map(str::to_owned));
            if let Some(made) = draft.made.iter().find(|made| made.is_node) {
                let path = format!("else where/{}", made.path);
                case.call.push(format!("{}={path}", &made.reference[1..]));
                case.made_before.push(path);
            }
        }
    }
}

/// A pipeline that is being made.
#[derive(Default)]
struct Draft {
    data: String,
    parameters: String,
    steps: Vec<Step>,
    /// The steps that stand in a group.
    group: Range<usize>,
    made: Vec<Made>,
    /// The parameters that hold values.
    settable: Vec<String>,
    names: usize,
}

/// Keys and values as YAML; a value that goes on behind its line is indented as if its key stood at the margin.
type Entries = Vec<(String, String)>;

struct Step {
    name: &'static str,
    head: Entries,
    sections: [(&'static str, Entries); 3],
    aside: Option<&'static str>,
    style: Style,
}

/// What a step makes: where, and how others refer to it.
struct Made {
    path: String,
    reference: String,
    is_node: bool,
}

impl Draft {
    fn unique(&mut self, prefix: &str) -> String {
        self.names += 1;
        format!("{prefix}{}", self.names)
    }

    /// Defines a parameter, and refers to it.
    fn parameter(&mut self, value: &str) -> String {
        let name = self.unique("p");
        let _ = writeln!(self.parameters, "  {name}: {}", indented(value));
        self.settable.push(name.clone());
        format!("${name}")
    }

    /// Defines a product, and refers to it.
    fn product(&mut self, template: &(&str, &str, &str, &str)) -> String {
        let number = self.unique("");
        let [data, parameter, reference, path] = <[&str; 4]>::from(*template).map(|text| text.replace('#', &number));
        for (section, line) in [(&mut self.data, &data), (&mut self.parameters, &parameter)] {
            if !line.is_empty() {
                let _ = writeln!(section, "  {line}");
            }
        }
        self.made.push(Made { path, reference: reference.clone(), is_node: !data.is_empty() });
        reference
    }

    fn yaml(&self) -> String {
        let item = |step: &Step| format!("- {}\n", step.yaml().trim_start());
        let items = |steps: &[Step]| steps.iter().map(item).collect::<String>();
        let Range { start, end } = self.group;
        let mut yaml =
            format!("{DATA}{}{PARAMETERS}{}pipeline:\n{}", self.data, self.parameters, items(&self.steps[..start]));
        if start < end {
            let _ = writeln!(yaml, "- group: some steps\n  steps:\n  {}", indented(&items(&self.steps[start..end])));
        }
        yaml + &items(&self.steps[end..])
    }
}

impl Step {
    fn yaml(&self) -> String {
        let mut entries = self.head.clone();
        for (section, values) in &self.sections {
            entries.push(((*section).to_owned(), mapping(values, self.style != Style::Block)));
        }
        entries.extend(self.aside.map(|aside| (aside.to_owned(), "true".to_owned())));
        mapping(&entries, self.style == Style::Flow)
    }
}

/// A mapping on one line, if it can be and is to be; else on as many as it needs.
fn mapping(entries: &Entries, flow: bool) -> String {
    if entries.is_empty() || flow && entries.iter().all(|(_, value)| !value.contains('\n')) {
        let entries: Vec<String> = entries.iter().map(|(key, value)| format!("{key}: {value}")).collect();
        return format!("{{{}}}", entries.join(", "));
    }
    indented(&entries.iter().map(|(key, value)| format!("\n{key}: {value}")).collect::<String>())
}

/// The text with every line but the first moved to the right.
fn indented(text: &str) -> String {
    text.replace('\n', "\n  ")
}
