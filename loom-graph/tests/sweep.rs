//! Sweeps: which axes concern which step, what its instances are, and what can be wrong with them.

use std::sync::Arc;

use loom_graph::{Checked, Facts, OnPaper, Part, Selection, StepGraph, Target, Work};
use loom_spec::Source;

/// The search of the tutorial.
const SEARCH: &str = "
data:
  dataset: {type: csv, path: data/dataset.csv}
  results: {type: json, path: 'data/results_{config}.json', metrics: {metrics.f1_score: max}}
  comparison: {type: json, path: data/comparison.json}
parameters: {num_samples: 500, threshold: 0.5}
sweep:
  axes:
    config: {low: {threshold: 0.3}, mid: {threshold: 0.5}, high: {threshold: 0.7}}
pipeline:
  - {name: generate_data, task: generate.py, outputs: {--output: $dataset}, args: {--samples: $num_samples}}
  - name: process
    task: process.py
    inputs: {data: $dataset}
    outputs: {--output: $results}
    args: {--threshold: $threshold, --config-name: $config}
  - {name: compare_results, task: compare.py, gather: true, inputs: {results: $results}, outputs: {--output: $comparison}}
";

fn check(text: &str) -> Checked {
    loom_graph::check(loom_spec::parse(&Source::new("pipeline.yml", text)), &OnPaper)
}

fn expanded(text: &str) -> Arc<StepGraph> {
    let checked = check(text);
    let shown = || loom_graph::render::problems(&Source::new("pipeline.yml", text), &checked.problems);
    checked.expanded.clone().unwrap_or_else(|| panic!("{}", shown()))
}

/// The command of every instance, in run order.
fn commands(graph: &StepGraph) -> String {
    let lines = graph.run_order().map(|step| {
        let unit = graph.unit(step, Part::Whole);
        match graph.work(&unit, Facts::NONE) {
            Work::Command(line) => format!("{}: {line}", unit.name),
            other => format!("{}: {other:?}", unit.name),
        }
    });
    lines.collect::<Vec<_>>().join("\n")
}

/// The commands of a pipeline with this sweep, which are one step `s` with these arguments.
fn swept(sweep: &str, args: &str) -> String {
    commands(&expanded(&format!(
        "parameters: {{a: 1, b: 2, c: 3}}\nsweep: {sweep}\npipeline: [{{name: s, command: [s], args: {args}}}]\n"
    )))
}

/// The units that a selection of steps by name comes to.
fn selected(text: &str, name: &str) -> String {
    let target = Target::Steps(vec![name.to_owned()]);
    match check(text).plan(&Selection { target, include: Vec::new() }, &OnPaper) {
        Ok(plan) => plan.steps().iter().map(|step| plan.graph().name(*step).to_string()).collect::<Vec<_>>().join(" "),
        Err(problems) => problems
            .iter()
            .map(|problem| format!("{}: {}", problem.message, problem.help.clone().unwrap_or_default()))
            .collect::<Vec<_>>()
            .join("\n"),
    }
}

#[test]
fn a_search_is_folded_and_comes_to_the_tutorials_commands() {
    insta::assert_snapshot!(loom_graph::snapshot(SEARCH));
    insta::assert_snapshot!("expanded", loom_graph::render::text(&expanded(SEARCH)));
    insta::assert_snapshot!("mermaid", loom_graph::render::mermaid(&check(SEARCH).graph.unwrap()));
    insta::assert_snapshot!("dot", loom_graph::render::dot(&check(SEARCH).graph.unwrap()));
}

#[test]
fn a_folded_graph_stays_readable_however_many_units_there_are() {
    let many = SEARCH.replace(
        "config: {low: {threshold: 0.3}, mid: {threshold: 0.5}, high: {threshold: 0.7}}",
        "config: {arange: [100]}\n    threshold: {linspace: [0, 1, 100]}",
    );
    let many = many.replace("results_{config}", "results_{config}_{threshold}");
    let checked = check(&many);
    assert_eq!(checked.expanded.unwrap().links().step_count(), 10_002);
    insta::assert_snapshot!(loom_graph::snapshot(&many));
}

