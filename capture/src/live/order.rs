//! Packets of several sources in the order of their times: an answer seen on one interface must not
//! overtake its request, seen on another, or reassembly would take the request for lost.

use std::collections::VecDeque;
use std::time::Duration;

use reprise_wire::Timestamp;

use super::batch::{Batch, Cursor};
use crate::Packet;

/// How long a packet waits for a source that hands over nothing, by the clock that stamps packets:
/// several times as long as the kernel gathers them.
const PATIENCE: Duration = Duration::from_millis(250);
/// Above so many waiting bytes the order is given up rather than memory.
const WAITING_BYTES: usize = 32 << 20;

/// What waits until every source has come as far.
#[derive(Debug)]
pub(super) struct InOrder {
    sources: Vec<Waiting>,
    bytes: usize,
}

#[derive(Debug, Default)]
struct Waiting {
    batches: VecDeque<Batch>,
    /// How far the first of them has been read.
    cursor: Cursor,
    /// The time of the last packet handed over.
    reached: Timestamp,
    ended: bool,
}

impl InOrder {
    pub(super) fn of(sources: usize) -> Self {
        Self {
            sources: std::iter::repeat_with(Waiting::default)
                .take(sources)
                .collect(),
            bytes: 0,
        }
    }

    /// Takes a batch of a source.
    pub(super) fn add(&mut self, source: usize, batch: Batch) {
        let Some(waiting) = self.sources.get_mut(source) else {
            return;
        };
        waiting.reached = waiting.reached.max(batch.last_time());
        self.bytes += batch.bytes();
        waiting.batches.push_back(batch);
    }

    /// Nothing more comes from a source.
    pub(super) fn end(&mut self, source: usize) {
        if let Some(waiting) = self.sources.get_mut(source) {
            waiting.ended = true;
        }
    }

    /// Shows the packets whose turn has come to `visit`, and puts batches that are used up into
    /// `used`. `now` is the clock that stamps packets.
    pub(super) fn release(
        &mut self,
        now: Timestamp,
        used: &mut Vec<Batch>,
        visit: &mut impl FnMut(&Packet<'_>),
    ) {
        let patience = i64::try_from(PATIENCE.as_nanos()).unwrap_or(i64::MAX);
        let too_old = Timestamp::from_nanos(now.nanos().saturating_sub(patience));
        while let Some((at, index)) = self.next() {
            let is_due = self.bytes > WAITING_BYTES || at <= too_old || at <= self.reached();
            if !is_due {
                return;
            }
            let Some(waiting) = self.sources.get_mut(index) else {
                return;
            };
            let Some(batch) = waiting.batches.front() else {
                return;
            };
            if let Some(packet) = batch.next(&mut waiting.cursor) {
                visit(&packet);
            }
            if batch.time_at(waiting.cursor).is_none() {
                self.bytes = self.bytes.saturating_sub(batch.bytes());
                waiting.cursor = Cursor::default();
                used.extend(waiting.batches.pop_front());
            }
        }
    }

    /// The earliest packet that waits, and whose it is.
    fn next(&self) -> Option<(Timestamp, usize)> {
        let firsts = self.sources.iter().enumerate();
        firsts
            .filter_map(|(index, waiting)| {
                let at = waiting.batches.front()?.time_at(waiting.cursor)?;
                Some((at, index))
            })
            .min()
    }

    /// How far every source has come.
    fn reached(&self) -> Timestamp {
        let going = self.sources.iter().filter(|waiting| !waiting.ended);
        going
            .map(|waiting| waiting.reached)
            .min()
            .unwrap_or(Timestamp::from_nanos(i64::MAX))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::LinkType;

    fn batch(times: &[i64]) -> Batch {
        let mut batch = Batch::default();
        for at in times {
            batch.copy(&Packet {
                at: Timestamp::from_nanos(*at),
                link: LinkType::RAW,
                interface: 0,
                wire_len: 1,
                data: b"x",
            });
        }
        batch
    }

    fn released(order: &mut InOrder, now: i64) -> Vec<i64> {
        let (mut times, mut used) = (Vec::new(), Vec::new());
        order.release(Timestamp::from_nanos(now), &mut used, &mut |packet| {
            times.push(packet.at.nanos());
        });
        times
    }

    #[test]
    fn packets_of_two_interfaces_come_in_the_order_of_their_times() {
        let mut order = InOrder::of(2);
        order.add(0, batch(&[10, 30, 50]));
        assert!(released(&mut order, 100).is_empty());
        order.add(1, batch(&[20, 40]));
        assert_eq!(released(&mut order, 100), [10, 20, 30, 40]);
        order.end(1);
        assert_eq!(released(&mut order, 100), [50]);
    }

    #[test]
    fn a_quiet_interface_holds_the_others_up_for_a_moment_only() {
        let mut order = InOrder::of(2);
        order.add(0, batch(&[10, 1_000_000_000]));
        assert_eq!(released(&mut order, 250_000_010), [10]);
    }

    #[test]
    fn memory_goes_before_order() {
        let mut order = InOrder::of(2);
        let mut big = Batch::default();
        let data = vec![0; WAITING_BYTES + 1];
        big.copy(&Packet {
            at: Timestamp::from_nanos(10),
            link: LinkType::RAW,
            interface: 0,
            wire_len: 1,
            data: &data,
        });
        order.add(0, big);
        assert_eq!(released(&mut order, 20), [10]);
    }
}
