//! Which connection a segment belongs to: addresses and ports are used again, and the same packets are
//! seen on several networks.

use super::{Connection, FOREIGN_DISTANCE, State};
use crate::link::Segment;
use crate::reassembly::flow::Side;

/// On so many networks beside its own the packets of one connection are looked for.
const MOST_NETWORKS: usize = 8;

impl Connection {
    /// Whether `segment` belongs to a later connection between the same ends.
    pub(in crate::reassembly) fn is_succeeded_by(&self, segment: &Segment<'_>, side: Side) -> bool {
        let half = self.half(side);
        if self.state == State::Replay {
            // A replay's connection is known by its first packet, so a SYN without the mark is
            // somebody else's; and so is any after the end.
            let opens = segment.syn && segment.acknowledgement.is_none();
            return opens && (!segment.replay_marked || self.reset_at.is_some());
        }
        if segment.syn {
            let first_byte = segment.sequence.wrapping_add(1);
            let Some(offset) = half.locate(first_byte) else {
                return self.state == State::Closed
                    || self.has_overtaken(side, first_byte) == Some(false);
            };
            // A SYN that was overtaken by its own data stands at, or shortly before, the first byte.
            let is_own = offset == 0
                || (self.identity.midstream && offset < 0 && offset > -i64::from(u16::MAX));
            return !is_own;
        }
        let far = half
            .locate(segment.sequence)
            .is_some_and(|offset| offset.abs_diff(half.next().cast_signed()) > FOREIGN_DISTANCE);
        self.state == State::Closed && !segment.payload.is_empty() && far
    }

    /// Whether `segment` goes on where this connection is, or repeats some of it.
    pub(in crate::reassembly) fn continues_with(&self, segment: &Segment<'_>, side: Side) -> bool {
        if self.state == State::Replay {
            return true;
        }
        let acknowledged = segment
            .acknowledgement
            .and_then(|sequence| self.is_near(side.other(), sequence));
        if segment.syn {
            let first_byte = segment.sequence.wrapping_add(1);
            let begins = self.half(side).locate(first_byte);
            return begins
                .map(|offset| offset == 0)
                .or_else(|| self.has_overtaken(side, first_byte))
                .unwrap_or_else(|| acknowledged == Some(true));
        }
        let sent = self.is_near(side, segment.sequence);
        sent.unwrap_or(true)
            && acknowledged.unwrap_or(true)
            && (sent.is_some() || acknowledged.is_some())
    }

    /// Whether packets of it were seen on `network`.
    pub(in crate::reassembly) fn is_seen_on(&self, network: u32) -> bool {
        self.network == network || self.other_networks.contains(&network)
    }

    /// Notes that a packet of it was seen on `network`.
    pub(in crate::reassembly) fn is_also_seen_on(&mut self, network: u32) {
        if !self.is_seen_on(network) && self.other_networks.len() < MOST_NETWORKS {
            self.other_networks.push(network);
        }
    }
}
