//! Any edit of any text: read again it is what was meant, what it does not concern stays, and it can be taken back.

use std::collections::BTreeSet;
use std::fmt::Write;

use proptest::prelude::*;

use super::super::*;

/// Numbers that decide what is made; when they are used up, everything is the simplest there is.
struct Tape<'t>(std::slice::Iter<'t, u32>);

impl Tape<'_> {
    fn next(&mut self, below: usize) -> usize {
        self.0.next().map_or(0, |number| *number as usize % below)
    }

    fn one_in(&mut self, chance: usize) -> bool {
        self.next(chance) == chance - 1
    }
}

/// Writes a text in all the ways there are. Every entry and item has a number, its comments are `#<number>.`, and what is in it
/// has the numbers that follow.
struct Pen<'t> {
    tape: Tape<'t>,
    out: String,
    newline: &'static str,
    number: usize,
    anchors: Option<Vec<usize>>,
    /// The last line belongs to a text under `|` or `>`.
    in_text: bool,
    depth: usize,
}

impl Pen<'_> {
    fn line(&mut self) {
        self.out.push_str(self.newline);
    }

    fn spaces(&mut self, count: usize) {
        self.out.push_str(&" ".repeat(count));
    }

    fn put(&mut self, text: &str) {
        self.out.push_str(text);
    }

    fn put_one(&mut self, texts: &[&str]) {
        let at = self.tape.next(texts.len());
        self.put(texts[at]);
    }

    fn comment(&mut self, number: usize) {
        write!(self.out, "#{number}. a comment, with: [signs]").expect("a string takes it");
    }

    fn end_of_line(&mut self, number: usize) {
        if self.tape.one_in(4) {
            let gap = 1 + self.tape.next(3);
            self.spaces(gap);
            self.comment(number);
        }
        self.line();
    }

    /// What stands above an entry.
    fn above(&mut self, column: usize, number: usize, around: usize) {
        if self.tape.one_in(6) {
            self.line();
        }
        if self.tape.one_in(10) {
            self.spaces(column);
            self.comment(around);
            self.line();
            self.line();
        }
        if self.tape.one_in(5) {
            for _ in 0..=self.tape.next(2) {
                self.spaces(column);
                self.comment(number);
                self.line();
            }
        }
        self.spaces(column);
    }

    fn key(&mut self, number: usize) {
        let key = match self.tape.next(6) {
            0..=2 => format!("k{number}"),
            3 => format!("--k{number}"),
            4 => format!("'k {number}'"),
            _ => format!("\"k\\t{number}\""),
        };
        self.put(&key);
    }

    fn anchor(&mut self, number: usize) -> bool {
        let is_anchor = self.anchors.is_some() && self.tape.one_in(4);
        if is_anchor {
            write!(self.out, " &n{number}").expect("a string takes it");
        }
        is_anchor
    }

    fn map(&mut self, column: usize, around: usize, mut is_begun: bool) {
        for _ in 0..=self.tape.next(4) {
            self.number += 1;
            let number = self.number;
            if !std::mem::take(&mut is_begun) {
                self.above(column, number, around);
            }
            self.key(number);
            self.put(":");
            self.value(column, number, true);
        }
        if let (Some(anchors), true) = (&self.anchors, self.tape.one_in(6))
            && let [name, ..] = anchors.as_slice()
        {
            let name = *name;
            self.spaces(column);
            write!(self.out, "more: *n{name}").expect("a string takes it");
            self.line();
            self.in_text = false;
        }
    }

    fn list(&mut self, column: usize, around: usize, mut is_begun: bool) {
        for _ in 0..=self.tape.next(4) {
            self.number += 1;
            let number = self.number;
            if !std::mem::take(&mut is_begun) {
                self.above(column, number, around);
            }
            self.put("-");
            self.value(column, number, false);
        }
    }

    /// Behind a `:` or a dash that belongs to what begins in a column; ends with a line.
    fn value(&mut self, column: usize, number: usize, is_key: bool) {
        let was_deep = self.depth >= 3;
        self.depth += 1;
        self.in_text = false;
        let is_anchored = self.anchor(number);
        match self.tape.next(if was_deep { 9 } else { 14 }) {
            0 | 1 => {
                let words = ["one", "0.10", "a b", "$x", "true", "a:b", "x#y", "/p/q.csv"];
                let word = words[self.tape.next(words.len())];
                self.put(&format!(" {word}"));
                self.end_of_line(number);
            }
            2 => {
                self.put_one(&[" 'it''s'", " \"a\\nb\"", " ''", " \"# no\""]);
                self.end_of_line(number);
            }
            3 => {
                self.put_one(&[" one", " 'one", " \"one"]);
                let quote =
                    self.out.rsplit(' ').next().and_then(|word| word.strip_suffix("one")).unwrap_or("").to_owned();
                self.line();
                let more = 1 + self.tape.next(3);
                self.spaces(column + more);
                self.put(&format!("two{quote}"));
                self.end_of_line(number);
            }
            4 | 5 => {
                self.put_one(&[" |", " >", " |-", " >-", " |+"]);
                self.end_of_line(number);
                let column = column + 1 + self.tape.next(4);
                for line in 0..=self.tape.next(3) {
                    if line > 0 && self.tape.one_in(3) {
                        self.line();
                    }
                    self.spaces(column);
                    self.put_one(&["text", "# no comment", "- a: b"]);
                    self.line();
                }
                self.in_text = true;
            }
            6 => self.end_of_line(number),
            7 | 8 => {
                self.put(" ");
                self.flow(column + 1, number);
                self.end_of_line(number);
            }
            9 | 10 => {
                let begun = !is_key && !is_anchored && self.tape.one_in(2);
                let column = self.begin(column, begun, number, 1);
                self.map(column, number, begun);
            }
            11 | 12 => {
                let begun = !is_key && !is_anchored && self.tape.one_in(2);
                let column = self.begin(column, begun, number, usize::from(!is_key));
                self.list(column, number, begun);
            }
            _ => match self.anchors.as_ref().and_then(|anchors| anchors.last().copied()).filter(|_| !is_anchored) {
                Some(name) => {
                    write!(self.out, " *n{name}").expect("a string takes it");
                    self.end_of_line(number);
                }
                None => self.end_of_line(number),
            },
        }
        if is_anchored && let Some(anchors) = &mut self.anchors {
            anchors.push(number);
        }
        self.depth -= 1;
    }

    /// Goes to where a collection begins, in this line or below, and says in which column.
    fn begin(&mut self, column: usize, begun: bool, number: usize, least: usize) -> usize {
        if begun {
            let gap = 1 + self.tape.next(3);
            self.spaces(gap);
            return column + 1 + gap;
        }
        self.end_of_line(number);
        column + least + self.tape.next(4)
    }

    fn flow(&mut self, column: usize, number: usize) {
        self.depth += 1;
        let is_map = self.tape.one_in(2);
        let in_lines = self.tape.one_in(3);
        let count = self.tape.next(4);
        self.put(if is_map { "{" } else { "[" });
        for at in 0..count {
            self.number += 1;
            let own = self.number;
            if in_lines {
                self.end_of_line(if at == 0 { number } else { own - 1 });
                self.spaces(column);
            } else if at > 0 {
                self.put(" ");
            }
            if is_map {
                self.key(own);
                self.put(": ");
            }
            match self.tape.next(if self.depth > 5 { 3 } else { 5 }) {
                0 => self.put("x y"),
                1 => self.put("'it''s, so'"),
                2 => self.put("0.10"),
                3 => self.put(if is_map { "" } else { "z" }),
                _ => self.flow(column + 1, own),
            }
            if at + 1 < count || self.tape.one_in(5) {
                self.put(",");
            }
        }
        if in_lines {
            let last = self.number;
            self.end_of_line(if count > 0 { last } else { number });
            self.spaces(column);
        }
        self.put(if is_map { "}" } else { "]" });
        self.depth -= 1;
    }
}

