//! Text that is no pipeline, or no text.

use super::refused;
use crate::support::Sandbox;

#[test]
fn a_file_without_a_pipeline_is_an_error() {
    insta::assert_snapshot!(refused(""), @"
    exit 2
    --- stderr
    error: the file is empty
     --> ./pipeline.yml:1:1
      |
    1 |
      | ^ expected a key `pipeline` with a list of steps
      |
      = help: a step is `- {name: fit, task: fit.py}`; `pipeline: []` has none

    1 error; nothing was run
    ");
    insta::assert_snapshot!(refused("# to be written\n"), @"
    exit 2
    --- stderr
    error: the file is empty
     --> ./pipeline.yml:1:16
      |
    1 | # to be written
      |                ^ expected a key `pipeline` with a list of steps
      |
      = help: a step is `- {name: fit, task: fit.py}`; `pipeline: []` has none

    1 error; nothing was run
    ");
    insta::assert_snapshot!(refused("data: {raw: raw.csv}\nparameters:\n"), @"
    exit 2
    --- stderr
    error: the file has no key `pipeline`: is it complete?
     --> ./pipeline.yml:2:12
      |
    2 | parameters:
      |            ^ expected a key `pipeline` with a list of steps
      |
      = help: a step is `- {name: fit, task: fit.py}`; `pipeline: []` has none

    1 error; nothing was run
    ");
    insta::assert_snapshot!(refused("data: {raw: raw.csv}\npipeline:\n"), @"
    exit 2
    --- stderr
    error: `pipeline` has no steps: is the file complete?
     --> ./pipeline.yml:2:1
      |
    2 | pipeline:
      | ^^^^^^^^ expected a list of steps under it
      |
      = help: a step is `- {name: fit, task: fit.py}`; `pipeline: []` has none

    1 error; nothing was run
    ");
    insta::assert_snapshot!(refused("pipeline:\n  - name: fit\n    task:"), @"
    exit 2
    --- stderr
    error: `task` has no value
     --> ./pipeline.yml:3:9
      |
    3 |     task:
      |         ^ expected a path

    1 error; nothing was run
    ");
    insta::assert_snapshot!(refused("- name: fit\n  task: fit.py\n"), @"
    exit 2
    --- stderr
    error: a pipeline file is a mapping, not a list
     --> ./pipeline.yml:1:1
      |
    1 | - name: fit
      | ^^^^^^^^^^^ expected a key, such as `pipeline:`
      |
      = help: if these are the steps, write `pipeline:` above them

    1 error; nothing was run
    ");
    insta::assert_snapshot!(refused("hello world\n"), @"
    exit 2
    --- stderr
    error: a pipeline file is a mapping, not text
     --> ./pipeline.yml:1:1
      |
    1 | hello world
      | ^^^^^^^^^^^ expected a key, such as `pipeline:`

    1 error; nothing was run
    ");
}

#[test]
fn bytes_that_are_no_text_are_told_at_their_place() {
    insta::assert_snapshot!(Sandbox::new().write("pipeline.yml", b"data:\n  caf\xe9: x.csv\n").loom(&[]), @"
    exit 2
    --- stderr
    error: cannot read ./pipeline.yml: it is not UTF-8 text from byte 6 of line 2 on; save it as UTF-8
       --> ./pipeline.yml:2:6
    ");
    insta::assert_snapshot!(Sandbox::new().write("pipeline.yml", b"\xff\xfep\0i\0").loom(&["check"]), @"
    exit 2
    --- stderr
    error: cannot read ./pipeline.yml: it is not UTF-8 text from byte 1 of line 1 on; save it as UTF-8
       --> ./pipeline.yml:1:1
    ");
    insta::assert_snapshot!(refused("pipeline:\n  - name: fit\0\n"), @"
    exit 2
    --- stderr
    error: the file holds a NUL byte, so it is not text
     --> ./pipeline.yml:2:14
      |
    2 |   - name: fit␀
      |              ^ here
      |
      = help: is this the right file?

    1 error; nothing was run
    ");
    insta::assert_snapshot!(refused("pipeline:\n  - name: \u{1b}[31mfit\n"), @"
    exit 2
    --- stderr
    error: this is not YAML: a control character
     --> ./pipeline.yml:2:11
      |
    2 |   - name: ␛[31mfit
      |           ^ not a character of text
      |
      = help: remove it

    1 error; nothing was run
    ");
}

#[test]
fn a_tab_does_not_indent() {
    insta::assert_snapshot!(refused("pipeline:\n\t- name: fit\n"), @"
    exit 2
    --- stderr
    error: this is not YAML: a tab where only spaces may stand
     --> ./pipeline.yml:2:1
      |
    2 |     - name: fit
      | ^^^^ a tab
      |
      = help: YAML is indented by spaces; replace the tab by spaces

    1 error; nothing was run
    ");
    insta::assert_snapshot!(refused("pipeline:\n  - name: fit\n  \ttask: fit.py\n"), @"
    exit 2
    --- stderr
    error: this is not YAML: a tab where only spaces may stand
     --> ./pipeline.yml:3:3
      |
    3 |       task: fit.py
      |   ^^^^ a tab
      |
      = help: YAML is indented by spaces; replace the tab by spaces

    1 error; nothing was run
    ");
}

#[test]
fn what_is_opened_is_closed() {
    insta::assert_snapshot!(refused("data:\n  raw: \"raw.csv\npipeline: []\n"), @r#"
    exit 2
    --- stderr
    error: this is not YAML: a quote is not closed
     --> ./pipeline.yml:2:8
      |
    2 |   raw: "raw.csv
      |        ^ opened here
      |
      = help: close it where the text ends

    1 error; nothing was run
    "#);
    insta::assert_snapshot!(refused("data:\n  raw: \"raw.csv\npipeline:\n  - name: \"fit\"\n"), @r#"
    exit 2
    --- stderr
    error: this is not YAML: text behind a closing quote
     --> ./pipeline.yml:4:12
      |
    4 |   - name: "fit"
      |            ^ the quotes are closed before this
      |
      = help: a quote above may not be closed; inside '…' a quote is written twice

    1 error; nothing was run
    "#);
    insta::assert_snapshot!(refused("pipeline:\n  - name: fit\n    command: [x, y\n"), @"
    exit 2
    --- stderr
    error: this is not YAML: `[` is not closed
     --> ./pipeline.yml:3:14
      |
    3 |     command: [x, y
      |              ^ opened here
      |
      = help: write the `]` that belongs to it

    1 error; nothing was run
    ");
    insta::assert_snapshot!(refused("pipeline:\n  - {name: fit, command: [x}\n"), @"
    exit 2
    --- stderr
    error: this is not YAML: `[` is closed by `}`
     --> ./pipeline.yml:2:26
      |
    2 |   - {name: fit, command: [x}
      |                          ^ opened here
      |
      = help: write the `]` that belongs to it, or remove a `}` too many

    1 error; nothing was run
    ");
    insta::assert_snapshot!(refused("pipeline:\n  - {name: a, command: [x]\n  - {name: b, command: [x]}\n"), @"
    exit 2
    --- stderr
    error: this is not YAML: an item with `-` inside brackets
     --> ./pipeline.yml:3:3
      |
    3 |   - {name: b, command: [x]}
      |   ^ a bracket above is still open
      |
      = help: close the `[` or `{` above this line

    1 error; nothing was run
    ");
    insta::assert_snapshot!(refused("pipeline:\n  - {name: fit, command: [x]]}\n"), @"
    exit 2
    --- stderr
    error: this is not YAML: `{` is closed by `]`
     --> ./pipeline.yml:2:5
      |
    2 |   - {name: fit, command: [x]]}
      |     ^ opened here
      |
      = help: write the `}` that belongs to it, or remove a `]` too many

    1 error; nothing was run
    ");
    insta::assert_snapshot!(refused("pipeline:\n  - {name: fit command: [x]}\n"), @"
    exit 2
    --- stderr
    error: this is not YAML: a comma or a closing bracket is missing
     --> ./pipeline.yml:2:23
      |
    2 |   - {name: fit command: [x]}
      |                       ^ expected before this
      |
      = help: inside `[…]` and `{…}`, commas stand between the items

    1 error; nothing was run
    ");
}

#[test]
fn lines_stand_where_they_belong() {
    insta::assert_snapshot!(refused("pipeline:\n  - name: fit\n   task: fit.py\n"), @"
    exit 2
    --- stderr
    error: this is not YAML: this line does not fit the lines above
     --> ./pipeline.yml:3:4
      |
    3 |    task: fit.py
      |    ^ not in line with them
      |
      = help: what belongs together begins in the same column

    1 error; nothing was run
    ");
    insta::assert_snapshot!(refused("pipeline:\n  - name: fit\n    task fit.py\n    args: {}\n"), @"
    exit 2
    --- stderr
    error: this is not YAML: a key without a value
     --> ./pipeline.yml:3:5
      |
    3 |     task fit.py
      |     ^ expected `key: value`
      |
      = help: a `:` and a space stand between a key and its value

    1 error; nothing was run
    ");
    insta::assert_snapshot!(refused("pipeline:\n  - name:fit\n    task: fit.py\n"), @"
    exit 2
    --- stderr
    error: this is not YAML: a `:` where no key can be
     --> ./pipeline.yml:3:9
      |
    3 |     task: fit.py
      |         ^ this `:`
      |
      = help: put quotes around a text that holds `: `; or a `:` or `-` above lacks
              the space behind it

    1 error; nothing was run
    ");
    insta::assert_snapshot!(refused("pipeline:\n  - name: fit: again\n"), @"
    exit 2
    --- stderr
    error: this is not YAML: a `:` where no key can be
     --> ./pipeline.yml:2:14
      |
    2 |   - name: fit: again
      |              ^ this `:`
      |
      = help: put quotes around a text that holds `: `; or a `:` or `-` above lacks
              the space behind it

    1 error; nothing was run
    ");
    insta::assert_snapshot!(refused("pipeline:\n  - name:\u{a0}fit\n    task: fit.py\n"), @"
    exit 2
    --- stderr
    error: this is not YAML: a `:` where no key can be
     --> ./pipeline.yml:3:9
      |
    2 |   - name:·fit
      |          - not an ordinary space
    3 |     task: fit.py
      |         ^ this `:`
      |
      = help: put quotes around a text that holds `: `; or a `:` or `-` above lacks
              the space behind it

    1 error; nothing was run
    ");
}

#[test]
fn a_text_that_begins_with_a_sign_needs_quotes() {
    insta::assert_snapshot!(refused("pipeline:\n  - {name: ls, command: [ls], args: {--only: *.txt}}\n"), @"
    exit 2
    --- stderr
    error: this is not YAML: `*.txt` stands for a value that was not named above
     --> ./pipeline.yml:2:46
      |
    2 |   - {name: ls, command: [ls], args: {--only: *.txt}}
      |                                              ^^^^^ nothing above has this anchor
      |
      = help: for a text that begins with `*`, put quotes around it

    1 error; nothing was run
    ");
    insta::assert_snapshot!(refused("pipeline:\n  - {name: ls, command: [ls, *]}\n"), @"
    exit 2
    --- stderr
    error: this is not YAML: `*` and `&` are followed by a name
     --> ./pipeline.yml:2:30
      |
    2 |   - {name: ls, command: [ls, *]}
      |                              ^ expected a name
      |
      = help: for the text itself, put quotes around it

    1 error; nothing was run
    ");
    insta::assert_snapshot!(refused("pipeline:\n  - {name: ls, command: [test, ! -e x]}\n"), @"
    exit 2
    --- stderr
    error: the tag `!` has no meaning in a pipeline
     --> ./pipeline.yml:2:32
      |
    2 |   - {name: ls, command: [test, ! -e x]}
      |                                ^ a tag
      |
      = help: remove it; for a text that begins with `!`, put quotes around it

    1 error; nothing was run
    ");
    insta::assert_snapshot!(refused("data: {raw: @raw.csv}\n"), @"
    exit 2
    --- stderr
    error: this is not YAML: a text cannot begin with this character
     --> ./pipeline.yml:1:13
      |
    1 | data: {raw: @raw.csv}
      |             ^ begins here
      |
      = help: put quotes around the text

    1 error; nothing was run
    ");
    insta::assert_snapshot!(refused("data: {raw: \"C:\\data\\raw.csv\"}\n"), @r#"
    exit 2
    --- stderr
    error: this is not YAML: an escape that does not exist
     --> ./pipeline.yml:1:13
      |
    1 | data: {raw: "C:\data\raw.csv"}
      |             ^ in double quotes, `\` begins an escape
      |
      = help: write `\\`, or use single quotes

    1 error; nothing was run
    "#);
}

#[test]
fn a_tag_makes_nothing() {
    insta::assert_snapshot!(refused("pipeline:
  - name: fit
    command: !!python/object/apply:os.system ['touch made']
"), @"
    exit 2
    --- stderr
    error: the tag `!!python/object/apply:os.system` has no meaning in a pipeline
     --> ./pipeline.yml:3:14
      |
    3 |     command: !!python/object/apply:os.system ['touch made']
      |              ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ a tag
      |
      = help: remove it; for a text that begins with `!`, put quotes around it

    1 error; nothing was run
    ");
}

#[test]
fn a_file_holds_one_document() {
    insta::assert_snapshot!(refused("---\npipeline: []\n---\npipeline: []\n"), @"
    exit 2
    --- stderr
    error: a second document begins here; a pipeline file holds one
     --> ./pipeline.yml:3:1
      |
    3 | ---
      | ^^^
      |
      = help: remove what divides the two, or put the second into a file of its own

    1 error; nothing was run
    ");
}

#[test]
fn aliases_expand_within_bounds() {
    let line = |(what, of): (char, char)| format!("x-{what}: &{what} [{}]\n", vec![format!("*{of}"); 10].join(", "));
    let bomb: String = "bcdefghi".chars().zip("abcdefgh".chars()).map(line).collect();
    insta::assert_snapshot!(refused(format!("x-a: &a [x, x, x, x]\n{bomb}pipeline: []\n")), @"
    exit 2
    --- stderr
    error: the aliases expand to more than 100000 values
     --> ./pipeline.yml:6:10
      |
    6 | x-f: &f [*e, *e, *e, *e, *e, *e, *e, *e, *e, *e]
      |          ^^ too many from here on
      |
      = help: no pipeline needs so many; is this the right file?

    1 error; nothing was run
    ");
    insta::assert_snapshot!(refused("x-a: &a {b: *a}\npipeline: []\n"), @"
    exit 2
    --- stderr
    error: this alias stands inside what it stands for
     --> ./pipeline.yml:1:13
      |
    1 | x-a: &a {b: *a}
      |         --  ^^ used here
      |         |
      |         defined here
      |
      = help: write out what is meant

    1 error; nothing was run
    ");
    insta::assert_snapshot!(refused("x-a: &a 5\npipeline:\n  - {<<: *a, name: fit, command: [x]}\n"), @"
    exit 2
    --- stderr
    error: `<<` merges a mapping, or a list of mappings
     --> ./pipeline.yml:3:6
      |
    1 | x-a: &a 5
      |         - this is neither
    2 | pipeline:
    3 |   - {<<: *a, name: fit, command: [x]}
      |      ^^ merged here
      |
      = help: name one with `&name` and write `<<: *name`

    1 error; nothing was run
    ");
}

#[test]
fn nesting_is_bounded() {
    insta::assert_snapshot!(refused(format!("pipeline: {}", "[".repeat(100_000))), @"
    exit 2
    --- stderr
    error: nested deeper than 128 levels, which no pipeline needs
     --> ./pipeline.yml:1:140
      |
    1 | ...[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[...
      |                           ^ too deep from here on

    1 error; nothing was run
    ");
    insta::assert_snapshot!(refused((0..200).map(|depth| format!("{:depth$}a:\n", "")).collect::<String>()), @"
    exit 2
    --- stderr
    error: nested deeper than 128 levels, which no pipeline needs
       --> ./pipeline.yml:129:129
        |
    129 | ...                   a:
        |                       ^ too deep from here on

    1 error; nothing was run
    ");
}

#[test]
fn a_key_is_a_word() {
    insta::assert_snapshot!(refused("data: {raw: {{ folder }}}\n[a, b]: c\npipeline: []\n"), @"
    exit 2
    --- stderr
    error: the data node `raw` has no path
     --> ./pipeline.yml:1:8
      |
    1 | data: {raw: {{ folder }}}
      |        ^^^ expected a key `path` under this name

    error: a key must be a word
     --> ./pipeline.yml:1:14
      |
    1 | data: {raw: {{ folder }}}
      |              ^^^^^^^^^^ this is not
      |
      = help: put quotes around it, if it is meant as a text

    error: a key must be a word
     --> ./pipeline.yml:2:1
      |
    2 | [a, b]: c
      | ^^^^^^ this is not
      |
      = help: put quotes around it, if it is meant as a text

    3 errors; nothing was run
    ");
}
