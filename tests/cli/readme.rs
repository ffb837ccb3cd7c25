//! What the README shows is what loom does.

use crate::support::{Sandbox, repository};

fn readme() -> String {
    std::fs::read_to_string(repository().join("README.md")).unwrap()
}

/// The code block in this language that holds this text.
fn block(language: &str, holding: &str) -> String {
    let readme = readme();
    let blocks = readme.split("```").skip(1).step_by(2);
    let found =
        blocks.filter_map(|block| block.strip_prefix(language)?.strip_prefix('\n')).find(|text| text.contains(holding));
    found.unwrap_or_else(|| panic!("no block holds {holding:?}")).to_owned()
}

#[test]
fn its_pipeline_means_what_it_says() {
    let pipeline = block("yaml", "pipeline:");
    let snapshot = loom_graph::snapshot(&pipeline);
    assert!(snapshot.contains(&block("", "reads   data/dataset.csv  from generate")), "{snapshot}");

    let broken = pipeline.replace("{data: $dataset}          #", "{data: $datset}\n#");
    let shown = Sandbox::with(&broken).loom(&["check", "pipeline.yml"]);
    let expected = block("", "nothing is named `datset`");
    let error = |text: &str| {
        let lines = text.lines().skip_while(|line| !line.contains("nothing is named"));
        lines.take_while(|line| !line.is_empty()).map(str::to_owned).collect::<Vec<_>>()
    };
    assert_eq!(error(&shown), error(&expected), "{shown}");
}

#[test]
fn its_program_is_one_that_compiles() {
    let example = std::fs::read_to_string(repository().join("examples/embed/src/bin/smallest.rs")).unwrap();
    assert!(example.ends_with(&block("rust", "decisions.run")));
    assert!(block("rust", "decisions.run").lines().count() < 20);
}
