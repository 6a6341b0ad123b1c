//! What must hold for any input whatever, asserted: called by the fuzz targets and by property tests. Not
//! part of the crate otherwise.

pub mod lines;
pub mod metrics;
pub mod mysql;
pub mod redact;

use crate::filter::{Candidate, Filter};
use crate::http::{Message, ReadCaps, ResponseReader, decode_content};
use crate::mysql::sql::LONGEST_DIGEST;
use crate::operation::{LONGEST_LINE, http_operation, http_summary};
use crate::{
    Close, ConnectionDecoder, Direction, Exchange, Flags, Limits, Piece, Protocol, Spoken,
    Timestamp,
};

/// A captured connection. The first byte says whether it is midstream; then each piece is a byte that
/// says direction and kind, a byte that says how long it is, and its bytes.
pub fn http_connection(data: &[u8]) {
    let limits = Limits {
        body_cap: 300,
        head_cap: 200,
        pipeline_cap: 8,
        waiting_cap: 2_000,
        gap_fill_cap: 50,
        opening_cap: 100,
        unfinished_cap: 10_000,
    };
    let Some((first, rest)) = data.split_first() else {
        return;
    };
    let pieces = pieces(rest);
    let (decoder, exchanges) = decoded(&pieces, &limits, first % 2 == 1, &mut Vec::new());
    let mut pushed = 0;
    for (_, piece) in &pieces {
        if let Piece::Chunk { bytes, .. } = piece {
            pushed += bytes.len() as u64;
        }
    }
    assert!(
        decoder.loss().undecodable_bytes <= pushed,
        "more bytes lost than came"
    );
    check_decoded(&decoder, &exchanges, &limits);
    let mut buffers = (0..pieces.len())
        .map(|number| Vec::with_capacity(number * 97 % 5_000))
        .collect();
    let (_, with_buffers) = decoded(&pieces, &limits, first % 2 == 1, &mut buffers);
    assert_eq!(with_buffers, exchanges, "lent buffers show");
}

