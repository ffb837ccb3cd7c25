use proptest::prelude::*;
use serde_yaml::{Mapping, Value};

use super::*;

/// A node as the oracle would have it, all scalars as text.
fn value(node: Node<'_>) -> Value {
    match node.kind() {
        Kind::Scalar(text, _) => Value::String(text.to_owned()),
        Kind::Sequence => Value::Sequence(node.items().map(value).collect()),
        Kind::Mapping => {
            let mut problems = Problems::default();
            let entries = node.entries(&mut problems);
            assert!(problems.into_parts().0.is_empty());
            Value::Mapping(entries.into_iter().map(|(key, node)| (key.text.into(), value(node))).collect())
        }
    }
}

fn any_value() -> impl Strategy<Value = Value> {
    let text = prop_oneof!["[ -~]{0,12}", "[a-z]{1,8}", "\\PC{0,8}", "[a-z \n:#'\"-]{0,16}"];
    // To the oracle, as to all of YAML 1.1, these are line ends, and are not to YAML 1.2.
    let text = text.prop_filter("a line end of YAML 1.1", |text| !text.contains(['\u{85}', '\u{2028}', '\u{2029}']));
    text.prop_map(Value::String).prop_recursive(4, 40, 6, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..6).prop_map(Value::Sequence),
            prop::collection::hash_map("[a-z_-]{1,8}", inner, 0..6).prop_map(|map| {
                Value::Mapping(map.into_iter().map(|(key, value)| (Value::String(key), value)).collect::<Mapping>())
            }),
        ]
    })
}

/// Holds what is read quickly against what the parser reads; returns whether it was read quickly.
fn plain_is_as_parsed(text: &str) -> bool {
    let Some(plain) = Tree::plain(text) else { return false };
    match Tree::read(text, false) {
        Ok(parsed) => assert_eq!((&plain.nodes, &plain.decoded), (&parsed.nodes, &parsed.decoded), "{text:?}"),
        Err(problem) => panic!("the parser refuses {text:?}: {problem:?}"),
    }
    true
}

