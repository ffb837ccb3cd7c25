use std::os::unix::fs::symlink;

use super::*;

struct Folder {
    temporary: tempfile::TempDir,
    contents: Contents,
}

impl Folder {
    fn new() -> Self {
        let temporary = tempfile::tempdir().unwrap();
        let contents = Contents::new(temporary.path(), HashMap::default());
        Self { temporary, contents }
    }

    fn write(&self, path: &str, text: &str) -> &Self {
        let path = self.temporary.path().join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
        self
    }

    fn of(&self, path: &str) -> Content {
        self.contents.of(path, path, &|_| false, &|| false).unwrap()
    }
}

#[test]
fn content_is_told_as_text_and_back() {
    let hash = *b"0123456789abcdef";
    for content in [Content::Nothing, Content::Other, Content::File(hash), Content::Folder(hash)] {
        assert_eq!(Content::try_from(String::from(content)), Ok(content));
    }
    assert_eq!(String::from(Content::File([0xab; 16])), format!("f{}", "ab".repeat(16)));
    for wrong in ["", "x", "f", "f0", &format!("f{}", "g".repeat(32)), &format!("d{}", "0".repeat(33))] {
        assert!(Content::try_from(wrong.to_owned()).is_err(), "{wrong}");
    }
}

#[test]
fn a_file_is_its_bytes() {
    let folder = Folder::new();
    folder.write("a", "same").write("b", "same").write("c", "other").write("empty", "");
    assert_eq!(folder.of("a"), folder.of("b"));
    assert_ne!(folder.of("a"), folder.of("c"));
    assert_eq!(folder.of("none"), Content::Nothing);
    assert_eq!(folder.of("a/none"), Content::Nothing);
    // By `printf same | b3sum`.
    let hash = blake3::hash(b"same");
    assert_eq!(folder.of("a"), Content::File(hash.as_bytes()[..16].try_into().unwrap()));
    assert!(matches!(folder.of("empty"), Content::File(_)));
    assert_eq!(folder.of("/dev/null"), Content::Other);
    symlink("a", folder.temporary.path().join("link")).unwrap();
    assert_eq!(folder.of("link"), folder.of("a"));
    symlink("nowhere", folder.temporary.path().join("dangling")).unwrap();
    assert_eq!(folder.of("dangling"), Content::Nothing);
}

#[test]
fn a_folder_is_the_names_and_contents_in_it() {
    let folder = Folder::new();
    folder.write("x/a", "1").write("x/deep/b", "2").write("y/a", "1").write("y/deep/b", "2");
    let before = folder.of("x");
    assert_eq!(before, folder.of("y"));
    for (path, text) in [("y/a", "2"), ("y/c", "1"), ("y/deep/c", ""), ("y/deep/b", "1")] {
        let known = folder.of("y");
        folder.write(path, text);
        assert_ne!(folder.of("y"), known, "{path}");
    }
    std::fs::rename(folder.temporary.path().join("x/a"), folder.temporary.path().join("x/b")).unwrap();
    assert_ne!(folder.of("x"), before);
    std::fs::rename(folder.temporary.path().join("x/b"), folder.temporary.path().join("x/a")).unwrap();
    assert_eq!(folder.of("x"), before);
    // A name is told apart from a folder with a name in it.
    folder.write("p/ab", "").write("q/a/b", "");
    assert_ne!(folder.of("p"), folder.of("q"));
}

#[test]
fn what_does_not_count_does_not_change_a_folder() {
    let folder = Folder::new();
    folder.write("x/a", "1");
    let before = folder.of("x");
    folder.write("x/__pycache__/a.pyc", "1");
    std::fs::create_dir_all(folder.temporary.path().join("x/empty/deep")).unwrap();
    assert_eq!(folder.of("x"), before);
    folder.write("x/other", "1").write("x/in/other", "1");
    let left_out = |place: &str| ["x/other", "x/in/other"].contains(&place);
    assert_eq!(folder.contents.of("x", "x", &left_out, &|| false).unwrap(), before);
    // In the pipeline folder, what loom keeps is no content; elsewhere a name is a name.
    let whole = folder.contents.of(".", "", &|_| false, &|| false).unwrap();
    folder.write(".loom/lock", "").write(".loom-url-cache/a", "").write(".loom-thumbnails/a", "");
    assert_eq!(folder.contents.of(".", "", &|_| false, &|| false).unwrap(), whole);
    folder.write("plain", "");
    assert_ne!(folder.contents.of(".", "", &|_| false, &|| false).unwrap(), whole);
    folder.write("x/.loom/lock", "");
    assert_ne!(folder.of("x"), before);
    // A folder without anything is something else than none.
    std::fs::create_dir(folder.temporary.path().join("void")).unwrap();
    assert!(matches!(folder.of("void"), Content::Folder(_)));
}