/// What comes of pieces whose messages are kept in `buffers`.
fn decoded(
    pieces: &[(Direction, Piece<'_>)],
    limits: &Limits,
    midstream: bool,
    buffers: &mut Vec<Vec<u8>>,
) -> (ConnectionDecoder, Vec<Exchange>) {
    let mut decoder = ConnectionDecoder::new(limits, midstream);
    let mut exchanges = Vec::new();
    let at = Timestamp::from_micros(i64::MAX / 1_000);
    let close = Close::CaptureEnd;
    let ends =
        [Direction::ToClient, Direction::ToServer].map(|side| (side, Piece::End { at, close }));
    for (direction, piece) in pieces.iter().copied().chain(ends) {
        decoder.lend(direction, buffers);
        decoder.push(direction, piece, &mut exchanges);
    }
    (decoder, exchanges)
}

/// The pieces in `data`: of each a byte that says direction and kind, a byte that says how long, and bytes.
fn pieces(data: &[u8]) -> Vec<(Direction, Piece<'_>)> {
    let mut rest = data;
    let mut pieces = Vec::new();
    let mut now_us = 0;
    while let [kind, length, after @ ..] = rest {
        now_us += i64::from(*kind) * 10_000;
        let at = Timestamp::from_micros(now_us);
        let direction = if kind % 2 == 0 {
            Direction::ToServer
        } else {
            Direction::ToClient
        };
        let length = usize::from(*length).min(after.len());
        let (bytes, after) = after.split_at_checked(length).unwrap_or((after, b""));
        rest = after;
        let piece = match kind >> 1 {
            0 => Piece::Gap {
                at,
                len: 1 + u64::from(*kind) * 9 + bytes.len() as u64,
            },
            1 => Piece::End {
                at,
                close: Close::Fin,
            },
            2 => Piece::End {
                at,
                close: Close::Reset,
            },
            _ if bytes.is_empty() => Piece::Cut {
                at,
                len: 1 + u64::from(*kind),
            },
            _ => Piece::Chunk { at, bytes },
        };
        pieces.push((direction, piece));
    }
    pieces
}

/// The ledger adds up, the caps hold.
fn check_decoded(decoder: &ConnectionDecoder, exchanges: &[Exchange], limits: &Limits) {
    let loss = decoder.loss();
    let counts = decoder.counts();
    let with = |has: fn(&Exchange) -> bool| exchanges.iter().filter(|e| has(e)).count() as u64;
    if decoder.spoken() == Spoken::Http {
        assert_eq!(
            counts.http_requests + loss.incomplete_requests,
            with(|e| e.request.is_some()),
            "a request vanished"
        );
        assert!(
            counts.http_responses + loss.incomplete_responses >= with(|e| e.response.is_some()),
            "an answer from nowhere"
        );
        assert_eq!(loss.unpaired_requests, with(|e| e.response.is_none()));
        assert_eq!(loss.unpaired_responses, with(|e| e.request.is_none()));
    }
    for exchange in exchanges {
        let longest = match exchange.protocol {
            Protocol::Http => LONGEST_LINE,
            // Replacement characters are three bytes for one.
            Protocol::Mysql => 4 * LONGEST_DIGEST,
        };
        assert!(exchange.operation.len() <= longest && exchange.summary.len() <= LONGEST_LINE);
        for payload in [&exchange.request, &exchange.response]
            .into_iter()
            .flatten()
        {
            assert!(
                payload.bytes.len() <= limits.body_cap + limits.head_cap,
                "a cap did not hold"
            );
            assert!(payload.bytes.len() as u64 <= payload.wire_len);
        }
    }
}

/// The response reader: the cut of the bytes (the first byte says where) makes no difference.
pub fn http_response(data: &[u8]) {
    let Some((cut, bytes)) = data.split_first() else {
        return;
    };
    let caps = ReadCaps {
        head: 200,
        body: 100,
    };
    let read = |parts: &[&[u8]]| {
        let mut reader = ResponseReader::new(b"GET", caps);
        let mut consumed = 0;
        for part in parts {
            if !reader.is_done() {
                let progress = reader.feed(part)?;
                assert!(
                    progress.consumed == part.len() || progress.done,
                    "bytes were left over"
                );
                consumed += progress.consumed;
            }
        }
        assert!(reader.body().len() <= caps.body && reader.head().len() <= caps.head);
        Ok::<_, crate::http::HttpError>((
            consumed,
            reader.is_done(),
            reader.status(),
            reader.body().to_vec(),
            reader.wire_len(),
        ))
    };
    let at = usize::from(*cut).min(bytes.len());
    let (left, right) = bytes.split_at_checked(at).unwrap_or((bytes, b""));
    assert_eq!(read(&[bytes]).ok(), read(&[left, right]).ok());
}

/// A stored message: what is written again reads the same; decoded content stays within its cap.
pub fn http_message(data: &[u8]) {
    if let Ok(message) = Message::parse(data) {
        let once = message.encode();
        if let Ok(again) = Message::parse(&once) {
            assert_eq!(again.encode(), once, "writing a message again changed it");
        }
    }
    for coding in ["gzip", "deflate", "br", "zstd", "gzip, br"] {
        if let Ok(decoded) = decode_content(coding.as_bytes(), data, 1_000) {
            assert!(decoded.bytes.len() <= 1_000, "a cap did not hold");
        }
    }
    assert!(http_operation(b"GET", data).len() <= LONGEST_LINE);
    assert!(http_summary(b"GET", data).len() <= LONGEST_LINE);
}

/// The filter language: an error points into the text, and a filter answers for any candidate.
pub fn filter(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    match Filter::parse(&text) {
        Ok(filter) => {
            filter.matches(&Candidate {
                protocol: Protocol::Http,
                operation: &text,
                summary: "GET /",
                status: Some(200),
                latency_us: None,
                request_bytes: None,
                response_bytes: None,
                connection: None,
                flags: Flags::empty(),
            });
        }
        Err(error) => assert!((1..=text.chars().count()).contains(&error.position)),
    }
}

#[cfg(test)]
mod tests {
    use proptest::collection::vec;
    use proptest::prelude::*;

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(300))]

        #[test]
        fn the_invariants_hold_for_arbitrary_bytes(data in vec(any::<u8>(), 0..400)) {
            super::http_connection(&data);
            super::http_response(&data);
            super::http_message(&data);
            super::filter(&data);
        }

        #[test]
        fn the_invariants_hold_for_what_looks_like_http(
            parts in vec(prop::sample::select(vec![
                &b"\x10\x15GET /a HTTP/1.1\r\n\r\nGE"[..], b"\x10\x10T /1 HTTP/1.1\r\n\r\n", b"\x11\x15HTTP/1.1 200 OK\r\n\r\nxx",
                b"\x11\x26HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\n", b"\x01\x02ab", b"\x00\x01a",
                b"\x10\x2fPOST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n", b"\x10\x0f4\r\nabcd\r\n0\r\n\r\n\r\n",
                b"\x11\x15HTTP/1.1 204 No\r\n\r\nHT", b"\x02\x00", b"\x03\x00", b"\x13\x04junk", b"\xfe\x01G",
            ]), 0..24),
            midstream: bool,
        ) {
            let data = [&[u8::from(midstream)][..], &parts.concat()].concat();
            super::http_connection(&data);
            super::http_response(&data);
        }
    }
}
