//! Packets of several sources in the order of their times: an answer seen on one interface must not
//! overtake its request, seen on another, or reassembly would take the request for lost.

use std::collections::VecDeque;
use std::time::Duration;

use reprise_wire::Timestamp;

use crate::Packet;
use crate::batch::{Batch, Cursor};

/// How long a packet waits for a source that hands over nothing, by the clock that stamps packets:
/// several times as long as the kernel gathers them.
const PATIENCE: Duration = Duration::from_millis(250);
/// Above so many waiting bytes the order is given up rather than memory.
const WAITING_BYTES: usize = 32 << 20;

/// What waits until every source has come as far.
#[derive(Debug)]
pub(crate) struct InOrder {
    sources: Vec<Waiting>,
    bytes: usize,
    /// When the first packet of a source was seen that has not been opened.
    horizon: Timestamp,
}

#[derive(Debug, Default)]
struct Waiting {
    batches: VecDeque<Batch>,
    /// How far the first of them has been read.
    cursor: Cursor,
    /// The latest time of a packet handed over.
    reached: Timestamp,
    /// Nothing more is to be waited for: for now, or any more.
    is_quiet: bool,
}

impl InOrder {
    pub(crate) fn of(sources: usize) -> Self {
        Self {
            sources: std::iter::repeat_with(Waiting::default)
                .take(sources)
                .collect(),
            bytes: 0,
            horizon: Timestamp::from_nanos(i64::MAX),
        }
    }

    /// One source more; of those that are quiet and used up, one in its place.
    pub(crate) fn open(&mut self) -> usize {
        let is_over = |waiting: &Waiting| waiting.is_quiet && waiting.batches.is_empty();
        if let Some(place) = self.sources.iter().position(is_over) {
            if let Some(waiting) = self.sources.get_mut(place) {
                *waiting = Waiting::default();
            }
            return place;
        }
        self.sources.push(Waiting::default());
        self.sources.len() - 1
    }

    /// Releases nothing later than `horizon`: there is a source to be opened that begins then.
    pub(crate) const fn wait_for(&mut self, horizon: Timestamp) {
        self.horizon = horizon;
    }

    /// The time of the earliest packet that waits.
    pub(crate) fn earliest(&self) -> Option<Timestamp> {
        self.next().map(|(at, _)| at)
    }

    /// Takes a batch of a source.
    pub(crate) fn add(&mut self, source: usize, batch: Batch) {
        let Some(waiting) = self.sources.get_mut(source) else {
            return;
        };
        waiting.reached = waiting.reached.max(batch.latest());
        waiting.is_quiet = false;
        self.bytes += batch.bytes();
        waiting.batches.push_back(batch);
    }

    /// Nothing more comes from a source, now or ever: the others do not wait for it.
    pub(crate) fn quiet(&mut self, source: usize) {
        if let Some(waiting) = self.sources.get_mut(source) {
            waiting.is_quiet = true;
        }
    }

    /// The sources that have to hand over something before anything can be released.
    pub(crate) fn awaited(&self) -> impl Iterator<Item = usize> {
        let sources = self.sources.iter().enumerate();
        sources
            .filter(|(_, waiting)| waiting.batches.is_empty() && !waiting.is_quiet)
            .map(|(source, _)| source)
    }

    /// Shows the packets whose turn has come to `visit`, and puts batches that are used up into `used`, each
    /// with its source. `now` is the clock that stamps packets; without one packets of any age wait for sources
    /// that are not quiet, and sources are bounded themselves.
    pub(crate) fn release(
        &mut self,
        now: Option<Timestamp>,
        used: &mut Vec<(usize, Batch)>,
        visit: &mut impl FnMut(&Packet<'_>),
    ) {
        let patience = i64::try_from(PATIENCE.as_nanos()).unwrap_or(i64::MAX);
        let too_old = now.map(|now| Timestamp::from_nanos(now.nanos().saturating_sub(patience)));
        while let Some((at, index)) = self.next() {
            let is_late =
                too_old.is_some_and(|too_old| at <= too_old || self.bytes > WAITING_BYTES);
            let is_due = is_late || at <= self.reached();
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
                used.extend(waiting.batches.pop_front().map(|batch| (index, batch)));
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
        let going = self.sources.iter().filter(|waiting| !waiting.is_quiet);
        going
            .map(|waiting| waiting.reached)
            .min()
            .map_or(self.horizon, |reached| reached.min(self.horizon))
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
        order.release(Some(Timestamp::from_nanos(now)), &mut used, &mut |packet| {
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
        order.quiet(1);
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
