//! Where messages begin and end, case by case as RFC 9112 (HTTP/1.1) has them.

use crate::conversation::{Conversation, answer, get};
use reprise_wire::{Close, Direction, Limits, Spoken};

#[test]
fn an_answer_to_head_ends_with_its_head_whatever_it_announces() {
    // Section 6.3, rule 1.
    let conversation = Conversation::new()
        .client("HEAD /1 HTTP/1.1\r\n\r\n")
        .server("HTTP/1.1 200 OK\r\nContent-Length: 5000\r\n\r\n")
        .client("HEAD /2 HTTP/1.1\r\n\r\n")
        .server("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
        .client(&get("/3"))
        .server(&answer(203));
    let told = ["HEAD /1 -> 200", "HEAD /2 -> 200", "GET /3 -> 203"];
    assert_eq!(conversation.told(), told);
}

#[test]
fn answers_that_have_no_body_end_with_their_head() {
    let told = Conversation::new()
        .client(&get("/1"))
        .server("HTTP/1.1 304 Not Modified\r\nContent-Length: 99\r\n\r\n")
        .client(&get("/2"))
        .server("HTTP/1.1 204 No Content\r\nTransfer-Encoding: chunked\r\n\r\n")
        .client(&get("/3"))
        .server(&answer(203))
        .told();
    assert_eq!(told, ["GET /1 -> 304", "GET /2 -> 204", "GET /3 -> 203"]);
}

#[test]
fn a_refused_tunnel_or_upgrade_leaves_the_connection_http() {
    // Section 6.3, rule 2, and RFC 9110 section 7.8: only 2xx to CONNECT and 101 leave HTTP.
    let conversation = Conversation::new()
        .client("CONNECT db:3306 HTTP/1.1\r\nHost: db:3306\r\n\r\n")
        .server(&answer(407))
        .client("GET /chat HTTP/1.1\r\nConnection: upgrade\r\nUpgrade: websocket\r\n\r\n")
        .server(&answer(200))
        .client(&get("/3"))
        .server(&answer(203));
    let told = [
        "CONNECT db:3306 -> 407",
        "GET /chat -> 200",
        "GET /3 -> 203",
    ];
    assert_eq!(conversation.told(), told);
    assert_eq!(conversation.decoder.spoken_besides(), None);
}

#[test]
fn what_a_connection_left_http_for_is_named() {
    let upgrade = |to: &str| {
        Conversation::new()
            .client(&format!(
                "GET / HTTP/1.1\r\nConnection: upgrade\r\nUpgrade: {to}\r\n\r\n"
            ))
            .server(&format!(
                "HTTP/1.1 101 Switching Protocols\r\nUpgrade: {to}\r\n\r\n"
            ))
            .bytes(Direction::ToClient, b"\x81\x02hi")
            .closed(Close::Fin)
    };
    assert_eq!(
        upgrade("WebSocket").decoder.spoken_besides(),
        Some(Spoken::Websocket)
    );
    assert_eq!(upgrade("h2c").decoder.spoken_besides(), Some(Spoken::Http2));
    assert_eq!(upgrade("mine/1").decoder.spoken_besides(), None);
    let tunnel = Conversation::new()
        .client("CONNECT shop:443 HTTP/1.1\r\n\r\n")
        .server("HTTP/1.1 200 OK\r\n\r\n")
        .bytes(Direction::ToServer, b"\x16\x03\x01\x02\x00\x01\x00")
        .closed(Close::Fin);
    assert_eq!(tunnel.decoder.spoken_besides(), Some(Spoken::Tls));
    assert_eq!(tunnel.decoder.spoken(), Spoken::Http);
}

#[test]
fn chunks_win_over_a_length_and_of_two_lengths_the_first_holds() {
    // Section 6.3, rules 3 and 5: both are flagged, since a peer may have read them differently.
    let told = Conversation::new()
        .client("POST /1 HTTP/1.1\r\nContent-Length: 100\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n0\r\n\r\n")
        .server(&answer(201))
        .client("POST /2 HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\na")
        .server(&answer(202))
        .client("POST /3 HTTP/1.1\r\nContent-Length: 1, 1\r\n\r\na")
        .server(&answer(203))
        .told();
    let expected = [
        "POST /1 -> 201 CONFLICTING_LENGTH",
        "POST /2 -> 202 CONFLICTING_LENGTH",
        "POST /3 -> 203",
    ];
    assert_eq!(told, expected);
}

#[test]
fn chunk_extensions_trailers_and_any_case_of_sizes_are_read() {
    // Section 7.1. The chunk holds what a careless reader takes for the end.
    let body = "00A;name=\"v\"\r\n0\r\n\r\n12345\r\n1;x\r\nz\r\n0\r\nExpires: 0\r\nX: y\r\n\r\n";
    let head = "HTTP/1.1 200 OK\r\nTransfer-Encoding: Chunked\r\n\r\n";
    let conversation = Conversation::new()
        .client(&get("/1"))
        .server(&format!("{head}{body}"))
        .client(&get("/2"))
        .server(&answer(202));
    assert_eq!(conversation.told(), ["GET /1 -> 200", "GET /2 -> 202"]);
    let kept = &conversation.exchanges[0].response.as_ref().unwrap().bytes;
    assert_eq!(kept.len(), head.len() + body.len());
}

#[test]
fn bare_line_feeds_blank_lines_before_requests_and_folded_fields_are_taken() {
    // Sections 2.2 and 5.2.
    let told = Conversation::new()
        .client("\r\n\r\nPOST /1 HTTP/1.1\nContent-Length:\n 3\n\nabc\r\n")
        .server("HTTP/1.1 201 Created\nTransfer-Encoding:\r\n\tchunked\n\n3\nabc\n0\n\n")
        .client(&get("/2"))
        .server(&answer(202))
        .told();
    assert_eq!(told, ["POST /1 -> 201", "GET /2 -> 202"]);
}

#[test]
fn any_token_is_a_method_and_any_three_digits_are_a_status() {
    // RFC 9110 sections 9.1 and 15.
    let mut conversation = Conversation::new();
    let methods = [
        "PROPFIND",
        "QUERY",
        "M-SEARCH",
        "purge",
        "X!#$%&'*+-.^_`|~9",
    ];
    for (method, status) in methods.iter().zip([207, 299, 599, 999, 418]) {
        conversation = conversation
            .client(&format!("{method} /a HTTP/1.1\r\n\r\n"))
            .server(&answer(status));
    }
    let told = conversation.told();
    assert_eq!(told[0], "PROPFIND /a -> 207");
    assert_eq!(told[3], "purge /a -> 999");
    assert_eq!(told[4], "X!#$%&'*+-.^_`|~9 /a -> 418");
}

#[test]
fn all_forms_of_a_target_are_kept_as_they_are() {
    // Section 3.2: origin, absolute, authority and asterisk form.
    let told = Conversation::new()
        .client("GET http://shop.example/a?b HTTP/1.1\r\n\r\n")
        .server(&answer(201))
        .client("OPTIONS * HTTP/1.1\r\n\r\n")
        .server(&answer(202))
        .client("CONNECT shop:443 HTTP/1.1\r\n\r\n")
        .server(&answer(503))
        .told();
    let expected = [
        "GET http://shop.example/a?b -> 201",
        "OPTIONS * -> 202",
        "CONNECT shop:443 -> 503",
    ];
    assert_eq!(told, expected);
}

#[test]
fn ten_thousand_fields_are_a_head_like_any_other() {
    let fields: String = (0..10_000).map(|n| format!("X-{n}: {n}\r\n")).collect();
    let conversation = Conversation::new()
        .client(&format!(
            "GET /1 HTTP/1.1\r\n{fields}Content-Length: 2\r\n\r\nab"
        ))
        .server(&answer(201))
        .client(&get("/2"))
        .server(&answer(202));
    assert_eq!(conversation.told(), ["GET /1 -> 201", "GET /2 -> 202"]);
}

#[test]
fn a_head_without_an_end_is_kept_only_up_to_its_cap() {
    let limits = Limits {
        head_cap: 1_000,
        ..Limits::default()
    };
    let mut conversation = Conversation::with(limits, false).client("GET /1 HTTP/1.1\r\n");
    for _ in 0..1_000 {
        conversation = conversation.client(&format!("X: {}\r\n", "y".repeat(90)));
        assert!(conversation.decoder.held_bytes() <= 2_000);
    }
    let conversation = conversation.closed(Close::Reset);
    assert_eq!(conversation.exchanges.len(), 1);
    assert_eq!(conversation.decoder.loss().incomplete_requests, 1);
    assert_eq!(conversation.decoder.counts().http_requests, 0);
}

#[test]
fn a_body_without_an_end_is_kept_only_up_to_its_cap_and_counted_in_full() {
    let limits = Limits {
        head_cap: 500,
        body_cap: 1_000,
        ..Limits::default()
    };
    let head = "HTTP/1.1 200 OK\r\n\r\n";
    let mut conversation = Conversation::with(limits, false)
        .client(&get("/1"))
        .server(head);
    for _ in 0..1_000 {
        conversation = conversation.server(&"x".repeat(1_000));
        assert!(conversation.decoder.held_bytes() <= 2_000);
    }
    let conversation = conversation.closed(Close::Fin);
    let payload = conversation.exchanges[0].response.as_ref().unwrap();
    assert_eq!(payload.wire_len, 1_000_000 + head.len() as u64);
    assert_eq!(conversation.told(), ["GET /1 -> 200 RESPONSE_OVER_CAP"]);
    assert_eq!(
        conversation.decoder.counts().http_responses,
        1,
        "seen whole, kept in part"
    );
}

#[test]
fn messages_seen_in_part_are_counted_apart_from_whole_ones() {
    let conversation = Conversation::new()
        .client(&get("/1"))
        .server("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nab")
        .server_gap(6)
        .server("yz")
        .client("POST /2 HTTP/1.1\r\nContent-Length: 10\r\n\r\nab")
        .closed(Close::Fin);
    let (counts, loss) = (conversation.decoder.counts(), conversation.decoder.loss());
    assert_eq!((counts.http_requests, counts.http_responses), (1, 0));
    assert_eq!(
        (loss.incomplete_requests, loss.incomplete_responses),
        (1, 1)
    );
}

#[test]
fn the_name_a_tls_client_asks_for_is_told() {
    let hello = b"\x16\x03\x01\x00\x3f\x01\x00\x00\x3b\x03\x03\x07\x07\x07\x07\x07\x07\x07\x07\x07\x07\x07\x07\x07\x07\x07\x07\x07\x07\x07\x07\x07\x07\x07\x07\x07\x07\x07\x07\x07\x07\x07\x07\x00\x00\x02\x13\x01\x01\x00\x00\x10\x00\x00\x00\x0c\x00\x0a\x00\x00\x07shop.eu";
    let conversation = Conversation::new().bytes(Direction::ToServer, hello);
    assert_eq!(conversation.decoder.spoken(), Spoken::Tls);
    assert_eq!(conversation.decoder.server_name(), Some("shop.eu"));
}

#[test]
fn a_server_that_answers_tls_in_plain_is_heard() {
    let hello = b"\x16\x03\x01\0\x04\x01\0\0\0";
    let refused = Conversation::new()
        .bytes(Direction::ToServer, hello)
        .server("HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n")
        .closed(Close::Fin);
    assert_eq!(refused.decoder.spoken(), Spoken::Http);
    let counts = refused.decoder.counts();
    assert_eq!((counts.http_requests, counts.http_responses), (0, 1));
    assert_eq!(refused.exchanges[0].status, Some(400));
    assert_eq!(refused.decoder.spoken_besides(), Some(Spoken::TlsRefused));
    assert_eq!(refused.decoder.loss().undecodable_bytes, 9);
    // Inside of TLS anything may look like anything.
    let secret = Conversation::new()
        .bytes(Direction::ToServer, hello)
        .bytes(Direction::ToClient, hello)
        .server("HTTP/1.1 400 Bad Request\r\n\r\n")
        .closed(Close::Fin);
    assert_eq!(secret.decoder.spoken(), Spoken::Tls);
    assert!(secret.exchanges.is_empty());
}
