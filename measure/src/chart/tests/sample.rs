//! A run to draw: five minutes planned, with a fault, stages, probes and watched servers.

use std::collections::BTreeMap;

use super::*;
use crate::{
    Histogram, Outcomes, ProbeTick, Reading, StatusMix, TickQuantiles, WatchTick, WatchUnit, choice,
};

/// Five minutes planned, of which `seconds` are over; a fault is on from 1:36 on.
pub(super) fn ticks(seconds: u64) -> Vec<Tick> {
    (0..seconds)
        .map(|second| {
            let faulty = second >= 96;
            let sent = (1_000 + second * 60).min(4_985);
            let mut tick = Tick {
                start_us: second * 1_000_000,
                duration_us: 1_000_000,
                planned: sent,
                sent: sent - choice::below(3, &[second], 12),
                in_flight: if faulty { 300 } else { 40 } + choice::below(4, &[second], 30),
                outcomes: Outcomes {
                    ok: sent,
                    ..Outcomes::default()
                },
                ..Tick::default()
            };
            if faulty {
                for (kind, share) in [("MySQL 1213", 60), ("HTTP 503", 25), ("timeout", 400)] {
                    let noise = choice::below(second, &[share], sent / share);
                    tick.errors
                        .insert(kind.to_owned(), sent / share + noise / 2);
                }
            }
            for i in 0..200 {
                let luck = choice::unit(5, &[second, i]).max(1e-4);
                let base = if faulty { 9_000.0 } else { 6_000.0 };
                let took = (base * luck.powf(-0.55)) as u64;
                tick.response.record(took);
                // with the fault on, earlier answers hold requests up
                tick.service.record(if faulty { took / 3 } else { took });
                tick.lateness
                    .record(40 + choice::below(6, &[second, i], 60));
            }
            tick.statuses = answered(second, sent, faulty);
            for i in 0..60 {
                let luck = choice::unit(9, &[second, i]).max(1e-4);
                tick.rows.count((0.5 * luck.powf(-1.2)) as u64);
            }
            tick.settle();
            for (name, took_us) in [("health", 900), ("journey=<7>", 42_000)] {
                let mut response = Histogram::default();
                response.record(took_us * if faulty { 4 } else { 1 } + second);
                tick.probes.push(ProbeTick {
                    name: name.to_owned(),
                    response_us: TickQuantiles::of(&response),
                    response,
                    ..ProbeTick::default()
                });
            }
            tick.watch = watched(second, faulty);
            tick
        })
        .collect()
}

/// A shop of HTTP and MySQL that is silent for five seconds and fails once the fault is on.
fn answered(second: u64, sent: u64, faulty: bool) -> StatusMix {
    if (40..45).contains(&second) {
        return StatusMix::default();
    }
    let mut mix = StatusMix {
        http: [0, sent / 2, sent / 12, sent / 40, 0, 0, 0, 0, 0],
        mysql_ok: sent / 3,
        ..StatusMix::default()
    };
    if faulty {
        mix.http[4] = sent / 25 + choice::below(second, &[7], sent / 50);
        mix.mysql_errors = BTreeMap::from([(1213, sent / 60), (1205, sent / 90), (0, 3)]);
        mix.unanswered = sent / 400;
    }
    mix
}

/// A database that is silent for ten seconds, and a machine.
fn watched(second: u64, faulty: bool) -> Vec<WatchTick> {
    let silent = (150..160).contains(&second);
    let busy = choice::unit(8, &[second]) * 0.1 + if faulty { 0.8 } else { 0.3 };
    let running = 4.0 + (busy * 20.0).round();
    let reading = |series, chart, unit, value| Reading::of(series, chart, unit, value).unwrap();
    let database = [
        reading("threads running", "threads", WatchUnit::Count, running),
        reading(
            "threads connected",
            "threads",
            WatchUnit::Count,
            running + 60.0,
        ),
        reading("queries", "queries", WatchUnit::PerSecond, busy * 9_000.0),
    ];
    let machine = [
        reading("cpu", "cpu", WatchUnit::Share, busy),
        reading("memory", "memory", WatchUnit::Bytes, 3e9 + busy * 1e9),
        reading("offset", "offset", WatchUnit::Number, busy - 0.5),
    ];
    vec![
        WatchTick {
            source: "db".to_owned(),
            series: if silent {
                Vec::new()
            } else {
                database.to_vec()
            },
            gap: silent.then(|| "connection refused".to_owned()),
        },
        WatchTick {
            source: "<host>".to_owned(),
            series: machine.to_vec(),
            gap: None,
        },
    ]
}

pub(super) fn faults() -> Vec<FaultSpan> {
    vec![
        FaultSpan {
            from_us: 96_000_000,
            to_us: 200_000_000,
            label: "5 % error 1213".to_owned(),
        },
        FaultSpan {
            from_us: 130_000_000,
            to_us: u64::MAX,
            label: "20 % delay <250 ms> & more".to_owned(),
        },
    ]
}

pub(super) fn stages() -> Vec<StageMark> {
    [(0, "1x"), (66_000_000, "5x"), (240_000_000, "10x")]
        .map(|(at_us, label)| StageMark {
            at_us,
            label: label.to_owned(),
        })
        .to_vec()
}

/// Draws one kind of a run two thirds through.
pub(super) fn running(kind: ChartKind, style: Style) -> Chart {
    let (ticks, faults, stages) = (ticks(200), faults(), stages());
    let timeline = Timeline {
        warm_up_us: 0,
        ticks: &ticks,
        faults: &faults,
        stages: &stages,
        hidden: &[],
        from_us: 0,
        to_us: 300_000_000,
    };
    kind.draw(&timeline, style)
}
