//! A reply taken apart, to be compared with another: its results, their columns and rows. For the few replies
//! that need it; `ReplySummary` counts and hashes without keeping anything.

use super::reply_steps::{NextPacket, ReplySteps, Step};
use super::stored_reply::file;
use super::{
    ColumnDefinition, CommandCode, Dialect, ErrPacket, Expect, OkPacket, PacketReader, Value,
    decode_binary_row, decode_text_row,
};

/// A reply, as far as its bytes go.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Answer {
    /// Its results, in order.
    pub results: Vec<AnswerResult>,
    /// The error that ended it.
    pub error: Option<ErrPacket>,
    /// Whether its end is there.
    pub is_whole: bool,
}

/// One result of a reply: an OK, or rows.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct AnswerResult {
    /// The OK, if it is one.
    pub ok: Option<OkPacket>,
    /// How many columns its rows have.
    pub column_count: u64,
    /// Their definitions, or those of what was prepared; none where they were not sent.
    pub columns: Vec<ColumnDefinition>,
    /// The payloads of its rows.
    pub rows: Vec<Vec<u8>>,
    /// Whether the rows are in the binary protocol.
    pub is_binary: bool,
}

impl Answer {
    /// Reads a reply to `command` as a recording keeps it: with the files the client sent.
    pub fn stored(command: &[u8], reply: &[u8], dialect: &Dialect) -> Self {
        Self::read(command, reply, *dialect, true)
    }

    /// Reads a reply to `command` as the server's bytes came.
    pub fn received(command: &[u8], reply: &[u8], dialect: &Dialect) -> Self {
        Self::read(command, reply, *dialect, false)
    }

    fn read(command: &[u8], reply: &[u8], dialect: Dialect, holds_files: bool) -> Self {
        let mut dialect = dialect;
        let expect = Expect::reply_to(command);
        let code = command
            .first()
            .and_then(|byte| CommandCode::from_byte(*byte));
        let is_binary = !matches!(code, Some(CommandCode::Query));
        let mut steps = ReplySteps::new(expect, false);
        let mut packets = PacketReader::new(reply.len());
        let mut input = reply;
        let mut answer = Self::default();
        // of a PREPARE: their definitions come before those of the columns
        let mut parameters = 0;
        while let Some(packet) = packets.next(&mut input) {
            let place = steps.next_packet();
            let before = (steps.summary().results, steps.summary().rows);
            let step = steps.accept(packet.payload, packet.len, &mut dialect);
            let now = steps.summary();
            if now.rows > before.1 {
                if let Some(last) = answer.last(is_binary) {
                    last.rows.push(packet.payload.to_vec());
                }
            } else if now.results > before.0 {
                let ok = packet.payload.first() == Some(&0) && now.prepared.is_none();
                parameters = now.prepared.map_or(0, |prepared| prepared.parameters);
                answer.results.push(AnswerResult {
                    ok: ok.then(|| OkPacket::decode(packet.payload).ok()).flatten(),
                    column_count: now.columns,
                    is_binary,
                    ..AnswerResult::default()
                });
            } else if place == NextPacket::Definition && parameters > 0 {
                parameters -= 1;
            } else if place == NextPacket::Definition
                && let Ok(column) = ColumnDefinition::decode(packet.payload)
                && let Some(last) = answer.last(is_binary)
            {
                last.columns.push(column);
            }
            match step {
                Step::SendFile if holds_files => drop(file(&mut input)),
                Step::Done => {
                    answer.is_whole = true;
                    break;
                }
                Step::Garbled => break,
                _ => {}
            }
        }
        answer.error.clone_from(&steps.summary().error);
        answer
    }

    /// The result that is being read; rows of COM_STMT_FETCH come without a beginning.
    fn last(&mut self, is_binary: bool) -> Option<&mut AnswerResult> {
        if self.results.is_empty() {
            self.results.push(AnswerResult {
                is_binary,
                ..AnswerResult::default()
            });
        }
        self.results.last_mut()
    }
}

impl AnswerResult {
    /// A row as texts, read by these column definitions; `None` when they do not fit it.
    pub fn texts(&self, row: &[u8], columns: &[ColumnDefinition]) -> Option<Vec<Option<Vec<u8>>>> {
        if self.is_binary {
            let values = decode_binary_row(row, columns).ok()?;
            return Some(values.iter().map(Value::to_text).collect());
        }
        let texts = decode_text_row(row, columns.len()).ok()?;
        let owned = texts.into_iter().map(|text| text.map(<[u8]>::to_vec));
        Some(owned.collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mysql::{ColumnType, Command, Query, RowFormat, Status, write_result_set};

    fn reply(dialect: &Dialect, format: RowFormat) -> Vec<u8> {
        let columns = [
            ColumnDefinition::new(b"id", ColumnType::LONG),
            ColumnDefinition::new(b"name", ColumnType::VAR_STRING),
        ];
        let rows = [
            vec![Value::Int(7), Value::Bytes(b"a".to_vec())],
            vec![Value::Int(-8), Value::Null],
        ];
        let (mut out, mut sequence) = (Vec::new(), 1);
        let status = Status::AUTOCOMMIT;
        write_result_set(
            &mut out,
            &mut sequence,
            dialect,
            format,
            &columns,
            &rows,
            status,
        );
        out
    }

    #[test]
    fn rows_of_both_protocols_read_as_the_same_texts_with_and_without_eofs() {
        let query = Command::Query(Query::plain(b"SELECT id, name FROM t")).encode();
        let execute = b"\x17\x01\0\0\0\0\x01\0\0\0".to_vec();
        for (command, format) in [(query, RowFormat::Text), (execute, RowFormat::Binary)] {
            for deprecate_eof in [false, true] {
                let dialect = Dialect {
                    deprecate_eof: Some(deprecate_eof),
                    ..Dialect::UNKNOWN
                };
                let answer = Answer::received(&command, &reply(&dialect, format), &dialect);
                assert!(answer.is_whole && answer.error.is_none());
                let [result] = answer.results.as_slice() else {
                    panic!("{answer:?}");
                };
                let names: Vec<&[u8]> = result.columns.iter().map(|one| &*one.name).collect();
                assert_eq!((result.column_count, names), (2, vec![&b"id"[..], b"name"]));
                let texts = |row: &Vec<u8>| result.texts(row, &result.columns).unwrap();
                let rows: Vec<_> = result.rows.iter().map(texts).collect();
                assert_eq!(
                    rows,
                    [
                        [Some(b"7".to_vec()), Some(b"a".to_vec())],
                        [Some(b"-8".to_vec()), None]
                    ]
                );
            }
        }
    }

    #[test]
    fn a_cut_reply_is_read_as_far_as_it_goes() {
        let dialect = Dialect::UNKNOWN;
        let query = Command::Query(Query::plain(b"SELECT 1")).encode();
        let whole = reply(&dialect, RowFormat::Text);
        for len in 0..whole.len() {
            let answer = Answer::stored(&query, &whole[..len], &dialect);
            assert!(!answer.is_whole, "{len}");
        }
        assert!(Answer::stored(&query, &whole, &dialect).is_whole);
    }
}
