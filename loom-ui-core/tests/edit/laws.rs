//! What holds of every edit.

use loom_graph::OnPaper;
use loom_spec::Source;
use loom_ui_core::Document;
use loom_ui_core::api::{NewStep, Op, RemoveRefs};
use proptest::prelude::*;
use serde_json::Value;

use super::texts::pipeline;
use super::{connect, edited, rename, set, text};

/// What a text says, without places.
pub(crate) fn meaning(text: &str) -> Value {
    let parsed = loom_spec::parse(&Source::new("p.yml", text));
    let mut value = serde_json::to_value(&parsed.pipeline).expect("a pipeline is data");
    strip(&mut value);
    value
}

fn strip(value: &mut Value) {
    match value {
        Value::Object(map) => {
            map.remove("span");
            map.remove("style");
            map.values_mut().for_each(strip);
        }
        Value::Array(items) => {
            // What has a name is found by it, wherever it stands; a place stands alone at the end of a list or mapping.
            items.retain(|item| !item.as_object().is_some_and(|map| map.len() == 2 && map.contains_key("start")));
            items.iter_mut().for_each(strip);
        }
        _ => {}
    }
}

/// The graph as text, or what is wrong.
fn graph(text: &str) -> String {
    let source = Source::new("p.yml", text);
    let checked = loom_graph::check(loom_spec::parse(&source), &OnPaper);
    let mut codes: Vec<&str> = checked.problems.iter().map(|problem| problem.code).collect();
    codes.sort_unstable();
    let graph = checked.graph.map(|graph| loom_graph::render::text(&graph)).unwrap_or_default();
    format!("{codes:?}\n{graph}")
}

