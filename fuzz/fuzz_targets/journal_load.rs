//! Any bytes as a journal; and every line of a text as a line that a run may have written.
#![no_main]

use libfuzzer_sys::{Corpus, fuzz_target};
use loom_exec::fuzzing::{Loaded, is_record, signed};

fuzz_target!(|bytes: &[u8]| -> Corpus {
    is_whole(bytes);
    let Ok(text) = std::str::from_utf8(bytes) else { return Corpus::Keep };
    // No bytes made at random have the right checksums, so what is behind them is reached by giving them some.
    let texts: Vec<&str> = text.lines().map(json_of).collect();
    let loaded = is_whole(&signed(texts.iter().copied()));
    assert_eq!(loaded.lines(), texts.iter().take_while(|text| is_record(text)).count());
    Corpus::Keep
});

/// A line without the checksum and the length that a journal has before it.
fn json_of(line: &str) -> &str {
    line.find('{').map_or(line, |start| &line[start..])
}

/// What is sound of a journal is a journal that says the same, and so is the new file that takes its place.
fn is_whole(bytes: &[u8]) -> Loaded {
    let loaded = Loaded::from_bytes(bytes);
    assert!(loaded.length() <= bytes.len());
    let sound = Loaded::from_bytes(&bytes[..loaded.length()]);
    assert_eq!((sound.length(), sound.lines()), (loaded.length(), loaded.lines()));
    assert!(sound.says_the_same_as(&loaded), "what is not sound was read, too");

    let new = loaded.written_anew().expect("what was read can be written");
    let again = Loaded::from_bytes(&new);
    assert_eq!(again.length(), new.len(), "all of a new file is sound");
    assert!(again.lines() <= loaded.lines(), "a new file is no longer");
    assert!(again.says_the_same_as(&loaded), "a new file says the same");
    assert_eq!(again.written_anew(), Some(new), "and so does the one after that");
    loaded
}