#[test]
fn without_a_sweep_both_graphs_are_one() {
    let checked = check("pipeline: [{name: a, command: [a]}]");
    assert!(Arc::ptr_eq(&checked.graph.unwrap(), &checked.expanded.unwrap()));
}

#[test]
fn an_axis_concerns_who_names_it_and_who_reads_what_that_makes() {
    let text = "
parameters: {rate: 1, rates: [$rate, 2], named: $rate, other: 3}
sweep: {axes: {rate: [0.1, 0.2], depth: [1, 2]}}
pipeline:
  - {name: none, command: [x], args: {--other: $other}, outputs: {-o: none.txt}}
  - {name: by_list, command: [x], args: {--rates: $rates}}
  - {name: by_chain, command: [x], args: {--rate: $named}}
  - {name: by_env, command: [x], env: {RATE: $rate}}
  - {name: by_word, command: [x, $depth]}
  - {name: by_path, command: [x], outputs: {-o: 'out/{depth}.txt'}}
  - {name: by_data, command: [x], inputs: {made: 'out/{depth}.txt', plain: none.txt}, outputs: {-o: both.txt}, args: {-r: $rate}}
  - {name: behind, command: [x], args: {--both: both.txt}, inputs: {both: both.txt}}
  - {name: by_site, command: [x], inputs: {raw: 'raw_{rate}.csv'}}
  - {name: by_folder, command: [x], inputs: {all: out}}
";
    let checked = check(text);
    let graph = checked.graph.unwrap();
    let axes = |step| graph.axes(step).iter().map(|axis| ["rate", "depth"][*axis]).collect::<Vec<_>>().join("+");
    let shown: Vec<String> = graph.links().steps().map(|step| format!("{} {}", graph.name(step), axes(step))).collect();
    assert_eq!(
        shown,
        [
            "none ",
            "by_list rate",
            "by_chain rate",
            "by_env rate",
            "by_word depth",
            "by_path depth",
            "by_data rate+depth",
            "behind rate+depth",
            "by_site rate",
            "by_folder "
        ]
    );
    insta::assert_snapshot!(commands(&checked.expanded.unwrap()));
}

#[test]
fn gathering_ends_some_axes_or_all() {
    let text = "
sweep: {axes: {rate: [0.1, 0.2]}, repeat: {seed: [1, 2]}}
data: {model: {type: txt, path: model.txt}, once: once.txt}
pipeline:
  - {name: once, command: [once], outputs: {-o: $once}}
  - {name: train, command: [train], args: {--rate: $rate, --seed: $seed}, outputs: {-o: $model}}
  - {name: mean, command: [mean], gather: [seed], inputs: {models: $model, once: $once}, outputs: {-o: 'mean_{rate}.txt'}}
  - {name: all, command: [all], gather: true, args: {--models: $model, --x: 1}, inputs: {means: 'mean_{rate}.txt'}}
  - {name: listed, command: [listed], gather: {axes: true, as: manifest}, inputs: {models: $model}}
";
    insta::assert_snapshot!(commands(&expanded(text)));
    let graph = expanded(text);
    let listed = graph.run_order().find(|step| &**graph.name(*step) == "listed").unwrap();
    let Work::Command(line) = graph.work(&graph.unit(listed, Part::Whole), Facts::NONE) else { panic!("a command") };
    insta::assert_snapshot!("manifest", line.manifests[0].text);
    let first = graph.links().uses(listed)[0].datum;
    let is_there = |datum| datum == first;
    let facts = Facts { is_there: &is_there, ..Facts::NONE };
    let Work::Command(line) = graph.work(&graph.unit(listed, Part::Whole), facts) else { panic!("a command") };
    assert_eq!(line.manifests[0].text.matches("model@").count(), 1);
    assert_eq!(graph.reads(&graph.unit(listed, Part::Whole), facts).len(), 1);
}

