//! An open pipeline with a real file.
#![allow(clippy::disallowed_methods, reason = "the tests take files away behind the editor's back")]
#![allow(clippy::unwrap_used, reason = "a test may fail")]

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, channel};

use loom_exec::Settings;
use loom_ui_core::Editor;
use loom_ui_core::api::{
    Choice, EditRequest, MergeChoices, Op, OutsideKind, PlanRequest, RunRequest, ServerMessage, Written,
};

const TEXT: &str = "# numbers\nparameters:\n  rows: 0500  # as in the paper\n  rate: 1e-3\n\npipeline:\n  - {name: a, command: 'true', args: {--rows: $rows}}\n";

struct Open {
    folder: tempfile::TempDir,
    file: PathBuf,
    editor: Editor,
    told: Receiver<ServerMessage>,
}

fn open(text: &str) -> Open {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("pipeline.yml");
    fs::write(&file, text).unwrap();
    let editor = Editor::open("p", folder.path(), &file, Settings::default(), false).unwrap();
    let (sender, told) = channel();
    editor.listen(Box::new(move |message| drop(sender.send(message))));
    Open { folder, file, editor, told }
}

impl Open {
    fn set(&self, name: &str, value: &str) {
        let set = Op::Set { node: format!("param:{name}"), path: Vec::new(), value: Written::Text(value.to_owned()) };
        let base_rev = self.editor.state().rev;
        self.editor.edit(&EditRequest { base_rev, label: None, coalesce: None, ops: vec![set] }).unwrap();
    }

    fn on_disk(&self) -> String {
        fs::read_to_string(&self.file).unwrap()
    }

    fn save(&self) -> Result<(), loom_ui_core::Refused> {
        self.editor.save(&self.editor.state().version, false).map(|_| ())
    }
}

#[test]
fn what_is_saved_is_what_was_changed() {
    let open = open(TEXT);
    open.save().unwrap();
    assert_eq!(open.on_disk(), TEXT, "nothing was changed");
    open.set("rows", "600");
    assert!(open.editor.state().dirty);
    assert_eq!(open.on_disk(), TEXT, "nothing is written before it is saved");
    open.save().unwrap();
    assert_eq!(open.on_disk(), TEXT.replace("0500", "600"));
    open.editor.undo().unwrap();
    open.save().unwrap();
    assert_eq!(open.on_disk(), TEXT);
}

#[test]
fn a_version_that_is_not_the_newest_is_refused() {
    let open = open(TEXT);
    let old = open.editor.state().version;
    open.set("rows", "600");
    open.editor.save(&old, false).unwrap();
    open.set("rows", "700");
    assert_eq!(open.editor.save(&old, false).unwrap_err().code, "changed_on_disk");
    assert_eq!(open.on_disk(), TEXT.replace("0500", "600"));
    open.save().unwrap();
    assert_eq!(open.on_disk(), TEXT.replace("0500", "700"));
}

#[test]
fn changes_made_outside_are_taken_over_or_put_together() {
    let open = open(TEXT);
    fs::write(&open.file, TEXT.replace("1e-3", "2e-3")).unwrap();
    open.editor.files_changed();
    let state = open.editor.state();
    assert!(!state.dirty && state.outside.is_none());
    assert_eq!(state.parameters[1].value, "2e-3");
    open.set("rows", "600");
    fs::write(&open.file, TEXT.replace("1e-3", "3e-3")).unwrap();
    // Nobody has looked yet: it is found out when it is to be written, and told.
    assert_eq!(open.save().unwrap_err().code, "changed_on_disk");
    open.save().unwrap();
    assert_eq!(open.on_disk(), TEXT.replace("1e-3", "3e-3").replace("0500", "600"));
}

#[test]
fn what_both_changed_is_asked_for() {
    let open = open(TEXT);
    open.set("rows", "600");
    fs::write(&open.file, TEXT.replace("0500", "0700").replace("1e-3", "9")).unwrap();
    open.editor.files_changed();
    let outside = open.editor.state().outside.unwrap();
    assert_eq!(outside.kind, OutsideKind::Changed);
    assert_eq!(outside.conflicts.len(), 1);
    let conflict = &outside.conflicts[0];
    assert_eq!((conflict.mine.as_deref(), conflict.theirs.as_deref()), (Some("600"), Some("0700")));
    assert_eq!(open.save().unwrap_err().code, "changed_on_disk");
    let choices = MergeChoices { choices: vec![(conflict.id.clone(), Choice::Mine)] };
    open.editor.settle(&choices).unwrap();
    open.save().unwrap();
    assert_eq!(open.on_disk(), TEXT.replace("0500", "600").replace("1e-3", "9"));
}

