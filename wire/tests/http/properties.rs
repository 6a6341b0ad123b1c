//! Properties of the decoder: the cut of the bytes does not matter, what went in comes out, nothing panics.

use crate::conversation::Conversation;
use proptest::collection::vec;
use proptest::prelude::*;
use reprise_wire::http::{Message, ReadCaps, ResponseReader};
use reprise_wire::{Close, Direction, Limits};

/// One exchange as it is put on the wire.
#[derive(Clone, Debug)]
struct Told {
    method: &'static str,
    request: Vec<u8>,
    interim: bool,
    status: u16,
    response: Vec<u8>,
}

/// A body of each framing, with its head fields; `allowed` is false for messages without one.
fn framed(body: &[u8], kind: u8, allowed: bool) -> Vec<u8> {
    match kind % 3 {
        _ if !allowed => format!("Content-Length: {}\r\n\r\n", body.len()).into_bytes(),
        0 => [
            format!("content-length: {}\r\n\r\n", body.len()).as_bytes(),
            body,
        ]
        .concat(),
        1 => {
            let mut out = b"Transfer-Encoding: chunked\r\nContent-Type: a/b\r\n\r\n".to_vec();
            for chunk in body.chunks(7) {
                out.extend_from_slice(format!("{:X};x=\"y\"\r\n", chunk.len()).as_bytes());
                out.extend_from_slice(chunk);
                out.extend_from_slice(b"\r\n");
            }
            out.extend_from_slice(b"0\r\nX-Trailer: t\r\n\r\n");
            out
        }
        _ => [
            format!("X: 1\r\nX: 2\nContent-Length: {}\n\n", body.len()).as_bytes(),
            body,
        ]
        .concat(),
    }
}

fn told() -> impl Strategy<Value = Told> {
    let method = prop::sample::select(vec!["GET", "HEAD", "POST", "PROPFIND", "M-SEARCH"]);
    let status = prop::sample::select(vec![200_u16, 204, 304, 404, 500]);
    let body = vec(any::<u8>(), 0..60);
    (
        method,
        body.clone(),
        any::<u8>(),
        any::<bool>(),
        status,
        body,
        any::<u8>(),
    )
        .prop_map(
            |(method, asked, framing, interim, status, answered, answer_framing)| {
                let head = format!("{method} /item/7 HTTP/1.1\r\nHost: shop\r\n");
                let request = [head.as_bytes(), &framed(&asked, framing, true)].concat();
                let has_body = method != "HEAD" && status != 204 && status != 304;
                let head = format!("HTTP/1.1 {status} Whatever\r\n");
                let response = [
                    head.as_bytes(),
                    &framed(&answered, answer_framing, has_body),
                ]
                .concat();
                Told {
                    method,
                    request,
                    interim,
                    status,
                    response,
                }
            },
        )
}

/// Feeds `bytes` in pieces whose lengths come from `cuts`, round and round.
fn cut(
    mut conversation: Conversation,
    direction: Direction,
    bytes: &[u8],
    cuts: &[usize],
) -> Conversation {
    let mut rest = bytes;
    for length in cuts.iter().cycle() {
        if rest.is_empty() {
            break;
        }
        let (piece, after) = rest.split_at((*length).min(rest.len()));
        conversation = conversation.bytes(direction, piece);
        rest = after;
    }
    conversation
}

