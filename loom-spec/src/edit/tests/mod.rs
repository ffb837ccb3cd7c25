mod law;

use super::*;

fn path(path: &str) -> Vec<Seg> {
    let seg = |part: &str| part.parse().map_or_else(|_| Seg::Key(part.to_owned()), Seg::Item);
    path.split('/').filter(|part| !part.is_empty()).map(seg).collect()
}

fn text(text: &str) -> New {
    New::Text(text.to_owned())
}

fn map(entries: &[(&str, New)]) -> New {
    New::Map(entries.iter().map(|(key, value)| ((*key).to_owned(), value.clone())).collect())
}

fn set(at: &str, value: New) -> Edit {
    Edit::Set { path: path(at), value }
}

fn insert(to: &str, at: usize, value: New) -> Edit {
    Edit::Insert { path: path(to), at, value }
}

fn remove(at: &str) -> Edit {
    Edit::Remove { path: path(at) }
}

fn rename(at: &str, to: &str) -> Edit {
    Edit::RenameKey { path: path(at), to: to.to_owned() }
}

fn shift(at: &str, from: usize, to: usize) -> Edit {
    Edit::Move { path: path(at), from, to }
}

/// The text with the edit made; what is refused is shown as it is told.
fn edited(text: &str, edit: &Edit) -> String {
    match patches(text, edit) {
        Ok(patches) => {
            let changed = apply(text, &patches);
            assert_eq!(apply(&changed, &inverse(text, &patches)), text, "back from {changed}");
            changed
        }
        Err(error) => format!("refused: {error}"),
    }
}

#[track_caller]
fn check(cases: &[(&str, Edit, &str)]) {
    let wrong: Vec<String> = cases
        .iter()
        .filter_map(|(before, edit, after)| {
            let got = edited(before, edit);
            (got != *after).then(|| format!("{edit:?}\n--- before\n{before}\n--- expected\n{after}\n--- got\n{got}\n"))
        })
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n=====\n"));
}

#[test]
fn a_scalar_is_set_where_it_stands() {
    check(&[
        ("a: 1   # one\nb: 2\n", set("a", text("10")), "a: 10   # one\nb: 2\n"),
        ("a: 'x'\n", set("a", text("it's")), "a: 'it''s'\n"),
        ("a: 'x'\n", set("a", text("true")), "a: true\n"),
        ("a: 'x'\n", set("a", New::Quoted("true".into())), "a: 'true'\n"),
        ("a: x\n", set("a", New::Quoted("true".into())), "a: \"true\"\n"),
        ("a: x\n", set("a", New::Quoted("b".into())), "a: b\n"),
        ("a: \"x\"\n", set("a", text("l\nm")), "a: \"l\\nm\"\n"),
        ("a:\n  b:\nc: 1\n", set("a/b", text("x")), "a:\n  b: x\nc: 1\n"),
        ("a:   # none yet\n", set("a", text("x")), "a: x   # none yet\n"),
        ("a: {b: , c, \"d\":e}\n", set("a/b", text("1")), "a: {b: 1 , c, \"d\":e}\n"),
        ("a: {b: , c, \"d\":e}\n", set("a/c", text("1")), "a: {b: , c: 1, \"d\":e}\n"),
        ("a: {b: , c, \"d\":e}\n", set("a/d", text("1, 2")), "a: {b: , c, \"d\":\"1, 2\"}\n"),
        ("- a\n-\n- c", set("1", text("b")), "- a\n- b\n- c"),
        ("a: b\n  c # k\nd: 'x\n  y'\n", set("a", text("z")), "a: z # k\nd: 'x\n  y'\n"),
        ("a: b\n  c # k\nd: 'x\n  y'\n", set("d", text("z")), "a: b\n  c # k\nd: 'z'\n"),
        ("a: &x 1\nb: *x\n", set("b", text("2")), "a: &x 1\nb: 2\n"),
        ("a: &x\nb: 1\n", set("a", text("2")), "a: &x 2\nb: 1\n"),
        ("a: |  # script\n  x\n  y\n\nb: 1\n", set("a", text("u\n\nv\n")), "a: |  # script\n  u\n\n  v\n\nb: 1\n"),
        ("a: |\n  x\n  y\n\nb: 1\n", set("a", text("u\nv")), "a: |-\n  u\n  v\n\nb: 1\n"),
        ("a: >-\n  x\n  y\n\nb: 1\n", set("a", text("u")), "a: u\n\nb: 1\n"),
        ("a: |+\n  x\n\n\nb: 1\n", set("b", text("u")), "a: |+\n  x\n\n\nb: u\n"),
        ("\u{feff}a: 1\r\nb: 2\r\n", set("a", text("2")), "\u{feff}a: 2\r\nb: 2\r\n"),
        ("--output: $x\n", set("--output", text("$y")), "--output: $y\n"),
        ("a:\n  b: 1 # c\n  # d\nc: 2\n", set("a", text("x")), "a: x\n  # d\nc: 2\n"),
    ]);
}

