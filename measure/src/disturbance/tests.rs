//! Runs made by hand: what was injected, what users saw, when it was over.

use super::*;
use crate::SampleFlags;

/// A run of `seconds`, 50 exchanges a second of two operations; `failed` and `took_us` say how each went.
fn run(
    disturbances: Vec<Disturbance>,
    seconds: u64,
    failed: impl Fn(u64, u64) -> bool,
    took_us: impl Fn(u64, u64) -> u64,
) -> Effects {
    let names = [(1, "GET /".to_owned()), (2, "POST /cart".to_owned())];
    let mut run = Disturbed::new(disturbances, names, 0, seconds * SECOND_US);
    for second in 0..seconds {
        for i in 0..50 {
            run.push(&sample(
                second * SECOND_US + i * 20_000,
                1 + (i % 2) as u32,
                failed(second, i),
                took_us(second, i),
            ));
        }
    }
    run.effects()
}

fn sample(intended_us: u64, operation: u32, failed: bool, took_us: u64) -> Sample {
    Sample {
        exchange: 1,
        lane: 1,
        copy: 0,
        operation,
        intended_us,
        ready_us: intended_us,
        sent_us: intended_us,
        first_byte_us: Some(intended_us + took_us),
        done_us: intended_us + took_us,
        outcome: if failed {
            Outcome::ErrorReply
        } else {
            Outcome::Ok
        },
        status: 0,
        flags: SampleFlags::empty(),
        sent_bytes: 0,
        received_bytes: 0,
        faults: 0,
    }
}

fn fault(from_s: u64, to_s: u64, struck: u64, of: u64) -> Disturbance {
    Disturbance {
        what: format!("fault of {from_s}"),
        spans: vec![(from_s * SECOND_US, to_s * SECOND_US)],
        injection: Some(Injection {
            proxy: "db".to_owned(),
            struck,
            of,
            connections: false,
        }),
    }
}

const QUICK: fn(u64, u64) -> u64 = |_, _| 8_000;

#[test]
fn five_percent_that_become_thirty_are_six_times_as_many() {
    // 15 of 50 fail while the fault is on, one in 50 always
    let effects = run(
        vec![fault(20, 40, 50, 1_000)],
        60,
        |second, i| i == 49 || ((20..40).contains(&second) && i < 15),
        QUICK,
    );
    let [fault] = &effects.amplification[..] else {
        panic!("{effects:?}")
    };
    assert!((fault.injected_rate - 0.05).abs() < 1e-9);
    let seen = &fault.total;
    assert_eq!(seen.exchanges, 1_000);
    assert!((seen.error_rate - 0.32).abs() < 1e-9);
    assert!((seen.error_rate_before.unwrap() - 0.02).abs() < 1e-9);
    assert!((seen.times.unwrap() - 6.0).abs() < 1e-9);
    let (low, high) = (seen.times_low.unwrap(), seen.times_high.unwrap());
    assert!(
        (5.2..5.8).contains(&low) && (6.2..6.8).contains(&high),
        "{low} {high}"
    );
    // i < 15: 8 of 25 of the first operation, 7 of the second; i == 49 is of the second
    assert_eq!(fault.operations.len(), 2);
    assert!((fault.operations[0].error_rate - 0.32).abs() < 1e-9);
    assert_eq!(fault.operations[1].operation.as_deref(), Some("POST /cart"));
    assert!(fault.together_with.is_empty());
}

#[test]
fn errors_that_come_in_bursts_leave_more_doubt_than_as_many_spread_evenly() {
    let width = |failed: fn(u64, u64) -> bool| {
        let effects = run(vec![fault(20, 40, 50, 1_000)], 40, failed, QUICK);
        let seen = effects.amplification[0].total.clone();
        assert!((seen.error_rate - 0.2).abs() < 1e-9, "{seen:?}");
        seen.error_rate_high - seen.error_rate_low
    };
    let even = width(|second, i| second >= 20 && i < 10);
    let bursts = width(|second, _| second >= 20 && second.is_multiple_of(5));
    assert!(bursts > 2.0 * even, "{bursts} {even}");
}

#[test]
fn faults_of_one_time_are_said_to_be_so_and_recovered_from_together() {
    let effects = run(
        vec![fault(20, 40, 50, 1_000), fault(30, 45, 9, 10)],
        80,
        |second, _| (20..48).contains(&second),
        QUICK,
    );
    assert_eq!(effects.amplification[0].together_with, ["fault of 30"]);
    assert_eq!(effects.amplification[1].together_with, ["fault of 20"]);
    let [recovery] = &effects.recovery[..] else {
        panic!("{effects:?}")
    };
    assert_eq!(recovery.after, ["fault of 20", "fault of 30"]);
    assert_eq!((recovery.from_us, recovery.to_us), (20_000_000, 45_000_000));
    assert_eq!(recovery.total.state, RecoveryState::Recovered);
    assert_eq!(recovery.total.after_us, 3_000_000);
}

