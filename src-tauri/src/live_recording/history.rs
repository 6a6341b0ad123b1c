//! How many exchanges came when, in bounded memory: the longer a recording lasts, the wider its stretches.

use reprise_app::CaptureProgress;
use reprise_app::chart::RecordedSpan;

/// How wide a stretch is at first, in milliseconds.
const FIRST_WIDTH_MS: u64 = 1_000;
/// With this many stretches, neighbours are put together.
const MOST: usize = 1_200;

/// The stretches so far, all of one width.
#[derive(Debug)]
pub(super) struct History {
    width_ms: u64,
    stretches: Vec<Stretch>,
    exchanges: u64,
    lost: u64,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Stretch {
    exchanges: u64,
    lost: bool,
}

impl Default for History {
    fn default() -> Self {
        Self {
            width_ms: FIRST_WIDTH_MS,
            stretches: Vec::new(),
            exchanges: 0,
            lost: 0,
        }
    }
}

impl History {
    /// Takes where the capture stands, `elapsed_ms` after its start.
    pub(super) fn take(&mut self, elapsed_ms: u64, now: &CaptureProgress) {
        while elapsed_ms / self.width_ms >= MOST as u64 {
            self.halve();
        }
        let index = usize::try_from(elapsed_ms / self.width_ms).unwrap_or(MOST);
        let wanted = self.stretches.len().max(index + 1);
        self.stretches.resize(wanted, Stretch::default());
        if let Some(stretch) = self.stretches.get_mut(index) {
            stretch.exchanges += now.exchanges.saturating_sub(self.exchanges);
            stretch.lost |= now.lost > self.lost;
        }
        self.exchanges = now.exchanges;
        self.lost = now.lost;
    }

    fn halve(&mut self) {
        self.width_ms *= 2;
        let pairs = self.stretches.chunks(2).map(|pair| Stretch {
            exchanges: pair.iter().map(|stretch| stretch.exchanges).sum(),
            lost: pair.iter().any(|stretch| stretch.lost),
        });
        self.stretches = pairs.collect();
    }

    /// The stretches that are over: one that has only begun would look like a drop of the rate.
    pub(super) fn spans(&self) -> Vec<RecordedSpan> {
        let width_us = self.width_ms * 1_000;
        let over = self
            .stretches
            .split_last()
            .map_or(&[][..], |(_, over)| over);
        let at = |index: usize| index as u64 * width_us;
        over.iter()
            .enumerate()
            .map(|(index, stretch)| RecordedSpan {
                from_us: at(index),
                to_us: at(index + 1),
                exchanges: stretch.exchanges,
                lost: stretch.lost,
            })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn progress(exchanges: u64, lost: u64) -> CaptureProgress {
        CaptureProgress {
            exchanges,
            lost,
            ..CaptureProgress::default()
        }
    }

    #[test]
    fn each_second_has_what_came_in_it() {
        let mut history = History::default();
        history.take(100, &progress(5, 0));
        history.take(900, &progress(8, 0));
        history.take(3_100, &progress(10, 4));
        let spans = history.spans();
        let exchanges: Vec<u64> = spans.iter().map(|span| span.exchanges).collect();
        assert_eq!(exchanges, [8, 0, 0]);
        history.take(4_000, &progress(10, 4));
        assert_eq!(history.spans().last().map(|span| span.lost), Some(true));
    }

    #[test]
    fn a_day_takes_no_more_room_than_twenty_minutes_and_loses_no_exchange() {
        let mut history = History::default();
        for second in 0..86_400 {
            history.take(
                second * 1_000,
                &progress(second * 3, u64::from(second > 50)),
            );
        }
        history.take(86_400_000, &progress(86_400 * 3, 1));
        assert!(history.stretches.len() <= MOST);
        let all: u64 = history.stretches.iter().map(|one| one.exchanges).sum();
        assert_eq!(all, 86_400 * 3);
        assert_eq!(history.stretches.iter().filter(|one| one.lost).count(), 1);
    }
}
