//! What is no HTTP.

use std::io::{Read, Write};
use std::net::Shutdown;

use crate::support::Server;

/// Bytes that are the same in every run.
struct Dice(u64);

impl Dice {
    fn roll(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    fn below(&mut self, limit: usize) -> usize {
        (self.roll() % limit as u64) as usize
    }
}

/// Sends bytes and reads what comes, to the end.
fn send(server: &Server, bytes: &[u8]) -> Vec<u8> {
    let mut stream = server.connect();
    let _ = stream.write_all(bytes);
    let _ = stream.shutdown(Shutdown::Write);
    let mut answer = Vec::new();
    let _ = stream.read_to_end(&mut answer);
    answer
}

#[test]
fn it_is_refused_or_closed_and_nothing_more() {
    let server = Server::new(&[]);
    let long = [b"GET /".as_slice(), &[b'/'; 5000], b" HTTP/1.1\r\n\r\n"].concat();
    for bytes in [
        &b"\r\n\r\n"[..],
        b"GET\r\n\r\n",
        b"GET / HTTP/9.9\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: a\r\nHost\r\n\r\n",
        b"GET / HTTP/1.1\r\nContent-Length: -1\r\n\r\n",
        b"POST / HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n",
        b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\nContent-Length: 4\r\n\r\nzz\r\n",
        b"GET /\0 HTTP/1.1\r\n\r\n",
        b"GET /\xff\xfe HTTP/1.1\r\nHost: \xff\r\n\r\n",
        b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
        b"CONNECT evil.example:443 HTTP/1.1\r\nHost: evil.example:443\r\n\r\n",
        b"OPTIONS * HTTP/1.1\r\nHost: x\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
        &long,
    ] {
        let answer = send(&server, bytes);
        let text = String::from_utf8_lossy(&answer);
        let status = text.split(' ').nth(1).unwrap_or("closed");
        assert!(status == "closed" || status.starts_with('4'), "{} {text}", String::from_utf8_lossy(bytes));
        assert!(!text.contains("panicked") && !text.contains(".rs"), "{text}");
    }
    for path in [
        "/%",
        "/%zz",
        "/api/v1/docs/%",
        "/api/v1/docs/%ff%fe",
        "/api/v1/docs/%ff/data/%00/raw",
        "/api/v1/docs/x/search?q=%ff&%",
    ] {
        let answer = server.get(path);
        assert!((400..500).contains(&answer.status), "{path} {answer:?}");
        answer.code();
    }
    assert!(server.is_well(), "{}", server.stderr());
}

#[test]
fn whatever_bytes_come_the_page_is_there_afterwards() {
    let server = Server::new(&[]);
    let good = format!(
        "POST /api/v1/pipelines?a=b HTTP/1.1\r\nHost: {}\r\nAuthorization: Bearer {}\r\nContent-Type: application/json\r\nContent-Length: 14\r\n\r\n{{\"path\":\"x.t\"}}",
        server.host(),
        server.token,
    );
    let mut dice = Dice(0x9e37_79b9_7f4a_7c15);
    for round in 0..600 {
        let mut bytes = good.clone().into_bytes();
        if round % 3 == 0 {
            bytes = (0..dice.below(300)).map(|_| dice.roll() as u8).collect();
        }
        for _ in 0..dice.below(6) {
            if bytes.is_empty() {
                break;
            }
            let at = dice.below(bytes.len());
            match dice.below(4) {
                0 => bytes[at] = dice.roll() as u8,
                1 => drop(bytes.remove(at)),
                2 => bytes.insert(at, b"\r\n\0: %/"[dice.below(7)]),
                _ => bytes.truncate(at),
            }
        }
        let answer = send(&server, &bytes);
        let text = String::from_utf8_lossy(&answer);
        assert!(!text.contains(" 500 ") && !text.contains("panicked"), "{}\n{text}", String::from_utf8_lossy(&bytes));
    }
    assert!(server.is_well(), "{}", server.stderr());
}
