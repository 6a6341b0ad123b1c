//! The server's packets in the command phase: each belongs to the command in front, until its reply is
//! complete.

use super::{Conversation, Pending, Phase};
use crate::mysql::reply_steps::Step;
use crate::mysql::{CommandCode, Expect, Packet};
use crate::{Exchange, Flags, Timestamp};

impl Conversation {
    pub(super) fn reply(
        &mut self,
        packet: &Packet<'_>,
        first: Timestamp,
        last: Timestamp,
        out: &mut Vec<Exchange>,
    ) -> bool {
        let is_late_eof = self.late_eof.take() == Some(packet.sequence)
            && packet.len == 5
            && packet.payload.first() == Some(&0xFE);
        if is_late_eof && !self.awaits(packet) {
            self.dialect.deprecate_eof = Some(false);
            return true;
        }
        if self.is_unsolicited(packet) {
            self.unsolicited(packet, first, last, out);
            return true;
        }
        if self.end_was_in_hole(packet) {
            self.give_up_front(out);
            if !self.awaits(packet) {
                self.loss.undecodable_bytes += packet.seen_len();
                return false;
            }
        }
        let cap = self.limits.body_cap;
        let Some(front) = self.pending.front_mut() else {
            self.loss.unpaired_responses += 1;
            self.loss.undecodable_bytes += packet.seen_len();
            return false;
        };
        match front.reply(packet, first, last, cap, &mut self.dialect) {
            Step::More if front.expect == Expect::Stream => {
                self.left_for_a_stream(out);
                true
            }
            Step::Interim | Step::More | Step::SendFile | Step::SendAuthentication => true,
            Step::Done => {
                self.complete(packet, out);
                true
            }
            Step::Garbled => {
                let mut bytes = Vec::new();
                packet.write_to(&mut bytes);
                front.reply_bytes(&bytes, last, &self.limits);
                front.flags |= Flags::RESPONSE_TRUNCATED;
                false
            }
        }
    }

    /// Whether a packet has the number that the reply which is waited for begins with.
    fn awaits(&self, packet: &Packet<'_>) -> bool {
        self.awaited()
            .is_some_and(|awaited| awaited.packet == packet.sequence)
    }

    /// Whether the reply in front, of which bytes were lost, must have ended with them: a hole that is filled with
    /// zeros may hide its last packet, and this one does not continue it.
    fn end_was_in_hole(&self, packet: &Packet<'_>) -> bool {
        self.pending.front().is_some_and(|front| {
            front.flags.contains(Flags::GAP_IN_RESPONSE)
                && front.is_answered()
                && front.next_sequence != packet.sequence
                && !self.dialect.is_compressed()
        })
    }

    /// The server began a stream without end, which is named and left: what comes after the first packet
    /// is for another server.
    fn left_for_a_stream(&mut self, out: &mut Vec<Exchange>) {
        if let Some(front) = self.pending.front_mut() {
            front.flags |= Flags::UPGRADED;
            front.leave_out_reply();
        }
        self.give_up(out, |_| true);
        self.session.replication = true;
        self.phase = Phase::Opaque;
    }

    /// The reply in front is complete.
    fn complete(&mut self, packet: &Packet<'_>, out: &mut Vec<Exchange>) {
        let Some(front) = self.pending.pop_front() else {
            return;
        };
        if front.code == Some(CommandCode::StmtPrepare) && self.dialect.deprecate_eof.is_none() {
            self.late_eof = Some(packet.last_sequence.wrapping_add(1));
        }
        self.follow(&front, packet.payload);
        self.remember(&front);
        if self.session.user.is_none() {
            self.session.inferred = self.dialect;
        }
        self.finish(front, out);
        self.settle(out);
    }

    /// What a completed command changes for those after it.
    fn remember(&mut self, done: &Pending) {
        let succeeded = done.so_far().error.is_none();
        match done.code {
            Some(CommandCode::StmtPrepare) => match done.so_far().statement_id() {
                Some(id) => self.statements.prepared(id, done.as_statement()),
                None => self.statements.not_prepared(),
            },
            Some(CommandCode::ResetConnection | CommandCode::ChangeUser) if succeeded => {
                self.statements.clear();
            }
            _ => {}
        }
    }
}
