//! What sweeps come to, all that can be wrong with one, and random ones beside a plain reading of the rules.

mod random;

use std::sync::Arc;

use loom_spec::{
    Amount, Axis, AxisValues, Draw, Entry, FrontMatterError, Pipeline, Problems, Range, Scalar, Source, Sweep,
    TaskInterface, Value, parse,
};

use super::{ConfigId, Space};
use crate::{Location, NoText, OnPaper, Presence, World, render};

/// A sweep with its pipeline, and what is said on the command line.
struct Case {
    text: String,
    files: Vec<(String, String)>,
    only: Vec<(String, String)>,
    set: Vec<(String, String)>,
}

/// A machine that has these files and nothing else.
struct Files<'a>(&'a [(String, String)]);

impl World for Files<'_> {
    fn variable(&self, name: &str, default: Option<&str>) -> Result<String, NoText> {
        if name == "TWO" { Ok("2".to_owned()) } else { default.map(str::to_owned).ok_or(NoText::Unset) }
    }

    fn locate(&self, path: &str) -> Location {
        OnPaper.locate(path)
    }

    fn presence(&self, path: &str) -> Presence {
        OnPaper.presence(path)
    }

    fn interface(&self, _: &str) -> Option<Arc<Result<TaskInterface, FrontMatterError>>> {
        None
    }

    fn text(&self, path: &str) -> Option<Result<String, String>> {
        let file = self.0.iter().find(|(name, _)| name == path);
        Some(file.map(|(_, text)| text.clone()).ok_or_else(|| "no such file".to_owned()))
    }
}

/// A pipeline whose sweep stands under `layout`, where every value is kept with its place.
fn case(text: &str) -> Case {
    Case { text: text.replace("sweep:", "layout:"), files: Vec::new(), only: Vec::new(), set: Vec::new() }
}

/// A sweep alone.
fn sweep(text: &str) -> Case {
    case(&format!("sweep:\n{text}"))
}

impl Case {
    fn file(mut self, name: &str, text: &str) -> Self {
        self.files.push((name.to_owned(), text.to_owned()));
        self
    }

    fn only(mut self, name: &str, value: &str) -> Self {
        self.only.push((name.to_owned(), value.to_owned()));
        self
    }

    fn set(mut self, name: &str, value: &str) -> Self {
        self.set.push((name.to_owned(), value.to_owned()));
        self
    }

    fn pipeline(&self) -> (Source, Pipeline) {
        let source = Source::new("p.yml", format!("{}\npipeline: []\n", self.text));
        let parsed = parse(&source);
        let errors: Vec<_> = parsed.problems.iter().filter(|problem| problem.is_error()).collect();
        assert!(errors.is_empty(), "{errors:?}");
        let mut pipeline = parsed.pipeline;
        for (name, value) in &self.set {
            assert!(pipeline.set_parameter(name, value).is_ok(), "{name}");
        }
        let mut sweep = pipeline.layout.as_ref().map(sweep_of).unwrap_or_default();
        sweep.only.clone_from(&self.only);
        pipeline.sweep = Some(sweep);
        (source, pipeline)
    }

    fn space(&self) -> (Option<Space>, String) {
        let (source, pipeline) = self.pipeline();
        let mut problems = Problems::default();
        let space = Space::new(&pipeline, &Files(&self.files), &mut problems);
        let (list, _) = problems.into_parts();
        (space, render::problems(&source, &list).replace("layout:", "sweep:"))
    }

    /// The configurations, one a line; the problems, if there are any.
    fn shown(&self) -> String {
        let (space, problems) = self.space();
        let configs = space.iter().flat_map(configs).collect::<Vec<_>>().join("\n");
        if problems.is_empty() { configs } else { format!("{problems}{configs}") }
    }
}

fn configs(space: &Space) -> Vec<String> {
    let config = |config| {
        let values = space.axes().iter().zip(space.indices(ConfigId(config)));
        let values = values.map(|(axis, id)| format!("{}={}", axis.name, axis.values[*id as usize].text));
        values.collect::<Vec<_>>().join(" ")
    };
    (0..space.len() as u32).map(config).collect()
}