#[test]
fn a_key_is_added_as_its_neighbours_are() {
    check(&[
        ("a: 1\n", set("b", text("2")), "a: 1\nb: 2\n"),
        ("a: 1", set("b", text("2")), "a: 1\nb: 2"),
        ("a: 1\r\n", set("b", text("2")), "a: 1\r\nb: 2\r\n"),
        ("", set("b", text("2")), "b: 2\n"),
        ("# only this\n", set("b/c", text("2")), "# only this\nb:\n  c: 2\n"),
        ("---\n...\n", set("b", text("2")), "---\nb: 2\n...\n"),
        ("a: {b: 1}\n", set("a/c", text("2")), "a: {b: 1, c: 2}\n"),
        ("a: {}\n", set("a/c", text("2")), "a:\n  c: 2\n"),
        ("x:\n   y: 1\na: {} # c\n", set("a/c", text("2")), "x:\n   y: 1\na: # c\n   c: 2\n"),
        ("a:\n", set("a/c", text("2")), "a:\n  c: 2\n"),
        (
            "s:\n- name: x\n  in: {a: 1}\n- name: y\n",
            set("s/1/in/b", text("2")),
            "s:\n- name: x\n  in: {a: 1}\n- name: y\n  in: {b: 2}\n",
        ),
        (
            "s:\n- name: x\n  in:\n     a: 1\n\n- name: y\n",
            set("s/1/in/b", text("2")),
            "s:\n- name: x\n  in:\n     a: 1\n\n- name: y\n  in:\n    b: 2\n",
        ),
        ("a:\n  b: |\n    x\n# c\nd: 1\n", set("a/e", text("2")), "a:\n  b: |\n    x\n  e: 2\n# c\nd: 1\n"),
        ("a: &b {x: 1}\nc:\n  <<: *b\n  y: 2\n", set("c/x", text("3")), "a: &b {x: 1}\nc:\n  <<: *b\n  y: 2\n  x: 3\n"),
        ("a:\n  b: 1\n\nc:\n  d: 1\n", set("e", map(&[("f", text("1"))])), "a:\n  b: 1\n\nc:\n  d: 1\n\ne:\n  f: 1\n"),
    ]);
}

