//! Any text as a Python file that imports something.
#![no_main]

use libfuzzer_sys::{Corpus, fuzz_target};
use loom_spec::PythonImports;

fuzz_target!(|bytes: &[u8]| -> Corpus {
    let Ok(text) = std::str::from_utf8(bytes) else { return Corpus::Reject };
    let found = PythonImports::of(text);
    for import in &found.imports {
        let parts_are_names = import.module.split('.').all(|part| !part.is_empty() && !part.contains(['/', '\0']));
        assert!(parts_are_names || (import.module.is_empty() && import.level > 0), "{import:?}");
        assert!(import.names.iter().all(|name| name == "*" || text.contains(name.as_str())), "{import:?}");
    }
    // A line of its own says the same behind any text that ends, and what is before it says what it said.
    let behind = PythonImports::of(&format!("import behind\n{text}"));
    assert_eq!(behind.imports.first().map(|import| import.module.as_str()), Some("behind"));
    if !text.starts_with('\u{feff}') {
        assert_eq!(behind.imports[1..], found.imports);
        assert_eq!(behind.exported, found.exported);
    }
    Corpus::Keep
});
