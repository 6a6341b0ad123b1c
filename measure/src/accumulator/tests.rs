//! Conservation, additivity and bounds of the accumulator.

use super::*;

fn sample(at_us: u64, took_us: u64) -> Sample {
    Sample {
        exchange: 1,
        lane: 1,
        copy: 0,
        operation: 1,
        intended_us: at_us,
        ready_us: at_us,
        sent_us: at_us + 10,
        first_byte_us: Some(at_us + took_us),
        done_us: at_us + took_us,
        outcome: Outcome::Ok,
        status: 200,
        flags: SampleFlags::empty(),
        sent_bytes: 100,
        received_bytes: 1_000,
        faults: 0,
    }
}

fn failed(at_us: u64, outcome: Outcome, status: u16) -> Sample {
    let answered = outcome == Outcome::ErrorReply;
    Sample {
        outcome,
        status,
        first_byte_us: answered.then_some(at_us + 50),
        ..sample(at_us, 60)
    }
}

fn facts() -> RunFacts {
    RunFacts {
        duration_us: 1_000_000,
        operations: BTreeMap::from([(1, "GET /".to_owned())]),
        faults: vec![
            "5:error(code=1213)".to_owned(),
            "20:delay(ms=250)".to_owned(),
        ],
        ..RunFacts::default()
    }
}

fn replayed(samples: &[Sample]) -> Accumulator {
    let mut totals = Accumulator::new(Vec::new());
    for sample in samples {
        totals.planned(1);
        totals.sent();
        totals.ended(sample);
    }
    totals
}

#[test]
fn conflicts_of_order_are_counted_whether_they_failed_or_not() {
    let conflict = |sample: Sample| Sample {
        flags: sample.flags | SampleFlags::ORDER_CONFLICT,
        ..sample
    };
    let summary = replayed(&[
        conflict(failed(0, Outcome::ErrorReply, 1213)),
        conflict(failed(10, Outcome::Mismatch, 0)),
        failed(20, Outcome::ErrorReply, 1146),
    ])
    .summary(&facts());
    assert_eq!(summary.order_conflicts, 2);
    assert_eq!(summary.outcomes.error_reply, 2);
}

/// A varied run: successes, mismatches, failures of every kind, faults.
fn varied(count: u64) -> Vec<Sample> {
    (0..count)
        .map(|i| {
            let at = i * 1_000;
            let mut sample = match i % 17 {
                3 => failed(at, Outcome::ErrorReply, 503),
                5 => failed(at, Outcome::ErrorReply, 1213),
                7 => failed(at, Outcome::Timeout, 0),
                11 => failed(at, Outcome::Refused, 0),
                13 => Sample {
                    outcome: Outcome::Mismatch,
                    ..sample(at, 900)
                },
                _ => sample(at, 100 + crate::choice::below(1, &[i], 5_000)),
            };
            sample.operation = (i % 9) as u32;
            sample.faults = u32::from(i % 5 == 3);
            sample
        })
        .collect()
}

#[test]
fn everything_planned_is_accounted_for() {
    let mut totals = replayed(&varied(500));
    totals.planned(20);
    totals.skipped("downstream", 15);
    totals.skipped("stopped", 5);
    totals.skipped("never", 0);
    let summary = totals.summary(&facts());
    assert!(summary.is_accounted_for());
    assert_eq!(summary.planned, 520);
    assert_eq!(summary.skipped_total(), 20);
    assert!(!summary.skipped.contains_key("never"));
    assert_eq!(
        summary.operations.iter().map(|row| row.sent).sum::<u64>(),
        500
    );
}

#[test]
fn shards_add_up_to_the_run() {
    let samples = varied(600);
    let whole = replayed(&samples).summary(&facts());
    let (mut first, mut second) = (Vec::new(), Vec::new());
    for sample in samples {
        if sample.exchange.wrapping_add(sample.operation) % 2 == 0 {
            first.push(sample);
        } else {
            second.push(sample);
        }
    }
    let mut sum = Accumulator::new(Vec::new());
    sum.merge(&replayed(&second));
    sum.merge(&replayed(&first));
    assert_eq!(sum.summary(&facts()), whole);
}

#[test]
fn totals_taken_in_parts_add_up_and_keep_what_is_in_flight() {
    let mut shard = Accumulator::new(Vec::new());
    let mut sum = Accumulator::new(Vec::new());
    shard.planned(2);
    shard.sent();
    shard.sent();
    sum.merge(&shard.take_totals());
    assert_eq!(shard.take_tick(0, 1_000_000).in_flight, 2);
    shard.ended(&sample(0, 1_000));
    sum.merge(&shard.take_totals());
    assert_eq!(shard.take_tick(1_000_000, 1_000_000).in_flight, 1);
    shard.ended(&sample(0, 2_000));
    sum.merge(&shard.take_totals());
    let summary = sum.summary(&facts());
    assert!(summary.is_accounted_for());
    assert_eq!((summary.sent, summary.response_us.count), (2, 2));
}

#[test]
fn ticks_of_two_shards_are_the_tick_of_the_run() {
    let samples = varied(200);
    let (first, second) = samples.split_at(80);
    let mut tick = replayed(first).take_tick(0, 1_000_000);
    tick.merge(&replayed(second).take_tick(0, 1_000_000));
    assert_eq!(tick, replayed(&samples).take_tick(0, 1_000_000));
}

#[test]
fn ticks_in_a_row_become_one_longer_tick() {
    let mut shard = replayed(&varied(50));
    shard.sent();
    let mut long = shard.take_tick(0, 1_000_000);
    shard.sent();
    long.merge(&shard.take_tick(1_000_000, 1_000_000));
    assert_eq!((long.start_us, long.duration_us), (0, 2_000_000));
    assert_eq!(long.in_flight, 2);
    assert_eq!(long.sent, 52);
}

