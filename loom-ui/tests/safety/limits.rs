//! How much of anything there may be.

use std::io::{Read, Write};
use std::time::Duration;

use crate::support::{Answer, Server};

const JSON: &str = "Content-Type: application/json";

#[test]
fn a_body_that_is_too_large_is_refused_by_what_its_head_says() {
    let server = Server::new(&[]);
    // Not a byte of the body is sent.
    for length in ["10485761", "300000000", "9000000000000000000"] {
        let answer = server.ask("POST", "/api/v1/pipelines", &[JSON, &format!("Content-Length: {length}")], "");
        assert_eq!((answer.status, &*answer.code()), (413, "too_large"), "{length}");
    }
    let expected =
        server.ask("POST", "/api/v1/pipelines", &[JSON, "Expect: 100-continue", "Content-Length: 300000000"], "");
    assert_eq!(expected.status, 413, "it is not asked to go on");
    // One that is as large as it may be is read.
    let answer = server.ask("POST", "/api/v1/pipelines", &[JSON], &" ".repeat(10 << 20));
    assert_eq!(answer.status, 400, "{answer:?}");
}

#[test]
fn a_body_in_pieces_is_read_no_further_than_that() {
    let server = Server::new(&[]);
    let mut stream = server.connect();
    let head = format!(
        "POST /api/v1/pipelines HTTP/1.1\r\nHost: {}\r\nAuthorization: Bearer {}\r\n{JSON}\r\nTransfer-Encoding: chunked\r\n\r\n",
        server.host(),
        server.token
    );
    stream.write_all(head.as_bytes()).unwrap();
    let piece = [b"10000\r\n".to_vec(), vec![b' '; 0x10000], b"\r\n".to_vec()].concat();
    for _ in 0..161 {
        // It may have been refused and closed already.
        if stream.write_all(&piece).is_err() {
            break;
        }
    }
    let answer = Answer::read(&mut stream);
    assert_eq!((answer.status, &*answer.code()), (413, "too_large"));
}

#[test]
fn a_head_that_is_too_large_is_refused() {
    let server = Server::new(&[]);
    for header in [format!("X-Long: {}", "x".repeat(40_000)), "X-Many: x\r\n".repeat(2000)] {
        assert_eq!(server.ask("GET", "/", &[header.trim_end()], "").status, 431);
    }
    let long = server.get(&format!("/{}", "x".repeat(70_000)));
    assert!([414, 431].contains(&long.status), "{long:?}");
    assert_eq!(server.get(&format!("/{}", "x".repeat(20_000))).status, 404);
    assert!(server.is_well());
}

#[test]
fn a_head_that_does_not_come_is_not_waited_for() {
    let server = Server::new(&[]);
    let mut silent = server.connect();
    let mut slow = server.connect();
    slow.write_all(b"GET / HTTP/1.1\r\nHost: ").unwrap();
    for stream in [&mut silent, &mut slow] {
        // It ends before the patience of the test does.
        let mut rest = Vec::new();
        stream.read_to_end(&mut rest).unwrap();
        assert!(rest.is_empty() || rest.starts_with(b"HTTP/1.1 408"), "{}", String::from_utf8_lossy(&rest));
    }
    assert!(server.is_well());
}

#[test]
fn further_connections_wait_until_there_is_room() {
    let server = Server::new(&[]);
    let mut open: Vec<_> = (0..256).map(|_| server.connect()).collect();
    let asks = format!("GET / HTTP/1.1\r\nHost: {}\r\n\r\n", server.host());
    // All of them are served.
    for stream in &mut open {
        stream.write_all(asks.as_bytes()).unwrap();
        assert_eq!(Answer::read(stream).status, 200);
    }
    let mut further = server.connect();
    further.write_all(asks.as_bytes()).unwrap();
    further.set_read_timeout(Some(Duration::from_millis(300))).unwrap();
    assert!(further.peek(&mut [0]).is_err(), "it waits");
    further.set_read_timeout(Some(Duration::from_secs(120))).unwrap();
    drop(open);
    assert_eq!(Answer::read(&mut further).status, 200);
}
