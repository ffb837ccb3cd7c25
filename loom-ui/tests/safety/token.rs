//! The token: without it there is the page and nothing else.

use crate::support::{Server, program};

#[test]
fn without_it_there_is_only_the_page() {
    let server = Server::new(&[]);
    let page = server.bare("GET", "/", &[], "");
    assert_eq!((page.status, page.header("content-type")), (200, Some("text/html; charset=utf-8")));
    for path in [
        "/api",
        "/api/v1/session",
        "/api/v1/pipelines",
        "/api/v1/ws",
        "/api/v1/docs/x/data/data:table/raw",
        "/api/v2/whatever",
        "/whatever",
        "/index.html/",
        "//",
        "/./",
        "/%2e%2e/etc/passwd",
    ] {
        let answer = server.bare("GET", path, &[], "");
        assert_eq!((answer.status, &*answer.code()), (401, "unauthorized"), "{path}");
    }
    for method in ["POST", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "QUERY"] {
        assert_eq!(server.bare(method, "/api/v1/session", &[], "").status, 401, "{method}");
    }
}

#[test]
fn only_the_very_token_opens_and_only_in_its_header() {
    let server = Server::new(&[]);
    let token = &server.token;
    assert_eq!(token.len(), 64);
    let longer = format!("{token}0");
    let other = token.replace(&token[..1], if token.starts_with('0') { "1" } else { "0" });
    for header in [
        format!("Authorization: Bearer {}", &token[..63]),
        format!("Authorization: Bearer {longer}"),
        format!("Authorization: Bearer {other}"),
        format!("Authorization: Basic {token}"),
        format!("Authorization: {token}"),
        "Authorization: Bearer ".to_owned(),
        "Authorization: Bearer undefined".to_owned(),
        format!("Cookie: token={token}"),
        format!("X-Token: {token}"),
        format!("Sec-WebSocket-Protocol: token.{token}"),
    ] {
        assert_eq!(server.bare("GET", "/api/v1/session", &[&header], "").status, 401, "{header}");
    }
    assert_eq!(server.bare("GET", &format!("/api/v1/session?token={token}"), &[], "").status, 401);
    assert_eq!(server.get("/api/v1/session").status, 200);
    let header = format!("authorization: bearer {token}");
    assert_eq!(server.bare("GET", "/api/v1/session", &[&header], "").status, 200);
}

#[test]
fn each_start_has_another_one_unless_it_is_given() {
    let (one, other) = (Server::new(&[]), Server::new(&[]));
    assert_ne!(one.token, other.token);
    let folder = crate::support::folder();
    let mut command = program(folder.path());
    command.args(["--json", "--port", "0"]).env("LOOM_UI_TOKEN", "of-a-script-0123456789");
    let given = Server::start(folder, command);
    assert_eq!(given.token, "of-a-script-0123456789");
    assert_eq!(given.get("/api/v1/session").status, 200);
}

#[test]
fn one_that_could_be_guessed_is_refused() {
    let folder = crate::support::folder();
    for given in ["", "short", "has spaces in it and more"] {
        let output =
            program(folder.path()).args(["--json", "--port", "0"]).env("LOOM_UI_TOKEN", given).output().unwrap();
        let said = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(2), "{said}");
        assert!(said.starts_with("error: LOOM_UI_TOKEN has ") && said.contains("\n  help: "), "{said}");
        assert!(given.is_empty() || !said.contains(given), "{said}");
    }
}

#[cfg(target_os = "linux")]
#[test]
fn it_stands_on_no_command_line_and_in_no_file_of_the_workspace() {
    let server = Server::new(&[]);
    server.get(&server.doc());
    let mut seen = 0;
    for entry in std::fs::read_dir("/proc").unwrap().flatten() {
        let line = std::fs::read(entry.path().join("cmdline")).unwrap_or_default();
        let line = String::from_utf8_lossy(&line);
        seen += usize::from(line.contains("loom-ui"));
        assert!(!line.contains(&server.token), "{line}");
    }
    assert!(seen >= 3);
    let mut folders = vec![server.work()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap().flatten() {
            if entry.file_type().unwrap().is_dir() {
                folders.push(entry.path());
                continue;
            }
            let text = std::fs::read(entry.path()).unwrap();
            assert!(!String::from_utf8_lossy(&text).contains(&server.token), "{}", entry.path().display());
        }
    }
}
