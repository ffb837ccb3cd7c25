//! The start: where it listens, and what it says if it cannot.

use std::net::TcpListener;

use crate::support::{Server, folder, program};

/// Starts it with arguments that it refuses, and gives the code and what it said.
fn refused(args: &[&str]) -> (i32, String) {
    let folder = folder();
    std::fs::write(folder.path().join("work/latin.yml"), b"pipeline: [] # caf\xe9\n").unwrap();
    let output = program(folder.path()).args(args).output().unwrap();
    assert!(output.stdout.is_empty(), "{output:?}");
    (output.status.code().unwrap(), String::from_utf8(output.stderr).unwrap())
}

#[cfg(target_os = "linux")]
#[test]
fn it_listens_on_this_machine_alone() {
    let server = Server::new(&[]);
    let port = format!(":{:04X}", server.port);
    let mut found = Vec::new();
    for table in ["/proc/net/tcp", "/proc/net/tcp6"] {
        let table = std::fs::read_to_string(table).unwrap_or_default();
        for line in table.lines().skip(1) {
            let fields: Vec<&str> = line.split_whitespace().collect();
            if fields[1].ends_with(&port) && fields[3] == "0A" {
                found.push(fields[1].split(':').next().unwrap().to_owned());
            }
        }
    }
    assert!(found.contains(&"0100007F".to_owned()), "{found:?}");
    assert!(
        found.iter().all(|address| ["0100007F", "00000000000000000000000001000000"].contains(&&**address)),
        "{found:?}"
    );
}

#[test]
fn the_network_is_let_in_only_by_those_who_mean_it() {
    let (code, said) = refused(&["--host", "0.0.0.0", "--port", "0"]);
    assert_eq!(code, 2, "{said}");
    assert!(said.contains("error: `--host 0.0.0.0`") && said.contains("ssh -L") && said.contains("--no-tls"), "{said}");
    let server = Server::new(&["--host", "0.0.0.0", "--no-tls"]);
    assert!(server.stderr().starts_with("warning: "), "{}", server.stderr());
    assert_eq!(server.bare("GET", "/api/v1/session", &[], "").status, 401);
    assert_eq!(server.get("/api/v1/session").json()["can_open"], false);
    let (code, said) = refused(&["--host", "203.0.113.77", "--no-tls", "--port", "0"]);
    assert_eq!(code, 2, "{said}");
    assert!(said.contains("is no address of this machine"), "{said}");
}

#[test]
fn a_port_that_is_taken_is_told_and_the_usual_one_is_not_insisted_on() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port().to_string();
    let (code, said) = refused(&["--port", &port]);
    assert_eq!(code, 1, "{said}");
    assert!(said.contains(&format!("port {port} is in use")) && said.contains("--port 0"), "{said}");
    // Whoever has the usual one, if it is not this.
    let _usual = TcpListener::bind("127.0.0.1:8765");
    let folder = folder();
    let mut command = program(folder.path());
    command.arg("--json");
    let server = Server::start(folder, command);
    assert_ne!(server.port, 8765);
}

#[test]
fn what_cannot_be_opened_is_told_with_what_to_do() {
    for (args, code, words) in [
        (&["nothing.yml"][..], 2, &["cannot read nothing.yml: there is no such file", "loom-ui --new nothing.yml"][..]),
        (&["no/such/file.yml"], 2, &["there is no such file or folder"]),
        (&["latin.yml"], 2, &["not UTF-8 text from byte 19 of line 1"]),
        (&["/dev/null"], 2, &["it is not a file"]),
        (&["--new"], 2, &["pipeline.yml is there already"]),
        (&["--new", "no/such/folder/x.yml"], 2, &["there is no such file or folder"]),
        (&["--tasks-dir", "nowhere"], 2, &["--tasks-dir nowhere: there is no such folder"]),
        (&["--tasks-dir", ".."], 2, &["is not in the folder that is opened"]),
        (&["--port", "99999"], 2, &["99999"]),
        (&["--hots", "x"], 2, &["--host"]),
        (&["--run-apart", "{"], 2, &[]),
    ] {
        let (is, said) = refused(args);
        assert_eq!(is, code, "{args:?} {said}");
        for word in words {
            assert!(said.contains(word), "{args:?} {said}");
        }
    }
}

#[test]
fn a_folder_without_pipelines_is_an_empty_workspace() {
    let folder = folder();
    std::fs::remove_file(folder.path().join("work/pipeline.yml")).unwrap();
    std::fs::write(folder.path().join("work/compose.yml"), "services: {}\n").unwrap();
    let server = Server::of(folder, &[]);
    let session = server.get("/api/v1/session").json();
    assert_eq!((session["workspace"].as_bool(), session["first"].is_null()), (Some(true), true), "{session}");
    assert_eq!(server.get("/api/v1/pipelines").body, "[]");
}

#[test]
fn a_workspace_lists_what_is_a_pipeline() {
    let folder = folder();
    let work = folder.path().join("work");
    for (path, text) in [
        ("b/two.yaml", "pipeline: [{name: a, command: 'true'}, {name: b, command: 'true'}]"),
        ("broken.yml", "pipeline: ["),
        ("compose.yml", "services: {}"),
        ("node_modules/x.yml", "pipeline: []"),
        (".hidden/x.yml", "pipeline: []"),
        ("target/x.yml", "pipeline: []"),
        ("1/2/3/4/5/6/7/x.yml", "pipeline: []"),
    ] {
        std::fs::create_dir_all(work.join(path).parent().unwrap()).unwrap();
        std::fs::write(work.join(path), text).unwrap();
    }
    let server = Server::of(folder, &[]);
    let listed = server.get("/api/v1/pipelines").json();
    let listed = listed.as_array().unwrap();
    let paths: Vec<&str> = listed.iter().map(|entry| entry["path"].as_str().unwrap()).collect();
    assert_eq!(paths, ["b/two.yaml", "broken.yml", "pipeline.yml"]);
    assert_eq!(listed[0]["steps"], 2);
    assert!(listed[1]["error"].is_string());
    // An id is no path, and is the same at the next start.
    let session = server.get("/api/v1/session").json();
    assert_eq!(session["first"], listed[2]["id"]);
    assert!(listed.iter().all(|entry| entry["id"].as_str().unwrap().bytes().all(|byte| byte.is_ascii_hexdigit())));
}

#[test]
fn one_file_is_all_that_there_is() {
    let folder = folder();
    std::fs::write(folder.path().join("work/other.yml"), "pipeline: []").unwrap();
    let server = Server::of(folder, &["pipeline.yml"]);
    let listed = server.get("/api/v1/pipelines").json();
    assert_eq!(listed.as_array().unwrap().len(), 1, "{listed}");
    assert_eq!(server.get("/api/v1/session").json()["workspace"], false);
}

#[test]
fn a_new_pipeline_is_begun() {
    let server = Server::new(&["--new", "study.yml"]);
    assert!(server.work().join("study.yml").is_file());
    let state = server.get(&server.doc()).json();
    assert!(state["path"].as_str().unwrap().ends_with("study.yml"), "{state}");
}

#[test]
fn tasks_may_be_elsewhere() {
    let folder = folder();
    let scripts = folder.path().join("work/scripts");
    std::fs::create_dir_all(&scripts).unwrap();
    std::fs::write(scripts.join("make.py"), "").unwrap();
    let server = Server::of(folder, &["--tasks-dir", "scripts"]);
    let tasks = server.get(&format!("{}/tasks", server.doc())).json();
    assert_eq!(tasks[0]["path"], "scripts/make.py", "{tasks}");
}
