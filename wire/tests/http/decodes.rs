//! What some connections decode to, in full: every field of every exchange.

use std::fmt::Write;

use reprise_wire::{Close, Exchange, Payload};

use crate::conversation::{Conversation, get};

fn shown(exchanges: &[Exchange]) -> String {
    let mut out = String::new();
    for exchange in exchanges {
        let Exchange {
            protocol,
            operation,
            summary,
            status,
            times,
            flags,
            ..
        } = exchange;
        let at = |time: Option<reprise_wire::Timestamp>| time.map(|time| time.micros());
        let names: Vec<_> = flags.iter_names().map(|(name, _)| name).collect();
        writeln!(
            out,
            "{protocol:?} {summary:?} as {operation:?} -> {status:?} {names:?}"
        )
        .unwrap();
        writeln!(
            out,
            "  request {}..{} us, answer {:?}..{:?} us",
            times.request_first.micros(),
            times.request_last.micros(),
            at(times.response_first),
            at(times.response_last),
        )
        .unwrap();
        write_payload(&mut out, "request", exchange.request.as_ref());
        write_payload(&mut out, "answer", exchange.response.as_ref());
    }
    out
}

fn write_payload(out: &mut String, name: &str, payload: Option<&Payload>) {
    match payload {
        Some(Payload { bytes, wire_len }) => {
            writeln!(
                out,
                "  {name} of {wire_len} bytes: {}",
                bytes.escape_ascii()
            )
            .unwrap();
        }
        None => writeln!(out, "  {name}: none").unwrap(),
    }
}

#[test]
fn an_upload_with_an_interim_answer_and_trailers() {
    let conversation = Conversation::new()
        .client("PUT /files/9b2c HTTP/1.1\r\nExpect: 100-continue\r\nTransfer-Encoding: chunked\r\n\r\n")
        .server("HTTP/1.1 100 Continue\r\n\r\n")
        .client("3;n=1\r\nabc\r\n0\r\nDigest: d\r\n\r\n")
        .server("HTTP/1.1 201 Created\r\nContent-Le")
        .server("ngth: 0\r\n\r\n");
    insta::assert_snapshot!(shown(&conversation.exchanges));
}

#[test]
fn a_browser_over_a_lossy_capture() {
    let conversation = Conversation::new()
        .client(&get("/"))
        .server("HTTP/1.1 200 OK\r\nContent-Length: 12\r\n\r\n<html>")
        .server_gap(6)
        .client(&get("/logo.3f9ab2c4.png"))
        .server_gap(300)
        .client(&get("/item/42?ref=home"))
        .server("HTTP/1.1 304 Not Modified\r\nETag: \"a\"\r\nContent-Length: 99\r\n\r\n")
        .client("POST /cart HTTP/1.1\r\nContent-Length: 4\r\nContent-Length: 5\r\n\r\nid=4")
        .server("HTTP/1.1 500 Oops\r\n\r\nstack")
        .closed(Close::Reset);
    insta::assert_snapshot!(shown(&conversation.exchanges));
}