/// Documents line by line, each from pieces that mean something to YAML: most are broken, and many are not.
fn any_lines() -> impl Strategy<Value = String> {
    let one_of = |pieces: &'static [&'static str]| prop::sample::select(pieces).prop_map(str::to_owned);
    let indent = one_of(&["", "", "", "", "  ", "  ", "  ", "    ", "    ", " ", "      "]);
    let dashes = one_of(&["", "", "", "", "", "- ", "- ", "- - ", "-   ", "-"]);
    let key = one_of(&[
        "", "", "a: ", "a: ", "--out: ", "--out: ", "b c: ", "\"d\": ", "'e':", "f:", "f:", "g:  ", "h : ", "i:j",
        "ü: ",
    ]);
    let value = prop_oneof![
        6 => one_of(&[
            "", "", "x", "x", "$x", "x y", "0.50", "http://x/y#z", "~", "é ©", "-x", "a\u{a0}", "\u{3000}x", "x\u{85}y", "a\tb",
        ]),
        3 => one_of(&["'it''s'", "\"a b\"", r#""a\n\"b\\""#, r#""\x41""#, "\"open", "''", "\"\"", "'a' b", "\"a\": b"]),
        2 => one_of(&["|", "|", "|-", "| ", ">", "|2", "|+", "| # c"]),
        2 => one_of(&["[a, 'b', {c: d}]", "{a: b, --c: $d}", "{}", "[]", "[x, ]", "[a b, ${x}]", "{a: , b}", "[[], {a: [x]}]"]),
        1 => one_of(&["-", "&a b", "*a", "!t", "? x", "--- x", "...", "%a", "@a", ": x"]),
        1 => "[\\[{]{1,2}([abc$x'\"-]{1,2}(: |:|, |,|))?[ab,: \\]}\\[{#'-]{0,6}[\\]}]{0,2}",
        1 => "[ -~]{0,8}",
    ];
    let end =
        one_of(&["\n", "\n", "\n", "\n", "\n", " \n", " # c\n", "#c\n", "\n\n", "\n   \n", "\n # c\n", "\r\n", ""]);
    let line = (indent, dashes, key, value, end);
    let line = line.prop_map(|(indent, dashes, key, value, end)| [indent, dashes, key, value, end].concat());
    prop::collection::vec(line, 1..9).prop_map(|lines| lines.concat())
}

proptest! {
    #[test]
    fn plain_documents_are_read_as_the_parser_does(text in any_lines(), cut in any::<prop::sample::Index>()) {
        plain_is_as_parsed(&text);
        // A file that is cut off anywhere.
        let cut = cut.index(text.len() + 1);
        if let Some(text) = text.get(..cut) {
            plain_is_as_parsed(text);
        }
    }

    #[test]
    fn any_signs_are_read_as_the_parser_does(text in "[-\\[\\]{}:,&*!|>'\"%#ab\n\n   ?]{0,40}") {
        plain_is_as_parsed(&text);
    }

    #[test]
    fn what_the_oracle_writes_is_read_alike(written in any_value()) {
        plain_is_as_parsed(&serde_yaml::to_string(&written).expect("it can be written"));
    }

    #[test]
    fn what_the_oracle_writes_is_read_as_it_was(written in any_value()) {
        let text = serde_yaml::to_string(&written).expect("it can be written");
        let tree = Tree::parse(&text).expect("it can be read");
        prop_assert_eq!(tree.root().map(value), Some(written), "{}", text);
    }

    #[test]
    fn no_text_is_too_much(text in "[-\\[\\]{}:,&*!|>'\"%#a\\n\t ?]{0,60}") {
        // Whatever it is, reading it ends, and what it says of places lies inside.
        let source = crate::Source::new("p.yml", text);
        for problem in crate::parse(&source).problems {
            for label in problem.labels {
                prop_assert!(label.span.start <= label.span.end && label.span.end as usize <= source.text().len());
            }
        }
    }

    #[test]
    fn spans_hold_what_was_read(words in prop::collection::vec("[a-zäöü]{1,6}", 1..8)) {
        let text = format!("\u{feff}# {}\r\nlist: [{}]\r\n", words.concat(), words.join(", "));
        let tree = Tree::parse(&text).expect("it can be read");
        let mut problems = Problems::default();
        let entries = tree.root().expect("it is not empty").entries(&mut problems);
        let found: Vec<&str> = entries[0].1.items().map(|item| {
            let span = item.span();
            &text[span.start as usize..span.end as usize]
        }).collect();
        prop_assert_eq!(found, words);
    }
}

#[test]
fn merges_keep_the_order_of_pyyaml() {
    let text = "base: &base {a: 1, b: 2}\nmore: &more {b: 3, c: 4}\nall: {a: 0, <<: [*base, *more], d: 5}\n";
    let tree = Tree::parse(text).expect("it can be read");
    let mut problems = Problems::default();
    let entries = tree.root().expect("it is not empty").entries(&mut problems);
    let merged = entries[2].1.entries(&mut problems);
    let merged: Vec<_> = merged.iter().map(|(key, node)| (key.text, node.scalar().map(|(text, _)| text))).collect();
    assert_eq!(merged, [("b", Some("2")), ("c", Some("4")), ("a", Some("0")), ("d", Some("5"))]);
    assert!(problems.into_parts().0.is_empty());
}

#[test]
fn no_text_holds_a_nul() {
    for (text, place) in [("a: \"x\\0y\"", 3..9), ("\"\\x00\": a", 0..6), ("a: [b, \"\\u0000\"]", 7..15)] {
        let problem = Tree::parse(text).map(|_| ()).expect_err("it is refused");
        let span = problem.span().expect("it has a place");
        assert_eq!((problem.code, span.start as usize..span.end as usize), ("not-text", place), "{text}");
    }
}

#[test]
fn what_would_not_end_is_refused() {
    let laughs = |depth: usize| {
        let mut text = String::from("a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n");
        for level in 1..depth {
            let aliases = vec![format!("*a{}", level - 1); 10].join(", ");
            text += &format!("a{level}: &a{level} [{aliases}]\n");
        }
        text
    };
    let code = |text: &str| Tree::parse(text).map(|_| ()).map_err(|problem| problem.code);
    assert_eq!(code(&laughs(3)), Ok(()));
    assert_eq!(code(&laughs(9)), Err("too-many-aliases"));
    assert_eq!(code("a: &a [*a]"), Err("endless-alias"));
    assert_eq!(code(&"[".repeat(100_000)), Err("too-deep"));
    assert_eq!(code(&"- ".repeat(100_000)), Err("too-deep"));
    assert_eq!(code(&format!("{}{}", "[".repeat(120), "]".repeat(120))), Ok(()));
    assert_eq!(
        code(&format!("a: &a {}\nb: [{}]", "x".repeat(1 << 10), "*a,".repeat(5 << 10))),
        Err("too-many-aliases")
    );
}

#[test]
fn what_pipeline_files_are_made_of_is_plain() {
    let text = "\
# how it is done
data:
  table: data/table.csv   # a path
  'out put': \"a \\\"b\\\".txt\"

pipeline:
- name: make
  task: tasks/make.py
  inputs: {table: $table}
  outputs:
    --output: $result
  args: {--rows: 0500, --names: [a, 'b c'], --fast: true}
  env:
- name: count
  command: |
    set -e

    wc -l $table
  optional: true
- group: all
  steps:
    - {name: 'it''s', command: [echo, \"$x\"]}
";
    assert!(plain_is_as_parsed(text));
    for other in [
        "a: &b c\n",
        "a: b\r\n",
        "a:\tb\n",
        "\u{feff}a: b\n",
        "a:\n  b\n  c\n",
        "a: [b,\n c]\n",
        "a: b: c\n",
        "",
        "a\n",
    ] {
        assert!(!plain_is_as_parsed(other), "{other:?}");
    }
}

#[test]
fn every_example_is_read_alike() {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let mut folders = vec![root.join("examples"), root.join("tests"), root.join("docs"), root.join("fuzz/corpus")];
    let (mut files, mut plain) = (0, 0);
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder).into_iter().flatten().flatten() {
            let path = entry.path();
            if path.is_dir() {
                folders.push(path);
            } else if let Ok(text) = std::fs::read_to_string(&path) {
                files += 1;
                plain += usize::from(plain_is_as_parsed(&text));
            }
        }
    }
    assert!(plain > 20, "{plain} of {files}");
}