#[test]
fn who_takes_what_is_on_disk_is_asked_no_more() {
    let open = open(TEXT);
    open.set("rows", "600");
    fs::write(&open.file, TEXT.replace("0500", "0700")).unwrap();
    open.editor.files_changed();
    assert_eq!(open.editor.state().outside.unwrap().conflicts.len(), 1);
    open.editor.reload().unwrap();
    let state = open.editor.state();
    assert!(state.outside.is_none() && !state.dirty);
    assert_eq!(state.parameters[0].value, "0700");
    open.editor.undo().unwrap();
    assert_eq!(open.editor.text().1, TEXT.replace("0500", "600"), "and gets back what was changed here");
}

#[test]
fn of_a_file_that_is_gone_nothing_is_lost() {
    let open = open(TEXT);
    open.set("rows", "600");
    fs::remove_file(&open.file).unwrap();
    open.editor.files_changed();
    assert_eq!(open.editor.state().outside.unwrap().kind, OutsideKind::Deleted);
    assert!(open.editor.text().1.contains("600"));
    open.save().unwrap();
    assert_eq!(open.on_disk(), TEXT.replace("0500", "600"));
    assert!(open.editor.state().outside.is_none() && !open.editor.state().dirty);
}

#[test]
fn a_file_that_is_no_text_any_more_is_told_of_and_left_alone() {
    let open = open(TEXT);
    open.set("rows", "600");
    fs::write(&open.file, b"\xff\xfe").unwrap();
    open.editor.files_changed();
    assert_eq!(open.editor.state().outside.unwrap().kind, OutsideKind::Unreadable);
    let refused = open.save().unwrap_err();
    assert_eq!(refused.code, "changed_on_disk");
    assert!(refused.message.contains("UTF-8"), "{}", refused.message);
    assert_eq!(fs::read(&open.file).unwrap(), b"\xff\xfe");
    open.editor.save("", true).unwrap();
    assert_eq!(open.on_disk(), TEXT.replace("0500", "600"));
}

#[test]
fn a_broken_text_keeps_the_graph_that_was() {
    let open = open(TEXT);
    let board = open.editor.state().board;
    let (rev, text) = open.editor.text();
    open.editor.replace_text(rev, &text.replace("rows: 0500", "rows: [0500")).unwrap();
    let state = open.editor.state();
    assert!(state.broken && state.board == board);
    assert!(state.diagnostics[0].places[0].0.line > 1);
    open.editor.undo().unwrap();
    assert!(!open.editor.state().broken);
}

#[test]
fn a_text_that_breaks_at_its_end_is_broken_and_an_empty_one_is_not() {
    let open = open(TEXT);
    let board = open.editor.state().board;
    let (rev, text) = open.editor.text();
    open.editor.replace_text(rev, &format!("{text}  - {{name: b, command: 'true\n")).unwrap();
    let state = open.editor.state();
    assert!(state.broken && state.board == board);
    open.editor.replace_text(state.rev, "").unwrap();
    let state = open.editor.state();
    assert!(!state.broken && state.board.cards.is_empty());
}

#[test]
fn a_pipeline_with_errors_is_not_started() {
    let open = open(&TEXT.replace("$rows", "$raws"));
    let plan = PlanRequest::default();
    let request = RunRequest { plan, workers: None, rev: open.editor.state().rev };
    let refused = open.editor.start(Path::new("/nowhere/loom-ui"), &request).unwrap_err();
    assert!(refused.message.contains("`raws`") && refused.message.contains("Problems"), "{}", refused.message);
}

#[test]
fn whoever_listens_can_follow() {
    let open = open(TEXT);
    let mut board = open.editor.state().board;
    open.set("rows", "600");
    open.editor.undo().unwrap();
    open.set("rate", "5");
    let mut docs = 0;
    while docs < 3 {
        if let ServerMessage::Doc { board: change, .. } = open.told.recv().unwrap() {
            change.apply(&mut board);
            docs += 1;
        }
    }
    assert_eq!(board, open.editor.state().board);
}

#[test]
fn cards_stay_where_they_were_put_and_the_file_as_it_was() {
    let open = open(TEXT);
    let moved = Op::Move { positions: vec![("step:a".to_owned(), 900.0, 500.0)] };
    let request = EditRequest { base_rev: 0, label: None, coalesce: None, ops: vec![moved] };
    open.editor.edit(&request).unwrap();
    assert!(!open.editor.state().dirty, "it is kept beside the file");
    let again = Editor::open("p", open.folder.path(), &open.file, Settings::default(), false).unwrap();
    let card = again.state().board.cards.into_iter().find(|card| card.id == "step:a").unwrap();
    assert_eq!((card.x, card.y, card.pinned), (900.0, 500.0, true));
    assert_eq!(open.on_disk(), TEXT);
}

#[test]
fn an_editor_that_only_shows_writes_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("pipeline.yml");
    fs::write(&file, TEXT).unwrap();
    let editor = Editor::open("p", folder.path(), &file, Settings::default(), true).unwrap();
    assert_eq!(editor.save(&editor.state().version, true).unwrap_err().code, "read_only");
    editor.fold(&[("group:g".to_owned(), true)]).unwrap();
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
}
