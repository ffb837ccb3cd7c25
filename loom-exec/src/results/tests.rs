//! Tables from files, and what is made of them.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use loom_spec::Goal;

use super::*;

fn axes(names: &[&str]) -> Vec<Column> {
    names.iter().map(|name| Column { name: (*name).into(), is_repeat: *name == "seed", set_by: None }).collect()
}

/// A row, its values and its numbers between spaces; `-` is none.
fn row(label: &str, parameters: &str, metrics: &str) -> Row {
    let metrics = metrics.split_whitespace().map(|text| text.parse().ok().map(Figure::one)).collect();
    let parameters = parameters.split_whitespace().map(Arc::from).collect();
    Row { label: label.into(), parameters, metrics, duration: None, state: State::Made, count: 1, ..Row::default() }
}

fn metric(name: &str, goal: Option<Goal>) -> Metric {
    Metric { name: name.into(), path: format!("results.{name}").into(), goal }
}

fn results() -> Results {
    Results {
        axes: axes(&["model", "depth", "seed"]),
        metrics: vec![metric("f1", Some(Goal::Max)), metric("loss", Some(Goal::Min))],
        rows: vec![
            row("a", "mlp 2 1", "0.5 3"),
            row("b", "mlp 2 2", "0.7 5"),
            row("c", "mlp 10 1", "0.9 4"),
            row("d", "mlp 10 2", "- 4"),
            row("e", "deep 2 1", "0.9 1"),
            row("f", "deep 2 2", "- -"),
        ],
        ..Results::default()
    }
}

/// The labels of the rows, in their order.
fn labels(results: &Results) -> String {
    results.rows.iter().map(|row| &*row.label).collect::<Vec<_>>().join(" ")
}

#[test]
fn replicates_become_a_mean() {
    let mut results = results();
    results.rows[0].duration = Some(Duration::from_secs(1));
    results.rows[1].duration = Some(Duration::from_secs(4));
    results.rows[5].state = State::Failed;
    let results = results.over_repeats();
    assert_eq!(labels(&results), "model=mlp,depth=2 model=mlp,depth=10 model=deep,depth=2");
    assert_eq!(results.axes, axes(&["model", "depth"]));
    let [first, second, third] = &results.rows[..] else { panic!("{results:?}") };
    let loss = first.metrics[1].unwrap();
    assert_eq!((loss.mean, loss.std, loss.count), (4.0, Some(2f64.sqrt()), 2));
    assert_eq!((first.duration, first.count, first.state), (Some(Duration::from_millis(2500)), 2, State::Made));
    // Of one number there is no deviation, and one that failed takes nothing from those that did not.
    assert_eq!(second.metrics[0], Some(Figure::one(0.9)));
    assert_eq!((third.state, third.metrics[1]), (State::Made, Some(Figure::one(1.0))));
    assert!(results.is_aggregated());
    let all = results.by(&[]);
    assert_eq!((labels(&all), all.rows[0].count), ("all".to_owned(), 6));
}

