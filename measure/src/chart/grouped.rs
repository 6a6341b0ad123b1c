//! The ticks that a chart shows, put together so that there are no more of them than it can tell apart.

use std::borrow::Cow;

use super::Style;
use super::over_time::{Timeline, end};
use crate::Tick;

/// What of a tick a chart reads. Adding up histograms takes longer than all the rest of a chart: those it does not
/// read are left out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Keep {
    /// What is counted.
    Counts,
    /// Response and service times.
    Times,
    /// How late the generator was.
    Lateness,
    /// The probes.
    Probes,
    /// What was watched.
    Watched,
}

impl Keep {
    fn of(self, tick: &Tick) -> Tick {
        let bare = Tick {
            start_us: tick.start_us,
            duration_us: tick.duration_us,
            ..Tick::default()
        };
        match self {
            Self::Counts => Tick {
                planned: tick.planned,
                sent: tick.sent,
                in_flight: tick.in_flight,
                outcomes: tick.outcomes,
                statuses: tick.statuses.clone(),
                rows: tick.rows,
                errors: tick.errors.clone(),
                ..bare
            },
            Self::Times => Tick {
                response: tick.response.clone(),
                service: tick.service.clone(),
                ..bare
            },
            Self::Lateness => Tick {
                lateness: tick.lateness.clone(),
                ..bare
            },
            Self::Probes => Tick {
                probes: tick.probes.clone(),
                ..bare
            },
            Self::Watched => Tick {
                watch: tick.watch.clone(),
                ..bare
            },
        }
    }
}

/// The visible ticks in at most as many as the chart has places for. One that stands alone is as it was; of those put
/// together there is what `keep` says.
pub(super) fn grouped<'a>(timeline: &Timeline<'a>, style: Style, keep: Keep) -> Vec<Cow<'a, Tick>> {
    in_groups(visible(timeline), style.most_points(), keep)
}

/// The ticks that the axis of time spans, at least a part of.
pub(super) fn visible<'a>(timeline: &Timeline<'a>) -> Vec<&'a Tick> {
    let (from, to) = (timeline.from_us, end(timeline));
    timeline
        .ticks
        .iter()
        .filter(|tick| tick.end_us() > from && tick.start_us < to)
        .collect()
}

fn in_groups(visible: Vec<&Tick>, most: usize, keep: Keep) -> Vec<Cow<'_, Tick>> {
    let together = visible.len().div_ceil(most).max(1);
    visible
        .chunks(together)
        .filter_map(|chunk| {
            let (first, rest) = chunk.split_first()?;
            if rest.is_empty() {
                return Some(Cow::Borrowed(*first));
            }
            let mut sum = keep.of(first);
            rest.iter().for_each(|tick| sum.add(&keep.of(tick)));
            sum.settle();
            Some(Cow::Owned(sum))
        })
        .collect()
}

/// Where a tick's values are drawn.
pub(super) fn middle(tick: &Tick) -> f64 {
    tick.start_us as f64 + tick.duration_us as f64 / 2.0
}
