//! What can be written, what is refused, and what a check comes to.

use proptest::prelude::*;

use super::*;
use crate::{
    OperationSummary, Outcomes, Quantiles, Recovered, Recovery, RecoveryState, Summary, Tick,
    Watched,
};

fn check(text: &str) -> Check {
    Check::parse(text).unwrap()
}

fn refusal(text: &str) -> String {
    Check::parse(text).unwrap_err().to_string()
}

/// What a check comes to when it has seen these ticks of a run.
fn watched(check: Check, summary: &Summary, ticks: &[Tick]) -> CheckResult {
    let named = |row: &&OperationSummary| Some(row.operation.as_str()) == check.operation();
    let operation = summary.operations.iter().find(named).and_then(|row| row.id);
    let mut watching = Watching::new(check, operation, summary.warm_up_ms * 1_000);
    ticks.iter().for_each(|tick| watching.tick(tick));
    watching.end();
    watching.result(summary)
}

fn evaluated(text: &str, summary: &Summary, ticks: &[Tick]) -> CheckResult {
    watched(check(text), summary, ticks)
}

fn tick(second: u64, took_us: u64, outcomes: Outcomes) -> Tick {
    let mut tick = Tick {
        start_us: second * 1_000_000,
        duration_us: 1_000_000,
        sent: outcomes.total(),
        outcomes,
        ..Tick::default()
    };
    let mut watched = Watched {
        operation: 7,
        outcomes,
        ..Watched::default()
    };
    for _ in 0..outcomes.total() {
        tick.response.record(took_us);
        tick.lateness.record(50);
        watched.response.record(took_us * 2);
    }
    tick.watched.push(watched);
    tick
}

fn summary() -> Summary {
    let outcomes = Outcomes {
        ok: 90,
        mismatch: 4,
        error_reply: 6,
        ..Outcomes::default()
    };
    let times = |p99| Quantiles {
        count: 100,
        p99,
        ..Quantiles::default()
    };
    Summary {
        outcomes,
        error_rate: 0.06,
        error_rate_total: 0.08,
        response_us: times(240_000),
        lateness_us: times(80),
        operations: vec![OperationSummary {
            id: Some(7),
            operation: "SELECT COUNT(*) FROM item".to_owned(),
            outcomes,
            error_rate: 0.06,
            response_us: times(90_000),
            ..OperationSummary::default()
        }],
        ..Summary::default()
    }
}

#[test]
fn a_whole_run_is_read_from_its_summary() {
    for (text, held, readable) in [
        ("p99<250ms", true, "240 ms"),
        ("p99<240ms", false, "240 ms"),
        ("p99 <= 0.24 s", true, "240 ms"),
        ("error_rate<1%", false, "6 %"),
        ("error_rate_total<=8%", true, "8 %"),
        ("mismatch_rate<5%", true, "4 %"),
        ("lateness<1ms", true, "80 µs"),
        ("p99(SELECT COUNT(*) FROM item)<100ms", true, "90 ms"),
        ("error_rate(SELECT COUNT(*) FROM item)>5%", true, "6 %"),
    ] {
        let result = evaluated(text, &summary(), &[]);
        assert_eq!(
            (result.held, result.readable.as_str()),
            (held, readable),
            "{text}"
        );
        assert_eq!(result.check, text);
    }
}

#[test]
fn what_was_not_measured_was_not_held() {
    for text in [
        "p99<250ms",
        "error_rate<1%",
        "p99(GET /)<1s",
        "p99<1s over 10s",
        "service_p50<1s",
    ] {
        let result = evaluated(text, &Summary::default(), &[]);
        assert_eq!(
            (result.value, result.held, result.readable.as_str()),
            (None, false, "n/a")
        );
    }
}

#[test]
fn a_check_that_says_so_holds_of_nothing_and_is_a_check_of_everything_else() {
    for text in [
        "p99(GET /)<1s if any",
        "error_rate<1% over 10s @30s..60s if any",
        "recovers within 10s if any",
    ] {
        let result = evaluated(text, &Summary::default(), &[]);
        assert_eq!(
            (result.value, result.held, result.readable.as_str()),
            (None, true, "n/a")
        );
        assert_eq!(result.check, text);
    }
    let summary = summary();
    assert!(!evaluated("p99<1us if any", &summary, &[]).held);
    assert!(evaluated("p99<1h if any", &summary, &[]).held);
    assert!(Check::parse("p99<1h ifany").is_err());
}