#[test]
fn an_item_is_set_off_as_its_neighbours_are() {
    let step = || map(&[("name", text("n")), ("inputs", map(&[("a", text("$b"))]))]);
    check(&[
        (
            "p:\n  - name: x\n    inputs:\n      q: 1\n\n  # about y\n  - name: y\n",
            insert("p", 1, step()),
            "p:\n  - name: x\n    inputs:\n      q: 1\n\n  - name: n\n    inputs:\n      a: $b\n\n  # about y\n  - name: y\n",
        ),
        (
            "p:\n  - name: x\n    inputs: {q: 1}\n\n  - name: y\n",
            insert("p", 2, step()),
            "p:\n  - name: x\n    inputs: {q: 1}\n\n  - name: y\n\n  - name: n\n    inputs: {a: $b}\n",
        ),
        ("p:\n- a\n- b\n", insert("p", 0, text("c")), "p:\n- c\n- a\n- b\n"),
        ("p:\n-   a\n-   b", insert("p", 2, text("c")), "p:\n-   a\n-   b\n-   c"),
        ("- - a\n  - b\n", insert("0", 0, text("c")), "- - c\n  - a\n  - b\n"),
        ("p: [a, b]\n", insert("p", 1, text("c")), "p: [a, c, b]\n"),
        ("p: [a, b, ]\n", insert("p", 2, text("c")), "p: [a, b, c, ]\n"),
        ("p: [\n  a,  # one\n  b   # two\n]\n", insert("p", 2, text("c")), "p: [\n  a,  # one\n  b,   # two\n  c\n]\n"),
        ("p: []\n", insert("p", 0, text("c")), "p:\n  - c\n"),
        ("p:\n", insert("p", 0, step()), "p:\n  - name: n\n    inputs: {a: $b}\n"),
        ("p:\n  q: []\n", insert("p/q", 0, text("c")), "p:\n  q: [c]\n"),
    ]);
}

#[test]
fn what_is_removed_takes_its_own_comments_along() {
    check(&[
        ("# head\n\n# a's\na: 1 # too\n# b's\nb: 2\n", remove("a"), "# head\n\n# b's\nb: 2\n"),
        ("a:\n  x: 1\n  # still a's\nb: 2\n", remove("b"), "a:\n  x: 1\n  # still a's\n"),
        ("a:\n  - name: x # c\n    task: y\n", remove("a/0/name"), "a:\n  - task: y\n"),
        ("a:\n  - name: x # c\n    # of task\n    task: y\n", remove("a/0/name"), "a:\n  - # of task\n    task: y\n"),
        ("a:\n  - x\n\n  - y\n\n  - z\n", remove("a/1"), "a:\n  - x\n\n  - z\n"),
        ("a:\n  - x\n\n  - y\n\n  - z\n", remove("a/2"), "a:\n  - x\n\n  - y\n"),
        ("a:\n  - x\n\n  - y\n\nb: 1\n", remove("a/1"), "a:\n  - x\n\nb: 1\n"),
        ("a: 1\nb: 2", remove("b"), "a: 1"),
        ("a: 1\r\nb: 2", remove("b"), "a: 1"),
        ("a:\n  b: 1 # c\nc: 2\n", remove("a/b"), "a: {}\nc: 2\n"),
        ("a: # c\n- 1\nc: 2\n", remove("a/0"), "a: [] # c\nc: 2\n"),
        ("- - a\n  - b\n- c\n", remove("0/0"), "- - b\n- c\n"),
        ("a: [x, y, z]\n", remove("a/0"), "a: [y, z]\n"),
        ("a: [x, y, z]\n", remove("a/2"), "a: [x, y]\n"),
        ("a: {x: 1}\n", remove("a/x"), "a: {}\n"),
        ("a: [\n  x, # of x\n  # of y\n  y,\n  z\n]\n", remove("a/0"), "a: [\n  # of y\n  y,\n  z\n]\n"),
        ("a: |+\n  x\n\n\nb: 1\n", remove("b"), "a: |+\n  x\n\n\n"),
        ("a: |\n  x\n\n\nb: 1\nc: 2\n", remove("a"), "b: 1\nc: 2\n"),
        ("a: 1\n", remove("a"), "{}\n"),
    ]);
}

