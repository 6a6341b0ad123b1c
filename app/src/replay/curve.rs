//! The rate a plan asks for over its run, worked out from the recorded rate of the protocols that have a target: no lane
//! is read, so what a filter or a skip leaves out is still in it.

use reprise_measure::chart::{Chart, PlannedPoint, Style, planned_rate};
use reprise_replay::{Part, Plan, RateBy, Speed};
use reprise_store::RatePoint;

use super::request::ReplayRequest;
use crate::{Error, Library};

/// CSS pixels of the chart's width for each moment of it.
const PIXELS: u32 = 4;

/// Stretches that a recording is read in: more could not be told apart.
const MOST_STRETCHES: u64 = 2_000;

/// What was recorded in each stretch of the part that is played.
struct Recorded {
    per_s: Vec<f64>,
    stretch_us: u64,
    part: Part,
}

impl Library {
    /// Draws what a replay would ask for over its time, above what was recorded.
    ///
    /// # Errors
    /// When the request cannot be read, or there is no such recording.
    pub fn plan_chart(&self, request: &ReplayRequest, style: Style) -> Result<Chart, Error> {
        let plan = self.asked(request)?.plan;
        let recording = self.store.recording(&plan.recording)?;
        let part = plan.between.unwrap_or_else(|| Part {
            from_us: 0,
            to_us: recording.duration_ms.max(1).saturating_mul(1_000),
        });
        let stretch_ms = recording.duration_ms.div_ceil(MOST_STRETCHES).max(1);
        let stretch_ms = stretch_ms.div_ceil(1_000) * 1_000;
        let points = self.store.rate(recording.id, stretch_ms)?;
        let sent = |point: &RatePoint| sent_of(&plan, point);
        let recorded = Recorded::new(&points, sent, stretch_ms * 1_000, part);
        let to_us = length_us(&plan, part);
        let moments = u64::from(style.width / PIXELS).max(2);
        let points: Vec<PlannedPoint> = (0..=moments)
            .map(|index| point(&plan, &recorded, to_us * index / moments))
            .collect();
        Ok(planned_rate(&points, to_us, style))
    }
}

/// How many of a stretch's exchanges have a target; all of them while none has.
fn sent_of(plan: &Plan, point: &RatePoint) -> u64 {
    // older recordings do not say how many were MySQL
    let Some(mysql) = point.mysql else {
        return point.exchanges;
    };
    match (plan.http.is_empty(), plan.mysql.is_some()) {
        (true, true) => mysql,
        (false, false) => point.exchanges.saturating_sub(mysql),
        (true, false) | (false, true) => point.exchanges,
    }
}

/// How long the run asks for anything; the recording's own length when the target decides.
fn length_us(plan: &Plan, part: Part) -> u64 {
    let speed = match plan.rate.speed {
        Speed::Times(times) if times > 0.0 => times,
        _ => 1.0,
    };
    let played = (part.length_us() as f64 / speed) as u64;
    plan.lasts_us().unwrap_or(played).max(1)
}

fn point(plan: &Plan, recorded: &Recorded, at_us: u64) -> PlannedPoint {
    PlannedPoint {
        at_us,
        recorded_per_s: recorded.at(at_us, true).unwrap_or(0.0),
        asked_per_s: asked(plan, recorded, at_us),
    }
}

/// What is asked for at a moment of the run. The first copy of a lane is where it was; the others are spread, so
/// they come to the mean.
fn asked(plan: &Plan, recorded: &Recorded, at_us: u64) -> Option<f64> {
    let Speed::Times(speed) = plan.rate.speed else {
        return None;
    };
    let times = plan.stages.rate_at(at_us).unwrap_or(1.0);
    let (clock, copies, played_us) = match plan.rate.by {
        RateBy::Copies => (speed, plan.rate.copies * times, speed * at_us as f64),
        RateBy::Speed => {
            let played = speed * plan.stages.played_us(at_us);
            (speed * times, plan.rate.copies, played)
        }
    };
    let first = recorded.at(played_us as u64, plan.repeats()).unwrap_or(0.0);
    let others = (copies - 1.0).max(0.0) * recorded.mean();
    Some(clock * (first * copies.min(1.0) + others))
}

impl Recorded {
    fn new(
        points: &[RatePoint],
        sent: impl Fn(&RatePoint) -> u64,
        stretch_us: u64,
        part: Part,
    ) -> Self {
        let stretches = part.length_us().div_ceil(stretch_us).max(1);
        let mut per_s = vec![0.0; usize::try_from(stretches).unwrap_or(1)];
        for point in points {
            let start_us = u64::try_from(point.start_ms).unwrap_or(0) * 1_000;
            if !part.holds(start_us) {
                continue;
            }
            let index = usize::try_from((start_us - part.from_us) / stretch_us);
            if let Some(rate) = index.ok().and_then(|index| per_s.get_mut(index)) {
                *rate += sent(point) as f64 * 1e6 / stretch_us as f64;
            }
        }
        Self {
            per_s,
            stretch_us,
            part,
        }
    }