#[test]
fn links_are_followed_and_a_circle_ends() {
    let folder = Folder::new();
    folder.write("x/a", "1").write("away/b", "2");
    let before = folder.of("x");
    let link = |target: &str, path: &str| symlink(target, folder.temporary.path().join(path)).unwrap();
    link("..", "x/up");
    let with_link = folder.of("x");
    assert_ne!(with_link, before);
    folder.write("away/b", "3");
    assert_ne!(folder.of("x"), with_link, "what a link leads to counts");
    link("nowhere", "x/dangling");
    assert_ne!(folder.of("x"), with_link);
}

#[test]
fn a_place_has_one_slash_between_its_names() {
    for (folder, expected) in [("", "a"), ("x", "x/a"), ("x/", "x/a"), ("/", "/a"), ("x/y", "x/y/a")] {
        assert_eq!(inside(folder, "a"), expected, "{folder}");
    }
}

#[test]
fn what_went_away_is_nothing_and_what_cannot_be_read_is_an_error() {
    let folder = Folder::new();
    folder.write("a", "1").write("x/b", "1");
    let at = |path: &str| folder.temporary.path().join(path);
    symlink("round", at("round")).unwrap();
    symlink("round", at("x/round")).unwrap();
    let of = |path| folder.contents.of(path, path, &|_| false, &|| false);
    assert!(of("round").is_err(), "it leads nowhere, but it is not nothing");
    assert!(of("x").is_err());
    // As if there had been a file when it was looked at, and something else when it is read.
    let metadata = at("a").metadata().unwrap();
    let read = |path| folder.contents.file(&at(path), &metadata, None, &|| false);
    assert_eq!(read("none").unwrap(), Content::Nothing);
    assert!(read("round").is_err());
    assert!(read("x").is_err(), "a folder has no bytes");
}

/// A stamp with this time of change, in nanoseconds.
fn changed_at(ctime: i64) -> Stamp {
    Stamp { size: 1, mtime: i64::MAX, ctime, inode: 1 }
}

#[test]
fn a_stamp_is_believed_two_seconds_after_the_change() {
    let at = |seconds| SystemTime::UNIX_EPOCH + Duration::from_secs(seconds);
    let second = 1_000_000_000;
    assert!(changed_at(98 * second).is_settled_at(at(100)));
    assert!(!changed_at(98 * second + 1).is_settled_at(at(100)));
    assert!(!changed_at(100 * second).is_settled_at(at(100)));
    assert!(!changed_at(200 * second).is_settled_at(at(100)), "a clock was in the future");
    assert!(changed_at(0).is_settled_at(at(100)));
    assert!(!changed_at(-1).is_settled_at(at(100)), "no file is as old as that");
}

#[test]
fn a_file_that_is_known_is_not_read_again_and_one_that_changed_is() {
    let folder = Folder::new();
    folder.write("young", "1");
    folder.of("young");
    assert_eq!(folder.contents.take_fresh(), [], "it may change again within the same moment");
    // A file of the system, which nobody changed for long.
    let old = "/etc/passwd";
    let found = folder.of(old);
    let fresh = folder.contents.take_fresh();
    let [Record::File { path, stamp, content }] = &fresh[..] else { panic!("{fresh:?}") };
    assert_eq!((&**path, *content), (old, found));
    assert_eq!(*stamp, Stamp::of(&std::fs::metadata(old).unwrap()));
    folder.of(old);
    assert_eq!(folder.contents.take_fresh(), []);
    // What is known is believed as long as nothing of the stamp differs.
    let made_up = Content::File([7; 16]);
    let stamp = *stamp;
    let known =
        |stamp| Contents::new(folder.temporary.path(), HashMap::from_iter([(Arc::from(old), (stamp, made_up))]));
    let of = |stamp| known(stamp).of(old, old, &|_| false, &|| false).unwrap();
    assert_eq!(of(stamp), made_up);
    assert_eq!(of(Stamp { size: stamp.size + 1, ..stamp }), found);
    assert_eq!(of(Stamp { mtime: stamp.mtime + 1, ..stamp }), found);
    assert_eq!(of(Stamp { ctime: stamp.ctime + 1, ..stamp }), found);
    assert_eq!(of(Stamp { inode: stamp.inode + 1, ..stamp }), found);
}

#[test]
fn reading_can_be_given_up() {
    let folder = Folder::new();
    folder.write("x/a", "1");
    for path in ["x", "x/a"] {
        let error = folder.contents.of(path, path, &|_| false, &|| true).unwrap_err();
        assert_eq!(error.to_string(), "the run was stopped");
    }
    assert_eq!(folder.contents.of("none", "none", &|_| false, &|| true).unwrap(), Content::Nothing);
}