fn map(value: &Value) -> &[Entry] {
    if let Value::Map(entries, _) = value { entries } else { &[] }
}

fn list(value: &Value) -> &[Value] {
    if let Value::List(items, _) = value { items } else { &[] }
}

fn scalar(value: &Value) -> Scalar {
    if let Value::Scalar(scalar) = value { scalar.clone() } else { panic!("a scalar is expected: {value:?}") }
}

fn amount(value: &Value) -> Option<Amount> {
    Some(Amount { amount: scalar(value).text.parse().unwrap(), span: value.span() })
}

fn sweep_of(value: &Value) -> Sweep {
    let mut sweep = Sweep { span: value.span(), ..Sweep::default() };
    for Entry { key, value } in map(value) {
        let objects = || list(value).iter().map(|object| map(object).to_vec()).collect();
        match &*key.text {
            "axes" => sweep.axes = map(value).iter().map(axis_of).collect(),
            "repeat" => sweep.repeat = map(value).iter().map(axis_of).collect(),
            "zip" => sweep.zip = list(value).iter().map(|names| list(names).iter().map(scalar).collect()).collect(),
            "exclude" => sweep.exclude = objects(),
            "include" => sweep.include = objects(),
            "where" => sweep.condition = Some(scalar(value)),
            "from" => sweep.from = Some(scalar(value)),
            "sample" => sweep.sample = amount(value),
            "seed" => sweep.seed = amount(value),
            "max" => sweep.max = amount(value),
            other => panic!("{other}"),
        }
    }
    sweep
}

fn axis_of(entry: &Entry) -> Axis {
    let computed = |word: &str| {
        let [only] = map(&entry.value) else { return None };
        (&*only.key.text == word).then(|| list(&only.value).iter().map(scalar).collect::<Vec<_>>())
    };
    let range = Range::ALL.into_iter().find_map(|range| Some(AxisValues::Range(range, computed(range.word())?)));
    let draw = Draw::ALL.into_iter().find_map(|draw| Some(AxisValues::Draw(draw, computed(draw.word())?)));
    let values = range.or(draw).unwrap_or_else(|| match &entry.value {
        Value::List(items, _) => AxisValues::List(items.to_vec()),
        Value::Map(labels, _) => {
            AxisValues::Settings(labels.iter().map(|label| (label.key.clone(), map(&label.value).to_vec())).collect())
        }
        Value::Scalar(_) => panic!("{entry:?}"),
    });
    Axis { name: entry.key.clone(), values, is_pinned: false, span: entry.value.span() }
}

#[track_caller]
fn comes_to(case: &Case, expected: &[&str]) {
    assert_eq!(case.shown(), expected.join("\n"));
}

#[test]
fn the_last_axis_varies_fastest() {
    comes_to(
        &sweep("  axes: {a: [1, 2.50], b: [x, [y, z], null]}"),
        &["a=1 b=x", "a=1 b=y z", "a=1 b=null", "a=2.50 b=x", "a=2.50 b=y z", "a=2.50 b=null"],
    );
    let (space, _) = sweep("  axes: {a: [1], b: {low: {t: 1}, high: {t: 2}}}").space();
    let space = space.unwrap();
    assert_eq!((space.axis("b"), space.axis("c"), space.len()), (Some(1), None, 2));
    let high = &space.axes()[1].values[1];
    assert_eq!((&*high.text, &*high.settings[0].0), ("high", "t"));
    assert_eq!(space.axes()[1].name, "b".into());
}

#[test]
fn zipped_axes_go_together() {
    comes_to(
        &sweep("  axes: {a: [1, 2], b: [x, y], c: [p, q]}\n  zip: [[c, a]]"),
        &["a=1 b=x c=p", "a=1 b=y c=p", "a=2 b=x c=q", "a=2 b=y c=q"],
    );
    comes_to(
        &sweep("  axes: {m: [mlp, mlp, deep], d: [2, 4, 2]}\n  zip: [[m, d]]"),
        &["m=mlp d=2", "m=mlp d=4", "m=deep d=2"],
    );
}

