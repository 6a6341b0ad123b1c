//! The answer to one MySQL command, packet by packet where faults want its rows.

use reprise_wire::mysql::{
    Dialect, HEADER_LEN, LONGEST_PACKET, Malformed, ReplyReader, ReplyState,
};

use super::alter::{Altered, Body, Verdict};
use super::framer::{Framed, Framer};
use super::mysql_session::MysqlSession;
use crate::turn::{AnswerChanges, Cut};

/// Reads one answer.
#[derive(Debug)]
pub(in crate::proxy) struct MysqlAnswer {
    reader: ReplyReader,
    /// What the command prepares.
    prepares: Option<String>,
    packets: Framer,
    body: Body,
    damaged: bool,
}

impl MysqlAnswer {
    pub(super) fn new(command: &[u8], dialect: &Dialect, prepares: Option<String>) -> Self {
        Self {
            reader: ReplyReader::new(command, dialect),
            prepares,
            packets: Framer::default(),
            body: Body::default(),
            damaged: false,
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
            || !changes.row_hold.is_zero()
            || matches!(changes.cut, Some(Cut::Rows { .. }));
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
            match self.reader.push(input)? {
                ReplyState::Done => break true,
                ReplyState::SendFile => session.in_file = true,
                ReplyState::SendAuthentication => {}
                ReplyState::NeedMore => break false,
            }
            if input.is_empty() {
                break false;
            }
        };
        let taken = all.get(..all.len() - input.len()).unwrap_or_default();
        let passed = self.body.pass(taken.to_vec(), changes, out);
        Ok(match passed {
            Verdict::More if done => Verdict::Done,
            passed => passed,
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
            let (Framed::Beginning(packet) | Framed::More(packet)) = framed;
            let before = self.reader.summary().rows;
            let state = self.reader.push(&mut packet.as_slice())?;
            if state == ReplyState::SendFile {
                session.in_file = true;
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
