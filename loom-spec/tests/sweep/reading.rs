//! What is read.

use super::*;

#[test]
fn the_example_of_the_format_is_read() {
    let pipeline = read(
        "data:
  dataset:    {type: csv,  path: data/dataset.csv}
  results:    {type: json, path: \"data/results_{config}.json\", metrics: {metrics.f1_score: max}}
  comparison: {type: json, path: data/comparison.json}
parameters: {num_samples: 500, threshold: 0.5}
sweep:
  axes:
    config: {low: {threshold: 0.3}, mid: {threshold: 0.5}, high: {threshold: 0.7}}
pipeline:
  - name: generate_data
    task: tasks/generate_data.py
    outputs: {--output: $dataset}
    args: {--samples: $num_samples}
  - name: process
    task: tasks/process.py
    inputs: {data: $dataset}
    outputs: {--output: $results}
    args: {--threshold: $threshold, --config-name: $config}
  - name: compare_results
    task: tasks/compare_results.py
    gather: true
    inputs: {results: $results}
    outputs: {--output: $comparison}
",
    );
    assert_eq!(axes(&pipeline), ["config = low {threshold: 0.3}, mid {threshold: 0.5}, high {threshold: 0.7}"]);
    let [metric] = &pipeline.data[1].metrics[..] else { panic!("{:?}", pipeline.data) };
    assert_eq!((&*metric.path.text, metric.goal), ("metrics.f1_score", loom_spec::Goal::Max));
    let gathers = pipeline.steps.iter().map(|step| step.gather.is_some());
    assert_eq!(gathers.collect::<Vec<_>>(), [false, false, true]);
    let gather = pipeline.steps[2].gather.as_ref().unwrap();
    assert_eq!((&gather.axes, gather.manifest, gather.allow_failed), (&None, false, false));
}

#[test]
fn every_key_of_a_sweep_is_read() {
    let text = "sweep:
  axes:
    threshold: [0.3, 0.50, 0.7]
    lr: {geomspace: [1e-4, 1e-1, 4]}
    model: [mlp, deep]
    depth: [2, [8, 9], null, true, \"$$x\"]
    rate: {arange: [5, 0, -0.5]}
    plain: {low: , high: {threshold: [1, 2]}}
  zip: [[model, depth]]
  exclude: [{model: deep, threshold: 0.7}]
  include:
    - {model: mlp, depth: [8, 9], lr: 0.5}
  where: \"lr * threshold < 0.05\"
  repeat: {seed: [1, 2, 3, 4, 5]}
  max: 200
  max_failures: 3
pipeline: []
";
    let pipeline = read(text);
    insta::assert_snapshot!(axes(&pipeline).join("\n"), @"
    threshold = 0.3, 0.50, 0.7
    lr = geomspace(1e-4, 1e-1, 4)
    model = mlp, deep
    depth = 2, [8, 9], null, true, $$x
    rate = arange(5, 0, -0.5)
    plain = low {}, high {threshold: [1, 2]}
    repeat seed = 1, 2, 3, 4, 5
    ");
    let sweep = pipeline.sweep.unwrap();
    let zip: Vec<&str> = sweep.zip.iter().flatten().map(|name| &*name.text).collect();
    assert_eq!((sweep.zip.len(), zip), (1, vec!["model", "depth"]));
    assert_eq!(settings(&sweep.exclude[0]), "{model: deep, threshold: 0.7}");
    assert_eq!(settings(&sweep.include[0]), "{model: mlp, depth: [8, 9], lr: 0.5}");
    assert_eq!(&*sweep.condition.unwrap().text, "lr * threshold < 0.05");
    assert_eq!(sweep.max.map(|max| max.amount), Some(200));
    assert_eq!(sweep.max_failures.map(|max| max.amount), Some(3));
    let source = Source::new("pipeline.yml", text);
    assert!(source.slice(sweep.span).starts_with("axes:"), "{}", source.slice(sweep.span));
    assert_eq!(source.slice(sweep.axes[1].span), "{geomspace: [1e-4, 1e-1, 4]}");

    let pipeline = read(
        "sweep: {sample: 60, seed: 1, axes: {a: {uniform: [-1, .5]}, b: {log_uniform: [1e-5, 1]}, \
         c: {int_uniform: [-3, 8]}}}\npipeline: []\n",
    );
    insta::assert_snapshot!(axes(&pipeline).join("\n"), @"
    a = uniform(-1, .5)
    b = log_uniform(1e-5, 1)
    c = int_uniform(-3, 8)
    ");
    let sweep = pipeline.sweep.unwrap();
    assert_eq!((sweep.sample.unwrap().amount, sweep.seed.unwrap().amount), (60, 1));

    let sweep = read("sweep: {from: configs.csv, repeat: {seed: {arange: [3]}}}\npipeline: []\n").sweep.unwrap();
    assert_eq!(&*sweep.from.unwrap().text, "configs.csv");
    assert!(read("sweep:\npipeline: []\n").sweep.is_none());
}
