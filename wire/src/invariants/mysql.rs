//! What must hold of MySQL for any input whatever: decoded connections, replies, SQL.

use super::pieces;
use crate::mysql::sql::{LONGEST_DIGEST, digest, tokens};
use crate::mysql::{
    Capabilities, Command, Decoder, Dialect, Greeting, Login, MariadbCapabilities, OkPacket,
    PreparedStatements, ReplyReader, Status, sent_files, summarise_reply, write_packet,
};
use crate::{Close, Direction, Exchange, Limits, Payload, Piece, Timestamp};

/// What comes of the pieces in `rest`, whose messages are kept in `buffers`.
fn decoded(
    first: u8,
    rest: &[u8],
    limits: &Limits,
    buffers: &mut Vec<Vec<u8>>,
) -> (Decoder, Vec<Exchange>) {
    let mut decoder = Decoder::new(limits, first % 2 == 1);
    let mut exchanges = Vec::new();
    if first & 2 != 0 {
        log_in(&mut decoder, first >> 2, &mut exchanges);
    }
    let at = Timestamp::from_micros(0);
    let close = Close::CaptureEnd;
    let ends =
        [Direction::ToClient, Direction::ToServer].map(|side| (side, Piece::End { at, close }));
    for (direction, piece) in pieces(rest).into_iter().chain(ends) {
        decoder.lend(direction, buffers);
        decoder.push(direction, piece, &mut exchanges);
    }
    (decoder, exchanges)
}

/// A captured connection. The first byte says whether it is midstream, or after which login; then come
/// pieces, see the HTTP connection.
pub fn connection(data: &[u8]) {
    let limits = Limits {
        body_cap: 300,
        pipeline_cap: 8,
        waiting_cap: 2_000,
        ..Limits::default()
    };
    let Some((first, rest)) = data.split_first() else {
        return;
    };
    let (decoder, exchanges) = decoded(*first, rest, &limits, &mut Vec::new());
    let mut buffers = (0..rest.len())
        .map(|number| Vec::with_capacity(number * 97 % 5_000))
        .collect();
    let (_, with_buffers) = decoded(*first, rest, &limits, &mut buffers);
    assert_eq!(with_buffers, exchanges, "lent buffers show");
    let count = |has: fn(&Exchange) -> bool| exchanges.iter().filter(|one| has(one)).count() as u64;
    let requests = count(|one| one.request.is_some());
    assert_eq!(
        decoder.counts().mysql_commands + decoder.loss().incomplete_requests,
        requests,
        "a command vanished"
    );
    let answered = count(|one| one.request.is_some() && one.response.is_some());
    assert_eq!(
        decoder.counts().mysql_replies + decoder.loss().incomplete_responses,
        answered,
        "a reply vanished"
    );
    read_again(&exchanges, decoder.dialect());
    for exchange in &exchanges {
        assert!(exchange.summary.len() <= 256 && exchange.operation.len() <= 4 * LONGEST_DIGEST);
        for payload in [&exchange.request, &exchange.response]
            .into_iter()
            .flatten()
        {
            assert!(payload.bytes.len() <= limits.body_cap, "a cap did not hold");
            assert!(payload.bytes.len() as u64 <= payload.wire_len);
        }
    }
}

/// Reads what is stored of a connection as a replay and redaction do.
fn read_again(exchanges: &[Exchange], dialect: &Dialect) {
    let mut statements = PreparedStatements::default();
    let bytes = |payload: &Option<Payload>| payload.clone().unwrap_or_default().bytes;
    for exchange in exchanges {
        let (command, reply) = (bytes(&exchange.request), bytes(&exchange.response));
        if let Ok(Command::StmtExecute(execute)) = Command::decode(&command, dialect)
            && let Ok(read) = statements.parameters(&execute)
        {
            assert_eq!(read.types.len(), read.values.len());
        }
        let files = sent_files(&command, &reply, dialect);
        let sent: usize = files.iter().map(Vec::len).sum();
        assert!(sent <= reply.len(), "a file grew");
        summarise_reply(&command, &reply, dialect);
        statements.observe(&command, &reply, dialect);
    }
}

