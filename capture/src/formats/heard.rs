//! HTTP text with times to an exchange, by the decoder that decodes connections. Each exchange has a decoder of
//! its own, so that what is wrong with one does not move to the next.

use reprise_wire::{Close, ConnectionDecoder, Direction, Limits, Piece, Timestamp};

use super::told::Heard;

/// One message as a format has it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Said<'a> {
    /// Its bytes, start line first.
    pub(crate) bytes: &'a [u8],
    /// How many more it had.
    pub(crate) missing: u64,
    /// When its first byte was seen.
    pub(crate) first: Timestamp,
    /// When its last byte was seen.
    pub(crate) last: Timestamp,
}

/// The exchanges in a request and its answer: one, unless the text is not what it seems.
pub(crate) fn http(
    limits: &Limits,
    connection: u64,
    request: Option<Said<'_>>,
    response: Option<Said<'_>>,
) -> Vec<Heard> {
    let mut decoder = ConnectionDecoder::new(limits, request.is_none());
    let mut exchanges = Vec::new();
    let mut push = |direction, piece| decoder.push(direction, piece, &mut exchanges);
    let mut end = Timestamp::default();
    for (direction, said) in [
        (Direction::ToServer, request),
        (Direction::ToClient, response),
    ] {
        let Some(said) = said else { continue };
        end = end.max(said.last);
        let begin_len = match said.first == said.last {
            true => said.bytes.len(),
            false => said.bytes.len().saturating_sub(1),
        };
        let (begin, rest) = said.bytes.split_at(begin_len);
        for (at, bytes) in [(said.first, begin), (said.last, rest)] {
            if !bytes.is_empty() {
                push(direction, Piece::Chunk { at, bytes });
            }
        }
        if said.missing > 0 {
            let (at, len) = (said.last, said.missing);
            push(direction, Piece::Gap { at, len });
        }
    }
    for direction in [Direction::ToServer, Direction::ToClient] {
        let (at, close) = (end, Close::Fin);
        push(direction, Piece::End { at, close });
    }
    let (mut counts, mut loss) = (decoder.counts(), decoder.loss());
    let heard = exchanges.into_iter().map(|exchange| Heard {
        connection,
        exchange,
        counts: std::mem::take(&mut counts),
        loss: std::mem::take(&mut loss),
    });
    heard.collect()
}
