use std::io::Write;

use proptest::prelude::*;

use super::*;
use crate::api::LogSpan;

/// A log with this in it.
fn log(bytes: &[u8]) -> (tempfile::TempDir, LogFile) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.log");
    std::fs::write(&path, bytes).unwrap();
    let log = LogFile::open(&path);
    (folder, log)
}

fn shown(line: &LogLine) -> String {
    let span = |span: &LogSpan| match &*span.style {
        "" => span.text.clone(),
        style => format!("<{style}>{}</>", span.text),
    };
    line.spans.iter().map(span).collect()
}

fn lines(bytes: &[u8]) -> Vec<String> {
    let (_folder, mut log) = log(bytes);
    log.page(0, 10_000, None).lines.iter().map(shown).collect()
}

#[test]
fn a_line_is_what_a_terminal_shows() {
    for (raw, expected) in [
        (&b"plain"[..], "plain"),
        (b"a\r\n", "a"),
        (b"10 %\r20 %\r", "20 %"),
        (b"long\rab", "abng"),
        (b"long\r\x1b[Kab", "ab"),
        (b"long\x1b[2K\rab", "ab"),
        (b"ab\x08c", "ac"),
        (b"a\tb", "a       b"),
        (b"\x1b[1;31mred\x1b[0m plain", "<bold red>red</> plain"),
        (b"\x1b[38;5;196mx", "<red>x</>"),
        (b"\x1b[38:2:0:200:0mx", "<green>x</>"),
        (b"\x1b[90mx\x1b[39my", "<gray>x</>y"),
        (b"\x1b[4;44mx", "<underline bg-blue>x</>"),
        (b"\x1b[31;7mx", "<black bg-red>x</>"),
        (b"\x1b]8;;http://a\x1b\\link\x1b]8;;\x07!", "link!"),
        (b"\x1b[?25lhidden\x1b[?25h", "hidden"),
        (b"\x1b[2Aup\x1b(Bx", "upx"),
        (b"a\x1b[3Cb", "a   b"),
        (b"a\x1b[", "a"),
        (b"bad \xff\xfe utf \xe2\x82", "bad \u{fffd}\u{fffd} utf \u{fffd}"),
        ("gr\u{fc}\u{df} \u{20ac}".as_bytes(), "gr\u{fc}\u{df} \u{20ac}"),
        (b"nul\0bell\x07", "nulbell"),
        (b"<b>&amp;", "<b>&amp;"),
    ] {
        assert_eq!(lines(raw), [expected], "{:?}", String::from_utf8_lossy(raw));
    }
    assert!(lines(b"").is_empty());
    assert_eq!(lines(b"\n\na"), ["", "", "a"]);
    assert_eq!(lines(b"\x1b[32mgreen\nstill\x1b[m\nplain"), ["<green>green</>", "<green>still</>", "plain"]);
}

#[test]
fn a_long_line_is_cut_with_a_mark() {
    let (_folder, mut log) = log(&[vec![b'x'; 300_000], b"\nnext\n".to_vec()].concat());
    let page = log.page(0, 10, None);
    assert_eq!(page.lines[0].spans[0].text.len(), 4_000);
    assert_eq!(page.lines[0].spans[1].text, " … the line goes on");
    assert_eq!(shown(&page.lines[1]), "next");
    // A bar of progress that was written over and over again is short.
    let bar: Vec<u8> = (0..100_000).flat_map(|at| format!("\r{at:>6} of 100000").into_bytes()).collect();
    assert_eq!(lines(&bar), [" 99999 of 100000"]);
}

#[test]
fn pages_follow_a_file_that_grows_and_begins_anew() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.log");
    let mut log = LogFile::open(&path);
    assert_eq!(log.page(0, 10, None), LogPage::default());
    let mut file = std::fs::File::create(&path).unwrap();
    file.write_all(b"one\ntw").unwrap();
    let page = log.page(0, 10, None);
    assert_eq!((page.total, shown(&page.lines[1])), (2, "tw".to_owned()));
    file.write_all(b"o\nError: th").unwrap();
    let page = log.page(1, 10, None);
    assert_eq!((page.total, shown(&page.lines[0]), page.first_error), (3, "two".to_owned(), Some(2)));
    file.write_all(b"ree\n").unwrap();
    assert_eq!(log.page(9, 10, None).lines, []);
    assert_eq!(log.page(2, 10, None).first_error, Some(2));
    assert!(log.page(2, 10, None).lines[0].error);
    // Another file of the same name, and one that was emptied.
    std::fs::remove_file(&path).unwrap();
    std::fs::write(&path, "another, and no longer than it was\nx\n").unwrap();
    let page = log.page(0, 10, None);
    assert_eq!((page.total, page.first_error), (2, None));
    std::fs::write(&path, "x").unwrap();
    assert_eq!(log.page(0, 10, None).total, 1);
    std::fs::remove_file(&path).unwrap();
    assert_eq!(log.page(0, 10, None).total, 0);
}