fn check(conversation: &Conversation, exchanges: &[Told]) -> Result<(), TestCaseError> {
    prop_assert_eq!(conversation.exchanges.len(), exchanges.len());
    for (got, told) in conversation.exchanges.iter().zip(exchanges) {
        prop_assert_eq!(&got.request.as_ref().unwrap().bytes, &told.request);
        prop_assert_eq!(&got.response.as_ref().unwrap().bytes, &told.response);
        prop_assert_eq!(got.status, Some(told.status));
        prop_assert_eq!(&got.operation, &format!("{} /item/{{id}}", told.method));
        prop_assert!(got.latency_us().is_some());
    }
    let loss = conversation.decoder.loss();
    prop_assert_eq!(
        loss.undecodable_bytes + loss.unpaired_requests + loss.unpaired_responses,
        0
    );
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn any_cut_of_a_keep_alive_connection_gives_its_exchanges(
        exchanges in vec(told(), 1..6),
        cuts in vec(1_usize..40, 1..8),
    ) {
        let mut conversation = Conversation::new();
        for told in &exchanges {
            conversation = cut(conversation, Direction::ToServer, &told.request, &cuts);
            if told.interim {
                let interim = b"HTTP/1.1 100 Continue\r\n\r\n";
                conversation = cut(conversation, Direction::ToClient, interim, &cuts);
            }
            conversation = cut(conversation, Direction::ToClient, &told.response, &cuts);
        }
        check(&conversation, &exchanges)?;
    }

    #[test]
    fn any_cut_of_a_pipeline_gives_its_exchanges(
        exchanges in vec(told(), 1..6),
        cuts in vec(1_usize..200, 1..8),
    ) {
        let requests: Vec<u8> = exchanges.iter().flat_map(|told| told.request.clone()).collect();
        let responses: Vec<u8> = exchanges.iter().flat_map(|told| told.response.clone()).collect();
        let conversation = cut(Conversation::new(), Direction::ToServer, &requests, &cuts);
        let conversation = cut(conversation, Direction::ToClient, &responses, &cuts);
        check(&conversation, &exchanges)?;
    }

    #[test]
    fn a_hole_anywhere_never_pairs_an_answer_with_a_foreign_request(
        exchanges in vec(told(), 3..7),
        victim in 0_usize..3,
        from in 0.0..1.0_f64,
        to in 0.0..1.0_f64,
    ) {
        let mut conversation = Conversation::new();
        for (index, told) in exchanges.iter().enumerate() {
            let tagged = format!("GET /{index} HTTP/1.1\r\n\r\n");
            let body = format!("{index}");
            let answer = format!("HTTP/1.1 200 OK\r\nX-Of: {index}\r\nContent-Length: {}\r\n\r\n{body}", body.len());
            conversation = conversation.client(&tagged);
            if index == victim {
                let length = answer.len() as f64;
                let (from, to) = ((from.min(to) * length) as usize, (from.max(to) * length) as usize + 1);
                if from > 0 {
                    conversation = conversation.server(&answer[..from]);
                }
                conversation = conversation.server_gap((to - from) as u64);
                if to < answer.len() {
                    conversation = conversation.server(&answer[to..]);
                }
            } else {
                conversation = conversation.server(&answer);
            }
            prop_assert!(!told.request.is_empty());
        }
        let conversation = conversation.closed(Close::Fin);
        let whole = conversation.exchanges.iter().filter(|exchange| exchange.request.is_some());
        prop_assert_eq!(whole.count(), exchanges.len(), "no request was lost");
        for exchange in &conversation.exchanges {
            let Some(response) = &exchange.response else { continue };
            let text = String::from_utf8_lossy(&response.bytes).into_owned();
            if let Some((_, of)) = text.split_once("X-Of: ") {
                let of: String = of.chars().take_while(char::is_ascii_digit).collect();
                if !of.is_empty() {
                    prop_assert_eq!(&exchange.summary, &format!("GET /{}", of));
                }
            }
        }
    }

    #[test]
    fn no_input_panics_or_outgrows_the_caps(
        pieces in vec((any::<bool>(), prop_oneof![
            vec(any::<u8>(), 1..80),
            Just(b"GET / HTTP/1.1\r\n\r\n".to_vec()),
            Just(b"POST /a HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n".to_vec()),
            Just(b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n".to_vec()),
            Just(b"HTTP/1.1 101 x\r\n\r\n".to_vec()),
            Just(b"4\r\nabcd\r\n0\r\n\r\n".to_vec()),
        ], 0_u64..40), 0..30),
        midstream: bool,
    ) {
        let limits = Limits { body_cap: 50, head_cap: 60, waiting_cap: 500, ..Limits::default() };
        let mut conversation = Conversation::with(limits, midstream);
        let mut pushed = 0;
        for (to_server, bytes, gap) in &pieces {
            let direction = if *to_server { Direction::ToServer } else { Direction::ToClient };
            conversation = conversation.bytes(direction, bytes);
            pushed += bytes.len() as u64;
            if *gap > 35 {
                conversation = if *to_server {
                    conversation.client_gap(*gap)
                } else {
                    conversation.server_gap(*gap)
                };
            }
        }
        let conversation = conversation.closed(Close::CaptureEnd);
        let loss = conversation.decoder.loss();
        prop_assert!(loss.undecodable_bytes <= pushed);
        for exchange in &conversation.exchanges {
            for payload in [&exchange.request, &exchange.response].into_iter().flatten() {
                prop_assert!(payload.bytes.len() <= 110);
                prop_assert!(payload.bytes.len() as u64 <= payload.wire_len);
            }
        }
    }

    #[test]
    fn a_response_read_by_the_client_is_the_one_that_was_sent(
        told in told(),
        cuts in vec(1_usize..40, 1..8),
    ) {
        let mut reader = ResponseReader::new(told.method.as_bytes(), ReadCaps::default());
        let mut rest = &told.response[..];
        for length in cuts.iter().cycle() {
            let (piece, after) = rest.split_at((*length).min(rest.len()));
            let progress = reader.feed(piece).unwrap();
            prop_assert_eq!(progress.consumed, piece.len());
            rest = after;
            if rest.is_empty() {
                break;
            }
        }
        prop_assert!(reader.is_done() && reader.keep_alive());
        prop_assert_eq!(reader.status(), Some(told.status));
        let stored = Message::parse(&told.response).unwrap();
        prop_assert_eq!(reader.body(), stored.body.as_ref());
        prop_assert_eq!(reader.wire_len(), told.response.len() as u64);
    }

    #[test]
    fn a_reader_never_panics(bytes in vec(any::<u8>(), 0..300), cut in 0_usize..300) {
        let mut reader = ResponseReader::new(b"GET", ReadCaps { head: 100, body: 10 });
        let (left, right) = bytes.split_at(cut.min(bytes.len()));
        if reader.feed(left).is_ok() {
            let _ = reader.feed(right);
        }
        let _ = reader.close();
        let _ = Message::parse(&bytes);
    }
}
