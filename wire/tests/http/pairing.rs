//! Which answer goes with which request, when nothing is missing.

use crate::conversation::{Conversation, answer, get};
use reprise_wire::Close;

#[test]
fn keep_alive_exchanges_are_paired_in_order() {
    let told = Conversation::new()
        .client(&get("/1"))
        .server(&answer(201))
        .client(&get("/2"))
        .server(&answer(202))
        .told();
    assert_eq!(told, ["GET /1 -> 201", "GET /2 -> 202"]);
}

#[test]
fn pipelined_requests_in_one_segment_get_their_answers_in_order() {
    let told = Conversation::new()
        .client(&[get("/1"), get("/2"), get("/3")].concat())
        .server(&[answer(201), answer(202), answer(203)].concat())
        .told();
    assert_eq!(told, ["GET /1 -> 201", "GET /2 -> 202", "GET /3 -> 203"]);
}

#[test]
fn interim_answers_precede_the_final_one_and_are_counted() {
    let conversation = Conversation::new()
        .client("POST /up HTTP/1.1\r\nExpect: 100-continue\r\nContent-Length: 3\r\n\r\n")
        .server("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n")
        .client("abc")
        .server(&answer(201));
    assert_eq!(conversation.told(), ["POST /up -> 201 INTERIM"]);
    let payload = conversation.exchanges[0].response.as_ref().unwrap();
    assert_eq!(
        payload.bytes,
        answer(201).as_bytes(),
        "interim answers are left out"
    );
    assert_eq!(conversation.decoder.counts().http_responses, 3);
}

#[test]
fn an_early_answer_waits_for_the_rest_of_its_request() {
    let told = Conversation::new()
        .client("POST /big HTTP/1.1\r\nContent-Length: 6\r\n\r\nabc")
        .server(&answer(413))
        .client("def")
        .client(&get("/2"))
        .server(&answer(202))
        .told();
    assert_eq!(told, ["POST /big -> 413", "GET /2 -> 202"]);
}

#[test]
fn a_client_that_asked_first_and_was_refused_goes_on_without_its_body() {
    for framing in ["Content-Length: 5000", "Transfer-Encoding: chunked"] {
        let put = format!("PUT /up HTTP/1.1\r\nExpect: 100-continue\r\n{framing}\r\n\r\n");
        let conversation = Conversation::new()
            .client(&put)
            .server(&answer(417))
            .client(&get("/2"))
            .server(&answer(202))
            .client(&put)
            .server(&answer(413))
            .closed(Close::Fin);
        let told = [
            "PUT /up -> 417 REQUEST_TRUNCATED",
            "GET /2 -> 202",
            "PUT /up -> 413 REQUEST_TRUNCATED",
        ];
        assert_eq!(conversation.told(), told);
        assert_eq!(conversation.decoder.counts().http_requests, 3);
        assert_eq!(conversation.decoder.loss().incomplete_requests, 0);
    }
}

#[test]
fn a_body_that_looks_like_a_request_is_one_only_when_the_client_was_refused() {
    let body = get("/inner");
    for (expect, interim) in [
        ("", ""),
        ("Expect: 100-continue\r\n", "HTTP/1.1 100 x\r\n\r\n"),
    ] {
        let length = body.len();
        let told = Conversation::new()
            .client(&format!(
                "PUT /up HTTP/1.1\r\n{expect}Content-Length: {length}\r\n\r\n"
            ))
            .server(interim)
            .server(&answer(403))
            .client(&body)
            .client(&get("/2"))
            .server(&answer(202))
            .told();
        assert_eq!(told.len(), 2, "{told:?}");
        assert!(told[0].starts_with("PUT /up -> 403"), "{told:?}");
        assert_eq!(told[1], "GET /2 -> 202");
    }
}