    /// What was recorded at a moment of the part; it begins again at its end when it repeats.
    fn at(&self, moment_us: u64, repeats: bool) -> Option<f64> {
        let length_us = self.part.length_us().max(1);
        if moment_us > length_us && !repeats {
            return None;
        }
        let index = usize::try_from(moment_us % length_us / self.stretch_us).ok()?;
        self.per_s.get(index).copied()
    }

    fn mean(&self) -> f64 {
        self.per_s.iter().sum::<f64>() / self.per_s.len().max(1) as f64
    }
}

#[cfg(test)]
mod tests {
    use reprise_replay::{HttpRoute, MysqlRoute, MysqlTls, Rate};

    use super::*;

    /// Ten a second, then thirty, a second each.
    fn recorded() -> Recorded {
        let point = |start_ms, exchanges| RatePoint {
            start_ms,
            exchanges,
            errors: 0,
            mysql: None,
        };
        let part = Part {
            from_us: 0,
            to_us: 2_000_000,
        };
        let points = [point(0, 10), point(1_000, 30)];
        Recorded::new(&points, |point| point.exchanges, 1_000_000, part)
    }

    #[test]
    fn what_has_no_target_is_not_asked_for() {
        let point = |mysql| RatePoint {
            start_ms: 0,
            exchanges: 10,
            errors: 0,
            mysql,
        };
        let nowhere = Plan::of("friday");
        let http = Plan {
            http: vec![HttpRoute {
                recorded: None,
                url: "http://127.0.0.1:8080".to_owned(),
            }],
            ..nowhere.clone()
        };
        let mysql = Plan {
            mysql: Some(MysqlRoute {
                address: "127.0.0.1:3306".to_owned(),
                user: "shop".to_owned(),
                database: None,
                tls: MysqlTls::default(),
                ca: None,
                users: Vec::new(),
            }),
            ..nowhere.clone()
        };
        let both = Plan {
            mysql: mysql.mysql.clone(),
            ..http.clone()
        };
        let sent = |plan: &Plan| [Some(7), None].map(|known| sent_of(plan, &point(known)));
        assert_eq!(sent(&http), [3, 10]);
        assert_eq!(sent(&mysql), [7, 10]);
        assert_eq!([sent(&both), sent(&nowhere)], [[10, 10]; 2]);
    }

    fn asked_of(plan: &Plan, at_ms: u64) -> f64 {
        asked(plan, &recorded(), at_ms * 1_000).unwrap()
    }

    fn plan(rate: Rate, stages: &str) -> Plan {
        Plan {
            rate,
            stages: stages.parse().unwrap_or_default(),
            ..Plan::of("friday")
        }
    }

    #[test]
    fn a_plan_that_changes_nothing_asks_for_what_was_recorded_once() {
        let plan = plan(Rate::default(), "");
        assert_eq!([100, 1_500].map(|ms| asked_of(&plan, ms)), [10.0, 30.0]);
        assert_eq!(asked_of(&plan, 2_500), 0.0);
        assert_eq!(length_us(&plan, recorded().part), 2_000_000);
    }

    #[test]
    fn copies_add_the_mean_and_speed_shortens_the_run() {
        let copies = plan(Rate::by_copies(3.0), "");
        assert_eq!(asked_of(&copies, 100), 10.0 + 2.0 * 20.0);
        let half = plan(Rate::by_copies(0.5), "");
        assert_eq!(asked_of(&half, 1_500), 15.0);
        let fast = plan(Rate::by_speed(2.0), "");
        assert_eq!([100, 600].map(|ms| asked_of(&fast, ms)), [20.0, 60.0]);
        assert_eq!(length_us(&fast, recorded().part), 1_000_000);
    }

    #[test]
    fn stages_change_the_rate_and_repeat_the_recording() {
        let plan = plan(Rate::default(), "1x:1s,4x:3s");
        assert_eq!(length_us(&plan, recorded().part), 4_000_000);
        assert_eq!(asked_of(&plan, 500), 10.0);
        assert_eq!(asked_of(&plan, 2_500), 10.0 + 3.0 * 20.0);
        let by_speed = Plan {
            rate: Rate {
                by: RateBy::Speed,
                ..Rate::default()
            },
            ..plan
        };
        // after one second at 1x and a quarter at 4x, the recording begins again
        assert_eq!(asked_of(&by_speed, 1_300), 40.0);
    }

    #[test]
    fn what_the_target_decides_is_not_drawn() {
        let plan = plan(
            Rate {
                speed: Speed::Max,
                ..Rate::default()
            },
            "",
        );
        assert!(asked(&plan, &recorded(), 0).is_none());
    }
}