#[test]
fn what_replicates_share_is_one_number() {
    let mut results = results();
    results.rows.truncate(2);
    results.rows.iter_mut().for_each(|row| row.sources = vec![7, 7]);
    results.rows[1].sources[1] = 8;
    let row = &results.over_repeats().rows[0];
    assert_eq!(row.metrics[0], Some(Figure::one(0.5)));
    assert_eq!(row.metrics[1].unwrap().count, 2);
    // As they come from files: one for each model, and one for each configuration.
    let folder = tempfile::tempdir().unwrap();
    let make = |name: &str, text: &str| vec![output(folder.path(), name, &format!("{name}.json"), text, &[])];
    let instances = [
        instance(&[(0, "x")], make("shared", r#"{"size": 0.1}"#)),
        instance(&[(0, "x"), (1, "1")], make("one", r#"{"f1": 1}"#)),
        instance(&[(0, "x"), (1, "2")], make("two", r#"{"f1": 2}"#)),
    ];
    let results = Results::of_configurations(axes(&["model", "seed"]), configurations(&["x 1", "x 2"]), &instances);
    let results = results.over_repeats();
    assert_eq!(results.rows[0].metrics[0], Some(Figure::one(0.1)));
}

#[test]
fn means_are_named_as_configurations_are() {
    let mut results = results();
    results.rows = vec![row("a", "a,b 2 1", "1 1"), row("b", "a,b 2 2", "1 1")];
    assert_eq!(labels(&results.over_repeats()), "model=\"a,b\",depth=2");
}

#[test]
fn the_mean_of_equal_numbers_is_that_number() {
    let mut results = results();
    results.rows = (0..3).map(|seed| row("a", &format!("x 1 {seed}"), "0.1 0.3")).collect();
    let row = &results.over_repeats().rows[0];
    assert_eq!(row.metrics[0], Some(Figure { mean: 0.1, std: Some(0.0), count: 3 }));
    assert_eq!(row.metrics[1].unwrap().mean, 0.3);
}

#[test]
fn what_is_of_another_time_is_the_best_of_nothing_newer() {
    let mut results = results();
    results.rows[4].state = State::Outdated;
    assert_eq!(results.best(), Some(2));
    results.sort_by_goals();
    assert_eq!(labels(&results), "c b a e d f");
    results.rows.iter_mut().for_each(|row| row.state = State::Failed);
    assert_eq!(results.best(), None);
    results.rows[1].state = State::Outdated;
    assert_eq!(results.best(), Some(1));
    // One that is outdated makes the mean so.
    results.rows.iter_mut().for_each(|row| row.state = State::Made);
    results.rows[1].state = State::Outdated;
    results.rows[2].state = State::Failed;
    let results = results.by(&[]);
    assert_eq!(results.rows[0].state, State::Outdated);
    assert_eq!(results.rows[0].parts, [(State::Made, 4), (State::Outdated, 1), (State::Failed, 1)]);
    assert_eq!((results.count(State::Made), results.count(State::Missing)), (4, 0));
}

#[test]
fn the_best_is_found_before_rows_are_left_out() {
    let mut results = results();
    let by_name = results.find("label").unwrap();
    results.sort(by_name, false);
    results.keep_first(5);
    assert_eq!(results.best(), Some(4));
    results.keep_first(3);
    assert_eq!(results.best(), None);
}

#[test]
fn duration_is_how_long_it_took_whatever_metrics_end_with() {
    let mut results = results();
    results.metrics.push(metric("timing.duration", None));
    assert_eq!(results.find("duration"), Ok(Key::Duration));
    assert_eq!(results.find("timing.duration"), Ok(Key::Metric(2)));
}

#[test]
fn what_is_declared_has_a_column_though_all_failed() {
    let folder = tempfile::tempdir().unwrap();
    let made = output(folder.path(), "r", "a.json", "{\"loss\": 1}", &[("loss", Goal::Min)]);
    let mut instances = [instance(&[(0, "x")], vec![made])];
    instances[0].state = State::Failed;
    let results = Results::of_configurations(axes(&["model"]), configurations(&["x"]), &instances);
    assert_eq!(shown(&results), "loss (min)\nx: -; 1 s; failed");
}

#[test]
fn without_replicates_nothing_is_aggregated() {
    let mut results = results();
    results.axes[2].is_repeat = false;
    assert_eq!(results.clone().over_repeats(), results);
    assert_eq!(labels(&results.by(&[1, 7])), "depth=2 depth=10");
}

#[test]
fn means_of_large_numbers_are_numbers() {
    let mut results = results();
    results.metrics.truncate(1);
    results.rows = vec![row("a", "x 1 1", "1.5e308"), row("b", "x 1 2", "1.5e308")];
    assert_eq!(results.over_repeats().rows[0].metrics[0], Some(Figure { mean: 1.5e308, std: Some(0.0), count: 2 }));
}

#[test]
fn rows_are_sorted_by_any_column_and_nothing_comes_last() {
    let sorted = |name: &str, is_descending: bool| {
        let mut results = results();
        let key = results.find(name).unwrap();
        results.sort(key, is_descending);
        labels(&results)
    };
    assert_eq!(sorted("f1", true), "c e b a d f");
    assert_eq!(sorted("f1", false), "a b c e d f");
    assert_eq!(sorted("results.loss", false), "e a c d b f");
    assert_eq!(sorted("depth", false), "a b e f c d", "numbers are no text");
    assert_eq!(sorted("model", false), "e f a b c d");
    assert_eq!(sorted("label", true), "f e d c b a");
    assert_eq!(sorted("duration", true), "a b c d e f");
}

#[test]
fn names_that_are_none_are_told_with_the_nearest() {
    let mut results = results();
    let told = |error: NoColumn| format!("{error}; {}", error.help);
    assert_eq!(told(results.find("lss").unwrap_err()), "no column is named `lss`; did you mean `loss`?");
    assert_eq!(
        told(results.find("accuracy").unwrap_err()),
        "no column is named `accuracy`; there are: model, depth, seed, f1, loss, duration"
    );
    assert_eq!(told(results.find_axis("f1").unwrap_err()), "no parameter is named `f1`; there are: model, depth, seed");
    results.metrics = vec![metric("a.f1", None), metric("b.f1", None)];
    assert_eq!(told(results.find("f1").unwrap_err()), "2 metrics are named `f1`; write more of it: a.f1, b.f1");
    assert_eq!(results.find("a.f1"), Ok(Key::Metric(0)));
    assert_eq!(Results::default().find_axis("x").unwrap_err().help, "the configurations differ by none");
}

#[test]
fn the_first_goal_decides_and_the_next_where_it_does_not() {
    let mut results = results();
    assert_eq!(results.best(), Some(4));
    results.sort_by_goals();
    assert_eq!(labels(&results), "e c b a d f");
    results.metrics[0].goal = Some(Goal::Min);
    assert_eq!(results.best(), Some(3));
    results.metrics.iter_mut().for_each(|metric| metric.goal = None);
    assert_eq!(results.best(), None);
    let before = labels(&results);
    results.sort_by_goals();
    assert_eq!(labels(&results), before);
}

#[test]
fn nothing_on_the_front_is_beaten() {
    let mut results = results();
    let objectives = results.goals();
    results.keep_pareto(&objectives);
    assert_eq!(labels(&results), "e");
    results.rows = vec![
        row("a", "x 1 1", "1 1"),
        row("b", "x 1 1", "1 1"),
        row("c", "x 1 1", "2 2"),
        row("d", "x 1 1", "1 2"),
        row("e", "x 1 1", "3 -"),
        row("f", "x 1 1", "0 0"),
    ];
    results.keep_pareto(&objectives);
    assert_eq!(labels(&results), "a b c f", "what is equal beats nothing");
    results.keep_first(2);
    assert_eq!(labels(&results), "a b");
    let depth = Objective { key: Key::Axis(1), goal: Goal::Min };
    assert_eq!(results.pareto(&[depth]), [true, true]);
}

#[test]
fn a_front_is_what_a_comparison_of_all_with_all_finds() {
    // Numbers that look like chance, and are the same every time.
    let mut seed = 7u32;
    let mut next = || {
        seed = seed.wrapping_mul(1_103_515_245).wrapping_add(12345);
        f64::from(seed >> 16 & 31)
    };
    let mut results = results();
    results.metrics.push(metric("time", Some(Goal::Min)));
    results.rows = (0..300).map(|_| row("", "x 1 1", &format!("{} {} {}", next(), next(), next()))).collect();
    let objectives = results.goals();
    let numbers: Vec<[f64; 3]> = results
        .rows
        .iter()
        .map(|row| [0, 1, 2].map(|at| row.metrics[at].unwrap().mean * if at == 0 { -1.0 } else { 1.0 }))
        .collect();
    let beaten = |one: &[f64; 3]| numbers.iter().any(|other| other != one && (0..3).all(|at| other[at] <= one[at]));
    let expected: Vec<bool> = numbers.iter().map(|one| !beaten(one)).collect();
    assert!(expected.contains(&true) && expected.contains(&false));
    assert_eq!(results.pareto(&objectives), expected);
}

fn output(folder: &Path, data: &str, name: &str, text: &str, metrics: &[(&str, Goal)]) -> Output {
    let path = folder.join(name);
    if !text.is_empty() {
        std::fs::write(&path, text).unwrap();
    }
    let metrics = metrics.iter().map(|(metric, goal)| (Arc::from(*metric), *goal)).collect();
    Output { data: data.into(), name: name.into(), path, metrics, kind: Kind::of(None, name).unwrap() }
}

fn instance(parameters: &[(usize, &str)], outputs: Vec<Output>) -> Instance {
    let parameters = parameters.iter().map(|(axis, value)| (*axis, Arc::from(*value))).collect();
    let duration = Some(Duration::from_secs(1));
    Instance { label: "unit".into(), parameters, outputs, duration, state: State::Made }
}

fn configurations(values: &[&str]) -> Vec<Configuration> {
    let split = |text: &str| text.split_whitespace().map(Arc::from).collect();
    values.iter().map(|text| Configuration { label: (*text).into(), values: split(text) }).collect()
}

/// All that is in a table, for people.
fn shown(results: &Results) -> String {
    let names = results.metrics.iter().map(|metric| match metric.goal {
        Some(goal) => format!("{} ({})", metric.name, goal.word()),
        None => metric.name.to_string(),
    });
    let mut lines = vec![names.collect::<Vec<_>>().join(", ")];
    for row in &results.rows {
        let figures = row.metrics.iter().map(|figure| figure.map_or("-".to_owned(), |figure| figure.mean.to_string()));
        let took = row.duration.map_or("-".to_owned(), |took| format!("{} s", took.as_secs()));
        let figures = figures.collect::<Vec<_>>().join(" ");
        lines.push(format!("{}: {figures}; {took}; {}", row.label, row.state.word()));
    }
    lines.extend(results.troubles.iter().cloned());
    lines.join("\n")
}

#[test]
fn a_configuration_has_the_numbers_of_all_its_instances() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let make = |data: &str, name: &str, text: &str| vec![output(folder, data, name, text, &[])];
    let mut instances = vec![
        instance(&[(0, "x")], make("prepared", "px.json", r#"{"size": 10, "f1": 0.1}"#)),
        instance(&[(0, "y")], make("prepared", "py.json", r#"{"size": 20, "f1": 0.2}"#)),
        instance(&[(0, "x"), (1, "1")], make("trained", "x1.json", r#"{"f1": 0.5, "depth": 1, "ok": true}"#)),
        instance(&[(0, "x"), (1, "2")], make("trained", "x2.json", r#"{"f1": 0.6, "depth": 2.0}"#)),
        instance(&[(0, "y"), (1, "1")], make("trained", "y1.json", "{")),
        instance(&[(0, "y"), (1, "2")], make("trained", "y2.json", "")),
        instance(&[], make("summary", "all.json", r#"{"f1": 9}"#)),
    ];
    let all = configurations(&["x 1", "x 2", "y 1", "y 2"]);
    let results = Results::of_configurations(axes(&["model", "depth"]), all.clone(), &instances);
    insta::assert_snapshot!(shown(&results), @"
    size, prepared.f1, trained.f1
    x 1: 10 0.1 0.5; 2 s; ok
    x 2: 10 0.1 0.6; 2 s; ok
    y 1: 20 0.2 -; 2 s; ok
    y 2: 20 0.2 -; 2 s; ok
    y1.json: not JSON: EOF while parsing an object at line 1 column 1
    ");
    assert_eq!(results.files.len(), 6);
    // What failed is not read: what stands there is of another time.
    instances[3].state = State::Failed;
    instances[5].state = State::Missing;
    let results = Results::of_configurations(axes(&["model", "depth"]), all, &instances);
    let states: Vec<&str> = results.rows.iter().map(|row| row.state.word()).collect();
    assert_eq!(states, ["ok", "failed", "ok", "missing"]);
    assert_eq!(results.rows[1].metrics[2], None);
}

#[test]
fn declared_metrics_are_the_only_ones() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let (f1, loss) = (("m.f1", Goal::Max), ("loss", Goal::Min));
    let both = |value: &str, json: &str, csv: &str| {
        let json = output(folder, "scores", &format!("{value}.json"), json, &[f1, ("m.n", Goal::Max)]);
        let csv = output(folder, "log", &format!("{value}.csv"), csv, &[loss]);
        let other = output(folder, "other", &format!("other{value}.json"), "{\"x\": 1}", &[]);
        instance(&[(0, value)], vec![json, csv, other])
    };
    let instances = [
        both("a", r#"{"m": {"f1": 0.5, "n": "3"}}"#, "step,loss\n1,9\n2,8\n"),
        both("b", r#"{"m": {"f1": NaN, "n": 3}}"#, "step,los\n1,9\n"),
        both("c", "", ""),
    ];
    let results = Results::of_configurations(axes(&["lr"]), configurations(&["a", "b", "c"]), &instances);
    insta::assert_snapshot!(shown(&results), @"
    f1 (max), n (max), loss (min)
    a: 0.5 - 8; 1 s; ok
    b: - 3 -; 1 s; ok
    c: - - -; 1 s; missing
    a.json: no number at `m.n`
    b.json: no number at `m.f1`
    b.csv: no column `loss`
    ");
    assert_eq!(results.best(), Some(0));
}

#[test]
fn metrics_are_called_by_what_tells_them_apart() {
    let folder = tempfile::tempdir().unwrap();
    let text = r#"{"train": {"loss": 1, "epochs": 3}, "test": {"loss": 2}, "folds": [4, 5], "lr": 0.1, "duration": 7}"#;
    let made = output(folder.path(), "", "a.json", text, &[]);
    let other = output(folder.path(), "", "b.json", &text.replace("0.1", "0.3"), &[]);
    let instances = [instance(&[(0, "0.10")], vec![made.clone()]), instance(&[(0, "0.2")], vec![other])];
    let of = |count: usize| {
        let all = configurations(&["0.10", "0.2"][..count]);
        let results = Results::of_configurations(axes(&["lr"]), all, &instances[..count]);
        results.metrics.iter().map(|metric| metric.name.to_string()).collect::<Vec<_>>().join(" ")
    };
    assert_eq!(of(1), "train.loss epochs test.loss folds.0 folds.1 duration", "what says the parameter again is none");
    assert_eq!(of(2), "train.loss epochs test.loss folds.0 folds.1 lr duration");
}

#[test]
fn many_files_are_read_in_order() {
    let folder = tempfile::tempdir().unwrap();
    let text = |index: usize| match index % 3 {
        0 => format!("{{\"a\": {index}}}"),
        1 => format!("{{\"b\": {index}, \"a\": {index}}}"),
        _ => format!("{{\"c\": {index}, \"a\": {index}}}"),
    };
    let values: Vec<String> = (0..500).map(|index| index.to_string()).collect();
    let made = |index: usize| output(folder.path(), "r", &format!("{index}.json"), &text(index), &[]);
    let instances: Vec<Instance> =
        values.iter().enumerate().map(|(index, value)| instance(&[(0, value)], vec![made(index)])).collect();
    let names: Vec<&str> = values.iter().map(String::as_str).collect();
    let results = Results::of_configurations(axes(&["x"]), configurations(&names), &instances);
    assert_eq!(results.metrics.iter().map(|metric| &*metric.name).collect::<Vec<_>>(), ["a", "b", "c"]);
    for (index, row) in results.rows.iter().enumerate() {
        assert_eq!(row.metrics[0], Some(Figure::one(index as f64)));
        assert_eq!(row.metrics[1].is_some(), index % 3 == 1);
    }
}
