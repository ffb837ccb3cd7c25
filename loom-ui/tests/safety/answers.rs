//! What every answer has, and what no request gets.

use serde_json::json;

use crate::support::{Answer, Server, request};

fn is_sealed(answer: &Answer) {
    for (name, value) in [
        ("x-content-type-options", "nosniff"),
        ("referrer-policy", "no-referrer"),
        ("cross-origin-resource-policy", "same-origin"),
        ("cross-origin-opener-policy", "same-origin"),
    ] {
        assert_eq!(answer.header(name), Some(value), "{answer:?}");
    }
    let policy = answer.header("content-security-policy").unwrap();
    assert!(policy.contains("default-src 'self'") || policy.contains("default-src 'none'"), "{policy}");
    assert!(policy.contains("frame-ancestors 'none'") && !policy.contains("unsafe-eval"), "{policy}");
    let scripts =
        policy.split("; ").filter(|rule| ["script-src", "default-src"].contains(&rule.split(' ').next().unwrap()));
    assert!(scripts.into_iter().all(|rule| !rule.contains("unsafe")), "{policy}");
    assert_eq!(answer.header("server"), None);
}

#[test]
fn every_answer_says_that_it_is_for_this_page_alone() {
    let server = Server::new(&[]);
    let kept = |answer: &Answer| answer.header("cache-control").unwrap().to_owned();
    for (answer, status) in [
        (server.bare("GET", "/", &[], ""), 200),
        (server.bare("HEAD", "/", &[], ""), 200),
        (server.get("/api/v1/session"), 200),
        (server.get("/nothing"), 404),
        (server.get("/api/v1/nothing"), 404),
        (server.get("/api/v1/docs/nothing"), 404),
        (server.bare("GET", "/api/v1/session", &[], ""), 401),
        (server.ask("POST", "/api/v1/pipelines", &["Origin: null"], ""), 403),
        (server.ask("DELETE", "/api/v1/session", &[], ""), 405),
        (server.ask("POST", "/api/v1/pipelines", &["Content-Type: text/plain"], "{}"), 415),
        (server.ask("POST", "/api/v1/pipelines", &["Content-Length: 300000000"], ""), 413),
        (server.ask("POST", "/api/v1/pipelines", &["Content-Type: application/json"], "{"), 400),
        (server.send(request("GET", "/", &["Host: evil.example"], "")), 421),
    ] {
        assert_eq!(answer.status, status, "{answer:?}");
        is_sealed(&answer);
        if status >= 400 {
            assert_eq!(answer.header("content-type"), Some("application/json"), "{answer:?}");
            answer.code();
        }
    }
    assert_eq!(kept(&server.get("/api/v1/session")), "no-store");
    assert_eq!(kept(&server.bare("GET", "/api/v1/session", &[], "")), "no-store");
}

#[test]
fn a_route_takes_the_methods_that_it_is_for_and_no_other() {
    let server = Server::new(&[]);
    let doc = server.doc();
    for (method, path, allowed) in [
        ("POST", "/".to_owned(), "GET,HEAD"),
        ("DELETE", "/api/v1/session".to_owned(), "GET,HEAD"),
        ("OPTIONS", "/api/v1/session".to_owned(), "GET,HEAD"),
        ("PUT", "/api/v1/pipelines".to_owned(), "GET,HEAD,POST"),
        ("GET", format!("{doc}/edit"), "POST"),
        ("GET", format!("{doc}/save"), "POST"),
        ("DELETE", format!("{doc}/data/data:table"), "GET,HEAD"),
        ("POST", format!("{doc}/text"), "GET,HEAD,PUT"),
        ("GET", format!("{doc}/runs/x/cancel"), "POST"),
        ("TRACE", format!("{doc}/runs"), "GET,HEAD,POST"),
        ("BREW", doc.clone(), "GET,HEAD"),
    ] {
        let answer = server.ask(method, &path, &[], "");
        assert_eq!((answer.status, &*answer.code()), (405, "method"), "{method} {path}");
        let mut methods: Vec<&str> = answer.header("allow").unwrap().split(',').collect();
        methods.sort_unstable();
        let mut wanted: Vec<&str> = allowed.split(',').collect();
        wanted.sort_unstable();
        assert_eq!(methods, wanted, "{method} {path}");
    }
}

#[test]
fn a_body_is_json_and_says_so() {
    let server = Server::new(&[]);
    let body = r#"{"path":"new.yml"}"#;
    for kind in
        ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "application/jsonx", ""]
    {
        let answer = server.ask("POST", "/api/v1/pipelines", &[&format!("Content-Type: {kind}")], body);
        assert_eq!((answer.status, &*answer.code()), (415, "media_type"), "{kind}");
    }
    assert_eq!(server.ask("POST", "/api/v1/pipelines", &[], body).status, 415);
    assert!(!server.work().join("new.yml").exists());
    let plain = "Transfer-Encoding: chunked";
    let chunked = server.ask("POST", "/api/v1/pipelines", &[plain], "");
    assert_eq!(chunked.status, 415);
    for body in ["", "{", "[]", "{}", r#"{"path":3}"#, "\u{0}", "null"] {
        let answer = server.ask("POST", "/api/v1/pipelines", &["Content-Type: application/json; charset=utf-8"], body);
        assert_eq!((answer.status, &*answer.code()), (400, "bad_request"), "{body}");
    }
}