#[test]
fn a_run_recovers_when_errors_and_times_are_both_as_before() {
    let errors = |second, _| (20..33).contains(&second);
    let slow = |second, i| match second {
        20..37 => 900_000,
        _ => 8_000 + i * 10,
    };
    let effects = run(vec![fault(20, 30, 1, 10)], 60, errors, slow);
    let total = &effects.recovery[0].total;
    assert_eq!(
        (total.state, total.after_us),
        (RecoveryState::Recovered, 7_000_000)
    );
    assert_eq!(total.verdict(), "recovered after 7 s");
    let errors_only = run(vec![fault(20, 30, 1, 10)], 60, errors, QUICK);
    assert_eq!(errors_only.recovery[0].total.after_us, 3_000_000);
    let at_once = run(vec![fault(20, 30, 1, 10)], 60, |_, _| false, QUICK);
    assert_eq!(at_once.recovery[0].total.verdict(), "recovered at once");
}

#[test]
fn what_stays_bad_has_not_recovered_and_says_by_how_much() {
    let effects = run(
        vec![fault(20, 30, 1, 10)],
        60,
        |second, i| second >= 20 && i % 2 == 1,
        QUICK,
    );
    let recovery = &effects.recovery[0];
    assert_eq!(recovery.total.state, RecoveryState::NotRecovered);
    assert_eq!(recovery.total.after_us, 30_000_000);
    let said = recovery.total.verdict();
    assert!(
        said.starts_with("has not recovered in 30 s: 50 % new errors"),
        "{said}"
    );
    // one operation is as before, the other is not
    assert_eq!(recovery.operations[0].state, RecoveryState::Recovered);
    let later = recovery.later();
    assert_eq!(later.len(), 1);
    assert_eq!(later[0].operation.as_deref(), Some("POST /cart"));
}

#[test]
fn the_next_disturbance_ends_the_looking_and_what_was_usual_stays_what_it_was() {
    let effects = run(
        vec![fault(20, 30, 1, 10), fault(40, 50, 1, 10)],
        80,
        |second, _| (20..55).contains(&second),
        QUICK,
    );
    let states: Vec<_> = effects
        .recovery
        .iter()
        .map(|one| (one.total.state, one.total.after_us / SECOND_US))
        .collect();
    assert_eq!(
        states,
        [(RecoveryState::CutShort, 10), (RecoveryState::Recovered, 5)]
    );
    assert_eq!(effects.recovery[1].total.error_rate_before, Some(0.0));
}

#[test]
fn too_little_before_or_after_says_nothing() {
    let from_the_start = run(vec![fault(0, 30, 1, 10)], 60, |_, _| false, QUICK);
    assert_eq!(
        from_the_start.recovery[0].total.state,
        RecoveryState::Unknown
    );
    assert_eq!(
        from_the_start.amplification[0].total.error_rate_before,
        None
    );
    let to_the_end = run(vec![fault(30, 90, 0, 10)], 60, |_, _| false, QUICK);
    let recovery = &to_the_end.recovery[0];
    assert_eq!(recovery.total.state, RecoveryState::Unknown);
    assert_eq!(recovery.to_us, 60 * SECOND_US);
    let calm = run(vec![fault(70, 90, 0, 10)], 60, |_, _| true, QUICK);
    assert_eq!(calm, Effects::default());
}

#[test]
fn an_answer_that_never_came_counts_with_the_time_it_was_waited_for() {
    let names = [(1, "GET /".to_owned())];
    let mut run = Disturbed::new(vec![fault(20, 30, 1, 10)], names, 0, 60 * SECOND_US);
    for i in 0..3_000 {
        let at_us = i * 20_000;
        let mut one = sample(at_us, 1, false, 8_000);
        if at_us >= 30 * SECOND_US && i % 10 == 0 {
            one.outcome = Outcome::Unfinished;
            one.first_byte_us = None;
            one.done_us = 60 * SECOND_US;
        }
        run.push(&one);
    }
    let effects = run.effects();
    let total = &effects.recovery[0].total;
    assert_eq!(total.state, RecoveryState::NotRecovered);
    assert_eq!(total.error_rate_last, Some(0.0));
    assert!(total.p99_last_us.unwrap() > 2_000_000, "{total:?}");
}

/// Ticks of a second, of what was intended in it: 50 exchanges.
fn ticked(disturbances: Vec<Disturbance>, seconds: u64, failed: impl Fn(u64) -> u64) -> Effects {
    let mut run = Disturbed::new(disturbances, [], 0, seconds * SECOND_US);
    for second in 0..seconds {
        let mut tick = Tick {
            start_us: second * SECOND_US,
            duration_us: SECOND_US,
            ..Tick::default()
        };
        tick.outcomes.error_reply = failed(second);
        tick.outcomes.ok = 50 - failed(second);
        (0..50).for_each(|_| tick.response.record(10_000));
        run.push_tick(&tick);
    }
    run.effects()
}

#[test]
fn the_ticks_of_a_run_that_is_on_tell_how_it_recovers() {
    let still = |until| move |second| if (10..until).contains(&second) { 20 } else { 0 };
    let effects = ticked(vec![fault(10, 20, 1, 1)], 40, still(23));
    assert_eq!(effects.recovery[0].total.state, RecoveryState::Recovered);
    assert_eq!(effects.recovery[0].total.after_us, 3 * SECOND_US);
    let effects = ticked(vec![fault(10, 20, 1, 1)], 30, still(30));
    assert_eq!(effects.recovery[0].total.state, RecoveryState::NotRecovered);
    let effects = ticked(vec![fault(10, 20, 1, 1)], 22, still(22));
    assert_eq!(effects.recovery[0].total.state, RecoveryState::Unknown);
}
