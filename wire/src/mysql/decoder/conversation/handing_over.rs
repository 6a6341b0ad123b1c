//! How exchanges leave a conversation: complete, given up, or as an error nobody asked for. Every one is
//! counted here.

use super::{Conversation, Pending};
use crate::mysql::session::text;
use crate::mysql::{CommandCode, ErrPacket, Expect, Packet};
use crate::{Exchange, ExchangeTimes, Flags, Payload, Protocol, Timestamp};

impl Conversation {
    /// An error nobody asked for, before the server hangs up: the idle timeout, a shutdown.
    pub(super) fn is_unsolicited(&self, packet: &Packet<'_>) -> bool {
        let unasked = match self.pending.front() {
            // or the answer to a command that was not seen
            None => packet.sequence == 0 || !(self.missed || self.midstream),
            // It crosses with a command; in compressed frames its number says nothing.
            Some(front) => {
                !front.is_answered() && packet.sequence == 0 && !self.dialect.is_compressed()
            }
        };
        unasked && packet.payload.first() == Some(&0xFF)
    }

    pub(super) fn unsolicited(
        &mut self,
        packet: &Packet<'_>,
        first: Timestamp,
        last: Timestamp,
        out: &mut Vec<Exchange>,
    ) {
        let Ok(error) = ErrPacket::decode(packet.payload) else {
            return;
        };
        self.loss.unpaired_responses += 1;
        let mut bytes = Vec::new();
        packet.write_to(&mut bytes);
        bytes.truncate(self.limits.body_cap);
        let mut flags = Flags::empty();
        flags.set(Flags::GAP_IN_RESPONSE, packet.missing > 0);
        flags.set(
            Flags::RESPONSE_OVER_CAP,
            packet.wire_len() > bytes.len() as u64,
        );
        out.push(Exchange {
            protocol: Protocol::Mysql,
            request: None,
            response: Some(Payload {
                bytes,
                wire_len: packet.wire_len(),
            }),
            times: ExchangeTimes {
                request_first: first,
                request_last: first,
                response_first: Some(first),
                response_last: Some(last),
            },
            operation: "(unasked error)".to_owned(),
            summary: text(&error.message).chars().take(60).collect(),
            status: Some(error.code),
            flags,
            statement_id: None,
        });
    }

    /// Hands over what needs no answer and has none before it.
    pub(super) fn settle(&mut self, out: &mut Vec<Exchange>) {
        while let Some(front) = self
            .pending
            .pop_front_if(|front| front.expect == Expect::Nothing)
        {
            self.finish(front, out);
        }
    }

    /// Hands over commands whose reply will not be seen (any more).
    pub(super) fn give_up(&mut self, out: &mut Vec<Exchange>, which: impl Fn(&Pending) -> bool) {
        while self.pending.front().is_some_and(&which) {
            self.give_up_front(out);
        }
    }

    /// Hands over the command in front, whose reply will not be seen (any more).
    pub(super) fn give_up_front(&mut self, out: &mut Vec<Exchange>) {
        let Some(mut front) = self.pending.pop_front() else {
            return;
        };
        if front.expect != Expect::Nothing {
            let upgraded = front.flags.contains(Flags::UPGRADED);
            if front.is_answered() && !upgraded {
                front.flags |= Flags::RESPONSE_TRUNCATED;
            }
            if front.code == Some(CommandCode::StmtPrepare) {
                self.statements.not_prepared();
            }
        }
        self.finish(front, out);
    }

    pub(super) fn finish(&mut self, pending: Pending, out: &mut Vec<Exchange>) {
        self.waiting = self.waiting.saturating_sub(pending.request.bytes.len());
        let in_part = Flags::GAP_IN_REQUEST | Flags::REQUEST_TRUNCATED;
        self.loss.incomplete_requests +=
            u64::from(self.missed && pending.flags.intersects(in_part));
        if pending.is_answered() {
            let in_part = Flags::GAP_IN_RESPONSE | Flags::RESPONSE_TRUNCATED;
            self.loss.incomplete_responses += u64::from(pending.flags.intersects(in_part));
            self.counts.mysql_replies += 1;
        } else if pending.expect != Expect::Nothing {
            self.loss.unpaired_requests += 1;
        }
        if pending.flags.contains(Flags::RESPONSE_OVER_CAP) {
            self.loss.over_cap += 1;
        }
        let statement = pending.statement_id.and_then(|id| self.statements.get(id));
        let closes = pending
            .statement_id
            .filter(|_| pending.code == Some(CommandCode::StmtClose));
        out.push(pending.into_exchange(statement));
        if let Some(id) = closes {
            self.statements.close(id);
        }
    }
}