#[test]
fn a_window_finds_the_worst_stretch_that_a_whole_run_hides() {
    let failing = Outcomes {
        ok: 50,
        timeout: 50,
        ..Outcomes::default()
    };
    let fine = Outcomes {
        ok: 100,
        ..Outcomes::default()
    };
    let ticks: Vec<_> = (0..60)
        .map(|s| {
            let bad = (30..35).contains(&s);
            tick(
                s,
                if bad { 500_000 } else { 10_000 },
                if bad { failing } else { fine },
            )
        })
        .collect();
    let value = |text: &str| evaluated(text, &summary(), &ticks).value.unwrap();
    assert!((value("error_rate<1% over 5s") - 0.5).abs() < 1e-9);
    assert!((value("error_rate<1% over 10s") - 0.25).abs() < 1e-9);
    assert!(value("p50<1s over 3s") > 490_000.0);
    assert!(value("p50<1s over 30s") < 11_000.0);
    assert!(value("p95(SELECT COUNT(*) FROM item)<1s over 5s") > 990_000.0);
    // Longer than the run: the run.
    assert!(value("p50<1s over 10m") < 11_000.0);
}

#[test]
fn a_window_is_no_larger_after_ten_times_as_many_ticks() {
    let fine = Outcomes {
        ok: 10,
        ..Outcomes::default()
    };
    let size = |text: &str, seconds: u64| {
        let mut watching = Watching::new(check(text), Some(7), 0);
        (0..seconds).for_each(|second| watching.tick(&tick(second, 10_000, fine)));
        watching.parts_kept()
    };
    for text in [
        "p99<1s over 10s",
        "p99<1s over 1h",
        "error_rate<1% @0s..100h",
    ] {
        let (short, long) = (size(text, 4_000), size(text, 40_000));
        assert!(short == long && long <= 100, "{text}: {short}, {long}");
    }
}

#[test]
fn a_part_of_the_run_leaves_the_rest_out() {
    let fine = Outcomes {
        ok: 100,
        ..Outcomes::default()
    };
    let ticks: Vec<_> = (0..20)
        .map(|s| tick(s, if s < 10 { 900_000 } else { 9_000 }, fine))
        .collect();
    let result = evaluated("p99<100ms @10s..20s", &summary(), &ticks);
    assert!(result.held, "{result:?}");
    assert!(!evaluated("p99<100ms @0s..10s", &summary(), &ticks).held);
    assert!(!evaluated("p99<100ms over 2s @5s..20s", &summary(), &ticks).held);
    assert!(evaluated("sent_per_s>=100 @0s..10s", &summary(), &ticks).held);
}

/// What a check about a named part comes to, when the plan says which stretches that is.
fn about(text: &str, stretches: &[Stretch], ticks: &[Tick]) -> CheckResult {
    let mut watching = Watching::new(check(text), Some(7), 0).about(stretches.to_vec());
    ticks.iter().for_each(|tick| watching.tick(tick));
    watching.end();
    watching.result(&summary())
}

#[test]
fn a_window_is_judged_when_it_is_whole_or_its_stretch_is_over() {
    let ok = Outcomes {
        ok: 100,
        ..Outcomes::default()
    };
    let fault = Stretch::once(0, 6_000_000);
    let mut watching =
        Watching::new(check("p99<100ms over 5s @fault1"), None, 0).about(vec![fault]);
    watching.tick(&tick(0, 900_000, ok));
    let begun = watching.result(&summary());
    assert_eq!(begun.value, None, "{begun:?}");
    watching.tick(&tick(1, 900_000, ok));
    let mut over = watching.clone();
    over.end();
    assert!(!over.result(&summary()).held);
    (2..5).for_each(|second| watching.tick(&tick(second, 900_000, ok)));
    let whole = watching.result(&summary());
    assert!(!whole.held && whole.value.is_some(), "{whole:?}");
}

#[test]
fn a_stage_or_a_fault_is_named_by_its_number_or_by_what_it_does() {
    for (text, during) in [
        ("p99<300ms @stage2", During::Stage(2)),
        ("p99<300ms@stage12 if any", During::Stage(12)),
        ("error_rate<1% @fault2", During::Fault(2)),
        (
            "error_rate(GET /a@b) < 1% over 5s @ fault:delay ",
            During::FaultCalled("delay".to_owned()),
        ),
        (
            "sent_per_s>3 @fault:error via db",
            During::FaultCalled("error via db".to_owned()),
        ),
        ("p50<1s @10s..1m", During::Span(10_000_000, 60_000_000)),
    ] {
        let check = check(text);
        assert_eq!(check.during(), Some(&during), "{text}");
        assert!(check.needs_ticks(), "{text}");
        assert_eq!(check.to_string(), text.trim());
    }
    assert_eq!(check("p99(SELECT @@x)<1s").during(), None);
    for text in [
        "p99<1s @",
        "p99<1s @stage",
        "p99<1s @stage0",
        "p99<1s @stage+1",
        "p99<1s @fault:",
        "p99<1s @fault0",
        "p99<1s @stages:2",
        "p99<1s @2",
        "p99<1s @stage99999999999999999999",
    ] {
        assert!(refusal(text).contains("@stage2"), "{text}");
    }
    assert!(refusal("service_p99<1s @stage2").contains("drop `over`"));
}

