//! The charts of several runs, a search and the runs of a plan, as they were last looked at.

use super::*;
use crate::knee::{Bounds, KneeAnswer};
use crate::trend::{Trend, TrendRun};
use crate::{CheckResult, Outcomes, Quantiles, Rate, Summary, choice};

/// A search that found its edge between 8x and 8.4x, with one unlucky try at 8x.
fn search() -> KneeAnswer {
    let bounds = Bounds {
        from: 1.0,
        to: 64.0,
        within: 0.05,
    };
    let tries = [
        1.0, 2.0, 4.0, 8.0, 16.0, 11.3, 9.5, 8.72, 8.35, 8.35, 8.0, 8.0,
    ];
    let summaries: Vec<(f64, Summary)> = tries
        .into_iter()
        .map(|times: f64| {
            let load: f64 = (times / 8.2).min(0.99);
            let p50 = (4_000.0 / (1.0 - load * 0.9)) as u64;
            let held = times < 8.2;
            let slow = if held { 1 } else { 12 };
            let summary = Summary {
                rate: Rate {
                    asked_per_s: times * 130.0,
                    sent_per_s: times * 129.0,
                },
                response_us: Quantiles {
                    count: 9_000,
                    p50: p50 * slow,
                    p95: p50 * 4 * slow,
                    p99: p50 * 7 * slow,
                    ..Quantiles::default()
                },
                outcomes: Outcomes {
                    ok: (times.min(8.3) * 130.0 * 15.0) as u64,
                    ..Outcomes::default()
                },
                duration_ms: 15_000,
                checks: vec![CheckResult {
                    check: "p99<250ms".to_owned(),
                    held,
                    ..CheckResult::default()
                }],
                ..Summary::default()
            };
            (times, summary)
        })
        .collect();
    let steps = summaries
        .iter()
        .map(|(times, summary)| (*times, String::new(), summary));
    KneeAnswer::of("edge".to_owned(), "friday".to_owned(), bounds, steps)
}

#[test]
fn the_charts_of_a_search_look_as_they_did() {
    let style = Style::new(520, 270, Theme::Dark);
    let found = search();
    insta::assert_snapshot!(
        "response_time_by_rate_dark",
        response_time_by_rate(&found, style).svg
    );
    insta::assert_snapshot!(
        "throughput_by_rate_dark",
        throughput_by_rate(&found, style).svg
    );
    let nothing = KneeAnswer {
        steps: Vec::new(),
        holds: None,
        fails: None,
        ..found
    };
    for chart in [
        response_time_by_rate(&nothing, NARROW),
        throughput_by_rate(&nothing, NARROW),
    ] {
        assert!(
            chart.svg.contains("nothing measured yet"),
            "{}",
            chart.title
        );
    }
}

#[test]
fn the_runs_of_a_plan_are_drawn_with_their_steps() {
    let runs = (0..16).map(|place| TrendRun {
        run: format!("main-{}", place + 1),
        p50_us: 4_000 + choice::below(1, &[place], 300),
        p95_us: if place < 9 { 20_000 } else { 31_000 } + choice::below(2, &[place], 900),
        p99_us: 60_000 + choice::below(3, &[place], 5_000),
        ..TrendRun::default()
    });
    let trend = Trend::of("main".to_owned(), "friday".to_owned(), runs.collect(), 0);
    let chart = response_time_by_run(&trend, DARK);
    insta::assert_snapshot!("response_time_by_run_dark", chart.svg);
    assert!(chart.svg.contains("main-10"));
}
