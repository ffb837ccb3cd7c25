use super::*;

fn key(command: &str) -> Key {
    Key { command: command.split(' ').map(str::to_owned).collect(), ..Key::default() }
}

fn file(role: Role, path: &str, name: Option<&str>, content: u8) -> KeyFile {
    let content = if content == 0 { Content::Nothing } else { Content::File([content; 16]) };
    KeyFile { role, path: path.into(), name: name.map(Into::into), content }
}

fn told(old: &Key, new: &Key) -> String {
    old.changes(new).iter().map(ToString::to_string).collect::<Vec<_>>().join("; ")
}

#[test]
fn words_are_told_by_their_options() {
    for (old, new, expected) in [
        ("t.py a --x 1", "t.py a --x 1", ""),
        ("t.py a --x 0.3", "t.py a --x 0.4", "--x 0.3 -> 0.4"),
        ("t.py a --x 0.3 --y 1", "t.py a --y 2 --x 0.4", "--y 1 -> 2; --x 0.3 -> 0.4"),
        ("t.py a", "t.py b", "t.py a -> t.py b"),
        ("t.py --x 1", "t.py --x 1 --fast", "--fast added"),
        ("t.py --x 1 --fast", "t.py --x 1", "--fast removed"),
        ("t.py --layers 1 2", "t.py --layers 1", "--layers 1 2 -> 1"),
        ("t.py --layers", "t.py --layers 1", "--layers (nothing) -> 1"),
        ("t.py --x 1", "t.py --y 1", "--y 1 added; --x 1 removed"),
        ("t.py --x 1 --y 2", "t.py --y 2 --x 1", "arguments in another order"),
        ("t.py --x -1 -5", "t.py --x -1 -6", "--x -1 -5 -> -1 -6"),
        ("t.py -i a -i b", "t.py -i a -i c", "-i b -> c"),
        ("t.py -", "t.py -- x", "t.py - -> t.py; -- x added"),
    ] {
        assert_eq!(told(&key(old), &key(new)), expected, "{old} / {new}");
    }
}

#[test]
fn every_file_is_a_reason_by_what_it_is() {
    let with = |files: &[KeyFile]| Key { files: files.to_vec(), ..key("t") };
    for (role, name, changed, missing) in [
        (Role::Task, None, "p changed", "p changed"),
        (Role::Module, Some("t.py"), "p changed (imported by t.py)", "p changed (imported by t.py)"),
        (Role::Input, Some("node"), "input node changed", "input node is missing"),
        (Role::Input, None, "input p changed", "input p is missing"),
        (Role::Output, Some("node"), "output p was changed", "output p is missing"),
    ] {
        let [none, one, two] = [0, 1, 2].map(|content| with(&[file(role, "p", name, content)]));
        assert_eq!(told(&one, &one), "");
        assert_eq!(told(&one, &two), changed);
        assert_eq!(told(&one, &none), missing);
        let is_code = matches!(role, Role::Task | Role::Module);
        let instead = |how: &str| if is_code { changed.replace("changed", how) } else { changed.to_owned() };
        assert_eq!(told(&with(&[]), &one), instead("is new"));
        assert_eq!(told(&one, &with(&[])), instead("is gone"));
    }
}

#[test]
fn files_that_come_and_go_with_words_are_told_by_these() {
    let with = |command, path| Key { files: vec![file(Role::Input, path, None, 1)], ..key(command) };
    assert_eq!(told(&with("t a", "a"), &with("t b", "b")), "t a -> t b");
    // One that stays and changes is told as well.
    let mut new = with("t b", "b");
    new.files.push(file(Role::Task, "t", None, 2));
    let mut old = with("t a", "a");
    old.files.push(file(Role::Task, "t", None, 1));
    assert_eq!(told(&old, &new), "t a -> t b; t changed");
}

#[test]
fn a_task_that_comes_to_be_imported_is_the_same_file() {
    let task = Key { files: vec![file(Role::Task, "a.py", None, 1)], ..key("t") };
    let module = Key { files: vec![file(Role::Module, "a.py", Some("b.py"), 1)], ..key("t") };
    assert_eq!(told(&task, &module), "");
    let input = Key { files: vec![file(Role::Input, "a.py", None, 1)], ..key("t") };
    let output = Key { files: vec![file(Role::Output, "a.py", None, 1)], ..key("t") };
    assert_eq!(told(&input, &output), "output a.py was changed");
    // What is read is not what runs, though it be the same file.
    assert_eq!(told(&input, &task), "a.py is new");
    assert_eq!(told(&module, &input), "input a.py changed");
}

#[test]
fn variables_and_python_are_told_with_their_values() {
    let with = |env: &[(&str, Option<&str>)], python: Option<&str>| Key {
        env: env.iter().map(|(name, value)| ((*name).to_owned(), value.map(str::to_owned))).collect(),
        python: python.map(str::to_owned),
        ..key("t")
    };
    let old = with(&[("A", Some("1")), ("B", None)], Some("3.11.2"));
    assert_eq!(told(&old, &old), "");
    assert_eq!(
        told(&old, &with(&[("A", Some("2")), ("C", Some(""))], Some("3.12.0"))),
        "A 1 -> 2; C (unset) -> (nothing); B (unset) -> (unset); Python 3.11.2 -> 3.12.0"
    );
}

#[test]
fn only_what_a_unit_makes_is_its_output() {
    let files = [Role::Task, Role::Output, Role::Input, Role::Module, Role::Output];
    let files = files.iter().zip(["t", "a", "i", "m", "b"]).map(|(role, path)| file(*role, path, None, 1)).collect();
    let key = Key { files, ..key("t") };
    assert_eq!(key.outputs().map(|file| &*file.path).collect::<Vec<_>>(), ["a", "b"]);
}
