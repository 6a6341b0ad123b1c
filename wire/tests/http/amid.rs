//! Going on within a message, or finding the next one, after a hole or bytes that are no HTTP.

use crate::conversation::{Conversation, answer, get};
use reprise_wire::{Close, Limits};

#[test]
fn a_capture_that_begins_within_a_body_finds_the_next_message() {
    let conversation = Conversation::with(Limits::default(), true)
        .client("the end of an upload")
        .server(&answer(201))
        .client(&get("/2"))
        .server(&answer(202))
        .closed(Close::Fin);
    assert!(
        conversation.told()[1].starts_with("GET /2 -> 202"),
        "{:?}",
        conversation.told()
    );
    assert_eq!(conversation.decoder.loss().undecodable_bytes, 20);
}

#[test]
fn a_gap_inside_a_sized_body_keeps_the_pairing() {
    let conversation = Conversation::new()
        .client(&get("/1"))
        .server("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nab")
        .server_gap(6)
        .server("yz")
        .client(&get("/2"))
        .server(&answer(202));
    let told = ["GET /1 -> 200 GAP_IN_RESPONSE", "GET /2 -> 202"];
    assert_eq!(conversation.told(), told);
    let payload = conversation.exchanges[0].response.as_ref().unwrap();
    assert!(payload.bytes.ends_with(b"ab\0\0\0\0\0\0yz"));
    assert_eq!(payload.wire_len, payload.bytes.len() as u64);
}

#[test]
fn a_gap_inside_a_chunk_is_filled_and_one_across_chunks_breaks_the_message_off() {
    let chunked = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n8\r\nab";
    let inside = Conversation::new()
        .client(&get("/1"))
        .server(chunked)
        .server_gap(6)
        .server("\r\n0\r\n\r\n")
        .told();
    assert_eq!(inside, ["GET /1 -> 200 GAP_IN_RESPONSE"]);
    let across = Conversation::new()
        .client(&get("/1"))
        .server(chunked)
        .server_gap(9)
        .server("0\r\n\r\n")
        .client(&get("/2"))
        .server(&answer(202))
        .closed(Close::Fin)
        .told();
    let expected = [
        "GET /1 -> 200 GAP_IN_RESPONSE RESPONSE_TRUNCATED",
        "GET /2 -> 202 RESYNCED",
    ];
    assert_eq!(across, expected);
}

#[test]
fn garbage_between_messages_is_counted_and_the_next_message_is_found() {
    let conversation = Conversation::new()
        .client(&get("/1"))
        .server(&answer(201))
        .client("\x01\x02 nonsense\r\n")
        .server(&answer(400))
        .client(&get("/2"))
        .server(&answer(202))
        .closed(Close::Fin);
    let told = [
        "GET /1 -> 201",
        "(request not captured) -> 400",
        "GET /2 -> 202 RESYNCED",
    ];
    assert_eq!(conversation.told(), told);
    assert_eq!(conversation.decoder.loss().undecodable_bytes, 13);
}

#[test]
fn a_request_smuggled_behind_a_broken_chunk_is_none() {
    let head = "POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n";
    let conversation = Conversation::new()
        .client(&format!(
            "{head}10000000000000000\r\n\r\n{}",
            get("/smuggled")
        ))
        .server(&answer(400))
        .client(&get("/2"))
        .server(&answer(202))
        .closed(Close::Fin);
    let told = ["POST / -> 400 REQUEST_TRUNCATED", "GET /2 -> 202 RESYNCED"];
    assert_eq!(conversation.told(), told);
}
