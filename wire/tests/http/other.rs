//! What is no HTTP: before it, after it, in its place.

use crate::conversation::{Conversation, answer, get};
use reprise_wire::{Close, Direction, Spoken};

#[test]
fn after_an_upgrade_or_a_tunnel_everything_is_opaque() {
    for (request, status) in [
        (
            "GET /ws HTTP/1.1\r\nUpgrade: websocket\r\n\r\n",
            "101 Switching Protocols",
        ),
        (
            "CONNECT db:3306 HTTP/1.1\r\n\r\n",
            "200 Connection established",
        ),
    ] {
        let conversation = Conversation::new()
            .client(request)
            .server(&format!("HTTP/1.1 {status}\r\n\r\n"))
            .client(&get("/not-http"))
            .server(&answer(404))
            .closed(Close::Fin);
        assert_eq!(conversation.exchanges.len(), 1);
        assert!(conversation.told()[0].ends_with("UPGRADED"));
        let opaque = get("/not-http").len() + answer(404).len();
        assert_eq!(conversation.decoder.loss().undecodable_bytes, opaque as u64);
        assert_eq!(conversation.decoder.counts().http_requests, 1);
    }
}

#[test]
fn other_protocols_are_named_and_their_bytes_counted() {
    for (bytes, spoken) in [
        (&b"\x16\x03\x01\x00\x05hello"[..], Spoken::Tls),
        (b"SSH-2.0-OpenSSH_9\r\n", Spoken::Ssh),
        (b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0", Spoken::Http2),
        (b"*1\r\n$4\r\nPING\r\n", Spoken::Redis),
        (b"who knows\r\n", Spoken::Other),
    ] {
        let conversation = Conversation::new()
            .bytes(Direction::ToServer, bytes)
            .closed(Close::Fin);
        assert_eq!(conversation.decoder.spoken(), spoken);
        assert_eq!(
            conversation.decoder.loss().undecodable_bytes,
            bytes.len() as u64
        );
        assert!(conversation.exchanges.is_empty());
    }
}

#[test]
fn a_load_balancers_header_is_no_part_of_the_first_request() {
    let header = "PROXY TCP4 192.0.2.1 192.0.2.2 4711 80\r\n";
    let conversation = Conversation::new()
        .client(&format!("{header}{}", get("/1")))
        .server(&answer(201))
        .client(&get("/2"))
        .server(&answer(202));
    assert_eq!(conversation.told(), ["GET /1 -> 201", "GET /2 -> 202"]);
    assert_eq!(
        conversation.decoder.loss().undecodable_bytes,
        header.len() as u64
    );
}