/// A handshake whose agreements the bits of `choice` pick.
fn log_in(decoder: &mut Decoder, choice: u8, exchanges: &mut Vec<Exchange>) {
    let mut capabilities = Capabilities::PROTOCOL_41 | Capabilities::SECURE_CONNECTION;
    let flags = [
        Capabilities::DEPRECATE_EOF,
        Capabilities::OPTIONAL_RESULTSET_METADATA,
        Capabilities::QUERY_ATTRIBUTES,
        Capabilities::COMPRESS,
        Capabilities::LONG_PASSWORD,
    ];
    for (bit, flag) in flags.into_iter().enumerate() {
        capabilities.set(flag, choice >> bit & 1 == 1);
    }
    let mariadb_capabilities = MariadbCapabilities::CACHE_METADATA;
    let greeting = Greeting {
        server_version: b"8".to_vec(),
        thread_id: 1,
        scramble: vec![b's'; 20],
        capabilities,
        mariadb_capabilities,
        charset: 45,
        status: Status::AUTOCOMMIT,
        plugin: Vec::new(),
    };
    let login = Login {
        capabilities,
        mariadb_capabilities,
        ..Login::default()
    };
    let at = Timestamp::from_micros(0);
    let mut sequence = 0;
    for (direction, payload) in [
        (Direction::ToClient, greeting.encode()),
        (Direction::ToServer, login.encode()),
        (Direction::ToClient, OkPacket::default().encode()),
    ] {
        let mut bytes = Vec::new();
        write_packet(&mut bytes, &mut sequence, &payload);
        decoder.push(direction, Piece::Chunk { at, bytes: &bytes }, exchanges);
    }
}

/// A reply: command byte, where the bytes are cut, bytes. The cut makes no difference.
pub fn reply(data: &[u8]) {
    let [command, cut, bytes @ ..] = data else {
        return;
    };
    let read = |pieces: [&[u8]; 2]| {
        let mut reader = ReplyReader::new(&[*command], &Dialect::UNKNOWN);
        let mut good = true;
        for piece in pieces {
            let mut input = piece;
            while good && !reader.is_done() && !input.is_empty() {
                good = reader.push(&mut input).is_ok();
            }
        }
        (good, reader.summary().clone())
    };
    let (front, back) = bytes.split_at(usize::from(*cut).min(bytes.len()));
    assert_eq!(
        read([bytes, b""]),
        read([front, back]),
        "the cut made a difference"
    );
}

/// A command's payload: what is read writes the same bytes.
pub fn command(data: &[u8]) {
    if let Ok(command) = Command::decode(data, &Dialect::UNKNOWN) {
        assert_eq!(command.encode(), data);
    }
}

/// SQL: every byte is in one token, a digest is bounded and free of the text's literals.
pub fn sql(data: &[u8]) {
    let mut end = 0;
    for token in tokens(data) {
        assert_eq!(token.span.start, end);
        end = token.span.end;
    }
    assert_eq!(end, data.len());
    assert!(digest(data).len() <= 4 * LONGEST_DIGEST);
}

#[cfg(test)]
mod tests {
    use proptest::collection::vec;
    use proptest::prelude::*;

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(300))]

        #[test]
        fn the_invariants_hold_for_arbitrary_bytes(data in vec(any::<u8>(), 0..400)) {
            super::connection(&data);
            super::reply(&data);
            super::command(&data);
            super::sql(&data);
        }

        #[test]
        fn the_invariants_hold_for_what_looks_like_mysql(
            first in any::<u8>(),
            parts in vec(prop::sample::select(vec![
                &b"\x10\x0d\x09\0\0\0\x03SELECT 1"[..], b"\x11\x0b\x07\0\0\x01\0\0\0\x02\0\0\0",
                b"\x11\x05\x01\0\0\x01\x02", b"\x11\x05\x01\0\0\x02\xfb", b"\x11\x09\x05\0\0\x03\xfe\0\0\x02\0",
                b"\x10\x05\x01\0\0\0\x0e", b"\x11\x0b\x07\0\0\0\xff\xbf\x0fgone", b"\x00\x01a", b"\x01\x02ab",
                b"\x10\x0e\x0a\0\0\0\x16SELECT ?\0", b"\x11\x10\x0c\0\0\x01\0\x01\0\0\0\x01\0\x01\0\0\0\0",
                b"\x10\x09\x05\0\0\0\x19\x01\0\0\0", b"\x10\x0e\x0a\0\0\0\x17\x01\0\0\0\0\x01\0\0\0",
                b"\x10\x04\x05\0\0\0", b"\x10\x05\x19\x01\0\0\0", b"\x11\x03\x07\0\0", b"\x03\x00", b"\x02\x00",
                b"\x11\x0a\x06\0\0\x01\xfb/etc/", b"\x10\x06\x02\0\0\x02ab", b"\x10\x04\0\0\0\x03",
            ]), 0..30),
        ) {
            super::connection(&[&[first][..], &parts.concat()].concat());
        }
    }
}
