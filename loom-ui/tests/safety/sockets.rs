//! The socket of a tab.

use serde_json::json;

use crate::support::Server;

#[test]
fn only_our_page_with_the_token_gets_one() {
    let server = Server::new(&[]);
    let (origin, token) = (server.origin(), server.protocols());
    let bearer = format!("Authorization: Bearer {}", server.token);
    for (headers, status) in [
        (vec!["Origin: http://evil.example"], 403),
        (vec!["Origin: http://evil.example", &token], 403),
        (vec!["Origin: null", &token], 403),
        // A browser always says where a socket comes from.
        (vec![&*token], 403),
        (vec![&bearer], 403),
        (vec![&origin, &token, "Origin: http://evil.example"], 403),
        (vec![&origin, &token, "Sec-Fetch-Site: cross-site"], 403),
        (vec![&*origin], 401),
        (vec![&origin, "Sec-WebSocket-Protocol: loom"], 401),
        (vec![&origin, "Sec-WebSocket-Protocol: loom, token."], 401),
        (vec![&origin, "Sec-WebSocket-Protocol: loom, token.0123456789abcdef"], 401),
        (vec![&origin, &token], 101),
        (vec![&origin, &bearer, "Sec-WebSocket-Protocol: loom"], 101),
    ] {
        let (_, answer) = server.upgrade(&headers);
        assert_eq!(answer.status, status, "{headers:?} {answer:?}");
        // The token comes back in no answer.
        assert!(answer.headers.iter().all(|(_, value)| !value.contains(&server.token)), "{answer:?}");
        if status == 101 {
            assert_eq!(answer.header("sec-websocket-protocol"), Some("loom"));
        }
    }
}

#[test]
fn a_tab_is_greeted_and_knows_of_the_others() {
    let server = Server::new(&[]);
    let mut one = server.socket();
    assert_eq!(one.next().unwrap(), json!({"t": "hello", "version": env!("CARGO_PKG_VERSION")}));
    assert_eq!(one.next().unwrap(), json!({"t": "presence", "tabs": 1}));
    let mut other = server.socket();
    assert_eq!(other.next().unwrap()["t"], "hello");
    assert_eq!(other.next().unwrap(), json!({"t": "presence", "tabs": 2}));
    assert_eq!(one.next().unwrap(), json!({"t": "presence", "tabs": 2}));
    one.say(&json!({"t": "ping"}));
    assert_eq!(one.next().unwrap(), json!({"t": "pong"}));
    drop(other);
    assert_eq!(one.next().unwrap(), json!({"t": "presence", "tabs": 1}));
}

#[test]
fn there_are_sixteen_and_the_next_is_told() {
    let server = Server::new(&[]);
    let mut sockets: Vec<_> = (0..16).map(|_| server.socket()).collect();
    for socket in &mut sockets {
        socket.wait_for("hello");
    }
    let (_, answer) = server.upgrade(&[&server.origin(), &server.protocols()]);
    assert_eq!((answer.status, &*answer.code()), (503, "too_many"));
    drop(sockets.pop());
    sockets[0].wait_for("presence");
    while sockets[0].wait_for("presence")["tabs"] != 15 {}
    // The place is free a moment after the others were told.
    while server.upgrade(&[&server.origin(), &server.protocols()]).1.status != 101 {}
}

#[test]
fn what_is_no_message_ends_it_and_harms_nobody() {
    let server = Server::new(&[]);
    let ends = |first: u8, payload: &[u8]| {
        let mut socket = server.socket();
        socket.wait_for("presence");
        socket.frame(first, payload);
        while socket.next().is_some() {}
    };
    ends(0x81, b"no json");
    ends(0x81, br#"{"t":"nothing"}"#);
    ends(0x81, b"\xff\xfe");
    ends(0x82, b"bytes");
    ends(0x83, b"");
    ends(0xf1, b"{}");
    ends(0x80, b"goes on with nothing");
    ends(0x89, &[0; 126]);
    ends(0x81, &vec![b' '; 70_000]);
    ends(0x88, b"\x03");
    let mut deep = vec![b'['; 60_000];
    deep[0] = b'{';
    ends(0x81, &deep);
    assert!(server.is_well(), "{}", server.stderr());
}
