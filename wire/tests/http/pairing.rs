//! Which answer goes with which request, above all when something is missing.

use crate::conversation::{Conversation, answer, get};
use reprise_wire::{Close, Direction, Limits, Spoken};

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
fn an_answer_lost_between_two_others_does_not_shift_the_pairs_behind_it() {
    let conversation = Conversation::new()
        .client(&get("/1"))
        .server(&answer(201))
        .client(&get("/2"))
        .server_gap(40)
        .client(&get("/3"))
        .server(&answer(203))
        .client(&get("/4"))
        .server(&answer(204))
        .closed(Close::Fin);
    let told = [
        "GET /1 -> 201",
        "GET /2 -> -",
        "GET /3 -> 203 RESYNCED",
        "GET /4 -> 204",
    ];
    // 204 has no body: the "ok" behind it belongs to nothing
    assert_eq!(conversation.told(), told);
    assert_eq!(conversation.decoder.loss().unpaired_requests, 1);
    assert_eq!(conversation.decoder.loss().undecodable_bytes, 2);
}

#[test]
fn a_hole_that_shows_only_after_the_next_request_does_not_shift_the_pairs_either() {
    let told = Conversation::new()
        .client(&get("/1"))
        .server(&answer(201))
        .client(&get("/2"))
        .client(&get("/3"))
        .server_gap(40)
        .server(&answer(203))
        .client(&get("/4"))
        .server(&answer(205))
        .closed(Close::Fin)
        .told();
    let expected = [
        "GET /1 -> 201",
        "GET /2 -> -",
        "GET /3 -> 203 RESYNCED",
        "GET /4 -> 205",
    ];
    assert_eq!(told, expected);
}

#[test]
fn answers_lost_from_a_pipeline_are_the_first_ones() {
    let told = Conversation::new()
        .client(&[get("/1"), get("/2"), get("/3"), get("/4")].concat())
        .server(&answer(201))
        .server_gap(40)
        .server(&[answer(203), answer(206)].concat())
        .closed(Close::Fin)
        .told();
    let expected = [
        "GET /1 -> 201",
        "GET /2 -> -",
        "GET /3 -> 203 RESYNCED",
        "GET /4 -> 206",
    ];
    assert_eq!(told, expected);
}

#[test]
fn a_lost_request_leaves_its_answer_alone() {
    let conversation = Conversation::new()
        .client(&get("/1"))
        .server(&answer(201))
        .client_gap(60)
        .server(&answer(202))
        .client(&get("/3"))
        .server(&answer(203))
        .closed(Close::Fin);
    let told = [
        "GET /1 -> 201",
        "(request not captured) -> 202",
        "GET /3 -> 203 RESYNCED",
    ];
    assert_eq!(conversation.told(), told);
    assert_eq!(conversation.decoder.loss().unpaired_responses, 1);
}

#[test]
fn an_answer_to_a_lost_request_is_not_taken_for_the_lost_answer_to_the_one_before() {
    let conversation = Conversation::new()
        .client(&get("/1"))
        .server_gap(40)
        .client_gap(60)
        .server(&answer(202))
        .client(&get("/3"))
        .server(&answer(203))
        .closed(Close::Fin);
    let told = [
        "GET /1 -> -",
        "(request not captured) -> 202 RESYNCED",
        "GET /3 -> 203 RESYNCED",
    ];
    assert_eq!(conversation.told(), told);
}

#[test]
fn a_request_lost_from_a_pipeline_does_not_take_its_neighbours_answer() {
    let told = Conversation::new()
        .client(&get("/1"))
        .client_gap(60)
        .client(&get("/3"))
        .server(&[answer(201), answer(202), answer(203)].concat())
        .closed(Close::Fin)
        .told();
    let expected = [
        "GET /1 -> 201",
        "(request not captured) -> 202",
        "GET /3 -> 203 RESYNCED",
    ];
    assert_eq!(told, expected);
}

#[test]
fn an_answer_before_the_hole_of_a_pipeline_is_to_the_first_request_and_a_later_hole_ends_that() {
    let told = Conversation::new()
        .client(&[get("/1"), get("/2")].concat())
        .client_gap(60)
        .client(&get("/4"))
        .server("HTTP/1.1 103 Early Hints\r\n\r\n")
        .server(&answer(201))
        .server_gap(40)
        .server(&[answer(203), answer(206)].concat())
        .closed(Close::Fin)
        .told();
    // 203 is to /2 or to what was lost after it
    let expected = [
        "GET /1 -> 201 INTERIM",
        "(request not captured) -> 203 RESYNCED",
        "GET /2 -> -",
        "GET /4 -> 206 RESYNCED",
    ];
    assert_eq!(told, expected);
}

