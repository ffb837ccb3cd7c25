//! Files of the user: what is sent of them, and what becomes of them.

use std::net::TcpListener;

use serde_json::json;

use crate::support::{Server, folder};

/// A server for a folder with this pipeline and these files.
fn with(pipeline: &str, files: &[(&str, &str)]) -> Server {
    let folder = folder();
    let work = folder.path().join("work");
    std::fs::write(work.join("pipeline.yml"), pipeline).unwrap();
    for (path, text) in files {
        std::fs::create_dir_all(work.join(path).parent().unwrap()).unwrap();
        std::fs::write(work.join(path), text).unwrap();
    }
    Server::of(folder, &[])
}

#[test]
fn what_a_step_made_is_sent_to_be_kept_and_never_to_be_shown() {
    let page = "<script>fetch('/api/v1/session')</script>";
    let server = with(
        "data: {page: {type: txt, path: 'out/a\"b;c é.html'}, picture: {type: image, path: out/p.svg}}\npipeline: []\n",
        &[
            ("out/a\"b;c é.html", page),
            ("out/p.svg", "<svg xmlns='http://www.w3.org/2000/svg'><script>1</script></svg>"),
        ],
    );
    let doc = server.doc();
    for node in ["data:page", "data:picture"] {
        let answer = server.get(&format!("{doc}/data/{node}/raw"));
        assert_eq!(answer.status, 200, "{answer:?}");
        assert_eq!(answer.header("content-type"), Some("application/octet-stream"));
        assert_eq!(answer.header("x-content-type-options"), Some("nosniff"));
        assert!(answer.header("content-disposition").unwrap().starts_with("attachment; filename=\""), "{answer:?}");
        assert!(answer.header("content-security-policy").unwrap().starts_with("sandbox; default-src 'none'"));
        let thumb = server.get(&format!("{doc}/data/{node}/thumb"));
        assert!(thumb.status != 200 || thumb.header("content-type") == Some("image/png"), "{thumb:?}");
    }
    let answer = server.get(&format!("{doc}/data/data:page/raw"));
    assert_eq!(answer.body, page);
    assert_eq!(
        answer.header("content-disposition"),
        Some("attachment; filename=\"a_b_c___.html\"; filename*=UTF-8''a_b%3Bc%20%C3%A9.html")
    );
}

#[cfg(unix)]
#[test]
fn a_link_that_leads_out_of_the_folder_leads_nowhere() {
    let folder = folder();
    let work = folder.path().join("work");
    std::fs::write(folder.path().join("secret.txt"), "root:x:0:0\n").unwrap();
    std::os::unix::fs::symlink("../../secret.txt", work.join("data/link.txt")).unwrap();
    std::os::unix::fs::symlink("../..", work.join("data/up")).unwrap();
    let pipeline = "data:\n  a: {type: txt, path: data/link.txt}\n  b: {type: txt, path: data/up/secret.txt}\n  \
                    c: {type: folder, path: data/up}\npipeline: []\n";
    std::fs::write(work.join("pipeline.yml"), pipeline).unwrap();
    let server = Server::of(folder, &[]);
    let doc = server.doc();
    for node in ["a", "b", "c"] {
        for what in ["raw", "preview", "thumb"] {
            let answer = server.get(&format!("{doc}/data/data:{node}/{what}"));
            assert!(answer.status >= 400, "{node} {what} {answer:?}");
            assert!(!answer.body.contains("root:") && !answer.body.contains("secret"), "{node} {what} {answer:?}");
        }
        let states = server.get(&format!("{doc}/states")).body;
        assert!(!states.contains("root:"), "{states}");
    }
}

#[test]
fn an_address_in_a_pipeline_is_not_fetched_because_somebody_asks() {
    let trap = TcpListener::bind("127.0.0.1:0").unwrap();
    trap.set_nonblocking(true).unwrap();
    let url = format!("http://{}/latest/meta-data", trap.local_addr().unwrap());
    let server = with(&format!("data: {{far: {{type: txt, path: '{url}'}}}}\npipeline: []\n"), &[]);
    let doc = server.doc();
    for what in ["", "/raw", "/preview", "/thumb"] {
        let answer = server.get(&format!("{doc}/data/data:far{what}"));
        assert!(what.is_empty() || answer.status >= 400, "{what} {answer:?}");
    }
    server.get(&format!("{doc}/states"));
    assert!(trap.accept().is_err(), "somebody came");
}