/// The example of the documentation of GitHub Actions.
#[test]
fn included_values_are_added_where_nothing_is_overwritten() {
    let text = "
parameters: {color: none, shape: none, animal: none}
sweep:
  axes: {fruit: [apple, pear], animal: [cat, dog]}
  include:
    - {color: green}
    - {color: pink, animal: cat}
    - {fruit: apple, shape: circle}
    - {fruit: banana}
    - {fruit: banana, animal: cat}
";
    comes_to(
        &case(text),
        &[
            "fruit=apple animal=cat color=pink shape=circle",
            "fruit=apple animal=dog color=green shape=circle",
            "fruit=pear animal=cat color=pink shape=none",
            "fruit=pear animal=dog color=green shape=none",
            "fruit=banana animal=none color=none shape=none",
            "fruit=banana animal=cat color=none shape=none",
        ],
    );
    comes_to(&sweep("  include: [{a: 1, b: 2}, {a: 2, b: 1}, {b: 2, a: 1}]"), &["a=1 b=2", "a=2 b=1"]);
}

#[test]
fn values_match_by_text_or_number() {
    comes_to(&sweep("  axes: {a: [1, 2, 1e1, x, '3']}\n  exclude: [{a: 1.0}, {a: 10}, {a: '2'}]"), &["a=x", "a=3"]);
    // What stands in quotes is a text, and `3.0` is none of its spellings.
    let (space, problems) = sweep("  axes: {a: ['3', y]}\n  exclude: [{a: 3.0}]").space();
    assert_eq!(configs(&space.unwrap()), ["a=3", "a=y"]);
    assert!(problems.contains("excludes-nothing"), "{problems}");
    comes_to(&sweep("  axes: {a: [0.1, x]}").only("a", "1e-1"), &["a=0.1"]);
}

