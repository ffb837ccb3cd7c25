//! Real files in real folders, those among them that nobody would like to meet.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;

use loom_exec::{Project, Settings};
use proptest::prelude::*;

use super::*;
use crate::api::{Board, Card, CardKind, DataState, FileKind, Preview, PreviewKind, States, Text};

mod made;

/// A folder with a pipeline in it, and something beside it that is nobody's business.
struct Place {
    folder: tempfile::TempDir,
}

impl Place {
    fn new(pipeline: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir(folder.path().join("p")).unwrap();
        fs::write(folder.path().join("secret.txt"), "a secret").unwrap();
        let place = Self { folder };
        place.write("pipeline.yml", pipeline);
        place
    }

    /// A pipeline with one data node for each of these paths: `a`, `b`, `c` and so on.
    fn with_data(paths: &[&str]) -> Self {
        let entries = paths.iter().zip('a'..).map(|(path, name)| format!("  {name}: {}\n", quoted(path)));
        Self::new(&format!(
            "data:\n{}pipeline: [{{name: s, command: [x], inputs: {{i: $a}}}}]\n",
            entries.collect::<String>()
        ))
    }

    fn path(&self) -> std::path::PathBuf {
        self.folder.path().join("p")
    }

    fn write(&self, path: &str, text: impl AsRef<[u8]>) {
        let path = self.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    fn project(&self) -> Project {
        Project::open(self.path(), Settings::with_environment(std::env::vars_os())).unwrap()
    }

    fn preview(&self, id: &str) -> Preview {
        preview(&locate(&self.project(), id).unwrap(), 0, 10).unwrap()
    }

    fn is_found(&self, id: &str) -> bool {
        let found = locate(&self.project(), id);
        if let Err(refused) = &found {
            assert_eq!(refused.code, "not_found");
        }
        found.is_ok()
    }

    fn states(&self, watch: &mut DataWatch, ids: &[&str]) -> Vec<DataState> {
        watch.look(&self.project(), &board(ids), &[])
    }
}

fn quoted(text: &str) -> String {
    serde_json::to_string(text).unwrap()
}

fn board(ids: &[&str]) -> Board {
    let text = Text { shown: String::new(), full: String::new() };
    let card = |id: &&str| Card {
        id: (*id).to_owned(),
        kind: CardKind::Data,
        label: text.clone(),
        sub: None,
        data_type: None,
        x: 0.0,
        y: 0.0,
        w: 0.0,
        h: 0.0,
        pinned: false,
        frame: None,
        ports: Vec::new(),
        slot: true,
        badges: Vec::new(),
        units: None,
        members: Vec::new(),
        foldable: false,
        branch: None,
        problem: None,
        line: 1,
    };
    Board { cards: ids.iter().map(card).collect(), ..Board::default() }
}

fn fifo(path: &Path) {
    let mode = rustix::fs::Mode::from_raw_mode(0o600);
    rustix::fs::mknodat(rustix::fs::CWD, path, rustix::fs::FileType::Fifo, mode, 0).unwrap();
}

#[test]
fn what_the_pipeline_does_not_name_is_not_found() {
    let place = Place::with_data(&["in.txt", "../secret.txt", "link.txt", "inner.txt", "missing.txt", "folder"]);
    place.write("in.txt", "x");
    place.write("folder/one.txt", "x");
    place.write("unnamed.txt", "x");
    symlink("../secret.txt", place.path().join("link.txt")).unwrap();
    symlink("in.txt", place.path().join("inner.txt")).unwrap();
    symlink("../../secret.txt", place.path().join("folder/out.txt")).unwrap();
    symlink("one.txt", place.path().join("folder/two.txt")).unwrap();
    // A data node that leads out by what it says may; one that a link leads out may not.
    for (id, expected) in [
        ("data:a", true),
        ("data:b", true),
        ("data:c", false),
        ("data:d", true),
        ("data:e", false),
        ("data:f", true),
        ("data:f@one.txt", true),
        ("data:f@two.txt", true),
        ("data:f@out.txt", false),
        ("data:f@../in.txt", false),
        ("data:f@../../secret.txt", false),
        ("data:f@.", false),
        ("data:f@..", false),
        ("data:f@", false),
        ("data:f@/etc/passwd", false),
        ("data:f@one.txt/", false),
        ("data:f@one.txt\0", false),
        ("data:a@in.txt", false),
        ("data:b@secret.txt", false),
        ("path:in.txt", false),
        ("path:unnamed.txt", false),
        ("path:../secret.txt", false),
        ("path:/etc/passwd", false),
        ("data:/etc/passwd", false),
        ("/etc/passwd", false),
        ("data:", false),
        ("", false),
        ("step:s", false),
    ] {
        assert_eq!(place.is_found(id), expected, "{id}");
    }
    // The refusal of what is there is that of what is not.
    let refused = |id| locate(&place.project(), id).unwrap_err();
    assert_eq!(refused("data:c").code, refused("data:e").code);
    assert_eq!(refused("data:c").message.replace("`c`", ""), refused("data:e").message.replace("`e`", ""));
}

#[test]
fn a_path_that_steps_write_out_is_found_in_the_folder_only() {
    let place = Place::new("pipeline: [{name: s, command: [x], inputs: {i: in.txt, o: ../secret.txt}}]\n");
    place.write("in.txt", "x");
    assert!(place.is_found("path:in.txt"));
    assert!(!place.is_found("path:../secret.txt"));
}

#[test]
fn a_file_that_becomes_a_link_is_not_followed() {
    let place = Place::with_data(&["a/b.txt"]);
    place.write("a/b.txt", "x");
    let located = locate(&place.project(), "data:a").unwrap();
    fs::remove_file(place.path().join("a/b.txt")).unwrap();
    symlink("../../secret.txt", place.path().join("a/b.txt")).unwrap();
    assert!(preview(&located, 0, 10).is_err() && raw(&located).is_err());
    // The same with the folder around it.
    fs::remove_dir_all(place.path().join("a")).unwrap();
    fs::create_dir(place.folder.path().join("elsewhere")).unwrap();
    fs::write(place.folder.path().join("elsewhere/b.txt"), "a secret").unwrap();
    symlink("../elsewhere", place.path().join("a")).unwrap();
    assert!(preview(&located, 0, 10).is_err() && raw(&located).is_err() && thumb(&located, 10).is_err());
}

#[test]
fn nobody_waits_for_pipes_sockets_and_devices() {
    let place = Place::with_data(&["pipe", "socket", "/dev/zero", "image.png"]);
    fifo(&place.path().join("pipe"));
    fifo(&place.path().join("image.png"));
    let _socket = std::os::unix::net::UnixListener::bind(place.path().join("socket")).unwrap();
    for id in ["data:a", "data:b", "data:c", "data:d"] {
        let located = locate(&place.project(), id).unwrap();
        let preview = preview(&located, 0, 10).unwrap();
        assert_eq!(preview.content, PreviewKind::Binary { head: String::new() }, "{id}");
        assert!(raw(&located).is_err() && thumb(&located, 10).is_err(), "{id}");
        assert!(content_type_of(&located).ends_with("octet-stream"));
    }
    let states = place.states(&mut DataWatch::default(), &["data:a", "data:b", "data:c", "data:d"]);
    assert!(states.iter().all(|state| state.exists && state.kind == Some(FileKind::Binary) && !state.thumb));
}

#[test]
fn tables_with_quotes_newlines_and_marks() {
    let place = Place::with_data(&["t.csv", "t.tsv", "latin.csv", "ragged.csv", "empty.csv", "open.csv"]);
    place.write("t.csv", "\u{feff}name,\"a \"\"b\"\"\"\n\"x,\ny\",2\n");
    place.write("t.tsv", "a\tb\n1\t2\n");
    place.write("latin.csv", b"gr\xfc\xdfe\nx\n");
    place.write("ragged.csv", "a,b\n1\n1,2,3\n");
    place.write("empty.csv", "");
    place.write("open.csv", "a\n\"never closed\n1\n2\n");
    let table = |id| match place.preview(id).content {
        PreviewKind::Table { columns, rows, total, .. } => (columns, rows, total),
        other => panic!("{other:?}"),
    };
    let words = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect::<Vec<_>>();
    assert_eq!(table("data:a"), (words(&["name", "a \"b\""]), vec![words(&["x, y", "2"])], Some(1)));
    assert_eq!(table("data:b"), (words(&["a", "b"]), vec![words(&["1", "2"])], Some(1)));
    assert_eq!(table("data:c").0, words(&["gr\u{fffd}\u{fffd}e"]));
    assert_eq!(table("data:d"), (words(&["a", "b"]), vec![words(&["1"]), words(&["1", "2", "3"])], Some(2)));
    assert_eq!(table("data:e"), (vec![], vec![], Some(0)));
    assert_eq!(table("data:f").2, Some(1));
    let states = place.states(&mut DataWatch::default(), &["data:a"]);
    assert_eq!(states[0].lines, ["name,\"a \"\"b\"\"\"", "\"x,", "y\",2"]);
}

#[test]
fn rows_are_told_from_an_offset_on() {
    let place = Place::with_data(&["t.csv"]);
    let rows: String = (0..3_000).map(|row| format!("{row},{}\n", "x".repeat(400))).collect();
    place.write("t.csv", format!("n,x\n{rows}"));
    let located = locate(&place.project(), "data:a").unwrap();
    let PreviewKind::Table { rows, offset, total, .. } = preview(&located, 2_500, 5_000).unwrap().content else {
        panic!()
    };
    assert_eq!((&*rows[0][0], rows.len(), offset, total), ("2500", 500, 2_500, Some(3_000)));
    assert_eq!(rows[0][1].chars().count(), 300);
    let PreviewKind::Table { rows, .. } = preview(&located, 0, usize::MAX).unwrap().content else { panic!() };
    assert_eq!(rows.len(), 1_000);
    let PreviewKind::Table { rows, total, .. } = preview(&located, usize::MAX, 1).unwrap().content else { panic!() };
    assert_eq!((rows.len(), total), (0, Some(3_000)));
}

#[test]
fn files_of_any_size_cost_little() {
    let place = Place::with_data(&["sparse.txt", "sparse.csv", "sparse.json", "sparse.png", "long.txt"]);
    for name in ["sparse.txt", "sparse.csv", "sparse.json", "sparse.png"] {
        let file = fs::File::create(place.path().join(name)).unwrap();
        file.set_len(1 << 40).unwrap();
    }
    place.write("long.txt", format!("a{}", "\u{20ac}".repeat(200_000)));
    for id in ["data:a", "data:b", "data:c", "data:d"] {
        let preview = place.preview(id);
        assert_eq!(preview.size, 1 << 40);
        assert!(matches!(preview.content, PreviewKind::Binary { .. }), "{id}");
        assert!(thumb(&locate(&place.project(), id).unwrap(), 10).is_err());
    }
    let PreviewKind::Text { text, cut } = place.preview("data:e").content else { panic!() };
    assert!(cut && text.ends_with('\u{20ac}') && text.len() <= 256 << 10);
    let states = place.states(&mut DataWatch::default(), &["data:a", "data:e"]);
    assert_eq!((states[0].size, states[1].lines[0].chars().count()), (Some(1 << 40), 60));
}

#[test]
fn kinds_are_told_by_names_and_first_bytes() {
    let place = Place::with_data(&[
        "x.json",
        "broken.json",
        "page.html",
        "x.svg",
        "x.pdf",
        "x.mp4",
        "noname",
        "BMI.txt",
        "bin.txt",
    ]);
    place.write("x.json", "\u{feff}{\"b\": [1], \"a\": null}");
    place.write("broken.json", "{\"loss\": NaN}");
    place.write("page.html", "<script>alert(1)</script>");
    place.write("x.svg", "<svg onload='alert(1)'/>");
    place.write("x.pdf", "%PDF-1.4\n");
    place.write("x.mp4", b"\0\0\0\x18ftypmp42");
    place.write("noname", "words");
    place.write("BMI.txt", "BMI of all, by age");
    place.write("bin.txt", b"a\0b");
    let kinds: Vec<(String, &str)> = ('a'..='i')
        .map(|name| {
            let located = locate(&place.project(), &format!("data:{name}")).unwrap();
            let kind = match preview(&located, 0, 10).unwrap().content {
                PreviewKind::Json { .. } => "json",
                PreviewKind::Text { .. } => "text",
                PreviewKind::Binary { .. } => "binary",
                PreviewKind::Image { .. } | PreviewKind::Table { .. } | PreviewKind::Folder { .. } => "other",
            };
            (kind.to_owned(), content_type_of(&located))
        })
        .collect();
    let plain = "text/plain; charset=utf-8";
    let expected = [
        ("json", plain),
        ("text", plain),
        ("text", plain),
        ("text", plain),
        ("binary", "application/octet-stream"),
        ("binary", "video/mp4"),
        ("text", plain),
        ("text", plain),
        ("binary", "application/octet-stream"),
    ];
    assert_eq!(kinds, expected.map(|(kind, mime)| (kind.to_owned(), mime)));
}

fn png(width: u32, height: u32) -> Vec<u8> {
    let mut bytes = std::io::Cursor::new(Vec::new());
    image::DynamicImage::new_rgb8(width, height).write_to(&mut bytes, image::ImageFormat::Png).unwrap();
    bytes.into_inner()
}

#[test]
fn pictures_are_made_small_and_broken_ones_are_none() {
    let place = Place::with_data(&["a.png", "cut.png", "bomb.png", "empty.png", "x.gif", "tall.png", "text.png"]);
    let good = png(1_000, 500);
    place.write("a.png", &good);
    place.write("cut.png", &good[..good.len() / 2]);
    // A head that promises 60,000 pixels each way; its checksum does not fit either, which no reader of sizes looks at.
    let mut bomb = good.clone();
    bomb[16..24].copy_from_slice(&[0, 0, 0xea, 0x60, 0, 0, 0xea, 0x60]);
    place.write("bomb.png", bomb);
    place.write("empty.png", "");
    place.write("x.gif", b"GIF89a\xff\xff\xff\xff\x80\0\0");
    place.write("tall.png", png(2, 5_000));
    place.write("text.png", "no picture");
    let located = |id: &str| locate(&place.project(), id).unwrap();
    assert_eq!(place.preview("data:a").content, PreviewKind::Image { width: 1_000, height: 500 });
    for (width, expected) in [(100, (100, 50)), (0, (1, 1)), (9_999, (480, 240))] {
        let small = image::load_from_memory(&thumb(&located("data:a"), width).unwrap()).unwrap();
        assert_eq!((small.width(), small.height()), expected);
    }
    let small = image::load_from_memory(&thumb(&located("data:f"), 100).unwrap()).unwrap();
    assert!(small.height() <= 480);
    for id in ["data:b", "data:c", "data:d", "data:e", "data:g"] {
        assert!(thumb(&located(id), 100).is_err(), "{id}");
        preview(&located(id), 0, 10).unwrap();
    }
}

#[test]
fn a_folder_is_listed_and_its_files_can_be_asked_for() {
    let place = Place::with_data(&["folder"]);
    place.write("folder/b.txt", "bb");
    place.write("folder/sub/c.txt", "x");
    place.write("folder/o\"dd\n n@me;$(x).txt", "x");
    symlink("/etc/passwd", place.path().join("folder/passwd")).unwrap();
    let PreviewKind::Folder { entries, total } = place.preview("data:a").content else { panic!() };
    let names: Vec<_> = entries.iter().map(|entry| (&*entry.name, entry.size, entry.folder)).collect();
    let odd = "o\"dd\n n@me;$(x).txt";
    assert_eq!((total, names), (4, vec![("b.txt", 2, false), (odd, 1, false), ("passwd", 0, false), ("sub", 0, true)]));
    let facts = facts(&place.project(), "data:a", &States::default()).unwrap();
    let files: Vec<_> = facts.instances.iter().map(|file| &*file.label).collect();
    assert_eq!(files, ["b.txt", odd, "passwd"]);
    let located = locate(&place.project(), &facts.instances[1].id).unwrap();
    let (_, name) = raw(&located).unwrap();
    assert_eq!(name, "o_dd_ n@me;$(x).txt");
    assert!(!place.is_found("data:a@passwd"));
}

#[test]
fn what_has_not_changed_is_not_read_again() {
    let place = Place::with_data(&["a.txt", "b.json"]);
    place.write("b.json", "{\"loss\": 0.5, \"name\": \"x\"}");
    let ids = ["data:a", "data:b"];
    let mut watch = DataWatch::default();
    let first = place.states(&mut watch, &ids);
    assert!(!first[0].exists && first[1].exists);
    assert_eq!(first[1].lines, ["{", "  \"loss\": 0.5,", "  \"name\": \"x\"", "}"]);
    assert_eq!(first[1].numbers, [("loss".to_owned(), "0.5".to_owned())]);
    assert_eq!(place.states(&mut watch, &ids), first);
    place.write("a.txt", "one\ntwo\u{7}\n");
    let second = place.states(&mut watch, &ids);
    assert_eq!((second[0].exists, &*second[0].lines), (true, &["one".to_owned(), "two ".to_owned()][..]));
    assert_ne!(second[0].etag, first[0].etag);
    fs::remove_file(place.path().join("a.txt")).unwrap();
    assert_eq!(place.states(&mut watch, &ids)[0], first[0]);
}

#[test]
fn what_a_link_leads_out_to_is_there_but_not_shown() {
    let place = Place::with_data(&["link.txt"]);
    symlink("../secret.txt", place.path().join("link.txt")).unwrap();
    let states = place.states(&mut DataWatch::default(), &["data:a"]);
    assert!(states[0].exists);
    assert!(!states[0].lines.concat().contains("secret"));
}

proptest! {
    #[test]
    fn no_id_leads_out_of_the_folder(
        card in prop::sample::select(vec!["data:a", "data:f", "path:in.txt", "path:", "data:", ""]),
        parts in prop::collection::vec(
            prop::sample::select(vec!["@", "/", "..", ".", "out", "secret.txt", "one.txt", "sub", "\\", "%2e%2e", "\0", "//"]), 0..8
        ),
    ) {
        let place = Place::with_data(&["in.txt", "b", "c", "d", "e", "folder"]);
        place.write("in.txt", "inside");
        place.write("folder/one.txt", "inside");
        place.write("folder/sub/two.txt", "inside");
        symlink("../..", place.path().join("folder/out")).unwrap();
        symlink("../../secret.txt", place.path().join("folder/secret.txt")).unwrap();
        let id = format!("{card}{}", parts.concat());
        if let Ok(located) = locate(&place.project(), &id) {
            match preview(&located, 0, 10).unwrap().content {
                PreviewKind::Text { text, .. } => prop_assert_eq!(text, "inside", "{}", id),
                PreviewKind::Folder { entries, .. } => prop_assert!(entries.iter().all(|entry| entry.name != "p"), "{}", id),
                other => prop_assert!(false, "{}: {:?}", id, other),
            }
        }
    }
}
