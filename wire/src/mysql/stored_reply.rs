//! Reads replies as recordings keep them: the server's packets, and where it asked for a file (LOCAL
//! INFILE) the client's packets of that file, up to the empty one that ends it.

use super::reply_reader::{ReplyReader, ReplyState};
use super::{Dialect, PacketReader, ReplySummary};
use crate::Direction;

/// Reads a stored reply to its end or as far as it goes: what a recording's exchange was answered.
pub fn summarise_reply(command: &[u8], reply: &[u8], dialect: &Dialect) -> ReplySummary {
    let mut reader = ReplyReader::new(command, dialect);
    read(&mut reader, reply, |_| {});
    reader.summary().clone()
}

/// The files a client sent while its command was answered, in order: what a replay sends when the target
/// asks for them. A file over the recorder's cap ends early.
pub fn sent_files(command: &[u8], reply: &[u8], dialect: &Dialect) -> Vec<Vec<u8>> {
    let mut reader = ReplyReader::new(command, dialect);
    let mut files = Vec::new();
    read(&mut reader, reply, |file| files.push(file));
    files
}

/// A stored reply cut where another side speaks: the server, and the client where it sends a file.
pub fn turns<'a>(command: &[u8], reply: &'a [u8], dialect: &Dialect) -> Vec<(Direction, &'a [u8])> {
    let mut reader = ReplyReader::new(command, dialect);
    let mut turns = Vec::new();
    let (mut input, mut rest) = (reply, reply);
    while !reader.is_done() && !input.is_empty() {
        match reader.push(&mut input) {
            Ok(ReplyState::SendFile) => {
                let (asks, after) = rest.split_at(rest.len() - input.len());
                file(&mut input);
                let (sent, after) = after.split_at(after.len() - input.len());
                turns.extend([(Direction::ToClient, asks), (Direction::ToServer, sent)]);
                rest = after;
            }
            Ok(_) => {}
            // What is garbled is the server's.
            Err(_) => break,
        }
    }
    turns.push((Direction::ToClient, rest));
    turns
}

fn read(reader: &mut ReplyReader, reply: &[u8], mut sent: impl FnMut(Vec<u8>)) {
    let mut input = reply;
    while !reader.is_done() && !input.is_empty() {
        match reader.push(&mut input) {
            Ok(ReplyState::SendFile) => sent(file(&mut input)),
            Ok(_) => {}
            // What is garbled ends here.
            Err(_) => return,
        }
    }
}

/// Takes the packets of a file off the front of `input`.
pub(super) fn file(input: &mut &[u8]) -> Vec<u8> {
    let mut reader = PacketReader::new(input.len());
    let mut contents = Vec::new();
    while let Some(packet) = reader.next(input) {
        if packet.len == 0 {
            return contents;
        }
        contents.extend_from_slice(packet.payload);
    }
    // The cap cut the reply within the file: so much of the last packet was kept.
    if let Some(packet) = reader.take_partial() {
        contents.extend_from_slice(packet.payload);
    }
    contents
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mysql::{Command, OkPacket, Query, Status, write_packet};

    /// Two files loaded by one command, as a decoder stores its reply.
    fn reply() -> Vec<u8> {
        let ok = |status| {
            OkPacket {
                affected_rows: 2,
                status,
                ..OkPacket::default()
            }
            .encode()
        };
        let mut out = Vec::new();
        let mut sequence = 1;
        for payload in [
            b"\xfb/tmp/a".to_vec(),
            b"1\tone\n".to_vec(),
            b"2\ttwo\n".to_vec(),
            Vec::new(),
            ok(Status::MORE_RESULTS),
            b"\xfb/tmp/b".to_vec(),
            b"\xff\x10\x04#an error? no".to_vec(),
            Vec::new(),
            ok(Status::AUTOCOMMIT),
        ] {
            write_packet(&mut out, &mut sequence, &payload);
        }
        out
    }

    #[test]
    fn the_files_a_client_sent_are_given_back_and_are_not_the_server_s_words() {
        let command =
            Command::Query(Query::plain(b"LOAD DATA LOCAL INFILE ...; LOAD ...")).encode();
        let reply = reply();
        assert_eq!(
            sent_files(&command, &reply, &Dialect::UNKNOWN),
            [&b"1\tone\n2\ttwo\n"[..], b"\xff\x10\x04#an error? no"]
        );
        let turns = turns(&command, &reply, &Dialect::UNKNOWN);
        let said: Vec<_> = turns.iter().map(|(who, said)| (*who, said.len())).collect();
        let (server, client) = (Direction::ToClient, Direction::ToServer);
        let (ok, ended) = (11, 4);
        assert_eq!(
            said,
            [
                (server, 4 + 7),
                (client, 4 + 6 + 4 + 6 + ended),
                (server, ok + 4 + 7),
                (client, 4 + 16 + ended),
                (server, ok)
            ]
        );
        let summary = summarise_reply(&command, &reply, &Dialect::UNKNOWN);
        assert_eq!((summary.error, summary.affected_rows), (None, 4));
        assert_eq!(summary.status, Status::AUTOCOMMIT);
    }

    #[test]
    fn a_file_cut_by_the_cap_is_given_back_as_far_as_it_was_kept() {
        let command = Command::Query(Query::plain(b"LOAD DATA LOCAL INFILE 'a'")).encode();
        let cut = &reply()[..4 + 7 + 4 + 3];
        let files = sent_files(&command, cut, &Dialect::UNKNOWN);
        assert_eq!(files, [&b"1\to"[..]]);
        assert!(sent_files(b"\x0e", &reply(), &Dialect::UNKNOWN).is_empty());
    }
}
