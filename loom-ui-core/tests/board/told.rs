//! What is told of problems and of single nodes.

use std::sync::Arc;

use loom_spec::TaskInterface;
use loom_ui_core::api::{Details, Diagnostic, FieldKind, Op, Severity, UsedBy, Written};
use loom_ui_core::board::{Folding, Positions, details, draw};

const TASK: &str = r#""""Makes things.

---
inputs:
  data: {type: csv, description: what to look at}
  extra: {type: json}
outputs:
  --output: {type: json}
args:
  --threshold: {type: float, default: 0.5, description: from where on}
  --method: {type: str, choices: [plain, smooth], required: true}
  --count: {type: int}
---
"""
"#;

/// The machine on which the task is.
struct Machine;

impl loom_graph::World for Machine {
    fn variable(&self, name: &str, default: Option<&str>) -> Result<String, loom_graph::NoText> {
        loom_graph::OnPaper.variable(name, default)
    }

    fn locate(&self, path: &str) -> loom_graph::Location {
        loom_graph::OnPaper.locate(path)
    }

    fn presence(&self, _: &str) -> loom_graph::Presence {
        loom_graph::Presence::Unknown
    }

    fn interface(&self, task: &str) -> Option<Arc<Result<TaskInterface, loom_spec::FrontMatterError>>> {
        (task == "make.py").then(|| TaskInterface::of_python(TASK)).flatten().map(Arc::new)
    }

    fn text(&self, _: &str) -> Option<Result<String, String>> {
        None
    }
}

fn interface(task: &str) -> Option<Arc<TaskInterface>> {
    loom_graph::World::interface(&Machine, task)?.as_ref().as_ref().ok().cloned().map(Arc::new)
}

fn diagnostics(text: &str) -> Vec<Diagnostic> {
    let source = loom_spec::Source::new("pipeline.yml", text);
    let checked = loom_graph::check(loom_spec::parse(&source), &Machine);
    draw(&checked, &source, &interface, &Folding::default(), &Positions::default()).diagnostics
}

fn details_of(text: &str, node: &str) -> Details {
    let source = loom_spec::Source::new("pipeline.yml", text);
    let checked = loom_graph::check(loom_spec::parse(&source), &Machine);
    let uses = |node: &str| {
        let (node, label, how) = (format!("user of {node}"), String::new(), String::new());
        vec![UsedBy { node, label, how, line: 1 }]
    };
    details(&checked, &source, &interface, node, &uses).unwrap_or_else(|| panic!("{node} is there"))
}

fn told(text: &str) -> String {
    let mut out = String::new();
    for each in diagnostics(text) {
        let severity = if each.severity == Severity::Error { "error" } else { "warning" };
        let (node, port) = (each.node.as_deref().unwrap_or("-"), each.port.as_deref().unwrap_or("-"));
        let (place, _) = &each.places[0];
        out += &format!(
            "{severity} {} at {node} {port} {}:{}-{}:{}\n",
            each.code, place.line, place.column, place.end_line, place.end_column
        );
        out += &format!("  {}\n  {}\n", each.message, each.excerpt.as_deref().unwrap_or("-"));
        for fix in &each.fixes {
            out += &format!("  > {}: {}\n", fix.label, serde_json::to_string(&fix.ops).unwrap_or_default());
        }
    }
    out
}

#[test]
fn problems_say_where_they_are_and_what_would_mend_them() {
    insta::assert_snapshot!(told(
        "
data:
  dataset: {type: csb, path: data/ä.csv}
  scores: {type: csv, path: scores.csv}
parameters: {threshold: 0.5}
pipeline:
  - name: make
    task: make.py
    inputs: {data: $datset, extra: $scores}
    ouputs: {--output: out.json}
    args:
      --thresold: $threshold
      --count: many
  - name: again
    task: make.py
    inputs: {data: [$nothing]}
    args: {--method: rough, --threshold: yes}
  - {name: third, task: make.py, disbled: true, args: {--method: $nobody}}
"
    ));
}

#[test]
fn a_fix_of_a_reference_is_one_edit() {
    let all = diagnostics("data: {dataset: a.csv}\npipeline:\n  - {name: s, command: [x], inputs: {data: $datset}}\n");
    let value = Written::Text("$dataset".to_owned());
    let op = Op::Set { node: "step:s".to_owned(), path: vec!["inputs".to_owned(), "data".to_owned()], value };
    assert_eq!(all[0].fixes[0].ops, [op]);
    assert_eq!((all[0].node.as_deref(), all[0].port.as_deref()), (Some("step:s"), Some("in:data")));
}

const TEXT: &str = "
data:
  dataset:
    type: csv
    path: data/dataset.csv
    description: what there is
  plain: plain.txt
parameters:
  threshold: 0.50
  list: [1, 2]
pipeline:
  - name: make
    task: make.py
    retries: {max: 2, on: [exit]}
    inputs: {data: $dataset}
    outputs:
      --output: out.json
    args:
      --threshold: $threshold
      --other: true
      --method: rough
  - name: each
    script: each.sh
    loop: {over: in, into: out, filter: '*.txt'}
    inputs: {i: $loop_item}
    outputs: {-o: $loop_output}
  - {name: ask, kind: condition, predicate: exists, inputs: {data: $plain}}
  - {name: turn, kind: switch, condition: $ask, data: $plain}
  - group: twice
    multi_pass: {count: 2}
    steps:
      - {name: pass, command: [echo, hello], outputs: {-o: $plain}}
";

fn fields(details: &Details) -> String {
    let mut out = String::new();
    for field in &details.fields {
        let path = field.path.join(" › ");
        out += &format!("{} | {path} | {:?} | {:?}", field.section, field.kind, field.text);
        let said = [("default", &field.default), ("type", &field.data_type), ("problem", &field.problem)];
        for (what, text) in said {
            text.iter().for_each(|text| out += &format!(" {what}={text}"));
        }
        if field.required {
            out += " required";
        }
        if !field.choices.is_empty() {
            out += &format!(" of {}", field.choices.join(" "));
        }
        field.line.iter().for_each(|line| out += &format!(" line {line}"));
        out.push('\n');
    }
    out
}

#[test]
fn all_that_is_known_of_a_step() {
    let details = details_of(TEXT, "step:make");
    assert_eq!(details.description.as_deref(), Some("Makes things."));
    assert_eq!(details.task.as_deref(), Some("make.py"));
    assert_eq!(
        details.command.as_deref(),
        Some("make.py data/dataset.csv --output out.json --threshold 0.50 --other --method rough")
    );
    assert_eq!(details.used_by[0].node, "user of step:make");
    assert_eq!((details.place.line, details.place.column), (12, 5));
    assert!(details.text.starts_with("name: make\ntask: make.py\n") && details.text.ends_with("\n  --method: rough"));
    insta::assert_snapshot!(fields(&details));
}

#[test]
fn every_kind_of_node_has_its_fields() {
    let mut out = String::new();
    for node in [
        "data:dataset",
        "data:plain",
        "param:threshold",
        "param:list",
        "path:out.json",
        "step:each",
        "step:ask",
        "step:turn",
        "group:twice",
    ] {
        let details = details_of(TEXT, node);
        out += &format!("== {node} {:?} {}\n{}", details.kind, details.name, fields(&details));
    }
    insta::assert_snapshot!(out);
    let value = details_of(TEXT, "param:list")
        .fields
        .iter()
        .find(|field| field.kind == FieldKind::Yaml)
        .and_then(|field| field.value.clone());
    let items = ["1", "2"].map(|item| Written::Text(item.to_owned()));
    assert_eq!(value, Some(Written::List(items.to_vec())));
}

#[test]
fn there_are_no_details_of_nothing() {
    let source = loom_spec::Source::new("pipeline.yml", TEXT);
    let checked = loom_graph::check(loom_spec::parse(&source), &Machine);
    for node in ["step:none", "group:none", "fold:none", "", "step", "nothing:x"] {
        assert_eq!(details(&checked, &source, &interface, node, &|_| Vec::new()), None, "{node}");
    }
}

#[test]
fn parameters_count_their_uses() {
    let text =
        "parameters: {a: 1, b: [$a, $a], c: 3}\npipeline: [{name: s, command: [x, $a], env: {A: $b}, args: {n: $b}}]";
    let source = loom_spec::Source::new("pipeline.yml", text);
    let checked = loom_graph::check(loom_spec::parse(&source), &Machine);
    let drawn = draw(&checked, &source, &interface, &Folding::default(), &Positions::default());
    let uses: Vec<(&str, &str, usize)> =
        drawn.parameters.iter().map(|each| (&*each.name, &*each.value, each.uses)).collect();
    assert_eq!(uses, [("a", "1", 3), ("b", "[$a, $a]", 2), ("c", "3", 0)]);
}
