//! What the project's pipelines mean. After a change that is meant: `cargo insta review`.

#[test]
fn the_pipeline_is_as_it_was() {
    insta::assert_snapshot!(loom_graph::snapshot(include_str!("../pipeline.yml")));
}

#[test]
fn a_broken_pipeline_is_its_problems() {
    let broken = include_str!("../pipeline.yml").replace("inputs: {corpus: $corpus}", "input: {corpus: $corpora}");
    insta::assert_snapshot!(loom_graph::snapshot(&broken));
}

#[test]
fn a_search_of_ten_thousand_configurations_is_a_few_lines() {
    insta::assert_snapshot!(loom_graph::snapshot(include_str!("../search.yml")));
}