#[test]
fn a_pipe_in_the_place_of_a_log_is_no_log() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.log");
    rustix::fs::mknodat(rustix::fs::CWD, &path, rustix::fs::FileType::Fifo, rustix::fs::Mode::from_raw_mode(0o600), 0)
        .unwrap();
    assert_eq!(LogFile::open(&path).page(0, 10, None).total, 0);
}

#[test]
fn a_search_finds_lines_whatever_their_case_and_colour() {
    let (_folder, mut log) = log("a loss\nnothing\nthe LO\x1b[31mSS\nSTRASSE \u{c4}\nlos\rlong".as_bytes());
    let matches = |log: &mut LogFile, query| log.page(0, 1, Some(query)).matches;
    assert_eq!(matches(&mut log, "Loss"), [0, 2]);
    assert_eq!(matches(&mut log, "\u{e4}"), [3]);
    assert_eq!(matches(&mut log, "los"), [0, 2]);
    assert_eq!(matches(&mut log, "nowhere"), [0_usize; 0]);
    assert_eq!(matches(&mut log, ""), [0_usize; 0]);
    let (_folder, mut log) = self::log(&b"x\n".repeat(30_000));
    assert_eq!(matches(&mut log, "x").len(), MOST_MATCHES);
}

#[test]
fn the_first_error_is_found_wherever_chunks_end() {
    let line = b"all is well: 0 failed, error: 0.25\n";
    for before in [0, 1, 63, 64, 65, CHUNK / line.len(), CHUNK / line.len() + 1, 3 * CHUNK / line.len()] {
        let bytes = [line.repeat(before), b"ValueError: x\nKilled\n".to_vec(), line.to_vec()].concat();
        let (_folder, mut log) = log(&bytes);
        assert_eq!(log.page(0, 1, None).first_error, Some(before));
    }
}

/// Pieces that logs are made of.
fn piece() -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![
        "[a-z ]{0,12}".prop_map(String::into_bytes),
        prop::sample::select(vec![
            &b"\n"[..],
            b"\n",
            b"\r",
            b"\r\n",
            b"\t",
            b"\x08",
            b"\x1b",
            b"\x1b[31m",
            b"\x1b[0m",
            b"\x1b[1;4",
            b"m",
            b"\x1b[K",
            b"\x1b]0;title",
            b"\x07",
            b"\x1b\\",
            "\u{20ac}".as_bytes(),
            b"\xe2\x82",
            b"\xff",
            b"\0",
            b"Error: x",
            b"\x1b[9999999C",
        ])
        .prop_map(<[u8]>::to_vec),
        prop::collection::vec(any::<u8>(), 0..6),
    ]
}

proptest! {
    #[test]
    fn pages_joined_are_the_whole_log_read_at_once(
        pieces in prop::collection::vec(piece(), 0..400),
        size in 1_usize..90,
        cuts in prop::collection::vec(0_usize..2_000, 0..5),
    ) {
        let bytes = pieces.concat();
        // A line at a time, with nothing but the look carried on.
        let mut expected = Vec::new();
        let mut look = Look::default();
        let mut rest: Vec<&[u8]> = bytes.split(|byte| *byte == b'\n').collect();
        if rest.last() == Some(&&b""[..]) {
            rest.pop();
        }
        for raw in rest {
            let mut line = Line::with(look);
            line.add(raw);
            let (spans, next) = line.end();
            expected.push(spans);
            look = next;
        }
        // The file grows between one page and the next.
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.log");
        let mut file = std::fs::File::create(&path).unwrap();
        let mut log = LogFile::open(&path);
        let mut cuts: Vec<usize> = cuts.into_iter().map(|cut| cut.min(bytes.len())).collect();
        cuts.sort_unstable();
        let mut written = 0;
        for cut in cuts.into_iter().chain([bytes.len()]) {
            file.write_all(&bytes[written..cut]).unwrap();
            written = cut;
            log.page(0, 1, None);
        }
        let mut found = Vec::new();
        loop {
            let page = log.page(found.len(), size, None);
            prop_assert_eq!(page.total, expected.len());
            if page.lines.is_empty() {
                break;
            }
            found.extend(page.lines.into_iter().map(|line| line.spans));
        }
        prop_assert_eq!(&found, &expected);
        // No control character is left for anyone to act on.
        prop_assert!(found.iter().flatten().all(|span| !span.text.chars().any(char::is_control)));
        let first = log.page(0, 10_000, None);
        prop_assert_eq!(first.first_error, first.lines.iter().position(|line| line.error));
    }
}
