//! Captures whose snap length cut packets: the messages passed whole, and count, but not all of them is there.

use reprise_wire::{Close, Flags};

use crate::conversation::{Conversation, get};

#[test]
fn messages_that_the_snap_length_cut_count_and_are_flagged() {
    let conversation = Conversation::new()
        // Within a body, which the head measures.
        .client("POST /a HTTP/1.1\r\nContent-Length: 100\r\n\r\nabc")
        .client_cut(97)
        .server("HTTP/1.1 200 OK\r\nContent-Length: 2000\r\n\r\n")
        .server_cut(1_400)
        .server_cut(600)
        // Within the fields: where the body ends nobody knows, but the next message is found.
        .client("PUT /b/7 HTTP/1.1\r\nHost: sh")
        .client_cut(400)
        .server("HTTP/1.1 201 Created\r\nSer")
        .server_cut(900)
        // Within the first line.
        .client("GET /c/8?from=mai")
        .client_cut(30)
        .server("HTTP/1.1 404 Not")
        .server_cut(40)
        .client(&get("/d"))
        .server("HTTP/1.1 204 No Content\r\n\r\n")
        .closed(Close::Fin);
    assert_eq!(
        conversation.told(),
        [
            "POST /a -> 200 GAP_IN_REQUEST GAP_IN_RESPONSE",
            "PUT /b/7 -> 201 GAP_IN_REQUEST GAP_IN_RESPONSE REQUEST_TRUNCATED RESPONSE_TRUNCATED",
            "GET /c/8?from=mai -> 404 GAP_IN_REQUEST GAP_IN_RESPONSE REQUEST_TRUNCATED RESPONSE_TRUNCATED RESYNCED",
            "GET /d -> 204 RESYNCED",
        ]
    );
    let (counts, loss) = (conversation.decoder.counts(), conversation.decoder.loss());
    assert_eq!((counts.http_requests, counts.http_responses), (4, 4));
    assert_eq!(
        (loss.incomplete_requests, loss.incomplete_responses),
        (0, 0)
    );
    assert_eq!((loss.undecodable_bytes, loss.unpaired_requests), (0, 0));
}

#[test]
fn a_first_line_that_is_cut_is_enough_to_know_the_protocol() {
    let conversation = Conversation::new()
        .client("GET /cart HTTP")
        .client_cut(300)
        .server("HTTP/1.1 200 O")
        .server_cut(300)
        .closed(Close::Fin);
    let (counts, loss) = (conversation.decoder.counts(), conversation.decoder.loss());
    assert_eq!((counts.http_requests, counts.http_responses), (1, 1));
    assert_eq!(loss.undecodable_bytes, 0);
    assert_eq!(conversation.exchanges[0].operation, "GET /cart");
    // What may be anything is not guessed at.
    let other = Conversation::new()
        .client("STATUS ok not ")
        .client_cut(300)
        .closed(Close::Fin);
    assert_eq!(other.decoder.loss().undecodable_bytes, 14);
    assert!(other.exchanges.is_empty());
}

#[test]
fn a_message_that_was_cut_and_then_missed_is_incomplete() {
    let conversation = Conversation::new()
        .client("POST /a HTTP/1.1\r\nContent-Length: 100\r\n\r\n")
        .client_cut(50)
        .client_gap(50)
        .server("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n")
        .server_cut(50)
        .closed(Close::Fin);
    let (counts, loss) = (conversation.decoder.counts(), conversation.decoder.loss());
    assert_eq!((counts.http_requests, counts.http_responses), (0, 0));
    assert_eq!(
        (loss.incomplete_requests, loss.incomplete_responses),
        (1, 1)
    );
    assert!(
        conversation.exchanges[0]
            .flags
            .contains(Flags::RESPONSE_TRUNCATED)
    );
}
