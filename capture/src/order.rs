//! Packets of several sources in the order of their times: an answer seen on one interface must not
//! overtake its request, seen on another, or reassembly would take the request for lost.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

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

/// How long packets wait for a source that has not come as far.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Patience {
    /// For a moment, by the clock that stamps packets, which says so: they are captured as they are seen.
    Clock(Timestamp),
    /// As long as it has more, and if it has no more for now, when they arrived later than this.
    Since(Option<Instant>),
    /// Until it has.
    Endless,
}

/// What is known of what is to come of a source.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum State {
    /// There may be more at any time.
    #[default]
    Busy,
    /// There was no more when it was looked at last.
    Quiet,
    /// There will be no more.
    Over,
}

#[derive(Debug, Default)]
struct Waiting {
    /// With when they arrived.
    batches: VecDeque<(Instant, Batch)>,
    /// How far the first of them has been read.
    cursor: Cursor,
    /// The latest time of a packet handed over.
    reached: Timestamp,
    state: State,
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

    /// One source more, in the place of one that is over and used up if there is one.
    pub(crate) fn open(&mut self) -> usize {
        let is_over =
            |waiting: &Waiting| waiting.state == State::Over && waiting.batches.is_empty();
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
        waiting.state = State::Busy;
        self.bytes += batch.bytes();
        waiting.batches.push_back((Instant::now(), batch));
    }

    /// A source has handed over all there is for now.
    pub(crate) fn quiet(&mut self, source: usize) {
        if let Some(waiting) = self.sources.get_mut(source) {
            waiting.state = State::Quiet;
        }
    }

    /// Nothing more comes from a source.
    pub(crate) fn end(&mut self, source: usize) {
        if let Some(waiting) = self.sources.get_mut(source) {
            waiting.state = State::Over;
        }
    }

    /// The sources that have to hand over something before anything can be released.
    pub(crate) fn awaited(&self) -> impl Iterator<Item = usize> {
        let sources = self.sources.iter().enumerate();
        sources
            .filter(|(_, waiting)| waiting.batches.is_empty() && waiting.state != State::Over)
            .map(|(source, _)| source)
    }

    /// Shows the packets whose turn has come to `visit`, and puts batches that are used up into `used`, each
    /// with its source.
    pub(crate) fn release(
        &mut self,
        patience: Patience,
        used: &mut Vec<(usize, Batch)>,
        visit: &mut impl FnMut(&Packet<'_>),
    ) {
        while let Some((at, index)) = self.next() {
            let Some(waiting) = self.sources.get(index) else {
                return;
            };
            let arrived = waiting.batches.front().map(|(arrived, _)| *arrived);
            let is_due = at <= self.reached(|state| state != State::Over)
                || match patience {
                    Patience::Clock(now) => {
                        at <= before(now, PATIENCE) || self.bytes > WAITING_BYTES
                    }
                    Patience::Since(instant) => {
                        arrived <= instant && at <= self.reached(|state| state == State::Busy)
                    }
                    Patience::Endless => false,
                };
            if !is_due {
                return;
            }
            let Some(waiting) = self.sources.get_mut(index) else {
                return;
            };
            let Some((_, batch)) = waiting.batches.front() else {
                return;
            };
            if let Some(packet) = batch.next(&mut waiting.cursor) {
                visit(&packet);
            }
            if batch.time_at(waiting.cursor).is_none() {
                self.bytes = self.bytes.saturating_sub(batch.bytes());
                waiting.cursor = Cursor::default();
                used.extend(waiting.batches.pop_front().map(|(_, batch)| (index, batch)));
            }
        }
    }

    /// The earliest packet that waits, and whose it is.
    fn next(&self) -> Option<(Timestamp, usize)> {
        let firsts = self.sources.iter().enumerate();
        firsts
            .filter_map(|(index, waiting)| {
                let (_, batch) = waiting.batches.front()?;
                let at = batch.time_at(waiting.cursor)?;
                Some((at, index))
            })
            .min()
    }

    /// How far the sources in some states have all come.
    fn reached(&self, is_counted: impl Fn(State) -> bool) -> Timestamp {
        let counted = self.sources.iter().filter(|one| is_counted(one.state));
        counted
            .map(|waiting| waiting.reached)
            .min()
            .map_or(self.horizon, |reached| reached.min(self.horizon))
    }
}

/// So long before `now`.
fn before(now: Timestamp, time: Duration) -> Timestamp {
    let time = i64::try_from(time.as_nanos()).unwrap_or(i64::MAX);
    Timestamp::from_nanos(now.nanos().saturating_sub(time))
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
        let now = Patience::Clock(Timestamp::from_nanos(now));
        order.release(now, &mut used, &mut |packet| {
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
    fn packets_wait_a_while_for_a_file_at_its_end_and_always_for_one_that_has_more() {
        let released = |order: &mut InOrder, patience| {
            let mut times = Vec::new();
            order.release(patience, &mut Vec::new(), &mut |packet| {
                times.push(packet.at.nanos());
            });
            times
        };
        let mut order = InOrder::of(2);
        order.add(0, batch(&[10, 30]));
        let long_ago = Instant::now().checked_sub(Duration::from_secs(1));
        let now = || Some(Instant::now());
        assert!(released(&mut order, Patience::Since(now())).is_empty());
        order.quiet(1);
        assert!(released(&mut order, Patience::Since(long_ago)).is_empty());
        assert_eq!(released(&mut order, Patience::Since(now())), [10, 30]);
        // What comes next has not been waited for, however long the other has been quiet.
        order.add(0, batch(&[50]));
        assert!(released(&mut order, Patience::Since(long_ago)).is_empty());
        order.add(1, batch(&[40, 60]));
        assert_eq!(released(&mut order, Patience::Since(now())), [40, 50]);
        order.end(0);
        assert_eq!(released(&mut order, Patience::Endless), [60]);
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