#[test]
fn no_spelling_of_a_path_leads_out_of_the_folder() {
    let folder = crate::support::folder();
    std::fs::write(folder.path().join("secret.yml"), "pipeline: [] # root:x:0:0\n").unwrap();
    std::fs::write(folder.path().join("secret.txt"), "root:x:0:0\n").unwrap();
    #[cfg(unix)]
    {
        std::os::unix::fs::symlink("../secret.yml", folder.path().join("work/link.yml")).unwrap();
        std::os::unix::fs::symlink("..", folder.path().join("work/out")).unwrap();
    }
    let server = Server::of(folder, &[]);
    let listed = server.get("/api/v1/pipelines").json();
    let listed: Vec<&str> = listed.as_array().unwrap().iter().map(|entry| entry["path"].as_str().unwrap()).collect();
    assert_eq!(listed, ["pipeline.yml"]);
    for path in [
        "/assets/../../../etc/passwd",
        "/../etc/passwd",
        "/%2e%2e/%2e%2e/etc/passwd",
        "/..%2f..%2fetc/passwd",
        "/%252e%252e/etc/passwd",
        "/..;/etc/passwd",
        "/etc/passwd?raw??",
        "/api/v1/docs/..%2fsecret.yml",
        "/api/v1/docs/..%2fsecret.yml/text",
        "/api/v1/docs/link.yml/text",
        "/api/v1/docs/out%2fsecret.yml/text",
        "/api/v1/docs/%2fetc%2fpasswd/text",
        "/api/preview/by-path?path=/etc/passwd&type=txt",
    ] {
        let answer = server.get(path);
        assert!([400, 404].contains(&answer.status), "{path} {answer:?}");
        assert!(!answer.body.contains("root:"), "{path} {answer:?}");
    }
    let doc = server.doc();
    for node in [
        "data:..%2f..%2fsecret.txt",
        "path:..%2fsecret.txt",
        "path:%2fetc%2fpasswd",
        "..%2f..%2fsecret.txt",
        "path:out%2fsecret.txt",
    ] {
        for what in ["", "/raw", "/preview", "/thumb"] {
            let answer = server.get(&format!("{doc}/data/{node}{what}"));
            assert!(answer.status >= 400, "{node}{what} {answer:?}");
            assert!(!answer.body.contains("root:"), "{node}{what} {answer:?}");
        }
    }
}

#[test]
fn a_new_pipeline_is_made_in_the_folder_and_nowhere_else() {
    let server = Server::new(&[]);
    #[cfg(unix)]
    std::os::unix::fs::symlink("..", server.work().join("out")).unwrap();
    let new = |path: &str| server.post("/api/v1/pipelines", &json!({"path": path})).status;
    let outside = server.folder.path().join("x.yml");
    for path in [
        "../x.yml",
        "/tmp/x.yml",
        "out/x.yml",
        "data/../../x.yml",
        "./x.yml",
        ".x.yml",
        ".loom/x.yml",
        "x.txt",
        "x",
        "",
        "no/such/folder/x.yml",
        "x\u{0}.yml",
        "x\n.yml",
        "data",
    ] {
        let status = new(path);
        assert!([400, 403, 409, 422].contains(&status), "{path}: {status}");
    }
    assert!(!outside.exists());
    assert_eq!(std::fs::read_to_string(server.work().join("pipeline.yml")).unwrap(), crate::support::PIPELINE);
    assert_eq!(new("data/x.yml"), 200);
    assert!(server.work().join("data/x.yml").is_file());
    assert_ne!(new("data/x.yml"), 200, "it is there already");
}

#[test]
fn read_only_takes_away_all_that_writes_or_runs() {
    let server = Server::new(&["--read-only"]);
    let doc = server.doc();
    assert_eq!(server.get("/api/v1/session").json()["read_only"], true);
    assert_eq!(server.get(&doc).status, 200);
    for (method, path) in [
        ("POST", "/api/v1/pipelines".to_owned()),
        ("PUT", format!("{doc}/text")),
        ("POST", format!("{doc}/edit")),
        ("POST", format!("{doc}/undo")),
        ("POST", format!("{doc}/redo")),
        ("POST", format!("{doc}/save")),
        ("POST", format!("{doc}/reload")),
        ("POST", format!("{doc}/merge")),
        ("POST", format!("{doc}/layout")),
        ("POST", format!("{doc}/open")),
        ("POST", format!("{doc}/clean")),
        ("POST", format!("{doc}/runs")),
        ("POST", format!("{doc}/runs/x/cancel")),
        ("DELETE", format!("{doc}/runs/x")),
    ] {
        let answer = server.ask(method, &path, &["Content-Type: application/json"], r#"{"path":"new.yml"}"#);
        assert_eq!((answer.status, &*answer.code()), (403, "read_only"), "{method} {path}");
    }
    assert!(!server.work().join("new.yml").exists());
    assert!(!server.work().join(".loom").exists());
}