#[test]
fn a_connection_that_was_refused_does_not_make_the_target_look_fast() {
    let summary = replayed(&[
        sample(0, 5_000),
        failed(1_000, Outcome::Refused, 0),
        failed(2_000, Outcome::Reset, 0),
        Sample {
            done_us: 30_003_000,
            ..failed(3_000, Outcome::Timeout, 0)
        },
    ])
    .summary(&facts());
    assert_eq!(summary.response_us.count, 2);
    assert!(summary.response_us.p50.abs_diff(5_000) <= 5);
    assert!(summary.response_us.max >= 30_000_000);
    assert!((summary.error_rate - 0.75).abs() < 1e-9);
}

#[test]
fn errors_the_recording_had_too_count_in_the_total_rate_only() {
    let recorded = Sample {
        status: 404,
        flags: SampleFlags::ERROR_ANSWER | SampleFlags::RECORDED_ERROR,
        ..sample(0, 100)
    };
    let summary = replayed(&[
        recorded,
        failed(10, Outcome::ErrorReply, 503),
        sample(20, 100),
        sample(30, 9),
    ])
    .summary(&facts());
    assert!((summary.error_rate - 0.25).abs() < 1e-9);
    assert!((summary.error_rate_total - 0.5).abs() < 1e-9);
    assert_eq!(summary.errors, BTreeMap::from([("HTTP 503".to_owned(), 1)]));
}

#[test]
fn a_fault_counts_what_it_touched_and_what_failed_of_that() {
    let touched = Sample {
        faults: 0b11,
        ..sample(0, 100)
    };
    let ended = Sample {
        faults: 0b01,
        flags: SampleFlags::FAULT_ENDED,
        ..failed(1, Outcome::ErrorReply, 1213)
    };
    let summary = replayed(&[touched, ended, sample(3, 4)]).summary(&facts());
    let counts = |name: &str| summary.faults[name];
    assert_eq!(
        counts("5:error(code=1213)"),
        FaultCount {
            injected: 2,
            observed_errors: 1
        }
    );
    assert_eq!(
        counts("20:delay(ms=250)"),
        FaultCount {
            injected: 1,
            observed_errors: 0
        }
    );
    assert_eq!(summary.injected_errors, 1);
}

#[test]
fn operations_beyond_the_bound_are_counted_together() {
    let samples: Vec<_> = (0..MAX_OPERATIONS as u32 + 20)
        .map(|operation| Sample {
            operation,
            ..sample(u64::from(operation), 100)
        })
        .collect();
    let summary = replayed(&samples).summary(&facts());
    assert_eq!(summary.operations.len(), MAX_OPERATIONS + 1);
    let last = summary.operations.last().unwrap();
    assert_eq!(
        (last.operation.as_str(), last.id, last.sent),
        ("other", None, 20)
    );
}

#[test]
fn the_rates_are_those_of_the_intended_and_the_sent_times() {
    let samples: Vec<_> = (0..101)
        .map(|i| Sample {
            sent_us: i * 20_000,
            done_us: i * 20_000 + 50,
            ..sample(i * 10_000, 50)
        })
        .collect();
    let summary = replayed(&samples).summary(&facts());
    assert!((summary.rate.asked_per_s - 100.0).abs() < 1e-6);
    assert!((summary.rate.sent_per_s - 50.0).abs() < 1e-6);
}

#[test]
fn a_tick_keeps_the_watched_operations_apart() {
    let mut shard = Accumulator::new(vec![4]);
    for sample in varied(90) {
        shard.sent();
        shard.ended(&sample);
    }
    let tick = shard.take_tick(0, 1_000_000);
    assert_eq!(tick.watched.len(), 1);
    assert_eq!(tick.watched[0].operation, 4);
    assert_eq!(tick.watched[0].outcomes.total(), 10);
    let json = serde_json::to_string(&tick).unwrap();
    assert_eq!(serde_json::from_str::<Tick>(&json).unwrap(), tick);
}

#[test]
fn a_warm_up_is_counted_and_drawn_and_not_measured() {
    let mut totals = Accumulator::new(Vec::new()).measuring_from(1_000);
    let setup = Sample {
        flags: SampleFlags::SETUP,
        ..sample(5_000, 900_000)
    };
    let samples = [
        failed(0, Outcome::Timeout, 0),
        sample(999, 900_000),
        setup,
        sample(1_000, 200),
        sample(2_000, 400),
    ];
    for sample in &samples {
        totals.planned(1);
        totals.sent();
        totals.ended(sample);
    }
    let tick = totals.take_tick(0, 1_000_000);
    assert_eq!((tick.outcomes.total(), tick.response.count()), (5, 5));
    let summary = totals.summary(&facts());
    assert!(summary.is_accounted_for() && summary.sent == 5);
    assert_eq!(
        (summary.unmeasured.total(), summary.measured().total()),
        (3, 2)
    );
    assert_eq!(
        (summary.response_us.count, summary.response_us.max),
        (2, 400)
    );
    assert!(summary.error_rate == 0.0 && summary.errors.is_empty());
    assert_eq!(summary.operations[0].sent, 2);
    assert_eq!(summary.rate.asked_per_s, 1_000.0);
}

#[test]
fn bytes_that_are_no_reply_are_called_so_whatever_status_they_began_with() {
    let came = [(0, 0), (10, 200), (20, 502)];
    let came = came.map(|(at_us, status)| failed(at_us, Outcome::ErrorReply, status));
    let errors = replayed(&came).summary(&facts()).errors;
    let expected = [("HTTP 502", 1), ("unreadable answer", 2)];
    let expected = expected.map(|(kind, count)| (kind.to_owned(), count));
    assert_eq!(errors, BTreeMap::from(expected));
}