#[test]
fn names_and_places_change() {
    check(&[
        ("a: 1\n'b': 2\n", rename("a", "c d"), "c d: 1\n'b': 2\n"),
        ("a: 1\n'b': 2\n", rename("b", "c"), "a: 1\n'c': 2\n"),
        ("a: 1\nb: 2\n", rename("b", "a"), "refused: there is a `a` already"),
        ("a: {x: 1}\n", rename("a/x", "y,z"), "a: {\"y,z\": 1}\n"),
        ("- a # 1\n\n# of b\n- b\n- c\n", shift("", 1, 0), "# of b\n- b\n\n- a # 1\n- c\n"),
        ("- a: 1\n  b: 2\n", shift("0", 0, 1), "- b: 2\n  a: 1\n"),
        ("- [a, b, c]\n", shift("0", 2, 0), "- [c, a, b]\n"),
        ("a: 1\nb: 2", shift("", 0, 1), "b: 2\na: 1"),
    ]);
}

#[test]
fn what_is_shared_is_not_changed_elsewhere() {
    let text_of = "base: &b {x: 1}\nc: {<<: *b}\nd: *b\ne: &n 1\nf: *n\n";
    for edit in [
        set("base/x", text("2")),
        set("d/x", text("2")),
        remove("base"),
        remove("c/x"),
        remove("e"),
        set("e", text("2")),
        rename("base/x", "y"),
        rename("c/x", "y"),
    ] {
        assert!(edited(text_of, &edit).starts_with("refused: "), "{edit:?} gives {}", edited(text_of, &edit));
    }
    insta::assert_snapshot!(edited(text_of, &set("base/x", text("2"))), @"refused: `base › x` is used as `*b` in line 2, too, and would change there as well; write out there what is meant first");
    insta::assert_snapshot!(edited(text_of, &set("d/x", text("2"))), @"refused: `d` is `*b`, so a change in it would be made wherever `&b` is used; write out what is meant first");
    insta::assert_snapshot!(edited(text_of, &remove("c/x")), @"refused: `c › x` comes from elsewhere, by `<<`; give it another value here, or change it there");
    let all = Edit::SetText { span: Span { start: 50, end: 51 }, text: "7".into() };
    assert_eq!(
        edited("a: &n $x\nb: *n\n", &Edit::SetText { span: Span { start: 6, end: 8 }, text: "$y".into() }),
        "a: &n $y\nb: *n\n"
    );
    assert!(edited(text_of, &all).starts_with("refused: "));
}