fn text_of(tape: &[u32]) -> String {
    let mut pen = Pen {
        tape: Tape(tape.iter()),
        out: String::new(),
        newline: "\n",
        number: 0,
        anchors: None,
        in_text: false,
        depth: 0,
    };
    if pen.tape.one_in(5) {
        pen.newline = "\r\n";
    }
    if pen.tape.one_in(3) {
        pen.anchors = Some(Vec::new());
    }
    if pen.tape.one_in(8) {
        pen.put("\u{feff}");
    }
    if pen.tape.one_in(6) {
        pen.put("--- #0. begins");
        pen.line();
    }
    if pen.tape.one_in(4) {
        pen.list(0, 0, false);
    } else {
        pen.map(0, 0, false);
    }
    if pen.tape.one_in(5) {
        pen.comment(0);
        pen.line();
    } else if pen.tape.one_in(4) && !pen.in_text {
        pen.out.truncate(pen.out.len() - pen.newline.len());
    }
    pen.out
}

/// Every place in a value, with what is there.
fn places<'v>(value: &'v Value, path: &mut Vec<Seg>, into: &mut Vec<(Vec<Seg>, &'v Value)>) {
    into.push((path.clone(), value));
    let mut inside = |seg, value: &'v Value| {
        path.push(seg);
        places(value, path, into);
        path.pop();
    };
    match value {
        Value::List(items, _) => items.iter().enumerate().for_each(|(at, item)| inside(Seg::Item(at), item)),
        Value::Map(entries, _) => {
            entries.iter().for_each(|entry| inside(Seg::Key(entry.key.text.to_string()), &entry.value));
        }
        Value::Scalar(_) => {}
    }
}

