//! The page in a real browser, with the real program behind it: what `web/e2e` holds.
//!
//! Node and Chromium are needed. Where one of them is missing this says so and passes, unless `LOOM_UI_BROWSER=required`.

#![allow(clippy::disallowed_methods, reason = "tests run programs and hand them an environment")]

use std::path::Path;
use std::process::Command;

#[test]
fn the_page_in_a_browser() {
    let web = Path::new(env!("CARGO_MANIFEST_DIR")).join("web");
    let missing = [("node", "nodejs"), (&*chromium(), "chromium")]
        .into_iter()
        .filter(|(program, _)| Command::new(program).arg("--version").output().is_err())
        .map(|(_, package)| package)
        .collect::<Vec<_>>();
    if !missing.is_empty() {
        let told =
            format!("the tests in a browser need {}: `apt-get install {}`", missing.join(" and "), missing.join(" "));
        assert!(std::env::var_os("LOOM_UI_BROWSER").is_none_or(|asked| asked != "required"), "{told}");
        println!("SKIPPED: {told}");
        return;
    }
    build_loom();
    let status = Command::new("node")
        .args(["--test", "--test-concurrency=2", "--test-reporter=spec", "e2e/"])
        .current_dir(&web)
        .env("LOOM_UI", env!("CARGO_BIN_EXE_loom-ui"))
        .env("CHROMIUM", chromium())
        .status()
        .expect("node can be started");
    assert!(status.success(), "see above");
}

/// One test watches a run that was started in a terminal: it needs `loom`, where the editor is.
fn build_loom() {
    let beside = Path::new(env!("CARGO_BIN_EXE_loom-ui")).with_file_name("loom");
    if beside.is_file() {
        return;
    }
    let target = beside.parent().and_then(Path::parent).expect("a program stands in the folder of its profile");
    let status = Command::new(env!("CARGO"))
        .args(["build", "--package", "loom-cli", "--bin", "loom", "--target-dir"])
        .arg(target)
        .current_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join(".."))
        .status()
        .expect("cargo can be started");
    assert!(status.success() && beside.is_file(), "there is no {}: cargo build -p loom-cli", beside.display());
}

fn chromium() -> String {
    std::env::var("CHROMIUM").unwrap_or_else(|_| "/usr/bin/chromium".to_owned())
}