#[test]
fn configurations_are_asked_for() {
    let text = "
parameters: {threshold: 0.5, limit: $top, top: \"${TWO}\", other: 3, config: x}
sweep:
  axes: {lr: [0.1, 1e-1, 0.5], config: {low: {threshold: 0.1}, plain: {}}, model: [mlp, deep]}
";
    let asked = |condition: &str| case(&format!("{text}  where: \"{condition}\"")).shown();
    assert_eq!(
        asked("lr * threshold < 0.02 and model == 'mlp'"),
        "lr=0.1 config=low model=mlp\nlr=1e-1 config=low model=mlp"
    );
    assert_eq!(asked("config == 'plain' and threshold == 0.5 and lr > 0.2 and other == 3").lines().count(), 2);
    assert_eq!(asked("lr == 0.5 and config == 'low' and limit == '2'").lines().count(), 2);
    comes_to(
        &case("parameters: {b: 5}\nsweep:\n  axes: {a: [1, 2]}\n  include: [{a: 1, b: 6}]\n  where: b > 5"),
        &["a=1 b=6"],
    );
}

#[test]
fn repeated_axes_come_last() {
    comes_to(
        &sweep("  axes: {a: [1, 2]}\n  include: [{a: 3}]\n  repeat: {seed: {arange: [2]}, fold: [x, y]}")
            .only("fold", "y")
            .only("seed", "0")
            .only("a", "3")
            .only("a", "1"),
        &["a=1 seed=0 fold=y", "a=3 seed=0 fold=y"],
    );
    comes_to(&sweep("  repeat: {seed: [1, 2]}"), &["seed=1", "seed=2"]);
    let (space, _) = sweep("  axes: {a: [1]}\n  repeat: {seed: [1]}").space();
    assert_eq!(space.unwrap().axes().iter().map(|axis| axis.is_repeat).collect::<Vec<_>>(), [false, true]);
}

#[test]
fn only_values_that_are_left_are_kept() {
    let (space, _) = sweep("  axes: {a: [1, 2, 3], b: [x, y]}\n  where: a != 2").only("b", "y").space();
    let space = space.unwrap();
    let texts: Vec<Vec<&str>> =
        space.axes().iter().map(|axis| axis.values.iter().map(|value| &*value.text).collect()).collect();
    assert_eq!(texts, [vec!["1", "3"], vec!["y"]]);
    assert_eq!(configs(&space), ["a=1 b=y", "a=3 b=y"]);
}

#[test]
fn configurations_are_read_from_files() {
    let of = |name: &str, text: &str| {
        case(&format!("parameters: {{b: 7}}\nsweep: {{from: {name}, repeat: {{seed: [1]}}, where: a != 3}}"))
            .file(name, text)
    };
    comes_to(&of("c.csv", "a,b\n1,\"x,\ny\"\n3,z\n2,$z\n"), &["a=1 b=x,\ny seed=1", "a=2 b=$z seed=1"]);
    comes_to(
        &of("c.jsonl", "{\"a\": 1e-4}\n{\"b\": [1, 2], \"a\": \"x\"}\n"),
        &["a=1e-4 b=7 seed=1", "a=x b=1 2 seed=1"],
    );
    let (_, pipeline) = of("c.csv", "").pipeline();
    let mut problems = Problems::default();
    assert!(Space::new(&pipeline, &OnPaper, &mut problems).is_none());
    assert!(problems.into_parts().0.is_empty(), "nobody looked");
    let none = Space::new(&Pipeline::default(), &OnPaper, &mut Problems::default());
    assert!(none.is_none());
}

#[test]
fn a_given_value_pins_an_axis() {
    let text = "
parameters: {a: 1, config: low, t: 1}
sweep:
  axes: {a: [1, 2], b: [x, y], config: {low: {t: 1}, high: {t: 2}}}
  zip: [[a, b]]
  include: [{a: 9, b: x, config: low}, {a: 4.0, b: z, config: low}]
";
    comes_to(&case(text).set("a", "4").set("config", "high"), &["a=4 b=x config=high", "a=4 b=y config=high"]);
    comes_to(
        &case("parameters: {a: 1}\nsweep: {from: c.csv}").file("c.csv", "a,b\n1,x\n2,x\n3,y\n").set("a", "5"),
        &["a=5 b=x", "a=5 b=y"],
    );
}

const DRAWN: &str =
    "  axes: {lr: {log_uniform: [1e-5, 1e-1]}, n: {int_uniform: [1, 9]}, model: [mlp, deep], depth: [2, 8]}
  zip: [[model, depth]]
  seed: 1
";

#[test]
fn samples_are_what_they_were() {
    insta::assert_snapshot!(sweep(&format!("{DRAWN}  sample: 5")).shown());
}

#[test]
fn a_smaller_sample_begins_a_larger_one() {
    let of = |count: usize, more: &str| {
        let shown = sweep(&format!("{DRAWN}  sample: {count}\n{more}")).shown();
        shown.lines().map(str::to_owned).collect::<Vec<_>>()
    };
    let filters = "  exclude: [{model: deep, n: 3}]\n  where: n != 5";
    for more in ["", filters] {
        let (some, all) = (of(60, more), of(80, more));
        assert_eq!((some.len(), all.len()), (60, 80));
        assert_eq!(some, all[..60]);
    }
    assert!(of(80, filters).iter().all(|config| !config.contains("n=5") && !config.contains("n=3 model=deep")));
    let repeated = of(2, "  repeat: {seed: [1, 2]}\n  include: [{n: 0, lr: 1, model: x, depth: 1}]");
    assert_eq!(repeated.len(), 6);
    assert_eq!(repeated[5], "lr=1 n=0 model=x depth=1 seed=2");
}

#[test]
fn one_more_axis_changes_nothing_that_others_draw() {
    let few = sweep("  axes: {a: {uniform: [0, 1]}, b: {int_uniform: [0, 1000000]}}\n  sample: 20").shown();
    let more = "  axes: {c: [1, 2, 3], a: {uniform: [0, 1]}, d: {uniform: [5, 6]}, b: {int_uniform: [0, 1000000]}}\n  sample: 20";
    let more = sweep(more).shown();
    let without = more.lines().map(|line| {
        line.split(' ').filter(|value| value.starts_with("a=") || value.starts_with("b=")).collect::<Vec<_>>().join(" ")
    });
    assert_eq!(without.collect::<Vec<_>>().join("\n"), few);
}

#[test]
fn nothing_is_drawn_twice() {
    let (space, problems) = sweep("  axes: {a: [1, 2, 3], b: [x, y]}\n  sample: 6").space();
    let mut drawn = configs(&space.unwrap());
    drawn.sort_unstable();
    assert_eq!(drawn, ["a=1 b=x", "a=1 b=y", "a=2 b=x", "a=2 b=y", "a=3 b=x", "a=3 b=y"]);
    assert_eq!(problems, "");
}

#[test]
fn a_sample_of_no_axes_is_what_is_included() {
    comes_to(&sweep("  include: [{a: 1}, {a: 2}]\n  sample: 5"), &["a=1", "a=2"]);
    comes_to(&sweep("  repeat: {seed: [1, 2]}\n  include: [{}]"), &["seed=1", "seed=2"]);
}

#[test]
fn a_hundred_thousand_are_planned_if_allowed() {
    let text = "  axes: {a: {arange: [100]}, b: {arange: [100]}, c: {arange: [10]}}\n  max: 100000\n  where: a >= 0";
    let (space, problems) = sweep(text).space();
    assert_eq!((space.unwrap().len(), &*problems), (100_000, ""));
    let refused = sweep("  axes: {a: {arange: [50000]}, b: {arange: [50000]}, c: {arange: [50000]}}").shown();
    assert!(refused.contains("has 125000000000000 configurations"), "{refused}");
}

/// Each problem once.
#[test]
fn what_is_wrong_is_told() {
    let all: Vec<Case> = vec![
        sweep("  axes: {model: [a, b], depth: [1, 2]}\n  zip: [[modell, depth]]\n  exclude: [{dept: 1}]"),
        sweep("  axes: {a: [1, 2]}\n  exclude: [{seed: 1}]\n  repeat: {seed: [1, 2]}\n  include: [{seed: 3}]"),
        sweep("  axes: {config: {low: {t: 1}, high: {t: 2}}}\n  exclude: [{t: 1}]"),
        sweep("  axes: {model: [a, b, c], depth: [1]}\n  zip: [[model, depth]]"),
        sweep("  axes: {a: [1, 2], b: [1, 2], c: [1, 2]}\n  zip: [[a, b], [b, c]]"),
        sweep("  axes: {a: {uniform: [0, 1]}, b: [1, 2]}\n  zip: [[a, b]]\n  sample: 3"),
        sweep("  axes: {model: [mlp, deep]}\n  exclude: [{model: mpl}]"),
        sweep("  axes: {a: [1, 1, 2], b: [1, 1], c: [2, 2]}\n  zip: [[b, c]]\n  repeat: {seed: [3, 3]}"),
        sweep("  axes: {model: [mlp], lr: [0.1]}\n  include: [{model: deep}]"),
        sweep("  axes: {model: [mlp], config: {low: {}}}\n  include: [{model: deep}]"),
        sweep("  axes: {config: {low: {}, high: {}}}\n  include: [{config: lwo}]"),
        sweep("  axes: {a: [1, 2]}\n  include: [{a: 1, extra: 5}]"),
        sweep("  axes: {a: [1, 2]}\n  include: [{a: 1, extra: 5}]\n  where: extra > 3"),
        sweep("  axes: {a: [1, 2]}\n  include: [{a: 3}]\n  where: a < 3"),
        sweep("  axes: {lr: [1], config: {low: {lr: 1}}, other: {x: {config: 2}, y: {n: 1}}}\n  repeat: {lr: [2]}"),
        case(
            "data: {table: {type: csv, path: t.csv}}\nsweep: {axes: {table: [1], loop_item: [1], loop_output: [2], a b: [3]}}",
        ),
        case("parameters: {t: 1}\nsweep: {axes: {config: {low: {t: 1}, high: {t: 2}}}}").set("t", "5"),
        case("parameters: {config: 1}\nsweep: {axes: {config: {low: {t: 1}, high: {t: 2}}}}").set("config", "hihg"),
        sweep("  axes: {config: {low: {t: 1}, high: {}}}"),
        sweep("  axes: {a: [], b: {linspace: [0, 1]}, c: {arange: [5, 1]}, d: {arange: [0, 1e30]}}"),
        sweep("  axes: {a: {uniform: [1, 0]}, b: {log_uniform: [0, 1]}}\n  sample: 3"),
        sweep("  axes: {a: {uniform: [0, 1]}}\n  repeat: {b: {uniform: [0, 1]}}"),
        sweep("  axes: {a: [1, 2]}\n  where: a <\n"),
        sweep("  axes: {rate: [1, 2]}\n  where: rat + seed < 2\n  repeat: {seed: [1]}"),
        sweep("  axes: {a: [1, 0], b: [x]}\n  where: 1 / a < 2 and b > 1"),
        sweep("  axes: {a: [mlp]}\n  where: a"),
        sweep("  axes: {a: {arange: [101]}, b: {arange: [100]}}"),
        sweep("  axes: {a: [1, 2, 3]}\n  repeat: {seed: [1, 2]}\n  max: 5"),
        sweep("  axes: {a: {arange: [10000]}, b: {arange: [10000]}}\n  where: a == b"),
        sweep("  axes: {a: {arange: [4000]}, b: {arange: [4000]}}\n  max: 50000000"),
        sweep(&format!(
            "  axes: {{a: {{arange: [3000]}}, b: {{arange: [3000]}}}}\n  exclude: [{}]",
            vec!["{a: 1}"; 200].join(", ")
        )),
        sweep("  axes: {a: [1, 2]}\n  sample: 20000"),
        sweep("  axes: {a: [1, 2]}\n  exclude: [{a: 1}, {a: 2}]"),
        sweep("  axes: {a: [1, 2]}\n  where: a > 2"),
        sweep("  axes: {a: [1, 2], b: [1, 2]}\n  where: a != b").only("a", "1").only("b", "1"),
        sweep("  axes: {a: [1, 2]}\n  sample: 0"),
        case("parameters: {a: 1}\nsweep: {include: [{a: 2}, {a: 3}]}").set("a", "4"),
        sweep("  axes: {model: [mlp, deep]}").only("modle", "mlp").only("model", "dep").only("x", "y"),
        sweep("  axes: {a: [1, 2], b: [x, y]}\n  sample: 5"),
        case("data: {t: {type: csv, path: t.csv}}\nsweep: {axes: {config: {low: {t: 1, a b: 2}}}}"),
        sweep("  axes: {a: {int_uniform: [1, 1000000]}}\n  where: a < 50\n  sample: 30"),
        sweep("  axes: {a: {int_uniform: [1, 1000000]}}\n  where: a == 1\n  sample: 2").only("a", "1"),
        sweep(&format!("  axes: {{{}}}", (0..65).map(|n| format!("a{n}: [1]")).collect::<Vec<_>>().join(", "))),
        sweep("  zip: []"),
        sweep("  from: c.csv").file("c.csv", "a,b c\n1,2\n"),
        sweep("  from: c.txt"),
        sweep("  from: nowhere.csv"),
        sweep("  from: c.csv").file("c.csv", "a,b\n1\n"),
        sweep("  from: c.csv").file("c.csv", "a,b\n"),
        sweep("  from: c.csv").file("c.csv", "a,b\n1,2\n1,2\n"),
        sweep("  from: c.jsonl\n  repeat: {seed: [1]}").file("c.jsonl", "\n"),
        sweep("  from: c.jsonl").file("c.jsonl", "{\"a\": 1}\n\n{\"b\": 1}\n"),
        sweep("  from: c.csv\n  axes: {b: [1]}\n  zip: [[b, a]]\n  sample: 3").file("c.csv", "a\n1\n"),
    ];
    let shown: Vec<String> = all
        .iter()
        .map(|case| {
            let (space, problems) = case.space();
            assert!(!problems.is_empty(), "{}", case.text);
            let left = space
                .filter(|space| !space.is_empty())
                .map_or(String::new(), |space| format!("= {} configurations\n", space.len()));
            format!("{problems}{left}")
        })
        .collect();
    insta::assert_snapshot!(shown.join("\n----------\n"));
}
