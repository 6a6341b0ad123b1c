//! How many lanes a run without a clock plays at once, and how many connections any run has open at once, worked
//! out before it starts. Pure functions of the plan and its lanes. Unit: microseconds of recorded time.

use super::clock::Speed;
use super::copies::{begins_us, copies_of};
use crate::plan::Plan;
use crate::prepare::lane::{Lane, Span};

/// Openings looked at. A run with more of them shows the crowd of so many: less than there will be, and
/// worked out in bounded memory.
const MOST_OPENINGS: usize = 500_000;

/// The most lanes that were under way at once in the recording, each with so many `copies`: without a clock no
/// more are played at once, or a day of short sessions would be one crowd.
pub(crate) fn lanes_at_once(lanes: &[Lane], copies: impl Fn(&Lane) -> u32) -> u64 {
    let mut moments = Vec::new();
    for lane in lanes.iter().filter(|lane| !lane.steps.is_empty()) {
        let many = u64::from(copies(lane));
        moments.push((lane.starts_us, true, many));
        moments.push((lane.ends_us.max(lane.starts_us + 1), false, many));
    }
    most_of(moments)
}

/// The most connections open at once of those that `belong`.
pub(crate) fn most_open(
    plan: &Plan,
    lanes: &[Lane],
    length_us: u64,
    belongs: impl Fn(&Span) -> bool,
) -> u64 {
    if plan.rate.speed == Speed::Max {
        return most_open_without_clock(plan, lanes, belongs);
    }
    let mut moments = Vec::new();
    for lane in lanes {
        let lasts_us = lane.ends_us.saturating_sub(lane.starts_us);
        for place in 0..copies_of(plan.seed, lane.id, plan.most_copies()) {
            let begins = begins_us(plan.seed, place, lane.starts_us, lasts_us, length_us);
            for span in lane.spans.iter().filter(|span| belongs(span)) {
                let into_lane = |at_us: u64| at_us.saturating_sub(lane.plays_from_us);
                let opens = begins + into_lane(span.opens_us);
                let closes = begins + into_lane(span.closes_us);
                moments.push((opens, true, 1));
                moments.push((closes.max(opens + 1), false, 1));
            }
            if moments.len() > 2 * MOST_OPENINGS {
                return most_of(moments);
            }
        }
    }
    most_of(moments)
}

/// As many lanes as play at once, each with as many connections as one of them has at most: fewer when there are
/// not so many lanes.
fn most_open_without_clock(plan: &Plan, lanes: &[Lane], belongs: impl Fn(&Span) -> bool) -> u64 {
    let copies = |lane: &Lane| copies_of(plan.seed, lane.id, plan.most_copies());
    let (mut all, mut most_of_one) = (0, 0);
    for lane in lanes {
        let spans = lane.spans.iter().filter(|span| belongs(span));
        let moments = spans.flat_map(|span| {
            let closes_us = span.closes_us.max(span.opens_us + 1);
            [(span.opens_us, true, 1), (closes_us, false, 1)]
        });
        let of_one = most_of(moments.collect());
        most_of_one = of_one.max(most_of_one);
        all += of_one * u64::from(copies(lane));
    }
    let at_once = lanes_at_once(lanes, copies).saturating_mul(most_of_one);
    at_once.min(all)
}

/// The most of what begins and ends, given as moments: when, whether it begins, how many of it. At the same moment
/// one ends before another begins.
fn most_of(mut moments: Vec<(u64, bool, u64)>) -> u64 {
    moments.sort_unstable();
    let mut open = 0_u64;
    let mut most = 0;
    for (_, begins, many) in moments {
        open = if begins {
            open + many
        } else {
            open.saturating_sub(many)
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
    use crate::prepare::steps::StepRange;

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
    fn copies_open_more() {
        // as long as the recording: copies overlap
        let lanes = [lane(0, &[(0, 1_000)]), lane(1, &[(500, 501)])];
        let mut plan = Plan::of("x");
        plan.rate = Rate::by_copies(10.0);
        assert!((10..=14).contains(&most(&plan, &lanes)));
        let apart = [lane(0, &[(0, 1)]), lane(1, &[(500, 501)])];
        plan.rate = Rate::default();
        assert_eq!(most(&plan, &apart), 1);
    }

    #[test]
    fn without_a_clock_as_many_lanes_play_at_once_as_had_been_under_way_at_once() {
        let mut plan = Plan::of("x");
        plan.rate.speed = Speed::Max;
        let mut lanes = vec![
            lane(0, &[(0, 100), (50, 60)]),
            lane(1, &[(90, 150)]),
            lane(2, &[(150, 160)]),
        ];
        for lane in &mut lanes {
            lane.steps = StepRange::of(1);
        }
        assert_eq!(lanes_at_once(&lanes, |_| 1), 2);
        assert_eq!(lanes_at_once(&lanes, |_| 5), 10);
        // any two lanes may come together, so each counts as the one with the most connections
        assert_eq!(most(&plan, &lanes), 4);
        assert_eq!(most(&plan, &lanes[..1]), 2);
        assert_eq!(most(&plan, &lanes[1..]), 1);
        plan.rate.copies = 3.0;
        assert_eq!(most(&plan, &lanes[1..]), 3);
        assert_eq!(most_open(&plan, &lanes, 1_000, |span| span.route == 1), 3);
    }
}
