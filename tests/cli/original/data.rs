//! Data nodes: where they are, what they are nested in, and what is fetched.

use std::io::{BufRead as _, BufReader, Write as _};
use std::net::{TcpListener, TcpStream};

use super::both::{Case, Different, assert_alike, assert_different};

#[test]
fn data_nodes_are_where_they_are_with_the_original() {
    assert_alike(&WRITTEN.iter().map(|(yaml, call)| Case::new(yaml, call)).collect::<Vec<_>>());
}

#[test]
fn data_nodes_differ_where_they_are_meant_to() {
    assert_different(DIFFERENT);
}

#[test]
fn what_is_fetched_is_the_same() {
    let listener = TcpListener::bind("127.0.0.1:0").expect("there is a free port");
    let address = format!("http://{}", listener.local_addr().expect("it has an address"));
    // It serves as long as the tests run.
    std::thread::spawn(move || listener.incoming().flatten().for_each(|stream| drop(serve(stream))));
    let cases = FETCHED.iter().map(|(yaml, call)| {
        let call: Vec<String> = call.iter().map(|word| word.replace("ADDRESS", &address)).collect();
        Case::new(&yaml.replace("ADDRESS", &address), &call.iter().map(String::as_str).collect::<Vec<_>>())
    });
    assert_alike(&cases.collect::<Vec<_>>());
}

/// Answers one request.
fn serve(mut stream: TcpStream) -> std::io::Result<()> {
    let mut lines = BufReader::new(stream.try_clone()?).lines();
    let request = lines.next().unwrap_or_else(|| Ok(String::new()))?;
    for line in lines {
        if line?.is_empty() {
            break;
        }
    }
    let path = request.split(' ').nth(1).unwrap_or_default();
    let (status, more, text) = match path {
        "/moved" => ("302 Found", "Location: /table.csv?x=1\r\n", ""),
        "/missing" => ("404 Not Found", "", "there is no such thing"),
        path => ("200 OK", "", path),
    };
    let length = text.len();
    write!(stream, "HTTP/1.1 {status}\r\n{more}Content-Length: {length}\r\nConnection: close\r\n\r\n{text}")
}

const FETCHED: &[(&str, &[&str])] = &[
    // As input, twice, and as an argument; not fetched where nobody reads it.
    (
        "
data:
  table: ADDRESS/table.csv
  query: {type: csv, path: 'ADDRESS/deep/data.csv?a=b&c=d#e'}
  root: ADDRESS/
  moved: ADDRESS/moved
  unread: ADDRESS/unread.csv
  missing: ADDRESS/missing
pipeline:
  - {name: a, task: tasks/a.py, inputs: {x: $table, y: $query}, outputs: {-o: out/a}}
  - {name: b, task: tasks/b.py, inputs: {x: $table, y: $root, z: $moved}}
  - {name: c, task: tasks/c.py, inputs: {x: $missing}, optional: true}
",
        &[],
    ),
    ("pipeline: [{name: a, task: tasks/a.py, inputs: {x: ADDRESS/plain.txt, y: data/table.csv}}]\n", &[]),
    (
        "
data: {table: data/table.csv}
parameters: {where: ADDRESS/parameter.csv}
pipeline: [{name: a, task: tasks/a.py, inputs: {x: $table, y: $where}}]
",
        &["--var", "table=ADDRESS/other.csv", "--parallel"],
    ),
    // What cannot be had fails the step; it is the last one, since the original gives up.
    (
        "
data: {table: ADDRESS/table.csv, missing: ADDRESS/missing}
pipeline:
  - {name: a, task: tasks/a.py, inputs: {x: $table}}
  - {name: b, task: tasks/b.py, inputs: {x: $missing}}
",
        &[],
    ),
    (
        "
data: {table: ADDRESS/table.csv}
pipeline:
  - {name: a, task: tasks/a.py, inputs: {x: $table}, outputs: {-o: out/a}}
",
        &["--list"],
    ),
    // For loops and passes it is an input as any other.
    (
        "
data: {table: ADDRESS/table.csv, made: out/made.txt}
pipeline:
  - {name: a, task: tasks/a.py, loop: {over: texts, into: out/clean}, inputs: {x: $table, y: $loop_item}, outputs: {-o: $loop_output}}
  - group: g
    multi_pass: {count: 2}
    steps: [{name: b, task: tasks/b.py, inputs: {x: $table}, outputs: {-o: $made}}]
",
        &[],
    ),
];

