//! What other pages make a browser send, under our name and under others.

use crate::support::{Server, request};

#[test]
fn a_request_for_another_name_is_turned_away_before_anything_else() {
    let server = Server::new(&[]);
    let port = server.port;
    let token = format!("Authorization: Bearer {}", server.token);
    let with = |host: &str, path: &str| server.send(request("GET", path, &[&format!("Host: {host}"), &token], ""));
    for host in ["127.0.0.1", "localhost", "[::1]", "LocalHost"] {
        assert_eq!(with(&format!("{host}:{port}"), "/api/v1/session").status, 200, "{host}");
    }
    let foreign = [
        "evil.example".to_owned(),
        format!("evil.example:{port}"),
        format!("localhost.evil.example:{port}"),
        format!("localhost.:{port}"),
        "localhost".to_owned(),
        format!("localhost:{}", port ^ 1),
        format!("0.0.0.0:{port}"),
        format!("user@localhost:{port}"),
        String::new(),
    ];
    for host in &foreign {
        for path in ["/", "/index.html", "/api/v1/session", "/nothing"] {
            let answer = with(host, path);
            assert_eq!((answer.status, &*answer.code()), (421, "host"), "{host} {path}");
        }
    }
    let ours = format!("Host: localhost:{port}");
    let several = request("GET", "/", &[&ours, "Host: evil.example", &token], "");
    assert_eq!(server.send(several).status, 421);
    assert_eq!(server.send(request("GET", "/", &[&token], "")).status, 421);
    assert_eq!(server.send("GET / HTTP/1.0\r\n\r\n").status, 421);
    // A target may name a host as well, and then that is the one meant.
    let target =
        |name: &str| server.send(request("GET", &format!("http://{name}/api/v1/session"), &[&ours, &token], ""));
    assert_eq!(target("evil.example").status, 421);
    assert_eq!(target(&format!("localhost:{port}")).status, 200);
}

#[test]
fn a_further_name_is_ours_only_if_it_is_allowed() {
    let server = Server::new(&["--allow-host", "box.example"]);
    let token = format!("Authorization: Bearer {}", server.token);
    for host in ["box.example".to_owned(), format!("box.example:{}", server.port)] {
        let host = format!("Host: {host}");
        assert_eq!(server.send(request("GET", "/api/v1/session", &[&host, &token], "")).status, 200, "{host}");
    }
    for host in ["a.box.example", "box.example.evil", "box.example:1", "evil"] {
        let host = format!("Host: {host}");
        assert_eq!(server.send(request("GET", "/api/v1/session", &[&host, &token], "")).status, 421, "{host}");
    }
}

#[test]
fn what_another_page_sends_changes_nothing_even_with_the_token() {
    let server = Server::new(&[]);
    let ours = server.origin();
    let json = "Content-Type: application/json";
    let foreign = [
        "Origin: null".to_owned(),
        "Origin: http://evil.example".to_owned(),
        "Origin:".to_owned(),
        // The same machine under another name or port is another origin.
        format!("Origin: http://localhost:{}", server.port),
        format!("Origin: http://127.0.0.1:{}", server.port ^ 1),
        format!("Origin: https://127.0.0.1:{}", server.port),
        format!("Origin: http://127.0.0.1:{}.evil.example", server.port),
        format!("{ours}/"),
        "Sec-Fetch-Site: cross-site".to_owned(),
        "Sec-Fetch-Site: same-site".to_owned(),
        "Sec-Fetch-Site: something".to_owned(),
    ];
    for header in &foreign {
        for (method, path) in [
            ("POST", "/api/v1/pipelines"),
            ("PUT", "/api/v1/docs/x/text"),
            ("DELETE", "/api/v1/docs/x/runs/y"),
            ("OPTIONS", "/"),
        ] {
            let answer = server.ask(method, path, &[json, header], r#"{"path":"new.yml"}"#);
            assert_eq!((answer.status, &*answer.code()), (403, "origin"), "{method} {path} {header}");
        }
        assert_eq!(server.get_with("/api/v1/session", header), 403, "{header}");
    }
    let both =
        server.ask("POST", "/api/v1/pipelines", &[json, &ours, "Origin: http://evil.example"], r#"{"path":"new.yml"}"#);
    assert_eq!(both.status, 403);
    assert!(!server.work().join("new.yml").exists());

    // A link that leads to the page may stand anywhere.
    assert_eq!(server.bare("GET", "/", &["Sec-Fetch-Site: cross-site"], "").status, 200);
    // The page itself, and a program that is no browser.
    for header in [&*ours, "Sec-Fetch-Site: same-origin", "Sec-Fetch-Site: none", "Accept: */*"] {
        assert_eq!(server.get_with("/api/v1/session", header), 200, "{header}");
    }
}

impl Server {
    fn get_with(&self, path: &str, header: &str) -> u16 {
        self.ask("GET", path, &[header], "").status
    }
}

#[test]
fn nothing_is_said_of_other_origins() {
    let server = Server::new(&[]);
    let asked = ["Origin: http://evil.example", "Access-Control-Request-Method: POST"];
    for answer in [
        server.bare("OPTIONS", "/api/v1/pipelines", &asked, ""),
        server.ask("OPTIONS", "/api/v1/pipelines", &[], ""),
        server.ask("GET", "/api/v1/session", &asked[..1], ""),
        server.ask("GET", "/", &asked[..1], ""),
        server.get("/api/v1/session"),
    ] {
        let says = |(name, _): &(String, String)| name.starts_with("access-control-") || name == "set-cookie";
        assert!(!answer.headers.iter().any(says), "{answer:?}");
    }
}
