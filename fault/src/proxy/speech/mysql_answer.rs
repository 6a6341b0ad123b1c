//! The answer to one MySQL command, packet by packet where faults want its rows.

use reprise_wire::mysql::{
    Dialect, HEADER_LEN, LONGEST_PACKET, Malformed, ReplyReader, ReplyState,
};

use super::alter::{Altered, Body, Verdict};
use super::framer::{Framed, Framer};
use super::mysql_session::MysqlSession;
use crate::turn::{AnswerChanges, Cut};

/// Where in a packet its number stands.
const SEQUENCE: usize = HEADER_LEN - 1;

/// Reads one answer.
#[derive(Debug)]
pub(in crate::proxy) struct MysqlAnswer {
    reader: ReplyReader,
    /// What the command prepares.
    prepares: Option<String>,
    packets: Framer,
    body: Body,
    damaged: bool,
    /// Its first packet has passed.
    begun: bool,
}

impl MysqlAnswer {
    pub(super) fn new(command: &[u8], dialect: &Dialect, prepares: Option<String>) -> Self {
        Self {
            reader: ReplyReader::new(command, dialect),
            prepares,
            packets: Framer::default(),
            body: Body::default(),
            damaged: false,
            begun: false,
        }
    }

    pub(super) fn take(
        &mut self,
        input: &mut &[u8],
        changes: &AnswerChanges,
        session: &mut MysqlSession,
        out: &mut Altered,
    ) -> Verdict {
        let by_packet = changes.corrupt_bytes > 0
            || changes.sequence_off_by > 0
            || !changes.row_hold.is_zero()
            || matches!(changes.cut, Some(Cut::Rows { .. }))
            || session.is_uneven();
        let read = if by_packet {
            self.take_packets(input, changes, session, out)
        } else {
            self.take_bytes(input, changes, session, out)
        };
        match read {
            Ok(Verdict::Done) => {
                session.answered(self.reader.summary(), self.prepares.take());
                Verdict::Done
            }
            Ok(verdict) => verdict,
            Err(Malformed { .. }) => {
                out.put(self.packets.held());
                Verdict::Foreign
            }
        }
    }

    /// Passes bytes as they come, up to the answer's end.
    fn take_bytes(
        &mut self,
        input: &mut &[u8],
        changes: &AnswerChanges,
        session: &mut MysqlSession,
        out: &mut Altered,
    ) -> Result<Verdict, Malformed> {
        let all = *input;
        let done = loop {
            match self.reader.push(input) {
                Ok(ReplyState::Done) => break Ok(true),
                Ok(ReplyState::SendFile) => session.in_file = true,
                Ok(ReplyState::SendAuthentication) => {}
                Ok(ReplyState::NeedMore) => break Ok(false),
                Err(malformed) => break Err(malformed),
            }
            if input.is_empty() {
                break Ok(false);
            }
        };
        // what is not understood passes all the same
        let taken = all.get(..all.len() - input.len()).unwrap_or_default();
        let passed = self.body.pass(taken.to_vec(), changes, out);
        Ok(match (passed, done?) {
            (Verdict::More, true) => Verdict::Done,
            (passed, _) => passed,
        })
    }

    /// Passes packet by packet; each is held until it is whole.
    fn take_packets(
        &mut self,
        input: &mut &[u8],
        changes: &AnswerChanges,
        session: &mut MysqlSession,
        out: &mut Altered,
    ) -> Result<Verdict, Malformed> {
        while let Some(framed) = self.packets.next(input, LONGEST_PACKET) {
            let (Framed::Beginning(mut packet) | Framed::More(mut packet)) = framed;
            let before = self.reader.summary().rows;
            let state = self
                .reader
                .push(&mut packet.as_slice())
                .inspect_err(|_| out.put(packet.clone()))?;
            if state == ReplyState::SendFile {
                session.in_file = true;
            }
            session.number_for_client(&mut packet);
            if !std::mem::replace(&mut self.begun, true)
                && let Some(number) = packet.get_mut(SEQUENCE)
            {
                *number = number.wrapping_add(changes.sequence_off_by);
            }
            let is_row = self.reader.summary().rows > before;
            if self.pass_packet(packet, is_row, changes, out) == Verdict::Cut {
                return Ok(Verdict::Cut);
            }
            if state == ReplyState::Done {
                return Ok(Verdict::Done);
            }
        }
        Ok(Verdict::More)
    }