#[test]
fn a_request_lost_from_the_beginning_does_not_shift_the_pipeline_after_it() {
    let told = Conversation::new()
        .client_gap(40)
        .client(&[get("/2"), get("/3")].concat())
        .server(&[answer(201), answer(202), answer(203)].concat())
        .closed(Close::Fin)
        .told();
    let expected = [
        "(request not captured) -> 201 RESYNCED",
        "GET /2 -> 202 RESYNCED",
        "GET /3 -> 203",
    ];
    assert_eq!(told, expected);
}

#[test]
fn holes_in_two_pipelines_shift_nothing_between_them() {
    let told = Conversation::new()
        .client(&[get("/1"), get("/2")].concat())
        .server_gap(40)
        .server(&answer(202))
        .client(&[get("/3"), get("/4")].concat())
        .server(&[answer(203), answer(204)].concat())
        .client(&get("/5"))
        .client_gap(40)
        .client(&get("/7"))
        .server(&[answer(205), answer(206), answer(207)].concat())
        .closed(Close::Fin)
        .told();
    for wrong in ["/2 -> 203", "/3 -> 204", "/4 -> 205", "/5 -> 206"] {
        assert!(!told.iter().any(|pair| pair.contains(wrong)), "{told:#?}");
    }
    assert_eq!(
        told.last().map(String::as_str),
        Some("GET /7 -> 207 RESYNCED")
    );
}

#[test]
fn an_answer_without_a_body_to_a_request_that_was_lost_does_not_swallow_the_next() {
    let head = "HTTP/1.1 200 OK\r\nContent-Length: 55\r\n\r\n";
    let next = answer(203);
    // in packets of their own, and in one
    for answers in [vec![head, &next], vec![&*[head, &next].concat()]] {
        let conversation = Conversation::new()
            .client(&get("/1"))
            .server(&answer(201))
            .client_gap(60)
            .client(&get("/3"));
        let conversation = answers.into_iter().fold(conversation, Conversation::server);
        let told = conversation.closed(Close::Fin);
        let expected = [
            "GET /1 -> 201",
            "(request not captured) -> 200",
            "GET /3 -> 203 RESYNCED",
        ];
        assert_eq!(told.told(), expected);
        assert_eq!(told.decoder.loss().undecodable_bytes, 0);
    }
}

#[test]
fn bodies_in_a_pipeline_with_a_hole_are_told_by_what_follows_their_heads() {
    let told = Conversation::new()
        .client(&[get("/1"), get("/2")].concat())
        .client("HEAD /3 HTTP/1.1\r\n\r\n")
        .server_gap(40)
        .server(&answer(203))
        .server("HTTP/1.1 206 P\r\nContent-Length: 9\r\n\r\n")
        .closed(Close::Fin)
        .told();
    let expected = ["GET /1 -> -", "GET /2 -> 203 RESYNCED", "HEAD /3 -> 206"];
    assert_eq!(told, expected);
}

#[test]
fn a_capture_that_begins_between_request_and_answer_pairs_nothing_wrongly() {
    let told = Conversation::with(Limits::default(), true)
        .server(&answer(201))
        .client(&get("/2"))
        .server(&answer(202))
        .closed(Close::CaptureEnd)
        .told();
    assert_eq!(told.len(), 2);
    assert!(
        told[0].starts_with("(request not captured) -> 201"),
        "{told:?}"
    );
    assert!(told[1].starts_with("GET /2 -> 202"), "{told:?}");
}

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
fn a_pause_settles_a_pipeline_with_a_lost_answer() {
    let told = Conversation::new()
        .client(&[get("/1"), get("/2")].concat())
        .server_gap(40)
        .server(&answer(202))
        .pause(1_000_000)
        .client(&[get("/3"), get("/4")].concat())
        .server(&[answer(203), answer(207)].concat())
        .told();
    let expected = [
        "GET /1 -> -",
        "GET /2 -> 202 RESYNCED",
        "GET /3 -> 203",
        "GET /4 -> 207",
    ];
    assert_eq!(told, expected);
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