/// Edits of the pipelines of these tests, some of what is not there.
pub(crate) fn op() -> impl Strategy<Value = Op> {
    let value = prop::sample::select(vec!["5", "true", "a: b", "# c", "", "é", "-x", "it's", "[1", "null", "a\nb"]);
    let refs = prop::sample::select(vec![RemoveRefs::Refuse, RemoveRefs::Detach, RemoveRefs::Cascade]);
    let node = prop::sample::select(vec![
        "data:d0",
        "data:d1",
        "data:d2",
        "param:p0",
        "param:p1",
        "param:again",
        "param:axis",
        "step:s0",
        "step:s1",
        "step:c",
        "step:w",
        "step:last",
        "group:g",
        "step:none",
    ]);
    let step = prop::sample::select(vec!["step:s0", "step:s1", "step:s2"]);
    let new = prop::sample::select(vec!["fresh", "d1", "p0", "s1", "a b", "x-y.z", "ß"]);
    prop_oneof![
        (prop::sample::select(vec!["param:p0", "param:p1", "data:d0", "data:d1"]), value.clone())
            .prop_map(|(node, value)| set(node, &[], value)),
        (step.clone(), prop::sample::select(vec!["--p", "--q", "--new"]), value.clone())
            .prop_map(|(step, key, value)| set(step, &["args", key], value)),
        (step.clone(), value).prop_map(|(step, value)| set(step, &["env", "WHERE"], value)),
        (step.clone(), prop::sample::select(vec!["inputs", "outputs", "args", "task"]))
            .prop_map(|(step, key)| Op::Unset { node: step.to_owned(), path: vec![key.to_owned()] }),
        (node.clone(), refs).prop_map(|(node, refs)| Op::Remove { node: node.to_owned(), refs }),
        (node.clone(), new).prop_map(|(node, to)| rename(node, to)),
        prop::sample::select(vec![None, Some("group:g")]).prop_map(|group: Option<&str>| {
            Op::AddStep(NewStep {
                task: Some("tasks/new.py".into()),
                group: group.map(str::to_owned),
                ..NewStep::default()
            })
        }),
        Just(Op::AddData { name: None, data_type: None, path: "data/new.json".into() }),
        Just(Op::AddParameter { name: "added".into(), value: text("0.50") }),
        prop::sample::select(vec![
            ("param:p0/out", "step:s1/arg:--new"),
            ("data:d0/out", "step:s1/in:more"),
            ("step:s0/out:--second", "step:s1/in:more"),
            ("step:s1/out:--output", "step:s0/in:back"),
            ("step:c/out", "step:w/condition"),
        ])
        .prop_map(|(from, to)| connect(from, to)),
        prop::sample::select(vec![
            "data:d1/out>step:s1/in:table",
            "param:p0/out>step:s0/arg:--p",
            "step:s0/out:--output>data:d1/in"
        ])
        .prop_map(|wire| Op::Disconnect { wire: wire.to_owned() }),
        prop::collection::vec(step.clone(), 1..3).prop_map(|nodes| Op::Group {
            nodes: nodes.into_iter().map(str::to_owned).collect(),
            name: "together".into()
        }),
        Just(Op::Ungroup { node: "group:g".into() }),
        (step, prop::option::of(node))
            .prop_map(|(step, before)| Op::Reorder { node: step.to_owned(), before: before.map(str::to_owned) }),
        Just(Op::Paste {
            text: "data: {d0: data/d0.csv}\npipeline: [{name: s0, task: t.py, outputs: {-o: $d0}}]".into()
        }),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn every_edit_can_be_taken_back(base in pipeline(), ops in prop::collection::vec(op(), 1..4)) {
        let mut document = Document::new(&*base);
        let mut texts = vec![base];
        for op in ops {
            let before = document.text().to_owned();
            let told = format!("{op:?}");
            match edited(&mut document, vec![op]) {
                Err(refused) => {
                    prop_assert_eq!(document.text(), &*before);
                    prop_assert!(matches!(refused.code, "refused"), "{} {}", refused, told);
                }
                Ok(()) if document.text() == before => {}
                Ok(()) => {
                    let problems = loom_spec::parse(&Source::new("p.yml", document.text())).problems;
                    let broken = problems.iter().any(|problem| matches!(problem.code, "yaml-syntax" | "duplicate-key" | "nested-group"));
                    prop_assert!(!broken, "{}\n{:?}\n{}", told, problems, document.text());
                    texts.push(document.text().to_owned());
                }
            }
        }
        for text in texts.iter().rev() {
            prop_assert_eq!(document.text(), &**text);
            document.undo();
        }
        for text in &texts {
            prop_assert_eq!(document.text(), &**text);
            document.redo();
        }
    }

    #[test]
    fn another_name_means_the_same(base in pipeline(), which in 0usize..7) {
        let node = ["data:d0", "data:d1", "param:p0", "param:axis", "step:s0", "step:c", "step:w"][which];
        let mut document = Document::new(&*base);
        if edited(&mut document, vec![rename(node, "renamed")]).is_ok() {
            let old = node.split_once(':').map_or("", |(_, name)| name);
            let wanted = match node {
                "step:s0" => graph(&base).replace("s0", "renamed"),
                "step:c" | "step:w" | "param:axis" => {
                    // Every line but those that show the name.
                    let keep = |text: &str, name: &str| -> Vec<String> {
                        text.lines().map(|line| line.split(' ').map(|word| if word == name { "#" } else { word }).collect::<Vec<_>>().join(" "))
                            .map(|line| line.replace(&format!("({name})"), "(#)")).collect()
                    };
                    let (before, after) = (keep(&graph(&base), old), keep(&graph(document.text()), "renamed"));
                    prop_assert_eq!(before.len(), after.len(), "{:?}\n{:?}", before, after);
                    graph(document.text())
                }
                _ => graph(&base),
            };
            prop_assert_eq!(graph(document.text()), wanted);
            // And back again, to the very bytes.
            let back = format!("{}:renamed", node.split_once(':').map_or("", |(kind, _)| kind));
            edited(&mut document, vec![rename(&back, old)]).expect("the old name is free");
            prop_assert_eq!(document.text(), &*base);
        }
    }

    #[test]
    fn a_value_changes_nothing_else(base in pipeline(), value in "[a-z0-9:#'\" -]{1,8}") {
        let mut document = Document::new(&*base);
        if let Err(refused) = edited(&mut document, vec![set("param:p0", &[], &value)]) {
            // What stands elsewhere as well, by an anchor, is not changed there by the way.
            prop_assert!(base.contains("&first"), "{}", refused);
            return Ok(());
        }
        let (mut before, mut after) = (meaning(&base), meaning(document.text()));
        let own = after["parameters"][0]["value"].take();
        let text = own["scalar"]["text"].as_str().map(str::to_owned);
        prop_assert_eq!(text.as_deref(), Some(&*value));
        before["parameters"][0]["value"].take();
        prop_assert_eq!(before, after);
    }
}
