//! What a close ends, and what it leaves open.

use crate::conversation::{Conversation, answer, get};
use reprise_wire::{Close, Direction};

#[test]
fn an_answer_without_a_length_ends_with_fin_and_is_truncated_by_a_reset() {
    let until = |close| {
        Conversation::new()
            .client(&get("/1"))
            .server("HTTP/1.0 200 OK\r\n\r\nall of it")
            .closed(close)
            .told()
    };
    assert_eq!(until(Close::Fin), ["GET /1 -> 200"]);
    for close in [Close::Reset, Close::Evicted, Close::CaptureEnd] {
        assert_eq!(until(close), ["GET /1 -> 200 RESPONSE_TRUNCATED"]);
    }
}

#[test]
fn requests_without_an_answer_come_out_when_the_server_closes() {
    let conversation = Conversation::new()
        .client(&[get("/1"), get("/2")].concat())
        .server(&answer(201))
        .closed(Close::Reset);
    assert_eq!(conversation.told(), ["GET /1 -> 201", "GET /2 -> -"]);
}

#[test]
fn a_client_that_closes_its_side_still_gets_its_answer() {
    let told = Conversation::new()
        .client(&get("/1"))
        .end(Direction::ToServer, Close::Fin)
        .server(&answer(201))
        .end(Direction::ToClient, Close::Fin)
        .told();
    assert_eq!(told, ["GET /1 -> 201"]);
}

#[test]
fn http_0_9_is_a_line_and_then_bytes_until_the_close() {
    let conversation = Conversation::new()
        .client("GET /old\r\n")
        .server("<html>")
        .closed(Close::Fin);
    assert_eq!(conversation.told(), ["GET /old -> -"]);
    assert_eq!(
        conversation.exchanges[0].response.as_ref().unwrap().bytes,
        b"<html>"
    );
}
