//! Cleaning: what is left of a folder.

use super::both::{Case, Different, assert_alike, assert_different_after};

#[test]
fn cleaning_leaves_the_same() {
    let cases = CLEANED.iter().flat_map(|yaml| {
        [&["--clean", "--permanent", "-y"][..], &["--clean-list"]].map(|call| Case::new(yaml, call).after(&[]))
    });
    assert_alike(&cases.collect::<Vec<_>>());
}

#[test]
fn cleaning_differs_where_it_is_meant_to() {
    assert_different_after(&[&[]], DIFFERENT);
}

/// All is made under `output`, which the original removes as a whole.
const CLEANED: &[&str] = &[
    "
data: {table: data/table.csv, one: output/one.txt, two: output/deep/two.txt, folder: {type: data_folder, path: output/folder}}
pipeline:
  - {name: a, task: tasks/a.py, inputs: {x: $table}, outputs: {-o: $one, --output: $two}}
  - {name: b, task: tasks/b.py, inputs: {x: $one}, outputs: {--folder: $folder}}
  - {name: c, task: tasks/c.py, loop: {over: texts, into: output/clean}, inputs: {x: $loop_item}, outputs: {-o: $loop_output}}
",
    "
data: {table: data/table.csv, fit: output/fit.txt, box: {type: data_folder, path: output/box}, one: {path: one.txt, nested_in: $box}}
pipeline:
  - group: g
    multi_pass: {count: 3, feedback: {a.-o: a.x}}
    steps: [{name: a, task: tasks/a.py, inputs: {x: $table}, outputs: {-o: $fit}}]
  - {name: b, task: tasks/b.py, inputs: {x: $fit}, outputs: {--folder: $box}}
  - {name: c, task: tasks/c.py, inputs: {x: $one}}
",
    // Nothing is made.
    "pipeline: [{name: a, task: tasks/a.py, inputs: {x: data/table.csv}}]\n",
    // A source beside what is made.
    "
data: {table: data/table.csv, made: data/made.csv}
pipeline: [{name: a, task: tasks/a.py, inputs: {x: $table}, outputs: {-o: $made}}]
",
];

/// Beside these: loom removes what it keeps in `.loom`, of which the original knows nothing.
const DIFFERENT: &[Different] = &[
    Different {
        yaml: "
data: {made: out/deep/made}
pipeline: [{name: a, task: tasks/a.py, outputs: {-o: $made}}]
",
        call: &["--clean", "--permanent", "-y"],
        original: "succeeds: a | -out/deep/made",
        ours: "succeeds: a | -out -out/deep -out/deep/made",
        why: "folders that are left empty go, too",
    },
    Different {
        yaml: "
data: {made: output/made}
pipeline: [{name: a, task: tasks/a.py, outputs: {-o: $made, --output: data/also}}]
",
        call: &["--clean", "--permanent", "-y"],
        original: "succeeds: a | -output -output/made",
        ours: "succeeds: a | -data/also -output -output/made",
        why: "what a step makes is known by its path, too, not only by a data node",
    },
    Different {
        yaml: "
output_dir: texts
data: {made: texts/made}
pipeline: [{name: a, task: tasks/a.py, inputs: {x: texts/a.txt}, outputs: {-o: $made}}]
",
        call: &["--clean", "--permanent", "-y"],
        original: "succeeds: a | -texts -texts/.hidden.txt -texts/a.txt -texts/b.txt -texts/c.csv -texts/deep \
                   -texts/deep/d.txt -texts/deep/er -texts/deep/er/e.txt -texts/deep/f.csv -texts/made",
        ours: "succeeds: a | -texts/made",
        why: "nothing is removed merely because it lies in some folder",
    },
];
