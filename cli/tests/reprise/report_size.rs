//! A report is one file that is mailed and attached: under 2 MB, whatever it shows.

use std::collections::BTreeMap;

use reprise_measure::{
    Accumulator, Check, Outcome, Reading, RowMix, RunFacts, Sample, SampleFlags, WatchTick,
    WatchTotals, WatchUnit, Watching, choice,
};
use reprise_store::{NewRun, OperationId, RunOperation, RunState, Store};
use reprise_wire::{Protocol, Timestamp};

use crate::support::{Desk, RECORDING};

const OPERATIONS: u32 = 50;

/// What mail servers and ticket systems take, as programs count it.
const MOST_BYTES: usize = 2_000_000;

/// Exchanges of each second.
const EACH_SECOND: u64 = 40;

/// An answer of a busy run: every operation has its own speed, some fail in every way there is.
fn sample(seed: u64, number: u64) -> Sample {
    let luck = choice::unit(seed, &[number]).max(1e-5);
    let intended_us = number * 1_000_000 / EACH_SECOND;
    let operation = (number % u64::from(OPERATIONS)) as u32;
    let took_us = (900.0 * f64::from(operation + 1) * luck.powf(-0.5)) as u64;
    let waited_us = took_us / (2 + number % 5);
    let (outcome, status) = match choice::below(seed, &[number, 1], 60) {
        0 => (Outcome::ErrorReply, 503),
        1 => (Outcome::ErrorReply, 1213),
        2 => (Outcome::ErrorReply, 1205),
        3 => (Outcome::ErrorReply, 429),
        4 => (Outcome::Timeout, 0),
        5 => (Outcome::Reset, 0),
        6 => (Outcome::Mismatch, 302),
        7..30 => (Outcome::Ok, 0),
        _ => (Outcome::Ok, 200),
    };
    Sample {
        exchange: 1 + (number % 100) as u32,
        lane: (number % 20) as u32,
        copy: 0,
        operation,
        intended_us,
        ready_us: intended_us + waited_us,
        sent_us: intended_us + waited_us + 30,
        first_byte_us: (outcome != Outcome::Timeout).then_some(intended_us + waited_us + 40),
        done_us: intended_us + waited_us + took_us,
        outcome,
        status,
        flags: SampleFlags::empty(),
        sent_bytes: 300,
        received_bytes: 4_000,
        faults: 0,
    }
}

/// A database and a machine, each with many series.
fn watched(second: u64, series: usize) -> Vec<WatchTick> {
    let of = |source: &str| WatchTick {
        source: source.to_owned(),
        series: (0..series as u64)
            .filter_map(|number| {
                let name = format!("series {number}");
                let value = choice::unit(number, &[second]) * 1_000.0;
                Reading::of(&name, &name, WatchUnit::PerSecond, value)
            })
            .collect(),
        gap: None,
    };
    vec![of("db"), of("the machine it is on")]
}

/// Stores a run of so many seconds, made by what makes every run's numbers.
fn store_run(desk: &Desk, name: &str, seed: u64, seconds: u64, series: usize) {
    let store = Store::open_existing(desk.library()).unwrap();
    let recording = store.recording(RECORDING).unwrap();
    let named = |id: u32| {
        format!(
            "SELECT id, name, price, stock FROM item_{id} WHERE category_id IN (?) AND price BETWEEN ? AND ? ORDER BY price LIMIT ?"
        )
    };
    let operations: Vec<RunOperation> = (0..OPERATIONS)
        .map(|id| RunOperation {
            id: OperationId(id),
            protocol: Protocol::Mysql,
            text: named(id),
        })
        .collect();
    let stages: Vec<_> = (0..500)
        .map(|n| serde_json::json!({"note": named(n)}))
        .collect();
    let run = store.create_run(NewRun {
        name: name.to_owned(),
        recording: recording.id,
        recording_name: RECORDING.to_owned(),
        seed,
        plan: serde_json::json!({ "version": 1, "recording": RECORDING, "remarks": stages }),
        started_at: Timestamp::from_micros(1_700_000_000_000_000),
        operations,
    });
    let run = run.unwrap();
    let (mut totals, mut sources) = (Accumulator::new(Vec::new()), WatchTotals::default());
    for second in 0..seconds {
        let samples: Vec<Sample> = (second * EACH_SECOND..(second + 1) * EACH_SECOND)
            .map(|number| sample(seed, number))
            .collect();
        let mut rows = RowMix::default();
        for (sample, number) in samples.iter().zip(0..) {
            totals.planned(1);
            totals.sent();
            totals.ended(sample);
            rows.count(number * number);
        }
        totals.returned(&rows);
        let mut tick = totals.take_tick(second * 1_000_000, 1_000_000);
        tick.watch = watched(second, series);
        for told in &tick.watch {
            sources.add(second * 1_000_000, told);
        }
        run.add_tick(&tick).unwrap();
        run.add_samples(&samples).unwrap();
    }
    let mut summary = totals.summary(&RunFacts {
        duration_us: seconds * 1_000_000,
        operations: (0..OPERATIONS)
            .map(|id| (id, named(id)))
            .collect::<BTreeMap<_, _>>(),
        ..RunFacts::default()
    });
    summary.watch = sources.summary();
    let checks = ["p99<250ms", "error_rate<1%"];
    let checks = checks.map(|text| Watching::new(Check::parse(text).unwrap(), None, 0));
    summary.judge(&checks);
    assert!(summary.errors.len() >= 6, "{:?}", summary.errors);
    run.finish(RunState::Complete, &summary).unwrap();
}

fn size(desk: &Desk, file: &str) -> usize {
    let page = desk.read(file);
    assert!(page.trim_end().ends_with("</html>"), "{file} is whole");
    page.len()
}

#[test]
fn the_page_of_an_hour_with_fifty_operations_is_under_2_mb() {
    let desk = Desk::with_recording();
    store_run(&desk, "hour", 1, 3_600, 3);
    desk.run(&["report", "hour", "--html", "hour.html"]).ok();
    let bytes = size(&desk, "hour.html");
    assert!(bytes < MOST_BYTES, "{bytes}");
    let page = desk.read("hour.html");
    for title in [
        "Response time",
        "Heat map",
        "Response and service time",
        "New errors",
        "Answers by status",
        "Answers by rows",
        "Per second",
        "In flight",
        "Generator late",
        "Response time by quantile",
        "Response time by rate",
        "db: series 0",
    ] {
        assert!(page.contains(&format!("<title>{title}</title>")), "{title}");
    }
}

#[test]
fn the_page_of_ten_runs_compared_is_under_2_mb_and_has_them_all() {
    let desk = Desk::with_recording();
    let names: Vec<String> = (0..10).map(|number| format!("long-{number}")).collect();
    for (name, seed) in names.iter().zip(1..) {
        store_run(&desk, name, seed, 600, 10);
    }
    let (a, b) = (names[..5].join(","), names[5..].join(","));
    desk.run(&["compare", &a, &b, "--html", "ten.html"]);
    let bytes = size(&desk, "ten.html");
    assert!(bytes < MOST_BYTES, "{bytes}");
    let page = desk.read("ten.html");
    assert_eq!(page.matches("<title>Heat map</title>").count(), 10);
    for name in names {
        assert!(page.contains(&format!("<h2>{name}</h2>")), "{name}");
    }
}
