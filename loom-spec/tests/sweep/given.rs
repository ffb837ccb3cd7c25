//! What is given from outside of the file.

use super::*;

#[test]
fn axes_are_given_from_outside() {
    let mut pipeline = Pipeline::default();
    for (name, text) in [
        ("a", "0.3,0.50, x y ,true,null,$x"),
        ("b", "\"a,b\",c,\"\",\"say \\\"x\\\" \\\\ \\d\" , f(x)"),
        ("c", "linspace(0, 1, 5)"),
        ("d", "arange(3)"),
        ("e", " geomspace(1e-4,1e-1,4) "),
        ("f", "f(x)"),
        ("a", "7"),
    ] {
        pipeline.set_axis(name, text).unwrap();
    }
    insta::assert_snapshot!(axes(&pipeline).join("\n"), @r#"
    a = <7>
    b = <a,b>, <c>, <>, <say "x" \ \d>, <f(x)>
    c = linspace(<0>, <1>, <5>)
    d = arange(<3>)
    e = geomspace(<1e-4>, <1e-1>, <4>)
    f = <f(x)>
    "#);

    let mut pipeline = read(SWEPT);
    for (name, text) in [("seed", "3,4,5"), ("new", "x"), ("lr", "linspace(1,2,3)"), ("config", "high,1.0")] {
        pipeline.set_axis(name, text).unwrap();
    }
    insta::assert_snapshot!(axes(&pipeline).join("\n"), @"
    lr = linspace(<1>, <2>, <3>)
    config = high {threshold: 0.7}, 1 {threshold: 0.9}
    new = <x>
    repeat seed = <3>, <4>, <5>
    ");

    let mut pipeline = read("sweep: {sample: 9, axes: {a: [1]}}\npipeline: []\n");
    pipeline.set_axis("a", "log_uniform(1e-4, 1)").unwrap();
    assert_eq!(axes(&pipeline), ["a = log_uniform(<1e-4>, <1>)"]);
}

#[test]
fn what_is_wrong_with_an_axis_from_outside_is_told() {
    let mut shown = String::new();
    let mut tell = |pipeline: &Pipeline, name: &str, text: &str| {
        let mut changed = pipeline.clone();
        let error = changed.set_axis(name, text).unwrap_err();
        assert_eq!(&changed, pipeline, "{name}={text}");
        writeln!(shown, "{name}={text}\n  {error}").unwrap();
    };
    let swept = read(SWEPT);
    for (name, text) in [
        ("", "1"),
        ("$a", "1"),
        ("a{b", "1"),
        ("a", ""),
        ("a", "1,,2"),
        ("a", "1,2,"),
        ("a", "1,2,1"),
        ("a", "\"1,2"),
        ("a", "\"1\"2"),
        ("a", "geomspce(1,2,3)"),
        ("a", "linspace(1,2)"),
        ("a", "linspace(1,,2)"),
        ("a", "geomspace(0,1,2)"),
        ("a", "arange(0,1,0)"),
        ("a", "uniform(0,1)"),
        ("seed", "uniform(0,1)"),
        ("config", "lw,high"),
        ("config", "medium"),
        ("config", "low,low"),
        ("config", "linspace(1,2,3)"),
    ] {
        tell(&swept, name, text);
    }
    tell(&read("sweep: {from: a.csv}\npipeline: []\n"), "a", "1,2");
    tell(&read("sweep: {sample: 3, axes: {a: [1]}}\npipeline: []\n"), "a", "uniform(1,0)");
    insta::assert_snapshot!(shown, @r#"
    =1
      an axis has no name
    $a=1
      `$a` cannot be the name of an axis: write it without the `$`
    a{b=1
      `a{b` cannot be the name of an axis: it has a `{` in it
    a=
      there are no values: write them with commas between, such as `0.3,0.5`
    a=1,,2
      a value is empty: take out a comma, or write `""` if it is meant
    a=1,2,
      a value is empty: take out a comma, or write `""` if it is meant
    a=1,2,1
      the value `1` is given twice: keep one of the two; to run the same again, give each run a value of its own under `repeat`
    a="1,2
      a double quote is not closed: write one at the end of the value
    a="1"2
      `2` stands behind a quote: expected a comma
    a=geomspce(1,2,3)
      nothing is computed by `geomspce`: did you mean `geomspace`?
    a=linspace(1,2)
      `linspace` takes 3 numbers, not 2: expected `[start, stop, count]`
    a=linspace(1,,2)
      a number of `linspace` is missing: expected a number
    a=geomspace(0,1,2)
      `geomspace` is logarithmic, and `0` has no logarithm: expected a number above zero
    a=arange(0,1,0)
      `arange` gets nowhere with a step of 0: expected a step that is not 0
    a=uniform(0,1)
      `uniform` is drawn, and nothing says how often: write `sample: N` under `sweep` for N draws, or use `linspace` or `geomspace`
    seed=uniform(0,1)
      `uniform` cannot be an axis of `repeat`, which every configuration goes through: write a list, such as `[1, 2, 3]`
    config=lw,high
      the axis `config` has no label `lw`: did you mean `low`?
    config=medium
      the axis `config` has no label `medium`: there are: low, high, 1
    config=low,low
      the label `low` is given twice
    config=linspace(1,2,3)
      `config` has labels, and `linspace` computes none: there are: low, high, 1
    a=1,2
      the configurations come from `a.csv`: take `from` out of the file to sweep over axes
    a=uniform(1,0)
      `uniform` has nothing to draw from 1 to 0: expected a number that is larger than the first
    "#);
}

#[test]
fn a_parameter_that_is_set_pins_its_axis() {
    let mut pipeline = read(SWEPT);
    for (name, text) in [("lr", "0.4"), ("seed", "7"), ("config", "1.0")] {
        pipeline.set_parameter(name, text).unwrap();
    }
    insta::assert_snapshot!(axes(&pipeline).join("\n"), @"
    lr = <0.4>
    config = 1 {threshold: 0.9}
    repeat seed = <7>
    ");
    let parameters: Vec<String> = pipeline.parameters.iter().map(|parameter| value(&parameter.value)).collect();
    assert_eq!(parameters, ["0.5", "<0.4>"]);

    let mut shown = String::new();
    for (name, text) in [("config", "lo"), ("config", "x"), ("threshold", "0.4"), ("sed", "1")] {
        let before = pipeline.clone();
        writeln!(shown, "{}", pipeline.set_parameter(name, text).unwrap_err()).unwrap();
        assert_eq!(before, pipeline);
    }
    insta::assert_snapshot!(shown, @"
    the axis `config` has no label `lo`: there are: 1
    the axis `config` has no label `x`: there are: 1
    the labels of the axis `config` set `threshold`: choose one with `config=LABEL`
    no parameter is named `sed`
    ");
}

#[test]
fn configurations_are_kept_by_their_values() {
    let mut pipeline = read(SWEPT);
    assert!(pipeline.keep_only("config", "low") && pipeline.keep_only("lr", "0.1"));
    let only = [("config", "low"), ("lr", "0.1")].map(|(axis, value)| (axis.to_owned(), value.to_owned()));
    assert_eq!(pipeline.sweep.unwrap().only, only);
}
