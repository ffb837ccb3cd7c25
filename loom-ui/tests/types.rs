//! What the page is written with is what the program says: the TypeScript types are those of the Rust ones.

#![allow(clippy::disallowed_methods, reason = "tests read their environment")]

use std::path::Path;

#[test]
fn the_page_has_the_types_of_the_program() {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("web/src/api/types.ts");
    let types = loom_ui_core::api::typescript();
    if std::env::var_os("LOOM_TYPES").is_some_and(|what| what == "write") {
        std::fs::write(&file, &types).expect("the file can be written");
    }
    let written = std::fs::read_to_string(&file).unwrap_or_default();
    assert!(
        written == types,
        "web/src/api/types.ts is not what the types are: `LOOM_TYPES=write cargo test -p loom-ui --test types`"
    );
}