#[test]
fn looking_at_a_pipeline_runs_none_of_it() {
    let task =
        "\"\"\"Makes.\n---\noutputs:\n  --out: {type: csv}\n---\n\"\"\"\nopen('ran', 'w').close()\nimport helper\n";
    let server = with(
        "data: {t: {type: csv, path: data/t.csv}}\npipeline:\n  - {name: make, task: tasks/make.py, outputs: {--out: $t}}\n  - {name: sh, command: 'touch ran', inputs: {t: $t}}\n",
        &[("tasks/make.py", task), ("tasks/helper.py", "open('ran', 'w').close()\n")],
    );
    let doc = server.doc();
    for path in [
        "",
        "/text",
        "/diff",
        "/search?q=make",
        "/nodes/step:make",
        "/nodes/step:sh",
        "/nodes/data:t",
        "/tasks",
        "/states",
        "/compare",
        "/clean",
        "/runs",
        "/data/data:t",
    ] {
        let answer = server.get(&format!("{doc}{path}"));
        assert_eq!(answer.status, 200, "{path} {answer:?}");
    }
    assert_eq!(server.post(&format!("{doc}/plan"), &json!({})).status, 200);
    let op = json!({"ops": [{"op": "remove", "node": "step:sh", "refs": "refuse"}]});
    assert_eq!(server.post(&format!("{doc}/check"), &op).json()["allowed"], true);
    server.get("/api/v1/pipelines");
    let work = server.work();
    assert!(["ran", "tasks/ran", "data/ran"].iter().all(|name| !work.join(name).exists()));
    assert!(!work.join("tasks/__pycache__").exists());
}

#[test]
fn a_save_says_what_it_knows_of_the_file_and_loses_nobodys_work() {
    let server = with("pipeline: []\n", &[]);
    let (doc, file) = (server.doc(), server.work().join("pipeline.yml"));
    let text = |text: &str| {
        let rev = server.get(&doc).json()["rev"].clone();
        let body = json!({"base_rev": rev, "text": text}).to_string();
        let answer = server.ask("PUT", &format!("{doc}/text"), &["Content-Type: application/json"], &body);
        assert_eq!(answer.status, 200, "{answer:?}");
    };
    let save = |version: &serde_json::Value| server.post(&format!("{doc}/save"), &json!({"version": version}));
    let first = server.get(&doc).json()["version"].clone();
    text("pipeline: [] # one\n");
    assert_eq!(std::fs::read_to_string(&file).unwrap(), "pipeline: []\n", "it is not saved yet");
    assert_eq!(save(&first).status, 200);
    assert_eq!(std::fs::read_to_string(&file).unwrap(), "pipeline: [] # one\n");
    text("pipeline: [] # two\n");
    let again = save(&first);
    assert_eq!((again.status, &*again.code()), (412, "changed_on_disk"));
    assert_eq!(std::fs::read_to_string(&file).unwrap(), "pipeline: [] # one\n");
    let known = server.get(&doc).json()["version"].clone();
    assert_eq!(save(&known).status, 200);
    assert_eq!(std::fs::read_to_string(&file).unwrap(), "pipeline: [] # two\n");
}

#[test]
fn what_changes_outside_is_told_to_the_tabs() {
    let server = with("pipeline: []\n", &[]);
    let (doc, file) = (server.doc(), server.work().join("pipeline.yml"));
    server.get(&doc);
    let mut socket = server.socket();
    socket.say(&json!({"t": "sub", "doc": doc.rsplit('/').next().unwrap()}));
    socket.say(&json!({"t": "ping"}));
    socket.wait_for("pong");
    std::fs::write(&file, "pipeline: [{name: a, command: 'true'}]\n").unwrap();
    while socket.wait_for("doc")["board"]["cards"][0]["id"] != "step:a" {}
    // As many editors save.
    std::fs::write(file.with_extension("new"), "pipeline: [{name: b, command: 'true'}]\n").unwrap();
    std::fs::rename(file.with_extension("new"), &file).unwrap();
    while socket.wait_for("doc")["board"]["cards"][0]["id"] != "step:b" {}
    std::fs::remove_file(&file).unwrap();
    while socket.wait_for("doc")["state"]["outside"]["kind"] != "deleted" {}
}

#[test]
fn nothing_is_cleaned_up_that_was_not_shown_and_no_source_ever() {
    let server = with(
        "data: {source: {type: txt, path: data/source.txt}, made: {type: txt, path: data/made.txt}}\npipeline:\n  - {name: copy, command: [cp, $source, $made], inputs: {a: $source}, outputs: {b: $made}}\n",
        &[("data/source.txt", "1"), ("data/made.txt", "1")],
    );
    let doc = server.doc();
    let shown = server.get(&format!("{doc}/clean")).json();
    let clean = |token: &serde_json::Value, keys: &[&str]| {
        server.post(&format!("{doc}/clean"), &json!({"token": token, "keys": keys, "permanently": true})).status
    };
    assert!((400..500).contains(&clean(&json!("x"), &["data/made.txt"])));
    assert!((400..500).contains(&clean(&shown["token"], &["data/source.txt"])));
    assert!((400..500).contains(&clean(&shown["token"], &["../stderr"])));
    assert!(server.work().join("data/source.txt").exists() && server.work().join("data/made.txt").exists());
}