#[test]
fn values_reach_the_tasks_as_they_are_written() {
    assert_eq!(
        swept("{axes: {a: [007, 1e-3, 0.10, true, false, ~, [x, y]]}}", "{--a: $a}"),
        "s@a=007: s --a 007\ns@a=1e-3: s --a 1e-3\ns@a=0.10: s --a 0.10\ns@a=true: s --a\ns@a=false: s\ns@a=null: s\n\
         s@a=x y: s --a x y"
    );
    assert_eq!(
        swept("{axes: {a: {geomspace: [1e-3, 1, 4]}, b: [x, y, z, w]}, zip: [[a, b]]}", "{-a: $a, -b: $b}"),
        "s@a=1e-3,b=x: s -a 1e-3 -b x\ns@a=0.01,b=y: s -a 0.01 -b y\ns@a=0.1,b=z: s -a 0.1 -b z\ns@a=1,b=w: s -a 1 -b w"
    );
}

#[test]
fn a_label_sets_several_parameters_and_leaves_the_others() {
    assert_eq!(
        swept("{axes: {size: {small: {a: 10}, large: {a: 20, b: 30}}}}", "{-s: $size, -a: $a, -b: $b}"),
        "s@size=small: s -s small -a 10 -b 2\ns@size=large: s -s large -a 20 -b 30"
    );
}

#[test]
fn units_are_named_so_that_their_names_can_be_typed_back() {
    let text = "
sweep:
  axes:
    v: [a/b, 'x, y', ' lead', '', 'q\"q', '1=2', über, .., 'long long long long long long long long long long long long long long']
    w: [1, 2]
pipeline: [{name: t, command: [t], args: {-v: $v, -w: $w}}, {name: a@b, command: [t]}]
";
    let graph = expanded(text);
    let names: Vec<String> = graph.run_order().map(|step| graph.name(step).to_string()).collect();
    for name in &names {
        assert_eq!(selected(text, name), *name);
    }
    insta::assert_snapshot!(names.join("\n"));
    assert_eq!(selected(text, "t@v=über"), "t@v=über,w=1 t@v=über,w=2");
    assert_eq!(selected(text, "t@w=2").matches("w=2").count(), 9);
    assert_eq!(selected(text, "t@v=a/b,w=2"), "t@v=\"a/b\",w=2");
    assert_eq!(selected(text, "t@v=x, y,w=2"), "t@v=\"x, y\",w=2");
    insta::assert_snapshot!(
        "unknown_units",
        [
            selected(text, "t@v=uber"),
            selected(text, "t@v=über,w=3"),
            selected(text, "t@"),
            selected(text, "a@b@w=1"),
            selected(SEARCH, "process@config=lo"),
            selected(SEARCH, "proces@config=low"),
            selected(SEARCH, "generate_data@config=low"),
        ]
        .join("\n")
    );
}

#[test]
fn a_path_says_where_an_axis_goes() {
    let path = |path: &str| {
        let text = format!(
            "sweep: {{axes: {{x: [a/b, c.d]}}}}\npipeline: [{{name: s, command: [s], args: {{-x: $x}}, outputs: {{-o: '{path}'}}}}]"
        );
        let graph = expanded(&text);
        let made: Vec<String> = graph
            .run_order()
            .flat_map(|step| graph.makes(&graph.unit(step, Part::Whole)))
            .map(|made| made.path)
            .collect();
        made.join(" ")
    };
    assert_eq!(path("r.json"), "r@x=a_b.json r@x=c.d.json");
    assert_eq!(path("d.e/r"), "d.e/r@x=a_b d.e/r@x=c.d");
    assert_eq!(path("out/.hidden"), "out/.hidden@x=a_b out/.hidden@x=c.d");
    assert_eq!(path("{x}/r_{x}.json"), "a_b/r_a_b.json c.d/r_c.d.json");
    assert_eq!(path("r_{y}.json"), "r_{y}@x=a_b.json r_{y}@x=c.d.json", "a brace that names no axis is a brace");
    assert_eq!(path("{{x}}.json"), "{a_b}.json {c.d}.json");
}

