//! Random sweeps, beside what a plain reading of the rules makes of them.

use proptest::prelude::*;

use super::{configs, sweep_of};
use crate::OnPaper;
use crate::sweep::Space;
use loom_spec::{Problems, Source, parse};

type Config = Vec<(String, String)>;

#[derive(Clone, Debug)]
struct Rules {
    axes: Vec<(String, Vec<String>)>,
    zip: Vec<Vec<String>>,
    exclude: Vec<Config>,
    include: Vec<Config>,
    condition: Option<usize>,
    repeat: Vec<(String, Vec<String>)>,
}

/// What is asked, as it is written and as it is meant.
type Asked = (&'static str, fn(&dyn Fn(&str) -> String) -> bool);
const CONDITIONS: [Asked; 5] = [
    ("a == b", |of| matches(&of("a"), &of("b"))),
    ("a != 'x' and b != 1", |of| of("a") != "x" && !matches(&of("b"), "1")),
    ("e == 1 or a == 2", |of| matches(&of("e"), "1") || matches(&of("a"), "2")),
    ("c == d if b == 0 else True", |of| !matches(&of("b"), "0") || matches(&of("c"), &of("d"))),
    ("False", |_| false),
];

const PARAMETERS: [(&str, &str); 6] = [("a", "0"), ("b", "1"), ("c", "x"), ("d", "2"), ("e", "1.0"), ("f", "y")];

fn matches(one: &str, other: &str) -> bool {
    one == other || matches!((one.parse::<f64>(), other.parse::<f64>()), (Ok(one), Ok(other)) if one == other)
}

fn get<'a>(config: &'a Config, name: &str) -> Option<&'a str> {
    config.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
}

/// The value as the axis has it: with the same text, or the first that is the same number, or else as a new one.
fn known(values: &mut Vec<String>, value: &str) -> String {
    let found =
        values.iter().find(|known| *known == value).or_else(|| values.iter().find(|known| matches(known, value)));
    let found = found.cloned().unwrap_or_else(|| value.to_owned());
    if !values.contains(&found) {
        values.push(found.clone());
    }
    found
}

fn parameter(name: &str) -> String {
    PARAMETERS.iter().find(|(known, _)| *known == name).unwrap().1.to_owned()
}

fn by_the_rules(rules: &Rules) -> Vec<String> {
    // The product, in which the axes of a zip are one.
    let mut product: Vec<Config> = vec![vec![]];
    for (name, values) in &rules.axes {
        if product.iter().any(|config| get(config, name).is_some()) {
            continue;
        }
        let zip = rules.zip.iter().find(|zip| zip.contains(name)).cloned().unwrap_or_else(|| vec![name.clone()]);
        let turn = |turn: usize| -> Config {
            let value = |name: &String| rules.axes.iter().find(|(axis, _)| axis == name).unwrap().1[turn].clone();
            zip.iter().map(|name| (name.clone(), value(name))).collect()
        };
        let mut turns: Vec<Config> = Vec::new();
        for n in 0..values.len() {
            if !turns.contains(&turn(n)) {
                turns.push(turn(n));
            }
        }
        product =
            product.iter().flat_map(|config| turns.iter().map(move |turn| [&config[..], turn].concat())).collect();
    }
    let agrees = |object: &Config, config: &Config| {
        object.iter().all(|(name, value)| get(config, name).is_none_or(|has| matches(has, value)))
    };
    product.retain(|config| !rules.exclude.iter().any(|object| agrees(object, config)));

    let axes: Vec<String> = rules.axes.iter().map(|(name, _)| name.clone()).collect();
    let mut names = axes.clone();
    for (name, _) in rules.include.iter().flatten() {
        if !names.contains(name) {
            names.push(name.clone());
        }
    }
    let mut values: Vec<(String, Vec<String>)> = rules.axes.clone();
    values.extend(names[axes.len()..].iter().map(|name| (name.clone(), vec![parameter(name)])));
    let mut canonical =
        |name: &str, value: &str| known(&mut values.iter_mut().find(|(known, _)| known == name).unwrap().1, value);
    let originals = product.clone();
    let mut more: Vec<Config> = Vec::new();
    for object in &rules.include {
        let mut was_added = false;
        for (config, original) in product.iter_mut().zip(&originals) {
            if !agrees(object, original) {
                continue;
            }
            was_added = true;
            for (name, value) in object.iter().filter(|(name, _)| !axes.contains(name)) {
                config.retain(|(known, _)| known != name);
                config.push((name.clone(), canonical(name, value)));
            }
        }
        if !was_added {
            let of = |name: &String| get(object, name).map_or_else(|| parameter(name), str::to_owned);
            more.push(names.iter().map(|name| (name.clone(), canonical(name, &of(name)))).collect());
        } else {
            for (name, value) in object.iter().filter(|(name, _)| !axes.contains(name)) {
                canonical(name, value);
            }
        }
    }
    let mut all: Vec<Config> = Vec::new();
    for config in product.into_iter().chain(more) {
        let of = |name: &String| (name.clone(), get(&config, name).map_or_else(|| parameter(name), str::to_owned));
        let config: Config = names.iter().map(of).collect();
        if !all.contains(&config) {
            all.push(config);
        }
    }
    if let Some(condition) = rules.condition {
        all.retain(|config| {
            CONDITIONS[condition].1(&|name| get(config, name).map_or_else(|| parameter(name), str::to_owned))
        });
    }
    for (name, values) in &rules.repeat {
        let again = |config: &Config| -> Vec<Config> {
            values.iter().map(|value| [&config[..], &[(name.clone(), value.clone())]].concat()).collect()
        };
        all = all.iter().flat_map(again).collect();
    }
    let shown =
        |config: Config| config.iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join(" ");
    all.into_iter().map(shown).collect()
}

