//! How many connections a run has open at once, worked out before it starts. Pure functions of the plan and
//! its lanes. Unit: microseconds of recorded time.

use super::clock::Speed;
use super::copies::{begins_us, copies_of};
use crate::plan::Plan;
use crate::prepare::lane::{Lane, Span};

/// Openings looked at. A run with more of them shows the crowd of so many: less than there will be, and
/// worked out in bounded memory.
const MOST_OPENINGS: usize = 500_000;

/// The most connections open at once of those that `belong`.
pub(crate) fn most_open(
    plan: &Plan,
    lanes: &[Lane],
    length_us: u64,
    belongs: impl Fn(&Span) -> bool,
) -> u64 {
    let mut moments = Vec::new();
    for lane in lanes {
        let lasts_us = lane.ends_us.saturating_sub(lane.starts_us);
        for place in 0..copies_of(plan.seed, lane.id, plan.most_copies()) {
            let begins = begins_us(
                plan.seed,
                lane.id,
                place,
                lane.starts_us,
                lasts_us,
                length_us,
            );
            for span in lane.spans.iter().filter(|span| belongs(span)) {
                let into_lane = |at_us: u64| at_us.saturating_sub(lane.plays_from_us);
                let (opens, closes) = (into_lane(span.opens_us), into_lane(span.closes_us));
                let (opens, closes) = match plan.rate.speed {
                    Speed::Times(_) => (begins + opens, begins + closes),
                    // without a clock all lanes play at the same time
                    Speed::Max => (opens, closes),
                };
                // at the same moment one is closed before another is opened
                moments.push((opens, true));
                moments.push((closes.max(opens + 1), false));
            }
            if moments.len() > 2 * MOST_OPENINGS {
                return most_of(moments);
            }
        }
    }
    most_of(moments)
}

fn most_of(mut moments: Vec<(u64, bool)>) -> u64 {
    moments.sort_unstable();
    let mut open = 0_u64;
    let mut most = 0;
    for (_, opens) in moments {
        open = if opens {
            open + 1
        } else {
            open.saturating_sub(1)
        };
        most = most.max(open);
    }
    most
}

#[cfg(test)]
mod tests {
    use reprise_wire::Protocol;

    use super::*;
    use crate::plan::Rate;

    /// A lane with connections that open and close, one on each route.
    fn lane(id: u32, connections: &[(u64, u64)]) -> Lane {
        let spans: Vec<Span> = (0..)
            .zip(connections)
            .map(|(route, (opens_us, closes_us))| Span {
                opens_us: *opens_us,
                closes_us: *closes_us,
                protocol: Protocol::Http,
                route,
            })
            .collect();
        let starts_us = spans.iter().map(|span| span.opens_us).min().unwrap();
        Lane {
            id,
            starts_us,
            plays_from_us: starts_us,
            ends_us: spans.iter().map(|span| span.closes_us).max().unwrap(),
            spans: spans.into(),
            ..Lane::default()
        }
    }

    fn most(plan: &Plan, lanes: &[Lane]) -> u64 {
        most_open(plan, lanes, 1_000, |_| true)
    }

    #[test]
    fn connections_count_while_they_are_open_and_one_that_closes_makes_room() {
        let plan = Plan::of("x");
        let lanes = [lane(0, &[(0, 100), (50, 60)]), lane(1, &[(100, 110)])];
        assert_eq!(most(&plan, &lanes), 2);
        assert_eq!(most_open(&plan, &lanes, 1_000, |span| span.route == 1), 1);
        assert_eq!(most(&plan, &[]), 0);
    }

    #[test]
    fn copies_and_a_run_without_a_clock_open_more() {
        // as long as the recording: copies overlap
        let lanes = [lane(0, &[(0, 1_000)]), lane(1, &[(500, 501)])];
        let mut plan = Plan::of("x");
        plan.rate = Rate::by_copies(10.0);
        assert!((10..=14).contains(&most(&plan, &lanes)));
        let apart = [lane(0, &[(0, 1)]), lane(1, &[(500, 501)])];
        plan.rate = Rate::default();
        assert_eq!(most(&plan, &apart), 1);
        plan.rate.speed = Speed::Max;
        assert_eq!(most(&plan, &apart), 2);
    }
}
