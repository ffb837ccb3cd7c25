//! What is said of what is wrong.

use super::*;

#[test]
fn a_sweep_says_what_it_goes_through() {
    insta::assert_snapshot!(of_sweeps(&[
        "[a, b]",
        "{}",
        "{axes: , max: 3}",
        "{x-n: 3}",
        "{axes: {}}",
        "{axes: [lr]}",
        "{repeat: 5}",
        "{n: [1, 2]}",
        "{axis: {n: [1, 2]}}",
        "{axes: {n: [1]}, timeout: 3}",
        "{axes: {n: [1]}, repeat: {n: [1]}}",
        "{axes: {n: [1], n: [2]}}",
        "{axes: {$n: [1], 'a=b': [1], '': [1], ' x': [1]}}",
        "{from: a.csv, axes: {n: [1]}}",
        "{from: a.csv, sample: 4}",
        "{from: $configs}",
        "{from: }",
        "{axes: {n: [1]}, seed: 4}",
        "{axes: {n: [1]}, max: 0, sample: -1, seed: x, max_failures: 0.5}",
        "{axes: {n: [1]}, where: ''}",
        "{axes: {n: [1]}, where: [n]}",
    ]), @r#"
    error[wrong-kind]: `sweep` cannot be a list
      1:8 [a, b] -- expected a mapping: the key `axes`, with names and their values
      = give each item a key: `key: value`

    error[missing-key]: a sweep has nothing to go through
      1:1 sweep -- expected a key `axes`, `repeat` or `from` under it
      = an axis is a parameter and its values: `axes: {threshold: [0.3, 0.5]}`

    error[missing-key]: a sweep has nothing to go through
      1:1 sweep -- expected a key `axes`, `repeat` or `from` under it
      = an axis is a parameter and its values: `axes: {threshold: [0.3, 0.5]}`

    error[missing-key]: a sweep has nothing to go through
      1:1 sweep -- expected a key `axes`, `repeat` or `from` under it
      = an axis is a parameter and its values: `axes: {threshold: [0.3, 0.5]}`

    error[wrong-kind]: `axes` has no axes
      1:15 {} -- expected names of axes and their values

    error[wrong-kind]: `axes` cannot be a list
      1:15 [lr] -- expected a mapping: names of axes and their values
      = write the name of a parameter, and its values: `axes: {threshold: [0.3, 0.5]}`

    error[wrong-kind]: `repeat` cannot be `5`
      1:17 5 -- expected a mapping: names of axes and their values
      = write the name of a parameter, and its values: `repeat: {seed: [1, 2, 3]}`

    error[unknown-key]: `n` is not a key under `sweep`
      1:9 n -- unknown key
      = axes stand one level deeper: `sweep: {axes: {n: [1, 2]}}`

    error[unknown-key]: `axis` is not a key under `sweep`
      1:9 axis -- unknown key
      = did you mean `axes`?

    error[unknown-key]: `timeout` is not a key under `sweep`
      1:25 timeout -- unknown key
      = `timeout` is a key of a step

    error[duplicate-key]: `n` is an axis twice
      1:34 n -- an axis of `repeat`
      1:16 n -- an axis of `axes`
      = keep one of the two: results are aggregated over those of `repeat`

    error[duplicate-key]: `n` is given twice
      1:24 n -- given again here
      1:16 n -- first given here
      = keep one of the two

    error[wrong-kind]: `$n` cannot be the name of an axis: write it without the `$`
      1:16 $n -- expected the name of a parameter, or a new one
    error[wrong-kind]: `a=b` cannot be the name of an axis: it has a `=` in it
      1:25 'a=b' -- expected the name of a parameter, or a new one
    error[wrong-kind]: an axis has no name
      1:37 '' -- expected the name of a parameter, or a new one
    error[wrong-kind]: ` x` cannot be the name of an axis: take out the space
      1:46 ' x' -- expected the name of a parameter, or a new one

    error[two-sweeps]: a sweep has one of `from` and `axes`
      1:9 from -- takes the configurations from a file
      1:22 axes -- makes them of axes
      = keep one of the two; values for each configuration of the file can stand under `repeat`

    error[two-sweeps]: a sweep has one of `from` and `sample`
      1:22 sample -- draws the configurations
      1:9 from -- takes them from a file
      = keep one of the two

    error[wrong-kind]: `from` cannot be `$configs`
      1:15 $configs -- expected the path of a file, such as `configs.csv`

    error[wrong-kind]: `from` has no value
      1:13  -- expected a path

    warning[no-sample]: `seed` has no effect: nothing is drawn
      1:25 seed -- not needed
      = remove it, or write `sample: N` to draw N configurations

    error[wrong-kind]: `max` cannot be `0`
      1:30 0 -- expected a whole number, 1 or more
    error[wrong-kind]: `sample` cannot be `-1`
      1:41 -1 -- expected a whole number, 1 or more
    error[wrong-kind]: `seed` cannot be `x`
      1:51 x -- expected a whole number, 0 or more
    error[wrong-kind]: `max_failures` cannot be `0.5`
      1:68 0.5 -- expected a whole number, 1 or more

    error[wrong-kind]: `where` cannot be empty
      1:32 '' -- expected an expression, such as `"lr < 0.1"`

    error[wrong-kind]: `where` cannot be a list
      1:32 [n] -- expected an expression, such as `"lr < 0.1"`
    "#);
}

#[test]
fn an_axis_is_a_list_or_labels_or_computed() {
    insta::assert_snapshot!(of_axes(&[
        "0.3",
        "\"a b\"",
        "",
        "$x",
        "[]",
        "{}",
        "[0.3, 0.5, 0.3]",
        "[[a, b], a b, true, 'true']",
        "[$x, [a, $y]]",
        "[{a: 1}, [[1]]]",
        "{low: 0.3, high: [1]}",
        "{low: {a: {b: 1}, $c: 2, d: $e}, $mid: {a: 1}, '': {a: 1}}",
        "{low: {a: 1}, low: {a: 2}}",
        "{geomspce: [1, 2, 3]}",
    ]), @r#"
    error[wrong-kind]: the axis `lr` cannot be `0.3`
      1:20 0.3 -- expected a list of values, such as `[0.3, 0.5]`
      = write a list: `[0.3]`

    error[wrong-kind]: the axis `lr` cannot be text in quotes
      1:20 "a b" -- expected a list of values, such as `[0.3, 0.5]`
      = write a list: `["a b"]`

    error[wrong-kind]: the axis `lr` cannot be empty
      1:18  -- expected a list of values, such as `[0.3, 0.5]`

    error[wrong-kind]: the axis `lr` cannot be `$x`
      1:20 $x -- expected a list of values, such as `[0.3, 0.5]`

    error[wrong-kind]: the axis `lr` has no values
      1:20 [] -- expected a value in this list

    error[wrong-kind]: the axis `lr` has no values
      1:20 {} -- expected labels, or a key such as `linspace`

    error[duplicate-value]: the value `0.3` is given twice
      1:31 0.3 -- given again here
      1:21 0.3 -- first given here
      = keep one of the two; to run the same again, give each run a value of its own under `repeat`

    error[duplicate-value]: the value `a b` is given twice
      1:29 a b -- given again here
      1:21 [a, b] -- first given here
      = keep one of the two; to run the same again, give each run a value of its own under `repeat`

    error[wrong-kind]: a value of an axis cannot be a reference
      1:21 $x -- expected the value itself
      = for the text `$x`, write `$$x`
    error[wrong-kind]: a value of an axis cannot be a reference
      1:29 $y -- expected the value itself
      = for the text `$y`, write `$$y`

    error[wrong-kind]: a value of an axis cannot be a mapping
      1:21 {a: 1} -- expected a value, or a list of them
    error[wrong-kind]: an item of a value cannot be a list
      1:30 [1] -- expected text, a number, true or false

    error[wrong-kind]: the label `low` of the axis `lr` sets nothing
      1:26 0.3 -- expected a mapping: parameters and their values
      = write `low: {parameter: value}`
    error[wrong-kind]: the label `high` of the axis `lr` sets nothing
      1:37 [1] -- expected a mapping: parameters and their values
      = values are computed by: linspace, geomspace, arange, uniform, log_uniform, int_uniform

    error[wrong-kind]: `a` cannot be a mapping
      1:30 {b: 1} -- expected a value, or a list of them
    error[wrong-kind]: `$c` is not the name of a parameter
      1:38 $c -- expected a name
      = write it without the `$`: `c`
    error[wrong-kind]: `d` cannot be a reference
      1:48 $e -- expected the value itself
      = for the text `$e`, write `$$e`
    error[wrong-kind]: the label `$mid` cannot be a reference
      1:53 $mid -- expected a word
    error[wrong-kind]: a label cannot be empty
      1:67 '' -- expected a word

    error[duplicate-key]: `low` is given twice
      1:34 low -- given again here
      1:21 low -- first given here
      = keep one of the two

    error[wrong-kind]: the label `geomspce` of the axis `lr` sets nothing
      1:31 [1, 2, 3] -- expected a mapping: parameters and their values
      = did you mean `geomspace`?
    "#);
}

#[test]
fn numbers_that_compute_an_axis_make_sense() {
    insta::assert_snapshot!(of_axes(&[
        "{linspace: 5}",
        "{linspace: [1, 2]}",
        "{linspace: [1, x, 3]}",
        "{linspace: [1, ~, inf]}",
        "{linspace: [1, inf, 3]}",
        "{linspace: [1, '', 3]}",
        "{linspace: [1, 2, 0]}",
        "{linspace: [1, 2, 2.5]}",
        "{linspace: [1, 2, 1000001]}",
        "{linspace: [1, 1, 3]}",
        "{linspace: [-1e308, 1e308, 3]}",
        "{geomspace: [0, 1, 3]}",
        "{geomspace: [1, -1, 3]}",
        "{arange: []}",
        "{arange: [1, 2, 0]}",
        "{arange: [5, 1]}",
        "{arange: [1, 5, -1]}",
        "{arange: [0]}",
        "{arange: [0, 1, 1e-9]}",
        "{arange: [3], linspace: [1, 2, 3]}",
        "{arange: [3], low: {a: 1}}",
        "{uniform: [0, 1]}",
    ]), @"
    error[wrong-kind]: `linspace` cannot be `5`
      1:31 5 -- expected a list: start, stop, count
      = write `linspace: [start, stop, count]`, with numbers for these

    error[wrong-kind]: `linspace` takes 3 numbers, not 2
      1:31 [1, 2] -- expected `[start, stop, count]`

    error[wrong-kind]: `linspace` needs numbers, and `x` is none
      1:35 x -- expected a number

    error[wrong-kind]: a number of `linspace` has no value
      1:35 ~ -- expected a number

    error[wrong-kind]: `linspace` needs numbers, and `inf` is none
      1:35 inf -- expected a number

    error[wrong-kind]: a number of `linspace` is missing
      1:35 '' -- expected a number

    error[wrong-kind]: `linspace` cannot have `0` values
      1:38 0 -- expected a whole number, 1 or more

    error[wrong-kind]: `linspace` cannot have `2.5` values
      1:38 2.5 -- expected a whole number, 1 or more

    error[wrong-kind]: `linspace` has more values than loom plans
      1:38 1000001 -- expected at most 1000000

    error[wrong-kind]: `linspace` from 1 to 1 is 3 times one value
      1:35 1 -- expected another end, or a count of 1

    error[wrong-kind]: the ends of `linspace` are too far apart
      1:40 1e308 -- expected a nearer one

    error[wrong-kind]: `geomspace` is logarithmic, and `0` has no logarithm
      1:33 0 -- expected a number above zero

    error[wrong-kind]: `geomspace` is logarithmic, and `-1` has no logarithm
      1:36 -1 -- expected a number above zero

    error[wrong-kind]: `arange` takes 1 to 3 numbers, not 0
      1:29 [] -- expected `[stop]`, `[start, stop]` or `[start, stop, step]`

    error[wrong-kind]: `arange` gets nowhere with a step of 0
      1:36 0 -- expected a step that is not 0

    error[wrong-kind]: `arange` from 5 to 1 has no values
      1:33 1 -- expected a larger end, or a step below 0

    error[wrong-kind]: `arange` from 1 to 5 has no values
      1:33 5 -- expected a smaller end, or a step above 0

    error[wrong-kind]: `arange` from 0 to 0 has no values
      1:30 0 -- expected a larger end, or a step below 0

    error[wrong-kind]: `arange` has more values than loom plans
      1:36 1e-9 -- expected at most 1000000

    error[two-ranges]: the axis `lr` is computed in one way
      1:34 linspace -- a second key
      1:21 arange -- the first one
      = keep one of them: `arange: [start, stop, step]`

    error[two-ranges]: the axis `lr` is computed in one way
      1:34 low -- a second key
      1:21 arange -- the first one
      = keep one of them: `arange: [start, stop, step]`

    error[no-sample]: `uniform` is drawn, and nothing says how often
      1:21 uniform -- a draw
      = write `sample: N` under `sweep` for N draws, or use `linspace` or `geomspace`
    ");
    let drawn = |axis: &str| format!("{{sample: 9, axes: {{lr: {axis}}}}}");
    let sweeps: Vec<String> = [
        "{uniform: [1]}",
        "{uniform: [1, 0]}",
        "{uniform: [1, 1]}",
        "{uniform: [-1e308, 1e308]}",
        "{log_uniform: [0, 1]}",
        "{int_uniform: [0, 1.5]}",
        "{int_uniform: [9007199254740993, 9007199254740992]}",
    ]
    .map(drawn)
    .into();
    insta::assert_snapshot!(of_sweeps(&sweeps.iter().map(String::as_str).collect::<Vec<_>>()), @"
    error[wrong-kind]: `uniform` takes 2 numbers, not 1
      1:41 [1] -- expected `[from, to]`

    error[wrong-kind]: `uniform` has nothing to draw from 1 to 0
      1:45 0 -- expected a number that is larger than the first

    error[wrong-kind]: `uniform` has nothing to draw from 1 to 1
      1:45 1 -- expected a number that is larger than the first

    error[wrong-kind]: the ends of `uniform` are too far apart
      1:50 1e308 -- expected a nearer one

    error[wrong-kind]: `log_uniform` is logarithmic, and `0` has no logarithm
      1:46 0 -- expected a number above zero

    error[wrong-kind]: `int_uniform` draws whole numbers, and `1.5` is none
      1:49 1.5 -- expected a whole number of at most 64 bits

    error[wrong-kind]: `int_uniform` has nothing to draw from 9007199254740993 to 9007199254740992
      1:64 9007199254740992 -- expected a number that is larger than the first
    ");
    insta::assert_snapshot!(of_sweeps(&["{sample: 9, repeat: {seed: {uniform: [0, 1]}}}"]), @"
    error[wrong-kind]: `uniform` cannot be an axis of `repeat`, which every configuration goes through
      1:36 uniform -- a draw
      = write a list, such as `[1, 2, 3]`
    ");
    read("sweep: {axes: {a: {linspace: [1, 1, 1]}, b: {arange: [1, 1.5]}, c: {linspace: [2, 1, 2]}}}\npipeline: []\n");
    read("sweep: {sample: 1, axes: {a: {int_uniform: [9007199254740992, 9007199254740993]}}}\npipeline: []\n");
}

#[test]
fn configurations_are_told_by_names_and_values() {
    insta::assert_snapshot!(of_sweeps(&[
        "{axes: {n: [1]}, zip: [a, b]}",
        "{axes: {n: [1]}, zip: a}",
        "{axes: {n: [1]}, zip: [[a], b, [c, d], [c, e, f, e], [$g, h], [[i], j, k]]}",
        "{axes: {n: [1]}, exclude: {n: 1}}",
        "{axes: {n: [1]}, include: [n, {}, {n: {a: 1}}, {n: $x}, {$n: 1}]}",
    ]), @"
    error[wrong-kind]: `zip` has names, and not lists of them
      1:30 [a, b] -- expected a list of lists, such as `[[model, depth]]`
      = write `zip: [[a, b]]`

    error[wrong-kind]: `zip` cannot be `a`
      1:30 a -- expected a list of lists, such as `[[model, depth]]`

    error[wrong-kind]: one axis alone cannot be paired
      1:31 [a] -- expected the names of two axes or more
    error[wrong-kind]: an item of `zip` cannot be `b`
      1:36 b -- expected a list of axes that go together
    error[duplicate-value]: the axis `c` is named twice
      1:48 c -- named again here
      1:40 c -- first named here
      = keep one of the two
    error[duplicate-value]: the axis `e` is named twice
      1:57 e -- named again here
      1:51 e -- first named here
      = keep one of the two
    error[wrong-kind]: `$g` cannot be the name of an axis: write it without the `$`
      1:62 $g -- expected the name of an axis
    error[wrong-kind]: an axis of `zip` cannot be a list
      1:71 [i] -- expected the name of an axis

    error[wrong-kind]: `exclude` cannot be a mapping
      1:34 {n: 1} -- expected a list of mappings, such as `- {model: deep}`
      = put `- ` in front of it, or `[` `]` around it

    error[wrong-kind]: an item of `include` cannot be `n`
      1:35 n -- expected a mapping: axes and their values
      = write `key: value`, with a space behind the `:`
    error[wrong-kind]: an item of `include` names no axis
      1:38 {} -- expected axes and their values
    error[wrong-kind]: `n` cannot be a mapping
      1:46 {a: 1} -- expected a value, or a list of them
    error[wrong-kind]: `n` cannot be a reference
      1:59 $x -- expected the value itself
      = for the text `$x`, write `$$x`
    error[wrong-kind]: `$n` is not the name of a parameter
      1:65 $n -- expected a name
      = write it without the `$`: `n`
    ");
}

#[test]
fn what_is_gathered_is_told() {
    let of_gather = |gather: &&str| {
        let step = format!("name: a, task: b, gather: {gather}");
        problems(&format!("pipeline:\n- {{{step}}}\n"))
    };
    let all = [
        "seed",
        "yes",
        "\"true\"",
        "",
        "[]",
        "[seed, seed, $x, ~, [y]]",
        "{axes: false}",
        "{axes: seed}",
        "{as: json}",
        "{as: manifst}",
        "{allow_failed: yes}",
        "{allow_fail: true}",
        "{over: [seed]}",
    ];
    insta::assert_snapshot!(all.iter().map(of_gather).collect::<Vec<_>>().join("\n"), @r#"
    error[wrong-kind]: `gather` cannot be `seed`
      2:30 seed -- expected true, or a list of axes
      = write a list: `[seed]`

    error[wrong-kind]: `gather` cannot be `yes`
      2:30 yes -- expected true, or a list of axes
      = write `true`

    error[wrong-kind]: `gather` cannot be text in quotes
      2:30 "true" -- expected true, or a list of axes
      = write it without the quotes

    error[wrong-kind]: `gather` cannot be empty
      2:28  -- expected true, or a list of axes

    error[wrong-kind]: `gather` names no axis
      2:30 [] -- expected the name of an axis in this list
      = `gather: true` is over all axes

    error[duplicate-value]: the axis `seed` is named twice
      2:37 seed -- named again here
      2:31 seed -- first named here
      = keep one of the two
    error[wrong-kind]: `$x` cannot be the name of an axis: write it without the `$`
      2:43 $x -- expected the name of an axis
    error[wrong-kind]: an axis of `gather` has no value
      2:47 ~ -- expected the name of an axis
    error[wrong-kind]: an axis of `gather` cannot be a list
      2:50 [y] -- expected the name of an axis

    error[wrong-kind]: `gather` is over no axes
      2:37 false -- expected true, or a list of axes
      = leave `gather` out, if nothing is gathered

    error[wrong-kind]: `axes` cannot be `seed`
      2:37 seed -- expected true, or a list of axes
      = write a list: `[seed]`

    error[wrong-kind]: nothing is handed over as `json`
      2:35 json -- expected `manifest` or `arguments`
      = a manifest is one JSON file, arguments are paths

    error[wrong-kind]: nothing is handed over as `manifst`
      2:35 manifst -- expected `manifest` or `arguments`
      = did you mean `manifest`?

    error[wrong-kind]: `allow_failed` cannot be `yes`
      2:45 yes -- expected true or false
      = write `true`

    error[unknown-key]: `allow_fail` is not a key of `gather`
      2:31 allow_fail -- unknown key
      = did you mean `allow_failed`?

    error[unknown-key]: `over` is not a key of `gather`
      2:31 over -- unknown key
      = `over` is a key of a step, under `loop`
    "#);
    insta::assert_snapshot!(problems("gather: true
seed: 3
axes: {n: [1]}
pipeline:
- {name: a, kind: condition, predicate: exists, inputs: {data: x}, gather: true}
- {name: b, kind: switch, condition: $a, gather: true}
- {name: c, task: d, gathr: true, max_failures: 3}
- {group: g, gather: true, steps: []}
"), @"
    error[unknown-key]: `gather` is not a key of a pipeline file
      1:1 gather -- unknown key
      = `gather` is a key of a step
    error[unknown-key]: `seed` is not a key of a pipeline file
      2:1 seed -- unknown key
      = `seed` is a key under `sweep`
    error[unknown-key]: `axes` is not a key of a pipeline file
      3:1 axes -- unknown key
      = `axes` is a key under `sweep`
    error[unknown-key]: `gather` is not a key of a condition
      5:68 gather -- unknown key
      = only a step that runs something gathers: let one of those write what this one looks at
    error[unknown-key]: `gather` is not a key of a switch
      6:42 gather -- unknown key
      = only a step that runs something gathers: let one of those write what this one looks at
    error[unknown-key]: `gathr` is not a key of a step
      7:22 gathr -- unknown key
      = did you mean `gather`?
    error[unknown-key]: `max_failures` is not a key of a step
      7:35 max_failures -- unknown key
      = `max_failures` is a key under `sweep`
    error[unknown-key]: `gather` is not a key of a group
      8:14 gather -- unknown key
      = `gather` is a key of a step
    ");

    let pipeline = read(
        "pipeline:
- {name: a, task: b, gather: false}
- {name: b, task: b, gather: [seed, lr]}
- {name: c, task: b, gather: {axes: true, as: manifest}}
- {name: d, task: b, gather: {axes: [seed], as: arguments, allow_failed: true}}
",
    );
    let gathers: Vec<_> = pipeline.steps.iter().map(|step| step.gather.as_ref()).collect();
    let names = |n: usize| -> Option<Vec<&str>> {
        Some(gathers[n].unwrap().axes.as_ref()?.iter().map(|name| &*name.text).collect())
    };
    assert!(gathers[0].is_none());
    assert_eq!((names(1), names(2), names(3)), (Some(vec!["seed", "lr"]), None, Some(vec!["seed"])));
    let how = |n: usize| gathers[n].map(|gather| (gather.manifest, gather.allow_failed)).unwrap();
    assert_eq!([how(1), how(2), how(3)], [(false, false), (true, false), (false, true)]);
}

#[test]
fn metrics_say_which_is_better() {
    let of_metrics = |metrics: &&str| {
        let node = format!("path: a.json, metrics: {metrics}");
        problems(&format!("data:\n  a: {{{node}}}\npipeline: []\n"))
    };
    let all = [
        "[accuracy]",
        "accuracy",
        "{accuracy: maximize}",
        "{accuracy: mx}",
        "{accuracy: higher}",
        "{accuracy: , loss: [min]}",
        "{'': max, acc.: min}",
        "{a: max, a: min}",
    ];
    insta::assert_snapshot!(all.iter().map(of_metrics).collect::<Vec<_>>().join("\n"), @"
    error[wrong-kind]: `metrics` cannot be a list
      2:30 [accuracy] -- expected a mapping: what to compare by, and `max` or `min`
      = write `{accuracy: max}`, if more is better

    error[wrong-kind]: `metrics` cannot be `accuracy`
      2:30 accuracy -- expected a mapping: what to compare by, and `max` or `min`
      = write `{accuracy: max}`, if more is better

    error[wrong-kind]: `maximize` does not say which is better
      2:41 maximize -- expected `max` or `min`
      = did you mean `max`?

    error[wrong-kind]: `mx` does not say which is better
      2:41 mx -- expected `max` or `min`
      = did you mean `max`?

    error[wrong-kind]: `higher` does not say which is better
      2:41 higher -- expected `max` or `min`
      = `max`, if more is better; `min`, if less is

    error[wrong-kind]: the metric `accuracy` has no value
      2:39  -- expected `max` or `min`
    error[wrong-kind]: the metric `loss` cannot be a list
      2:49 [min] -- expected `max` or `min`

    error[wrong-kind]: a metric has no name
      2:31 '' -- expected keys with dots between, such as `scores.accuracy`, or a column

    error[duplicate-key]: `a` is given twice
      2:39 a -- given again here
      2:31 a -- first given here
      = keep one of the two
    ");
}

#[test]
fn an_axis_with_a_mistake_is_an_axis_all_the_same() {
    let text = "sweep: {axes: {lr: 0.3, $depth: [2], rate: {linspace: [1]}, config: {low: 3}}}\npipeline: []\n";
    let pipeline = loom_spec::parse(&Source::new("pipeline.yml", text)).pipeline;
    assert_eq!(axes(&pipeline), ["lr = lr", "depth = 2", "rate = rate", "config = low {}"]);
}

proptest::proptest! {
    #[test]
    fn whatever_is_given_is_read_or_refused(name in "\\PC{0,6}", text in "[-a-z0-9.,()\"\\\\ _é]{0,30}") {
        for start in ["pipeline: []\n", SWEPT] {
            let mut pipeline = read(start);
            let _ = pipeline.set_axis(&name, &text);
            for axis in ["lr", "config", "seed"] {
                let _ = pipeline.set_axis(axis, &text);
                let _ = pipeline.set_parameter(axis, &text);
            }
        }
    }

    #[test]
    fn words_that_are_quoted_come_back(words in proptest::collection::hash_set("\\PC{0,8}", 1..5)) {
        let quoted: Vec<String> =
            words.iter().map(|word| format!("\"{}\"", word.replace('\\', "\\\\").replace('"', "\\\""))).collect();
        let mut pipeline = Pipeline::default();
        pipeline.set_axis("a", &quoted.join(",")).unwrap();
        let AxisValues::List(values) = &pipeline.sweep.unwrap().axes[0].values else { panic!("no list") };
        let found: Vec<String> = values.iter().map(value).collect();
        let expected: Vec<String> = words.iter().map(|word| format!("<{word}>")).collect();
        proptest::prop_assert_eq!(found, expected);
    }
}