#[test]
fn what_is_wrong_is_told() {
    let problems = |text: &str| loom_graph::snapshot(text);
    insta::assert_snapshot!([
        // The path says some of what differs, and not all.
        "sweep: {axes: {x: [1, 2], y: [3, 4]}}\npipeline: [{name: s, command: [s], args: {-x: $x, -y: $y}, outputs: {-o: 'r_{x}.json'}}]",
        "sweep: {axes: {x: [a/b, a_b]}}\npipeline: [{name: s, command: [s], args: {-x: $x}, outputs: {-o: 'r_{x}.json'}}]",
        "sweep: {axes: {x: [1, 2]}}\npipeline: [{name: s, command: [s], args: {-x: $x}, outputs: {-o: 'r_{x}.json'}}, {name: t, command: [t], outputs: {-o: r_2.json}}]",
        // Gathering.
        "sweep: {axes: {x: [1, 2]}}\npipeline: [{name: s, command: [s], args: {-x: $x}, outputs: {-o: r.json}}, {name: g, command: [g], gather: true, inputs: {r: r.json}, args: {-x: $x}}]",
        "sweep: {axes: {seed: [1, 2]}}\npipeline: [{name: s, command: [s], args: {-s: $seed}, outputs: {-o: r.json}}, {name: g, command: [g], gather: [sed], inputs: {r: r.json}}]",
        "sweep: {axes: {seed: [1, 2]}}\npipeline: [{name: s, command: [s], outputs: {-o: r.json}}, {name: g, command: [g], gather: true, inputs: {r: r.json}}, {name: h, command: [h], args: {-s: $seed}}]",
        // Paths that no configuration gives, and folders of which there are many.
        "sweep: {axes: {x: [1, 2]}}\ndata: {d: {type: txt, path: $x}}\npipeline: [{name: s, command: [s], inputs: {d: $d}}]",
        "sweep: {axes: {x: [1, 2]}}\npipeline: [{name: s, command: [s], args: {-x: $x}, outputs: {-o: out}}, {name: t, command: [t], inputs: {f: out/file.txt}}]",
        "sweep: {axes: {x: [1, 2]}}\npipeline: [{name: s, command: [s], args: {-x: $y}}]",
    ].map(problems).join("\n----\n"));
}

#[test]
fn every_value_is_checked_as_one_that_is_written_out() {
    let world = Unset;
    let problems = |text: &str| {
        let source = Source::new("pipeline.yml", text);
        let checked = loom_graph::check(loom_spec::parse(&source), &world);
        loom_graph::render::problems(&source, &checked.problems)
    };
    insta::assert_snapshot!(
        [
            "sweep: {axes: {m: ['${UNSET}', fast]}}\npipeline: [{name: s, command: [s], args: {-m: $m}}]",
            "sweep: {axes: {m: {x: {t: '${UNSET}'}}}}\npipeline: [{name: s, command: [s], args: {-m: $t}}]",
            "sweep: {axes: {a: [x.txt, ../y.txt]}}\npipeline: [{name: s, command: [s], outputs: {-o: $a}}]",
            "sweep: {axes: {a: [x.txt, t.sh]}}\npipeline: [{name: s, task: t.sh, outputs: {-o: $a}}]",
            "sweep: {axes: {a: [x.txt, '']}}\npipeline: [{name: s, command: [s], outputs: {-o: $a}}]",
            "sweep: {axes: {a: [x.txt, true]}}\npipeline: [{name: s, command: [s], inputs: {i: $a}}]",
            "sweep: {axes: {p: [a, [b, c]]}}\npipeline: [{name: s, command: [s, $p]}]",
            "sweep: {axes: {f: [true, maybe]}}\npipeline: [{name: w, kind: switch, condition: $f, data: t.sh}]",
            "sweep: {axes: {a: [1, 2], b: [2, 1]}, zip: [[a, b]]}\npipeline: [{name: s, command: [s], args: {-a: $a}, outputs: {-o: 'x_{a}.txt', -p: 'x_{b}.txt'}}]",
            "sweep: {axes: {a: [1]}}\npipeline: [{name: s, command: [s], args: {-a: $a}}, {name: s@a=1, command: [s]}]",
            "parameters: {threshold: 1}\nsweep: {axes: {trehold: [1, 2]}}\npipeline: [{name: s, command: [s], args: {-a: $threshold}}]",
            "sweep: {axes: {low: {a: {t: 1}}}}\npipeline: [{name: s, command: [s], args: {-t: $t}, outputs: {-o: 'r_{t}.txt'}}]",
            "data: {r: 'r_{k}.txt'}\nsweep: {axes: {k: [1, 2]}}\npipeline: [{name: g, task: $r, gather: true}]",
        ]
        .map(problems)
        .join("\n----\n")
    );
}

