//! Which answer goes with which request, when whole messages were not seen.

use crate::conversation::{Conversation, answer, get};
use reprise_wire::{Close, Limits};

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