const WRITTEN: &[(&str, &[&str])] = &[
    // In a folder that is made, on one level and on two, made by one step and read by others.
    (NESTED, &[]),
    (NESTED, &["--parallel", "--max-workers", "4"]),
    (NESTED, &["--var", "box=made/box", "inner=other"]),
    (NESTED, &["--dry-run"]),
    (NESTED, &["--list"]),
    // In a folder that is there.
    (
        "
data:
  texts: {type: data_folder, path: texts, pattern: '*.txt'}
  deep: {type: data_folder, path: deep, nested_in: $texts, pattern: '**/*'}
  d: {type: txt, path: d.txt, nested_in: $deep}
  same: {path: er/../d.txt, nested_in: $deep}
  whole: {path: '${HERE}/texts/a.txt', nested_in: $texts}
pipeline:
  - {name: a, task: tasks/a.py, inputs: {x: $texts, y: $deep, z: $d}, args: {--d: $d, --whole: $whole}}
  - {name: b, task: tasks/b.py, inputs: {x: $whole}, loop: {over: $deep, into: out/b}, args: {--x: $loop_item}}
",
        &[],
    ),
    // All the keys of a node, and every type.
    (
        "
data:
  a: {type: video, path: out/a.mp4, name: A, description: first}
  b: {type: image, path: out/b.png}
  c: {type: csv, path: out/c.csv}
  d: {type: json, path: out/d.json}
  e: {type: txt, path: out/e.txt, allow_outside_pipeline: false}
  f: {type: image_directory, path: out/f, pattern: '*.png'}
  g: {type: data_folder, path: out/g, allow_outside_pipeline: true}
pipeline:
  - {name: a, task: tasks/a.py, outputs: {-o: $a, --output: $b, out: $c, --out_put: $d}}
  - {name: b, task: tasks/b.py, inputs: {a: $a, b: $b, c: $c, d: $d}, outputs: {-o: $e, --folder: $f}}
  - {name: c, task: tasks/c.py, inputs: {e: $e, f: $f}, outputs: {--folder: $g}}
",
        &[],
    ),
    // What is made outside, where that is allowed; what is read outside needs no leave.
    (
        "
data: {outside: {path: /dev/null, allow_outside_pipeline: true}, system: /etc/passwd}
pipeline:
  - {name: a, task: tasks/a.py, inputs: {x: $system}, outputs: {-o: $outside}}
  - {name: b, task: tasks/b.py, inputs: {x: $outside}}
",
        &[],
    ),
    (
        "
data: {outside: {path: ../nowhere/at-all.txt, allow_outside_pipeline: true}}
pipeline:
  - {name: a, task: tasks/a.py, outputs: {-o: $outside}, optional: true}
  - {name: b, task: tasks/b.py}
",
        &[],
    ),
];

const NESTED: &str = "
data:
  box: {type: data_folder, path: out/box}
  inner: {type: data_folder, path: deep, nested_in: $box}
  three: {type: txt, path: three.txt, nested_in: $inner}
  one: {type: txt, path: one.txt, nested_in: $box}
pipeline:
  - {name: a, task: tasks/a.py, inputs: {x: data/table.csv}, outputs: {--folder: $box}}
  - {name: b, task: tasks/b.py, inputs: {x: $box, y: $one}, outputs: {-o: out/b}}
  - {name: c, task: tasks/c.py, args: {--inner: $inner}, outputs: {-o: out/c}}
  - {name: d, task: tasks/d.py, inputs: {x: $inner}, loop: {over: $box, into: out/d}, args: {--x: $loop_item}}
";

const DIFFERENT: &[Different] = &[
    Different {
        yaml: "pipeline: [{name: a, task: tasks/a.py, outputs: {-o: ../loom-test-outside.txt}}]\n",
        call: &["--dry-run"],
        original: "succeeds: |",
        ours: "(refused)",
        why: "no step makes anything outside, also where no data node stands for it",
    },
    Different {
        yaml: "
data: {table: data/nowhere.csv}
pipeline:
  - {name: a, task: tasks/a.py}
  - {name: b, task: tasks/b.py, inputs: {x: $table}}
",
        call: &[],
        original: "succeeds: a b |",
        ours: "(refused)",
        why: "a source that is not there is told before anything runs",
    },
    Different {
        yaml: "
data: {box: {type: data_folder, path: out/box}, one: {path: /dev/null, nested_in: $box}}
pipeline: [{name: a, task: tasks/a.py, outputs: {--folder: $box}}]
",
        call: &["--list"],
        original: "succeeds: |",
        ours: "(refused)",
        why: "also what only looks tells of what no run would take: a nested node that lies elsewhere",
    },
];
