//! A first line that is cut after its first bytes, where nobody knows where messages begin.

use crate::conversation::{Conversation, answer, get};
use reprise_wire::{Close, Limits, Spoken};

/// One of a connection that was open before the capture.
fn amid() -> Conversation {
    Conversation::with(Limits::default(), true)
}

#[test]
fn the_first_message_of_a_capture_is_found_wherever_it_is_cut() {
    let (request, reply) = (get("/a"), answer(200));
    for cut in 1..request.len() {
        for reply_cut in [1, 2, 5, 9, 10, 20] {
            let conversation = amid()
                .client(&request[..cut])
                .client(&request[cut..])
                .server(&reply[..reply_cut])
                .server(&reply[reply_cut..])
                .client(&get("/b"))
                .server(&answer(201))
                .closed(Close::Fin);
            let told = [
                "GET /a -> 200 MIDSTREAM RESYNCED",
                "GET /b -> 201 MIDSTREAM",
            ];
            assert_eq!(conversation.told(), told, "{cut} {reply_cut}");
            assert_eq!(conversation.decoder.loss().undecodable_bytes, 0);
            let request = conversation.exchanges[0].request.as_ref().unwrap();
            assert_eq!(request.bytes, get("/a").as_bytes());
        }
    }
}

#[test]
fn a_method_may_come_letter_by_letter() {
    for method in ["GET", "PROPPATCH", "OPTIONS"] {
        let mut conversation = amid();
        for letter in method.chars() {
            conversation = conversation.client(&letter.to_string());
        }
        let conversation = conversation
            .client(" ")
            .client("/x HTTP/1.1\r\n\r\n")
            .server(&answer(200))
            .closed(Close::Fin);
        let told = format!("{method} /x -> 200 MIDSTREAM RESYNCED");
        assert_eq!(conversation.told(), [told]);
    }
}

#[test]
fn what_only_ends_like_a_method_begins_none() {
    for (end, request) in [
        ("G", get("/a")),
        ("PUT", get("/a")),
        ("UN", "LOCK /a HTTP/1.1\r\n\r\n".to_owned()),
        ("H", "HEAD /a HTTP/1.1\r\n\r\n".to_owned()),
        ("GET ", "GET /a HTTP/1.1\r\n\r\n".to_owned()),
    ] {
        let conversation = amid()
            .client(end)
            .client(&request)
            .server("HTTP/1.1 204 No Content\r\n\r\n")
            .closed(Close::Fin);
        let method = request.split(' ').next().unwrap();
        let told = format!("{method} /a -> 204 MIDSTREAM RESYNCED");
        assert_eq!(conversation.told(), [told], "{end}");
        let lost = conversation.decoder.loss().undecodable_bytes;
        assert_eq!(lost, end.len() as u64);
    }
}

#[test]
fn what_is_no_method_goes_with_nothing() {
    let conversation = amid()
        .client("SPO")
        .client("NGE /a HTTP/1.1\r\n\r\n")
        .server(&answer(200))
        .closed(Close::Fin);
    assert!(!conversation.told().join(" ").contains("SPONGE"));
}

#[test]
fn a_command_of_mysql_after_a_letter_is_one() {
    let conversation = amid().client("G").client("\x09\0\0\0\x03SELECT 1");
    assert_eq!(conversation.decoder.spoken(), Spoken::Mysql);
    assert_eq!(conversation.decoder.loss().undecodable_bytes, 1);
}

#[test]
fn after_a_hole_a_message_is_found_wherever_it_is_cut_and_nothing_is_joined_across_it() {
    for cut in 1..14 {
        let request = get("/b");
        let conversation = Conversation::new()
            .client(&get("/a"))
            .server(&answer(200))
            .client_gap(40)
            .client(&request[..cut])
            .client(&request[cut..])
            .server(&answer(201))
            .closed(Close::Fin);
        let told = ["GET /a -> 200", "GET /b -> 201 RESYNCED"];
        assert_eq!(conversation.told(), told, "{cut}");
    }
    let conversation = Conversation::new()
        .client(&get("/a"))
        .server(&answer(200))
        .client_gap(40)
        .client("G")
        .client_gap(40)
        .client("ET /b HTTP/1.1\r\n\r\n")
        .server(&answer(201))
        .closed(Close::Fin);
    assert!(!conversation.told().join(" ").contains("GET /b"));
}