fn new_of(tape: &mut Tape<'_>) -> New {
    let words = ["w", "true", "", "a: b", "#x", "l\nm\n", "x, y", "$z", "0.10", "it's"];
    match tape.next(8) {
        0..=3 => New::Text(words[tape.next(words.len())].to_owned()),
        4 => New::Quoted(words[tape.next(words.len())].to_owned()),
        5 => New::List((0..tape.next(3)).map(|_| new_of(tape)).collect()),
        _ => New::Map((0..tape.next(4)).map(|at| (format!("n{at}"), new_of(tape))).collect()),
    }
}

fn edit_of(value: &Value, tape: &mut Tape<'_>) -> Edit {
    let mut all = Vec::new();
    places(value, &mut Vec::new(), &mut all);
    let (path, value) = all[tape.next(all.len())].clone();
    let below = |key: &str| [path.clone(), vec![Seg::Key(key.to_owned())]].concat();
    match (tape.next(6), value) {
        (0, Value::List(items, _)) => Edit::Insert { path, at: tape.next(items.len() + 1), value: new_of(tape) },
        (0, Value::Map(..)) => Edit::Set { path: below("new"), value: new_of(tape) },
        (1, Value::Map(entries, _)) if !entries.is_empty() => {
            let key = &entries[tape.next(entries.len())].key.text;
            Edit::RenameKey {
                path: below(key),
                to: ["new", "a b", "it's", "x,y", "--n", "# n"][tape.next(6)].to_owned(),
            }
        }
        (2, Value::List(items, _)) if !items.is_empty() => {
            Edit::Move { path, from: tape.next(items.len()), to: tape.next(items.len()) }
        }
        (2, Value::Map(entries, _)) if !entries.is_empty() => {
            Edit::Move { path, from: tape.next(entries.len()), to: tape.next(entries.len()) }
        }
        (2, Value::Scalar(scalar)) => {
            Edit::SetText { span: scalar.span, text: ["new", "true", "x, y"][tape.next(3)].to_owned() }
        }
        (3 | 4, _) if !path.is_empty() => Edit::Remove { path },
        _ => Edit::Set { path, value: new_of(tape) },
    }
}

/// The numbers of the comments in a text.
fn comments(text: &str) -> Vec<usize> {
    let number = |(at, _): (usize, &str)| text[at + 1..].split_once('.').and_then(|(number, _)| number.parse().ok());
    text.match_indices('#').filter_map(number).collect()
}

