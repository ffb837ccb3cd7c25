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
    let status = Command::new("node")
        .args(["--test", "--test-concurrency=2", "--test-reporter=spec", "e2e/"])
        .current_dir(&web)
        .env("LOOM_UI", env!("CARGO_BIN_EXE_loom-ui"))
        .env("CHROMIUM", chromium())
        .status()
        .expect("node can be started");
    assert!(status.success(), "see above");
}

fn chromium() -> String {
    std::env::var("CHROMIUM").unwrap_or_else(|_| "/usr/bin/chromium".to_owned())
}