#[test]
fn what_cannot_be_done_is_told() {
    let cases = [
        ("? a\n: 1\nb: 2\n", remove("a")),
        ("a: [b: c]\n", remove("a/0/b")),
        ("a: 1\n", set("a/b", text("2"))),
        ("a: [1]\n", set("a/1", text("2"))),
        ("a: [1]\n", insert("a", 3, text("2"))),
        ("a: 1\n", remove("b")),
        ("a: 1\n", remove("")),
        ("a: 1\n", shift("", 0, 1)),
        ("a: &x {b: 1}\n<<: *x\nc: 1\n", shift("", 0, 1)),
        ("a: 1\n", insert("a", 0, text("2"))),
        ("a: [\n", set("a", text("2"))),
        ("a: 1\nb: 2\nb: 3\n", remove("b")),
        ("a: 1\n", set("b", text("a\0"))),
        ("a: 1\n", Edit::SetText { span: Span { start: 1, end: 2 }, text: "b".into() }),
    ];
    let told: Vec<String> = cases.iter().map(|(text, edit)| format!("{text:?}\n  {}", edited(text, edit))).collect();
    insta::assert_snapshot!(told.join("\n"), @r#"
    "? a\n: 1\nb: 2\n"
      refused: a key that begins with `? ` is not changed here; write it as `key: value` first
    "a: [b: c]\n"
      refused: a pair in a list has no braces here; put braces around it first
    "a: 1\n"
      refused: this is text, so it has no `b`
    "a: [1]\n"
      refused: the list ends before item 2
    "a: [1]\n"
      refused: the list ends before item 3
    "a: 1\n"
      refused: there is no `b`
    "a: 1\n"
      refused: the whole file cannot be removed
    "a: 1\n"
      refused: it ends before number 2
    "a: &x {b: 1}\n<<: *x\nc: 1\n"
      refused: what `<<` brings in cannot be moved, nor what stands beside it
    "a: 1\n"
      refused: an item goes into a list, and this is text
    "a: [\n"
      refused: the text cannot be read: this is not YAML: `[` is not closed
    "a: 1\nb: 2\nb: 3\n"
      refused: `b` is written so that it cannot be changed without changing something else; change the text itself
    "a: 1\n"
      refused: a text with a NUL character cannot be written; remove it
    "a: 1\n"
      refused: no text stands at this place
    "#);
}

#[test]
fn rare_ways_to_write_are_kept() {
    check(&[
        ("a:\t1\t# c\nb: 2\n", set("a", text("3")), "a:\t3\t# c\nb: 2\n"),
        ("%YAML 1.2\n--- # c\na: 1\n...\n", set("b", text("2")), "%YAML 1.2\n--- # c\na: 1\nb: 2\n...\n"),
        ("? a\n: 1\nb: 2\n", set("a", text("3")), "? a\n: 3\nb: 2\n"),
        ("? a\n: 1\nb: 2\n", remove("b"), "? a\n: 1\n"),
        ("\u{feff}# of a\na: 1\nb: 2\n", remove("a"), "\u{feff}b: 2\n"),
        ("a: {x: 1,\n    y: 2}\n", set("a/z", text("3")), "a: {x: 1,\n    y: 2,\n    z: 3}\n"),
        ("a: {x: &k 1, y: 2}\n", remove("a/x"), "a: {y: 2}\n"),
        ("a: &k\n  x: 1\n", set("a/y", text("2")), "a: &k\n  x: 1\n  y: 2\n"),
        ("a: &k\n  x: 1\n", remove("a/x"), "a: &k {}\n"),
    ]);
}

#[test]
fn texts_read_back_as_they_are() {
    let texts = [
        "true",
        "null",
        "",
        " x",
        "x ",
        "a: b",
        "a:",
        "#x",
        "a #x",
        "*x",
        "&x",
        "- a",
        "-",
        "-a",
        "1_000",
        "yes",
        "a\nb",
        "a\r\nb",
        "\u{7}",
        "ünï",
        "$x",
        "${A}",
        "a,b",
        "[a",
        "{",
        "}",
        "?",
        "? a",
        "?a",
        ":",
        ": a",
        ":a",
        "!x",
        "|",
        ">",
        "%x",
        "@x",
        "`x",
        "'",
        "\"",
        "a'b",
        "a\"b",
        "\\",
        "---",
        "--- a",
        "...",
        "---a",
        "\u{2028}",
        "\u{feff}",
        "<<",
        "=",
        "~",
        "a\tb",
        "\u{85}",
        "a\u{a0}",
        "🙂",
        "\u{1f}\u{7f}\u{9f}",
        "x:\ty",
        "x\t#y",
    ];
    for before in [
        "a: x\n",
        "a: 'x'\n",
        "a: \"x\"\n",
        "a: {b: x}\n",
        "a:\n",
        "- x\n",
        "a: [x]\n",
        "a: |\n  x\n",
        "a: {x}\n",
        "a: x",
        "a: {}\n",
    ] {
        for word in texts {
            for new in [text(word), New::Quoted(word.to_owned())] {
                let at = match before {
                    "a: {b: x}\n" => "a/b",
                    "- x\n" => "0",
                    "a: [x]\n" => "a/0",
                    "a: {x}\n" => "a/x",
                    _ => "a",
                };
                let got = edited(before, &set(at, new.clone()));
                assert!(!got.starts_with("refused"), "{before:?} {new:?}: {got}");
            }
            let got = edited(before, &set("", map(&[(word, text(word)), ("l", New::List(vec![text(word)]))])));
            assert!(!got.starts_with("refused"), "{before:?} {word:?}: {got}");
        }
    }
}
