//! What redaction must hold to for any exchange, of a stranger's bytes.

use std::cell::RefCell;

use crate::http::Message;
use crate::mysql::{CommandCode, Dialect, digest, summarise_reply};
use crate::operation::LONGEST_LINE;
use crate::redact::{RedactionKey, Redactor, Rules};
use crate::{Exchange, ExchangeTimes, Flags, Payload, Protocol, Timestamp};

/// Every kind of rule beside the built-in ones.
const RULES: &str = "[[rule]]\nname = \"personal\"\ndetector = [\"email\", \"iban\"]\njson = [\"$.a[*].b\", \"$..c\"]\n\
    action = \"keep_last_4\"\n[[rule]]\nname = \"path\"\nsegment = ['^[0-9]+$']\nsegment_at = [3]\naction = \"drop\"\n\
    [[rule]]\nname = \"values\"\ndigest = [\"SELECT *\"]\npositions = [2]\naction = \"fixed\"\ntext = \"it's\"\n";

thread_local! {
    static REDACTOR: RefCell<Option<Redactor>> = const { RefCell::new(None) };
}

/// An exchange of these bytes: the first says the protocol and what is unusual, the second how many of the
/// rest are the request. An HTTP message stays one of as many fields, a MySQL reply one of as many rows.
pub fn exchange(data: &[u8]) {
    let Some(([kind, split], rest)) = data.split_first_chunk() else {
        return;
    };
    let (request, response) = rest.split_at(usize::from(*split).min(rest.len()));
    let mut exchange = of(*kind, request, response);
    let before = exchange.clone();
    REDACTOR.with_borrow_mut(|redactor| {
        let redactor = redactor.get_or_insert_with(|| {
            let rules = Rules::parse(RULES).unwrap_or_default();
            Redactor::new(&RedactionKey::new([0; 32]), &rules)
        });
        redactor.redact(u64::from(*split), &mut exchange);
        redactor.closed(u64::from(*split));
    });
    assert!(exchange.summary.len() <= LONGEST_LINE);
    let payloads = |exchange: &Exchange| {
        [&exchange.request, &exchange.response].map(|payload| {
            payload
                .as_ref()
                .map(|payload| payload.bytes.clone())
                .unwrap_or_default()
        })
    };
    let ([request, reply], [new_request, new_reply]) = (payloads(&before), payloads(&exchange));
    if exchange.flags == before.flags {
        assert_eq!(
            (&request, &reply),
            (&new_request, &new_reply),
            "changed and not marked"
        );
    }
    if exchange.protocol == Protocol::Http {
        for (old, new) in [(&request, &new_request), (&reply, &new_reply)] {
            let fields = |bytes: &[u8]| {
                Message::parse(bytes)
                    .ok()
                    .map(|message| message.headers.len())
            };
            if let Some(old) = fields(old).filter(|_| has_plain_version(old)) {
                let new = fields(new).unwrap_or(0);
                assert!(
                    new == old || new + 1 >= old,
                    "fields went from {old} to {new}"
                );
            }
        }
    } else if !exchange.flags.contains(Flags::RESPONSE_TRUNCATED) {
        let rows =
            |request: &[u8], reply: &[u8]| summarise_reply(request, reply, &Dialect::UNKNOWN).rows;
        assert_eq!(
            rows(&request, &reply),
            rows(&new_request, &new_reply),
            "a row vanished"
        );
    }
}

/// Whether the first line names a version that runs into nothing else: what a detector takes as one with it, a line
/// loses as well (`GET / HTTP/1.1.ann@shop.example`).
fn has_plain_version(message: &[u8]) -> bool {
    let mut lines = message.split(|byte| *byte == b'\n').map(<[u8]>::trim_ascii);
    let line = lines.find(|line| !line.is_empty()).unwrap_or_default();
    let is_plain = |version: &[u8]| line.ends_with(version);
    line.starts_with(b"HTTP/1.1 ") || is_plain(b" HTTP/1.1") || is_plain(b" HTTP/1.0")
}

fn of(kind: u8, request: &[u8], response: &[u8]) -> Exchange {
    let at = Timestamp::default();
    let payload = |bytes: &[u8]| {
        Some(Payload {
            bytes: bytes.to_vec(),
            wire_len: bytes.len() as u64,
        })
    };
    let protocol = if kind & 1 == 0 {
        Protocol::Http
    } else {
        Protocol::Mysql
    };
    let sql = match request.split_first() {
        Some((code, sql)) if *code == CommandCode::Query as u8 => digest(sql),
        _ => String::new(),
    };
    Exchange {
        protocol,
        request: payload(request),
        response: payload(response),
        times: ExchangeTimes {
            request_first: at,
            request_last: at,
            response_first: Some(at),
            response_last: Some(at),
        },
        operation: sql,
        summary: String::from_utf8_lossy(request).chars().take(60).collect(),
        status: Some(0),
        flags: if kind & 2 == 0 {
            Flags::empty()
        } else {
            Flags::RESPONSE_OVER_CAP
        },
        statement_id: (kind & 4 != 0).then_some(u32::from(kind >> 4)),
    }
}

#[cfg(test)]
mod tests {
    use proptest::collection::vec;
    use proptest::prelude::*;

    #[test]
    fn a_version_that_runs_into_an_address_goes_with_it() {
        super::exchange(b"\0\xffGET / HTTP/1.1.ann@shop.example\r\nA: b\r\nC: d\r\n\r\n");
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(400))]

        #[test]
        fn the_invariants_hold_for_arbitrary_bytes(data in vec(any::<u8>(), 0..300)) {
            super::exchange(&data);
        }

        #[test]
        fn the_invariants_hold_for_what_looks_like_an_exchange(
            kind: u8,
            split: u8,
            parts in vec(prop::sample::select(vec![
                "GET /12/b/3?token=x%20y&a=b HTTP/1.1\r\n", "Cookie: a=b; c=\"d\"\r\n", "Content-Encoding: gzip\r\n",
                "Content-Type: application/json\r\n", "Transfer-Encoding: chunked\r\n", "\r\n", "3\r\nabc\r\n", "0\r\n\r\n",
                "HTTP/1.1 200 OK\r\n", "{\"a\":[{\"b\":\"12345678901\"}],\"token\":", "\"x\\u0041\"", "[1,2,", "4111111111111111",
                "ann@shop.example", "\x03SELECT * FROM t WHERE token = 'x' AND y = \"", "DE89370400440532013000", "'", "&", "\0", "\x01",
            ]), 0..16),
        ) {
            let mut data = vec![kind, split];
            data.extend(parts.concat().into_bytes());
            super::exchange(&data);
        }
    }
}