impl Rules {
    fn text(&self) -> String {
        let axes = |axes: &[(String, Vec<String>)]| {
            axes.iter().map(|(name, values)| format!("{name}: [{}]", values.join(", "))).collect::<Vec<_>>().join(", ")
        };
        let objects = |objects: &[Config]| {
            let object =
                |object: &Config| object.iter().map(|(name, value)| format!("{name}: {value}")).collect::<Vec<_>>();
            objects.iter().map(|of| format!("{{{}}}", object(of).join(", "))).collect::<Vec<_>>().join(", ")
        };
        let zip: Vec<String> = self.zip.iter().map(|names| format!("[{}]", names.join(", "))).collect();
        let parameters: Vec<String> = PARAMETERS.iter().map(|(name, value)| format!("{name}: {value}")).collect();
        let condition = self.condition.map_or(String::new(), |at| format!("  where: \"{}\"\n", CONDITIONS[at].0));
        format!(
            "parameters: {{{}}}\nlayout:\n  axes: {{{}}}\n  zip: [{}]\n  exclude: [{}]\n  include: [{}]\n{condition}  repeat: {{{}}}\npipeline: []\n",
            parameters.join(", "),
            axes(&self.axes),
            zip.join(", "),
            objects(&self.exclude),
            objects(&self.include),
            axes(&self.repeat),
        )
    }
}

fn value() -> impl Strategy<Value = String> {
    prop::sample::select(vec!["0", "1", "1.0", "2", "x", "y"]).prop_map(str::to_owned)
}

fn objects(names: Vec<&'static str>, most: usize) -> impl Strategy<Value = Vec<Config>> {
    let count = names.len();
    let object = prop::sample::subsequence(names, 1..=count.min(3)).prop_flat_map(|names| {
        let length = names.len();
        prop::collection::vec(value(), length)
            .prop_map(move |values| names.iter().map(|name| (*name).to_owned()).zip(values).collect::<Config>())
    });
    prop::collection::vec(object, 0..=most)
}

fn rules() -> impl Strategy<Value = Rules> {
    let names = prop::sample::subsequence(vec!["a", "b", "c", "d"], 1..=4);
    names.prop_flat_map(|names| {
        let axes = names
            .iter()
            .map(|name| (Just((*name).to_owned()), prop::collection::vec(value(), 1..=3)))
            .collect::<Vec<_>>();
        let with_others = [&names[..], &["e", "f"]].concat();
        let zip = prop::sample::subsequence(names.clone(), 0..=names.len());
        let repeat = prop::collection::vec(prop::sample::subsequence(vec!["0", "1", "2"], 1..=2), 0..=2);
        let condition = prop::option::of(0..CONDITIONS.len());
        (axes, zip, objects(names, 2), objects(with_others, 3), condition, repeat).prop_map(
            |(mut axes, zip, exclude, include, condition, repeat)| {
                // All that is zipped is as long as the shortest of it.
                let zip: Vec<String> = zip.into_iter().map(str::to_owned).collect();
                let zipped = axes.iter().filter(|(name, _)| zip.contains(name)).map(|(_, values)| values.len());
                let length = zipped.min().unwrap_or(0);
                axes.iter_mut().filter(|(name, _)| zip.contains(name)).for_each(|(_, values)| values.truncate(length));
                let repeat = repeat
                    .into_iter()
                    .zip(["r", "s"])
                    .map(|(values, name)| (name.to_owned(), values.into_iter().map(str::to_owned).collect()));
                let zip = if zip.is_empty() { vec![] } else { vec![zip] };
                Rules { axes, zip, exclude, include, condition, repeat: repeat.collect() }
            },
        )
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 10_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn sweeps_come_to_what_the_rules_say(rules in rules()) {
        let source = Source::new("p.yml", rules.text());
        let mut pipeline = parse(&source).pipeline;
        pipeline.sweep = pipeline.layout.as_ref().map(sweep_of);
        let mut problems = Problems::default();
        let space = Space::new(&pipeline, &OnPaper, &mut problems).unwrap();
        let expected = by_the_rules(&rules);
        prop_assert_eq!(&configs(&space), &expected, "{}", rules.text());
        let (problems, _) = problems.into_parts();
        let errors: Vec<&str> = problems.iter().filter(|problem| problem.is_error()).map(|problem| problem.code).collect();
        let wanted: &[&str] = if expected.is_empty() { &["nothing-left"] } else { &[] };
        prop_assert_eq!(errors, wanted, "{}", rules.text());
    }
}