#[test]
fn a_named_part_is_the_stretches_it_stands_for_and_nothing_without_one() {
    let fine = Outcomes {
        ok: 100,
        ..Outcomes::default()
    };
    let ticks: Vec<_> = (0..60)
        .map(|s| tick(s, if s % 20 < 5 { 900_000 } else { 9_000 }, fine))
        .collect();
    let p50 = |stretches: &[Stretch]| about("p50<100ms @fault:delay", stretches, &ticks);
    let slow = Stretch {
        every_for_us: Some((20_000_000, 5_000_000)),
        ..Stretch::default()
    };
    assert!(p50(&[slow]).value.unwrap() > 890_000.0);
    let never_slow = Stretch {
        from_us: 5_000_000,
        to_us: Some(100_000_000),
        every_for_us: Some((20_000_000, 15_000_000)),
    };
    assert!(p50(&[never_slow]).held);
    assert!(p50(&[Stretch::once(5_000_000, 20_000_000)]).held);
    let two = [
        Stretch::once(0, 5_000_000),
        Stretch::once(20_000_000, 25_000_000),
    ];
    assert!(!p50(&two).held);
    let nothing = p50(&[]);
    assert_eq!((nothing.value, nothing.held), (None, false));
    let later = p50(&[Stretch::once(80_000_000, 90_000_000)]);
    assert_eq!((later.value, later.held), (None, false));
}

#[test]
fn a_stretch_shorter_than_a_tick_is_the_tick_that_holds_it() {
    let fine = Outcomes {
        ok: 100,
        ..Outcomes::default()
    };
    let ticks: Vec<_> = (0..10)
        .map(|s| tick(s, if s == 4 { 900_000 } else { 9_000 }, fine))
        .collect();
    for (from, to) in [(4_000_000, 4_200_000), (4_700_000, 4_800_000)] {
        let result = about("p50<100ms @fault1", &[Stretch::once(from, to)], &ticks);
        assert!(result.value.unwrap() > 890_000.0, "{from}: {result:?}");
    }
    let again = Stretch {
        from_us: 4_600_000,
        to_us: None,
        every_for_us: Some((2_000_000, 100_000)),
    };
    let sent = about("sent_per_s>0 @fault1", &[again], &ticks);
    assert_eq!(sent.value, Some(100.0));
    let slow = about("max<100ms @fault1", &[again], &ticks);
    assert!(!slow.held, "{slow:?}");
}

#[test]
fn no_window_reaches_from_one_time_a_fault_was_on_to_the_next() {
    let of = |failed: u64| Outcomes {
        ok: 100 - failed,
        timeout: failed,
        ..Outcomes::default()
    };
    // 30 % of failures at the end of the first time, 30 % at the beginning of the second: ten seconds of either have 15 %
    let ticks: Vec<_> = (0..60)
        .map(|s| {
            tick(
                s,
                9_000,
                of(if (5..10).contains(&s) || (40..45).contains(&s) {
                    30
                } else {
                    0
                }),
            )
        })
        .collect();
    let times = [
        Stretch::once(0, 10_000_000),
        Stretch::once(40_000_000, 50_000_000),
    ];
    let worst = about("error_rate<20% over 10s @fault1", &times, &ticks);
    assert!((worst.value.unwrap() - 0.15).abs() < 1e-9, "{worst:?}");
    // a time that is shorter than the window is judged as it is
    let short = [Stretch::once(5_000_000, 8_000_000)];
    let worst = about("error_rate<20% over 10s @fault1", &short, &ticks);
    assert!((worst.value.unwrap() - 0.3).abs() < 1e-9, "{worst:?}");
}

