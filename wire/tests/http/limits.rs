//! What is longer than a cap is counted, not kept, and does not disturb what follows.

use crate::conversation::{Conversation, answer, get};
use reprise_wire::{Close, Limits};

fn small() -> Limits {
    Limits {
        body_cap: 8,
        head_cap: 128,
        pipeline_cap: 4,
        waiting_cap: 10_000,
        gap_fill_cap: 4,
        ..Limits::default()
    }
}

#[test]
fn a_body_over_its_cap_keeps_its_true_length() {
    let body = "x".repeat(1000);
    let conversation = Conversation::with(small(), false)
        .client(&get("/1"))
        .server(&format!(
            "HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n{body}"
        ))
        .client(&get("/2"))
        .server(&answer(202));
    assert_eq!(
        conversation.told(),
        ["GET /1 -> 200 RESPONSE_OVER_CAP", "GET /2 -> 202"]
    );
    let payload = conversation.exchanges[0].response.as_ref().unwrap();
    assert_eq!(payload.wire_len, 1041);
    assert!(payload.bytes.len() <= 136);
    assert_eq!(conversation.decoder.loss().over_cap, 1);
}

#[test]
fn a_head_over_its_cap_is_cut_off_and_still_answered() {
    let long = format!("GET /1 HTTP/1.1\r\nCookie: {}\r\n\r\n", "c".repeat(300));
    let conversation = Conversation::with(small(), false)
        .client(&long)
        .server(&answer(201))
        .client(&get("/2"))
        .server(&answer(202))
        .closed(Close::Fin);
    let told = conversation.told();
    assert_eq!(told[0], "GET /1 -> 201 REQUEST_OVER_CAP REQUEST_TRUNCATED");
    assert_eq!(told[1], "GET /2 -> 202 RESYNCED");
}

#[test]
fn a_large_gap_is_counted_but_not_filled_beyond_its_cap() {
    let conversation = Conversation::with(small(), false)
        .client(&get("/1"))
        .server("HTTP/1.1 200 OK\r\nContent-Length: 4000000000\r\n\r\n")
        .server_gap(4_000_000_000)
        .client(&get("/2"))
        .server(&answer(202));
    let payload = conversation.exchanges[0].response.as_ref().unwrap();
    assert_eq!((payload.bytes.len(), payload.wire_len), (47, 4_000_000_047));
    assert_eq!(conversation.told()[1], "GET /2 -> 202");
}

#[test]
fn a_pipeline_over_its_cap_gives_up_the_oldest_and_pairs_none_of_them_wrongly() {
    let requests: String = (0..10).map(|n| get(&format!("/{n}"))).collect();
    let conversation = Conversation::with(small(), false)
        .client(&requests)
        .server(&answer(200))
        .closed(Close::Fin);
    assert_eq!(conversation.exchanges.len(), 10);
    assert_eq!(conversation.told()[0], "GET /0 -> -");
    assert_eq!(conversation.decoder.loss().unpaired_requests, 9);
}