#[test]
fn a_command_gathers_words_and_paths_may_be_parameters() {
    let text = "
data: {r: 'r_{k}.txt', file: {type: txt, path: $name}}
sweep: {axes: {k: [1, 2], name: [data/a.txt, b.txt]}}
pipeline:
  - {name: make, command: [make], args: {-k: $k}, outputs: {-o: $r}}
  - {name: merge, command: [cat, $r], gather: true}
  - {name: list, command: [list], gather: {axes: true, as: manifest}, env: {LIST: $r}, args: {--all: [$r, x]}}
  - {name: look, command: [look], inputs: {file: $file}}
";
    let graph = expanded(text);
    insta::assert_snapshot!(commands(&graph));
    let list = graph.run_order().find(|step| &**graph.name(*step) == "list").unwrap();
    let variables = graph.variables(&graph.unit(list, Part::Whole), Facts::NONE);
    assert_eq!(variables[0].1.as_deref(), Some(".loom/gathered/list/r.json"));
    let Work::Command(line) = graph.work(&graph.unit(list, Part::Whole), Facts::NONE) else { panic!("a command") };
    assert_eq!(line.manifests.len(), 1);
}

#[test]
fn the_name_of_a_file_is_never_too_long() {
    let axes: Vec<String> = (0..20).map(|axis| format!("a_name_of_an_axis_{axis}: [0.123456789, 2]")).collect();
    let zip: Vec<String> = (0..20).map(|axis| format!("a_name_of_an_axis_{axis}")).collect();
    let args: Vec<String> = (0..20).map(|axis| format!("-{axis}: $a_name_of_an_axis_{axis}")).collect();
    let graph = expanded(&format!(
        "sweep: {{axes: {{{}}}, zip: [[{}]]}}\npipeline: [{{name: s, command: [s], args: {{{}}}, outputs: {{-o: r.txt}}}}]",
        axes.join(", "),
        zip.join(", "),
        args.join(", ")
    ));
    let made: Vec<String> =
        graph.run_order().flat_map(|step| graph.makes(&graph.unit(step, Part::Whole))).map(|made| made.path).collect();
    assert!(made.iter().all(|path| path.len() < 200 && path.ends_with(".txt")), "{made:?}");
    assert_ne!(made[0], made[1]);
}

/// A machine without variables.
struct Unset;

impl loom_graph::World for Unset {
    fn variable(&self, _: &str, default: Option<&str>) -> Result<String, loom_graph::NoText> {
        default.map(str::to_owned).ok_or(loom_graph::NoText::Unset)
    }

    fn locate(&self, path: &str) -> loom_graph::Location {
        OnPaper.locate(path)
    }

    fn presence(&self, path: &str) -> loom_graph::Presence {
        OnPaper.presence(path)
    }

    fn interface(&self, _: &str) -> Option<Arc<Result<loom_spec::TaskInterface, loom_spec::FrontMatterError>>> {
        None
    }

    fn text(&self, _: &str) -> Option<Result<String, String>> {
        None
    }
}

#[test]
fn what_is_set_of_a_zipped_axis_keeps_what_goes_with_it() {
    let text = "sweep: {axes: {a: [x, y], b: [1, 2]}, zip: [[a, b]]}\npipeline: [{name: s, command: [s], args: {-a: $a, -b: $b}}]";
    let mut parsed = loom_spec::parse(&Source::new("pipeline.yml", text));
    assert_eq!(
        parsed.pipeline.set_parameter("a", "z").unwrap_err().to_string(),
        "`a` goes together with `b` (`zip`), and `z` is none of its values"
    );
    parsed.pipeline.set_parameter("a", "y").unwrap();
    let graph = loom_graph::check(parsed, &OnPaper).expanded.unwrap();
    assert_eq!(commands(&graph), "s@a=y,b=2: s -a y -b 2");
}