/// What comments an edit may take along: those of the numbers that stand in what it takes away.
fn may_go(text: &str, edit: &Edit) -> BTreeSet<usize> {
    let tree = Tree::with_notes(text).expect("it can be read");
    let doc = find::Doc { text, tree };
    let path = match edit {
        Edit::Remove { path } => path,
        Edit::Set { path, .. } => path,
        _ => return BTreeSet::new(),
    };
    let Ok(find::Found::There(spot)) = doc.find(path) else { return BTreeSet::new() };
    let is_scalar = |value: &New| matches!(value, New::Text(_) | New::Quoted(_));
    if matches!(edit, Edit::Set { value, .. } if is_scalar(value) && !doc.is_collection(spot.node)) {
        return BTreeSet::new();
    }
    let Some((_, part)) = doc.part_of(&spot) else { return comments(text).into_iter().collect() };
    let above = doc.lead(&part, 0);
    let start = if matches!(edit, Edit::Remove { .. }) { above } else { part.head };
    let end = doc.next_line(&part);
    comments(&text[start..end]).into_iter().collect()
}

fn check(text: &str, tape: &mut Tape<'_>) -> Result<(), TestCaseError> {
    let before = match read(text) {
        Ok(before) => before,
        Err(problem) => return Err(TestCaseError::fail(format!("{problem:?} in\n{text}"))),
    };
    let edit = edit_of(&before, tape);
    let Ok(meant) = model::edited(before, &edit) else { return Ok(()) };
    let made = match patches(text, &edit) {
        Ok(made) => made,
        Err(error) => {
            let is_shared =
                ["used as `*", "is `*", "by `<<`", "what `<<`"].iter().any(|why| error.message.contains(why));
            // A text that keeps the blank lines below it cannot stand above others than its own.
            if matches!(edit, Edit::Move { .. }) && text.contains("|+") {
                return Ok(());
            }
            prop_assert!(text.contains('*') && is_shared, "{edit:?}: {error}\n{text}");
            return Ok(());
        }
    };
    let after = apply(text, &made);
    let got = read(&after).map_err(|problem| TestCaseError::fail(format!("{problem:?}")))?;
    prop_assert!(model::same(&got, &meant), "{edit:?}\n{text}\n---\n{after}");
    prop_assert_eq!(&apply(&after, &inverse(text, &made)), text);
    if let Edit::SetText { span, .. } = &edit
        && !text[..span.start as usize].trim_end().ends_with(['|', '>', '-', '+', '.'])
        && !text[..span.start as usize].ends_with('\n')
        && span.start < span.end
        && !text[span.start as usize..span.end as usize].contains('\n')
    {
        let in_text = made.iter().any(|patch| patch.span.start != span.start);
        prop_assert!(in_text || made.iter().all(|patch| patch.span == *span), "{edit:?} {made:?}\n{text}");
    }
    let (had, has) = (comments(text), comments(&after));
    let mut rest = has.clone();
    let lost: Vec<usize> = had
        .into_iter()
        .filter(|number| match rest.iter().position(|other| other == number) {
            Some(at) => {
                rest.remove(at);
                false
            }
            None => true,
        })
        .collect();
    let allowed = may_go(text, &edit);
    prop_assert!(lost.iter().all(|number| allowed.contains(number)), "{edit:?} loses {lost:?}\n{text}\n---\n{after}");
    Ok(())
}

/// How many texts are tried: as many as `LOOM_EDITS` says.
#[expect(clippy::disallowed_methods, reason = "only who tests can say how long")]
fn cases() -> u32 {
    std::env::var("LOOM_EDITS").ok().and_then(|cases| cases.parse().ok()).unwrap_or(256)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: cases(), failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_edit_does_what_is_meant_and_nothing_else(
        tape in prop::collection::vec(any::<u32>(), 0..200),
        edits in prop::collection::vec(prop::collection::vec(any::<u32>(), 12), 1..6),
    ) {
        let text = text_of(&tape);
        for edit in edits {
            check(&text, &mut Tape(edit.iter()))?;
        }
    }

    #[test]
    fn so_it_does_in_the_examples(which in any::<prop::sample::Index>(), edit in prop::collection::vec(any::<u32>(), 12)) {
        let examples = concat!(env!("CARGO_MANIFEST_DIR"), "/../examples");
        let folders = std::fs::read_dir(examples).expect("the examples are there");
        let mut files: Vec<_> = folders.filter_map(|folder| Some(folder.ok()?.path().join("pipeline.yml"))).filter(|file| file.is_file()).collect();
        files.sort();
        let text = std::fs::read_to_string(&files[which.index(files.len())]).expect("it can be read");
        check(&text, &mut Tape(edit.iter()))?;
    }
}