    fn pass_packet(
        &mut self,
        mut packet: Vec<u8>,
        is_row: bool,
        changes: &AnswerChanges,
        out: &mut Altered,
    ) -> Verdict {
        let rows = self.reader.summary().rows;
        // a result set is damaged in its first row, anything else in its only packet
        if changes.corrupt_bytes > 0 && !self.damaged && (is_row || self.reader.is_done()) {
            self.damaged = true;
            let payload = packet.get_mut(HEADER_LEN..).unwrap_or_default();
            out.corrupt(payload, changes.corrupt_bytes);
        }
        match changes.cut {
            Some(Cut::Rows { rows: most, inside }) if is_row && rows > u64::from(most) => {
                packet.truncate(if inside { packet.len().div_ceil(2) } else { 0 });
                out.put(packet);
                Verdict::Cut
            }
            Some(Cut::Bytes(_)) => self.body.pass(packet, &cut_only(changes), out),
            _ if is_row => {
                out.put_row(packet);
                Verdict::More
            }
            _ => {
                out.put(packet);
                Verdict::More
            }
        }
    }
}

/// The damage has been done already.
fn cut_only(changes: &AnswerChanges) -> AnswerChanges {
    AnswerChanges {
        cut: changes.cut,
        ..AnswerChanges::default()
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    const PING: &[u8] = &[0x0E];
    const QUERY: &[u8] = b"\x03SELECT a FROM t";

    /// A result of one column and two rows, then bytes of the next answer.
    const RESULT: &[u8] = b"\x01\0\0\x01\x01\
        \x17\0\0\x02\x03def\0\0\0\x01a\0\x0c\x21\0\x08\0\0\0\xfd\0\0\0\0\0\
        \x05\0\0\x03\xfe\0\0\x02\0\
        \x02\0\0\x04\x01x\x02\0\0\x05\x01y\
        \x05\0\0\x06\xfe\0\0\x02\0REST";

    /// What becomes of some bytes in pieces of a size: what passes, the rows that wait, how it ends, what is
    /// left over.
    fn taken(
        command: &[u8],
        bytes: &[u8],
        changes: &AnswerChanges,
        size: usize,
    ) -> (Vec<u8>, usize, Verdict, usize) {
        let mut answer = MysqlAnswer::new(command, &Dialect::UNKNOWN, None);
        let (mut out, mut session) = (Altered::new(1, 1), MysqlSession::default());
        let (mut verdict, mut used) = (Verdict::More, 0);
        for piece in bytes.chunks(size) {
            let mut input = piece;
            verdict = answer.take(&mut input, changes, &mut session, &mut out);
            used += piece.len() - input.len();
            if verdict != Verdict::More {
                break;
            }
        }
        let rows = out.pieces.iter().filter(|(is_row, _)| *is_row).count();
        let passed = out
            .pieces
            .into_iter()
            .flat_map(|(_, bytes)| bytes)
            .collect();
        (passed, rows, verdict, bytes.len() - used)
    }

    fn late() -> AnswerChanges {
        AnswerChanges {
            row_hold: Duration::from_millis(1),
            ..AnswerChanges::default()
        }
    }

    #[test]
    fn an_answer_ends_at_its_end_in_any_pieces_with_and_without_changes() {
        let whole = RESULT.len() - 4;
        for size in [1, 2, 7, 1000] {
            for (changes, rows) in [(AnswerChanges::default(), 0), (late(), 2)] {
                let (passed, waiting, verdict, _) = taken(QUERY, RESULT, &changes, size);
                assert_eq!(passed, &RESULT[..whole], "in pieces of {size}");
                assert_eq!((waiting, verdict), (rows, Verdict::Done));
            }
        }
    }

    #[test]
    fn what_is_no_answer_passes_all_the_same() {
        let garbage = b"\x03\0\0\x01abc\x05\0\0\x02hello";
        for changes in [AnswerChanges::default(), late()] {
            for size in [1, 3, 100] {
                let (passed, _, verdict, left) = taken(PING, garbage, &changes, size);
                assert_eq!(verdict, Verdict::Foreign);
                let used = garbage.len() - left;
                assert!(
                    passed == garbage[..used],
                    "{passed:?} of {used} in pieces of {size}"
                );
            }
        }
    }
}
