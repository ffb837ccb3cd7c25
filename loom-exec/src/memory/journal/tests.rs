use proptest::prelude::*;

use super::*;
use crate::decide::{KeyFile, Role};

fn name() -> impl Strategy<Value = Arc<str>> {
    prop_oneof!["[a-d]{1,2}", ".{0,12}"].prop_map(|text| text.as_str().into())
}

fn content() -> impl Strategy<Value = Content> {
    prop_oneof![
        Just(Content::Nothing),
        Just(Content::Other),
        any::<[u8; 16]>().prop_map(Content::File),
        any::<[u8; 16]>().prop_map(Content::Folder)
    ]
}

fn stamp() -> impl Strategy<Value = Stamp> {
    let text = (any::<u64>(), any::<i64>(), any::<i64>(), any::<u64>());
    text.prop_map(|(size, mtime, ctime, inode)| {
        let json = format!("{{\"size\":{size},\"mtime\":{mtime},\"ctime\":{ctime},\"inode\":{inode}}}");
        serde_json::from_str(&json).unwrap()
    })
}

fn file() -> impl Strategy<Value = KeyFile> {
    let role = prop_oneof![Just(Role::Task), Just(Role::Module), Just(Role::Input), Just(Role::Output)];
    (role, name(), proptest::option::of(name()), content()).prop_map(|(role, path, name, content)| KeyFile {
        role,
        path,
        name,
        content,
    })
}

fn key() -> impl Strategy<Value = Key> {
    let words = proptest::collection::vec(".{0,9}", 0..4);
    let env = proptest::collection::vec(("[A-Z]{1,3}", proptest::option::of(".{0,5}")), 0..3);
    (words, proptest::option::of("3\\.[0-9]{1,2}"), env, proptest::collection::vec(file(), 0..4))
        .prop_map(|(command, python, env, files)| Key { command, python, env, files })
}

fn record() -> impl Strategy<Value = Record> {
    let how =
        prop_oneof![".{0,20}".prop_map(Ending::Failed), Just(Ending::Stopped), ".{0,9}".prop_map(Ending::Outdated)];
    prop_oneof![
        (name(), name(), any::<i64>(), proptest::option::of(name()), proptest::collection::vec(name(), 0..3))
            .prop_map(|(unit, run, at, item, makes)| Record::Start { unit, run, at, item, makes }),
        (name(), name(), any::<i64>(), any::<u64>(), proptest::option::of(name()), key())
            .prop_map(|(unit, run, at, took, item, key)| Record::Done(Done { unit, run, at, took, item, key })),
        (name(), name(), any::<i64>(), how).prop_map(|(unit, run, at, how)| Record::End { unit, run, at, how }),
        name().prop_map(|unit| Record::Gone { unit }),
        (name(), stamp(), content()).prop_map(|(path, stamp, content)| Record::File { path, stamp, content }),
        (name(), stamp(), name()).prop_map(|(path, stamp, version)| Record::Program { path, stamp, version }),
    ]
}

fn records() -> impl Strategy<Value = Vec<Record>> {
    proptest::collection::vec(record(), 0..12)
}

/// What the records say, one after another.
fn said(records: &[Record]) -> Remembered {
    let mut remembered = Remembered::default();
    records.iter().cloned().for_each(|record| remembered.take(record));
    remembered
}

