//! How many connections a run has open at once, worked out before it starts. Pure functions of the plan and
//! its lanes. Unit: microseconds of recorded time.

use rustc_hash::FxHashMap;

use super::clock::Speed;
use super::copies::{begins_us, copies_of};
use crate::plan::Plan;
use crate::prepare::lane::{Lane, Step};

/// Openings looked at. A run with more of them shows the crowd of so many: less than there will be, and
/// worked out in bounded memory.
const MOST_OPENINGS: usize = 2_000_000;

/// The most connections open at once of those whose requests `belong`.
pub(crate) fn most_open(
    plan: &Plan,
    lanes: &[Lane],
    length_us: u64,
    belongs: impl Fn(&Step) -> bool,
) -> u64 {
    let mut moments = Vec::new();
    for lane in lanes {
        let spans = spans_of(lane, &belongs);
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
            for (opens, closes) in &spans {
                let (opens, closes) = match plan.rate.speed {
                    Speed::Times(_) => (begins + opens, begins + closes),
                    // without a clock all lanes play at the same time
                    Speed::Max => (*opens, *closes),
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

/// From when to when each connection of a lane is open, counted from the lane's beginning.
fn spans_of(lane: &Lane, belongs: impl Fn(&Step) -> bool) -> Vec<(u64, u64)> {
    let mut spans: FxHashMap<(u32, u16), (u64, u64)> = FxHashMap::default();
    for step in lane.steps.iter().filter(|step| belongs(step)) {
        let sent = step.at_us.saturating_sub(lane.starts_us);
        let answered = sent + u64::from(step.took_us);
        let span = spans
            .entry((step.connection, step.route))
            .or_insert((sent, answered));
        span.1 = span.1.max(answered);
    }
    spans.into_values().collect()
}

#[cfg(test)]
mod tests {
    use reprise_wire::Protocol;

    use super::*;
    use crate::plan::Rate;
    use crate::prepare::lane::Marks;

    fn lane(id: u32, requests: &[(u32, u64, u32)]) -> Lane {
        let steps: Vec<Step> = requests
            .iter()
            .map(|(connection, at_us, took_us)| Step {
                exchange: 1,
                operation: 1,
                connection: *connection,
                at_us: *at_us,
                took_us: *took_us,
                waits_for: 0,
                rank: 0,
                digest: 0,
                route: 0,
                status: 200,
                statement: None,
                protocol: Protocol::Http,
                marks: Marks::empty(),
            })
            .collect();
        Lane {
            id,
            starts_us: steps.first().unwrap().at_us,
            ends_us: steps
                .iter()
                .map(|one| one.at_us + u64::from(one.took_us))
                .max()
                .unwrap(),
            steps,
            ..Lane::default()
        }
    }

    fn most(plan: &Plan, lanes: &[Lane]) -> u64 {
        most_open(plan, lanes, 1_000, |_| true)
    }

    #[test]
    fn connections_count_while_they_are_open_and_one_that_closes_makes_room() {
        let plan = Plan::of("x");
        let lanes = [
            lane(0, &[(1, 0, 10), (1, 90, 10), (2, 50, 10)]),
            lane(1, &[(3, 100, 10)]),
        ];
        assert_eq!(most(&plan, &lanes), 2);
        assert_eq!(
            most_open(&plan, &lanes, 1_000, |step| step.connection == 3),
            1
        );
        assert_eq!(most(&plan, &[]), 0);
    }

    #[test]
    fn copies_and_a_run_without_a_clock_open_more() {
        // as long as the recording: copies overlap
        let lanes = [lane(0, &[(1, 0, 1), (1, 999, 1)]), lane(1, &[(2, 500, 1)])];
        let mut plan = Plan::of("x");
        plan.rate = Rate::by_copies(10.0);
        assert!((10..=14).contains(&most(&plan, &lanes)));
        let apart = [lane(0, &[(1, 0, 1)]), lane(1, &[(2, 500, 1)])];
        plan.rate = Rate::default();
        assert_eq!(most(&plan, &apart), 1);
        plan.rate.speed = Speed::Max;
        assert_eq!(most(&plan, &apart), 2);
    }
}
