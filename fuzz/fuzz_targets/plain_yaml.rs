//! Any text as YAML: what is read in the quick way is what the parser reads, place by place.
#![no_main]

use libfuzzer_sys::{Corpus, fuzz_target};

fuzz_target!(|bytes: &[u8]| -> Corpus {
    let Ok(text) = std::str::from_utf8(bytes) else { return Corpus::Reject };
    loom_spec::is_plain(text);
    Corpus::Keep
});