#[test]
fn a_recovery_is_as_long_as_the_longest_and_holds_only_when_there_was_one() {
    let row = |state, after_s: u64, operation: Option<&str>| Recovered {
        operation: operation.map(str::to_owned),
        state,
        after_us: after_s * 1_000_000,
        ..Recovered::default()
    };
    let recovery = |state, after_s| Recovery {
        total: row(state, after_s, None),
        operations: vec![row(RecoveryState::NotRecovered, 40, Some("GET /(a)"))],
        ..Recovery::default()
    };
    let came_to = |text: &str, recoveries: Vec<Recovery>| {
        let mut summary = summary();
        summary.effects.recovery = recoveries;
        let result = evaluated(text, &summary, &[]);
        (result.held, result.readable)
    };
    let within = "recovers within 10s";
    let twice = vec![
        recovery(RecoveryState::Recovered, 3),
        recovery(RecoveryState::Recovered, 8),
    ];
    assert_eq!(came_to(within, twice.clone()), (true, "8 s".to_owned()));
    assert_eq!(
        came_to("recovers within 5s", twice.clone()),
        (false, "8 s".to_owned())
    );
    let lost = "has not recovered".to_owned();
    assert_eq!(
        came_to("recovers(GET /(a)) within 60s", twice),
        (false, lost.clone())
    );
    let never = vec![recovery(RecoveryState::NotRecovered, 4)];
    assert_eq!(came_to(within, never), (false, lost));
    let unknown = vec![recovery(RecoveryState::Unknown, 0)];
    assert_eq!(came_to(within, unknown), (false, "n/a".to_owned()));
    assert_eq!(came_to(within, Vec::new()), (false, "n/a".to_owned()));
    for text in [
        "recovers",
        "recovers in 10s",
        "recovers within 10",
        "recovers() within 1s",
    ] {
        assert!(refusal(text).contains("recovers within 10s"), "{text}");
    }
}

#[test]
fn a_refusal_says_what_to_write() {
    assert!(refusal("p99").contains("p99<250ms"));
    assert!(refusal("p98<1ms").contains("p999"));
    assert!(refusal("p99<250").contains("250ms"));
    assert!(refusal("error_rate<0.01").contains("1%"));
    assert!(refusal("p95(GET /<100ms").contains("parentheses"));
    assert!(refusal("p95()<100ms").contains("parentheses"));
    assert!(refusal("sent_per_s>fast").contains("4900"));
    assert!(refusal("p99<1s @60s..30s").contains("@30s..60s"));
    assert!(refusal("service_p99<1s over 10s").contains("drop `over`"));
    assert!(refusal("waiting_p99(GET /)<1s").contains("drop the operation"));
    assert!(refusal("p99<1s over 0s").contains("unit"));
    assert!(refusal("p99<-1ms").contains("250ms"));
}

#[test]
fn a_check_is_stored_as_it_was_written() {
    let json = serde_json::to_string(&check(" p99<250ms over 10s ")).unwrap();
    assert_eq!(json, r#""p99<250ms over 10s""#);
    assert_eq!(
        serde_json::from_str::<Check>(&json).unwrap(),
        check("p99<250ms over 10s")
    );
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn a_part_is_read_as_it_is_written(number in 1_usize..1_000, name in "[a-z_]{1,12}( via [a-z]{1,9})?", over in any::<bool>()) {
        let over = if over { " over 10s" } else { "" };
        for (part, during) in [
            (format!("@stage{number}"), During::Stage(number)),
            (format!("@fault{number}"), During::Fault(number)),
            (format!("@fault:{name}"), During::FaultCalled(name)),
            (format!("@{number}s..{}s", number + 1), During::Span(number as u64 * 1_000_000, (number as u64 + 1) * 1_000_000)),
        ] {
            let text = format!("error_rate(GET /x)<1%{over} {part} if any");
            let check = Check::parse(&text).unwrap();
            prop_assert_eq!(check.during(), Some(&during));
        }
    }

    #[test]
    fn a_stretch_covers_a_tick_whenever_it_holds_its_middle(
        from_us in 0_u64..100_000_000,
        lasts_us in proptest::option::of(1_u64..100_000_000),
        every_for_us in proptest::option::of((1_u64..20_000_000, 1_u64..20_000_000)),
        second in 0_u64..300,
    ) {
        let every_for_us = every_for_us.map(|(every, lasts)| (every + lasts, lasts));
        let to_us = lasts_us.map(|lasts| from_us + lasts);
        let middle = second * 1_000_000 + 500_000;
        let holds = middle >= from_us
            && to_us.is_none_or(|to| middle < to)
            && every_for_us.is_none_or(|(every, lasts)| (middle - from_us) % every < lasts);
        let ticks = [tick(second, 5, Outcomes { ok: 3, ..Outcomes::default() })];
        let covered = about("sent_per_s>0 @stage1", &[Stretch { from_us, to_us, every_for_us }], &ticks);
        prop_assert!(!holds || covered.held);
        let reaches = to_us.unwrap_or(u64::MAX) > second * 1_000_000 && from_us < (second + 1) * 1_000_000;
        prop_assert!(reaches || !covered.held);
    }

    #[test]
    fn no_text_makes_it_panic(text in "[a-z0-9_(){}<>=%.@: µ]{0,40}|p99<1s ?@[a-z0-9:. ]{0,12}") {
        if let Ok(check) = Check::parse(&text) {
            let ticks = [tick(0, 5, Outcomes { ok: 3, ..Outcomes::default() })];
            watched(check, &summary(), &ticks);
        }
    }
}