/// A journal's text with these records, and where each line ends.
fn text_of(records: &[Record]) -> (Vec<u8>, Vec<usize>) {
    let mut text = HEADER.to_owned();
    let mut ends = vec![text.len()];
    let mut checksum = 0;
    for record in records {
        checksum = write_lines(std::slice::from_ref(record), checksum, &mut text).unwrap();
        ends.push(text.len());
    }
    (text.into_bytes(), ends)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2000, ..ProptestConfig::default() })]

    #[test]
    fn what_is_written_is_read(records in records()) {
        let (text, _) = text_of(&records);
        let sound = read(&text);
        prop_assert_eq!(sound.length, text.len());
        prop_assert_eq!(sound.lines, records.len());
        prop_assert_eq!(sound.remembered, said(&records));
    }

    #[test]
    fn a_line_is_taken_apart_as_the_general_reader_does(record in record(), from in any::<prop::sample::Index>(), by in "[\"\\\\,:{}0a-]?") {
        let mut json = serde_json::to_string(&record).unwrap();
        for _ in 0..2 {
            let mut quick = Remembered::default();
            if line::take(&json, &mut quick, &mut "".into()).is_some() {
                prop_assert_eq!(quick, said(&[serde_json::from_str(&json).unwrap()]), "{}", json);
            } else {
                prop_assert_eq!(quick, Remembered::default());
            }
            // Once more with a sign in the place of another.
            let from = from.index(json.len());
            if json.is_char_boundary(from) && json.is_char_boundary(from + 1) {
                json.replace_range(from..=from, &by);
            }
        }
    }

    #[test]
    fn a_torn_journal_is_read_up_to_its_last_whole_line(records in records(), cut in 0..4000_usize) {
        let (text, ends) = text_of(&records);
        let cut = cut % (text.len() + 1);
        let whole = ends.iter().filter(|end| **end <= cut).count();
        let sound = read(&text[..cut]);
        prop_assert_eq!(sound.length, ends[..whole].last().copied().unwrap_or(0));
        prop_assert_eq!(sound.remembered, said(&records[..whole.saturating_sub(1)]));
    }

    #[test]
    fn a_changed_byte_ends_the_reading_at_its_line(records in records(), at in any::<usize>(), flip in 1..=255_u8) {
        let (mut text, ends) = text_of(&records);
        let at = at % text.len();
        text[at] ^= flip;
        let whole = ends.iter().filter(|end| **end <= at).count();
        let sound = read(&text);
        prop_assert_eq!(sound.length, ends[..whole].last().copied().unwrap_or(0));
        prop_assert_eq!(sound.remembered, said(&records[..whole.saturating_sub(1)]));
    }

    #[test]
    fn lines_count_only_where_they_were_written(
        records in proptest::collection::vec(record(), 2..12),
        from in any::<usize>(),
        to in any::<usize>(),
    ) {
        let (text, ends) = text_of(&records);
        let from = from % records.len();
        // Anywhere but before or behind itself.
        let to = (from + 2 + to % (records.len() - 1)) % (records.len() + 1);
        // A whole line, copied to another place.
        let mut spliced = text[..ends[to]].to_vec();
        spliced.extend_from_slice(&text[ends[from]..ends[from + 1]]);
        spliced.extend_from_slice(&text[ends[to]..]);
        prop_assert_eq!(read(&spliced).remembered, said(&records[..to]));
    }

    #[test]
    fn a_new_file_says_the_same(records in records()) {
        let mut remembered = said(&records);
        let (text, _) = remembered.journal().unwrap();
        let anew = read(text.as_bytes()).remembered;
        let keys = remembered.units.values().flat_map(|past| &past.done).flat_map(|done| done.key().files);
        let used: Vec<KeyFile> = keys.collect();
        let is_used = |path: &Arc<str>| used.iter().any(|file| Path::new(&**path).ancestors().any(|path| path == Path::new(&*file.path)));
        remembered.files.retain(|path, _| is_used(path));
        prop_assert_eq!(anew, remembered);
    }

    #[test]
    fn any_bytes_are_read_or_not(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
        let with_header = [HEADER.as_bytes(), &bytes].concat();
        prop_assert_eq!(read(&with_header).remembered, Remembered::default());
        prop_assert_eq!(read(&bytes).length, 0);
    }
}

fn start(unit: &str) -> Record {
    Record::Start { unit: unit.into(), run: "run".into(), at: 7, item: None, makes: Vec::new() }
}

#[test]
fn a_journal_goes_on_behind_what_is_sound() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("journal");
    let (mut journal, remembered) = Journal::open(&path).unwrap();
    assert_eq!(remembered, Remembered::default());
    journal.append(&[start("a"), start("b")]).unwrap();
    journal.append(&[start("c")]).unwrap();
    journal.sync().unwrap();
    drop(journal);
    let mut bytes = std::fs::read(&path).unwrap();
    bytes.truncate(bytes.len() - 5);
    std::fs::write(&path, &bytes).unwrap();
    let (mut journal, remembered) = Journal::open(&path).unwrap();
    assert_eq!(remembered, said(&[start("a"), start("b")]));
    journal.append(&[start("d")]).unwrap();
    assert_eq!(load(&path).unwrap(), said(&[start("a"), start("b"), start("d")]));
}

#[test]
fn another_version_is_as_good_as_none() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("journal");
    let lines = &text_of(&[start("a")]).0[HEADER.len()..];
    for header in ["loom-journal 2\n", "", "\0\0\0\0", "loom-journal 1"] {
        std::fs::write(&path, [header.as_bytes(), lines].concat()).unwrap();
        let (mut journal, remembered) = Journal::open(&path).unwrap();
        assert_eq!(remembered, Remembered::default(), "{header:?}");
        journal.append(&[start("b")]).unwrap();
        assert_eq!(load(&path).unwrap(), said(&[start("b")]), "{header:?}");
    }
}

#[test]
fn no_journal_says_nothing_and_one_that_cannot_be_read_is_an_error() {
    let folder = tempfile::tempdir().unwrap();
    assert_eq!(load(&folder.path().join("journal")).unwrap(), Remembered::default());
    assert!(load(folder.path()).is_err(), "a folder is no journal");
}

#[test]
fn outdated_lines_go_when_they_are_most() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("journal");
    let lines = |path: &Path| std::fs::read_to_string(path).unwrap().lines().count() - 1;
    let stamp = serde_json::from_str(r#"{"size":1,"mtime":2,"ctime":3,"inode":4}"#).unwrap();
    let file = |path: &str| Record::File { path: path.into(), stamp, content: Content::Other };
    let program = |path: &str| Record::Program { path: path.into(), stamp, version: "3.11".into() };
    let uses = |path: &str| {
        let input = KeyFile { role: Role::Input, path: path.into(), name: None, content: Content::Other };
        let key = Key { files: vec![input], ..Key::default() };
        Record::Done(Done { unit: path.into(), run: "run".into(), at: 7, took: 1, item: None, key })
    };
    // A file in a folder that a unit reads is of use as well.
    let of_files = [uses("f"), uses("g"), file("f"), file("g/deep")];
    let needed = [&[start("a")], &of_files[..], &[program("p"), program("q"), program("r")]].concat();
    let (mut journal, _) = Journal::open(&path).unwrap();
    journal.append(&needed).unwrap();
    // As many as are borne: two for each that is needed.
    let borne = 2 * needed.len() + OUTDATED_AT_LEAST;
    let more: Vec<Record> = (needed.len()..borne).map(|_| start("a")).collect();
    journal.append(&more).unwrap();
    assert_eq!(lines(&path), borne);
    drop(journal);
    Journal::open(&path).unwrap();
    assert_eq!(lines(&path), borne);
    let (mut journal, _) = Journal::open(&path).unwrap();
    journal.append(&[start("a")]).unwrap();
    drop(journal);
    let (mut journal, remembered) = Journal::open(&path).unwrap();
    assert_eq!((lines(&path), remembered), (needed.len(), said(&needed)));
    journal.append(&[start("b")]).unwrap();
    assert_eq!(load(&path).unwrap(), said(&[&needed[..], &[start("b")]].concat()));
    assert_eq!(folder.path().read_dir().unwrap().count(), 1);
}

#[test]
fn a_journal_that_cannot_be_written_takes_no_more_and_says_why() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("journal");
    let (mut journal, _) = Journal::open(&path).unwrap();
    journal.append(&[start("a")]).unwrap();
    journal.file = File::open(&path).unwrap();
    let error = journal.append(&[start("b")]).unwrap_err();
    assert!(error.starts_with(&format!("cannot write {}: ", path.display())), "{error}");
    assert_eq!(journal.append(&[start("c")]).unwrap_err(), error);
    assert_eq!(journal.broken(), Some(&*error));
    assert_eq!(load(&path).unwrap(), said(&[start("a")]));
}

/// A file that cannot grow is what a full disk is: what is there can be changed and cut off, and nothing can be added.
#[cfg(target_os = "linux")]
#[test]
fn what_was_written_in_part_is_cut_off() {
    use std::io::{Seek, SeekFrom};

    use rustix::fs::{MemfdFlags, SealFlags, fcntl_add_seals, memfd_create};

    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("journal");
    let (mut journal, _) = Journal::open(&path).unwrap();
    journal.append(&[start("a")]).unwrap();
    journal.append(&[start("b"), start("c")]).unwrap();
    let whole = std::fs::read(&path).unwrap();
    let mut full = File::from(memfd_create("journal", MemfdFlags::ALLOW_SEALING).unwrap());
    full.write_all(&whole).unwrap();
    full.write_all(b"torn").unwrap();
    fcntl_add_seals(&full, SealFlags::GROW).unwrap();
    journal.file = full.try_clone().unwrap();
    journal.append(&[start("d")]).unwrap_err();
    let mut left = Vec::new();
    full.seek(SeekFrom::Start(0)).unwrap();
    full.read_to_end(&mut left).unwrap();
    assert_eq!(left, whole);
}

#[test]
fn what_is_written_is_on_the_disk_in_a_moment() {
    let folder = tempfile::tempdir().unwrap();
    let (mut journal, _) = Journal::open(&folder.path().join("journal")).unwrap();
    assert_eq!(journal.sync_in(), None);
    journal.append(&[start("a")]).unwrap();
    assert!(journal.sync_in().is_some_and(|left| left <= SYNC_AFTER));
    journal.sync().unwrap();
    assert_eq!(journal.sync_in(), None);
    journal.unsynced_since = Instant::now().checked_sub(SYNC_AFTER);
    journal.append(&[start("b")]).unwrap();
    assert_eq!(journal.sync_in(), None, "it was due");
}

#[test]
fn a_success_counts_until_the_next_start() {
    let done =
        |at| Record::Done(Done { unit: "a".into(), run: "r".into(), at, took: 3, item: None, key: Key::default() });
    let success = |records: &[Record]| said(records).units["a"].success().map(|done| done.at);
    assert_eq!(success(&[done(1)]), Some(1));
    assert_eq!(success(&[done(1), start("a")]), None);
    assert_eq!(success(&[done(1), start("a"), done(2)]), Some(2));
    let end = Record::End { unit: "a".into(), run: "r".into(), at: 4, how: Ending::Stopped };
    assert_eq!(success(&[done(1), start("a"), end.clone()]), None);
    let past = said(&[done(1), start("a"), end]).units["a"].clone();
    assert_eq!(
        past.since,
        Some(Box::new(Since { run: "r".into(), at: 4, how: Some(Ending::Stopped), item: None, makes: Vec::new() }))
    );
    assert!(past.done.is_some());
    assert!(said(&[done(1), Record::Gone { unit: "a".into() }]).units.is_empty());
}
