//! What a page contains and, above all, what it never contains.

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest as _, Sha256};

use super::*;
use crate::answers::{AnswerChange, AnswerExample, Beside, StatusChange, side_by_side};
use crate::chart::{FaultSpan, StageMark};
use crate::knee::Bounds;
use crate::{
    Accumulator, Check, FailureSample, Judging, Outcome, Reading, RunFacts, RunSamples, Sample,
    SampleFlags, Sides, Source, WatchTick, WatchTotals, WatchUnit, Watching, choice, compare,
    watch_changes,
};

const HOSTILE: &str = "GET /<script>alert(1)</script>?a=\"'&\u{1b}[31m";

fn samples(seed: u64, slower: f64) -> Vec<Sample> {
    (0..6_000)
        .map(|i| {
            let at = i * 10_000;
            let faulty = (20_000_000..40_000_000).contains(&at);
            let luck = choice::unit(seed, &[i]).max(1e-4);
            let operation = (i % 5) as u32;
            let slow = if operation == 3 { slower } else { 1.0 };
            let took = (5_000.0 * luck.powf(-0.5) * slow * if faulty { 2.0 } else { 1.0 }) as u64;
            let failed = faulty && choice::happens(seed, &[i, 1], 0.06);
            Sample {
                exchange: i as u32,
                lane: 0,
                copy: 0,
                operation,
                intended_us: at,
                ready_us: at,
                sent_us: at + 60,
                first_byte_us: Some(at + took),
                done_us: at + took + 80,
                outcome: match i {
                    _ if failed => Outcome::ErrorReply,
                    _ if i % 200 == 0 => Outcome::Mismatch,
                    _ => Outcome::Ok,
                },
                status: if failed {
                    [1213, 503][i as usize % 2]
                } else {
                    200
                },
                flags: if failed {
                    SampleFlags::FAULT_ENDED
                } else {
                    SampleFlags::empty()
                },
                sent_bytes: 400,
                received_bytes: 5_000,
                faults: u32::from(failed),
            }
        })
        .collect()
}

fn names() -> BTreeMap<u32, String> {
    [
        HOSTILE,
        "GET /",
        "GET /search",
        "POST /checkout",
        "SELECT * FROM item WHERE id = ?",
    ]
    .into_iter()
    .zip(0..)
    .map(|(name, id)| (id, name.to_owned()))
    .collect()
}

/// One run: its ticks and summary.
fn run(samples: &[Sample]) -> (Vec<Tick>, Summary) {
    let mut totals = Accumulator::new(Vec::new());
    let mut ticks = Vec::new();
    let mut sources = WatchTotals::default();
    for second in 0..60 {
        for sample in &samples[second * 100..(second + 1) * 100] {
            totals.planned(1);
            totals.sent();
            totals.ended(sample);
        }
        let at_us = second as u64 * 1_000_000;
        let mut tick = totals.take_tick(at_us, 1_000_000);
        tick.watch = watched(second as u64);
        for told in &tick.watch {
            sources.add(at_us, told);
        }
        ticks.push(tick);
    }
    totals.planned(240);
    totals.skipped("downstream", 240);
    let mut summary = totals.summary(&RunFacts {
        duration_us: 60_000_000,
        operations: names(),
        faults: vec!["6:error(code=1213)@20s..40s".to_owned()],
        ..RunFacts::default()
    });
    let checks = ["p99<250ms", "error_rate<1%"];
    let checks = checks.map(|text| Watching::new(Check::parse(text).unwrap(), None, 0));
    summary.judge(&checks);
    summary.watch = sources.summary();
    (ticks, summary)
}

/// A database that restarts, under a name that nobody would give it.
fn watched(second: u64) -> Vec<WatchTick> {
    let silent = (30..33).contains(&second);
    let cpu = Reading::of("cpu", "cpu", WatchUnit::Share, 0.5 + second as f64 / 120.0);
    vec![WatchTick {
        source: HOSTILE.to_owned(),
        series: cpu.into_iter().filter(|_| !silent).collect(),
        gap: silent.then(|| format!("refused {HOSTILE}")),
    }]
}

fn side(name: &str, samples: &[Sample]) -> RunSamples {
    let mut side = RunSamples::new(name, Source::Run, 60_000_000, names());
    samples.iter().for_each(|sample| side.push(sample));
    side
}

fn changed_answer() -> AnswerChange {
    AnswerChange {
        operation: HOSTILE.to_owned(),
        answers: Sides { a: 1_200, b: 1_200 },
        differing: Sides { a: 0, b: 31 },
        statuses: vec![StatusChange {
            status: 422,
            a: 0,
            b: 31,
        }],
        places: vec!["json:order.total".to_owned()],
        example: Some(AnswerExample {
            exchange: 7,
            request: HOSTILE.to_owned(),
            place: "json:order.total".to_owned(),
            a_is: Beside::Recording,
            a_status: 200,
            b_status: 422,
            lines: side_by_side(
                r#"{"total":"</td><script>1</script>"}"#,
                r#"{"total":"</table>\u001b[31m"}"#,
            ),
        }),
    }
}

/// A search that found its edge between 4x and 4.2x.
fn search() -> KneeAnswer {
    let bounds = Bounds {
        from: 1.0,
        to: 64.0,
        within: 0.05,
    };
    let summaries = [1.0, 2.0, 4.0, 8.0, 4.2, 4.2, 4.0].map(|times: f64| {
        let held = times < 4.1;
        let p99 = (20_000.0 * times) as u64 * if held { 1 } else { 9 };
        let summary = Summary {
            rate: crate::Rate {
                asked_per_s: times * 100.0,
                sent_per_s: times * 100.0,
            },
            outcomes: crate::Outcomes {
                ok: (times.min(4.1) * 1_500.0) as u64,
                ..crate::Outcomes::default()
            },
            duration_ms: 15_000,
            response_us: crate::Quantiles {
                count: 1_500,
                p50: p99 / 8,
                p95: p99 / 2,
                p99,
                ..crate::Quantiles::default()
            },
            checks: vec![crate::CheckResult {
                check: "p99<250ms".to_owned(),
                value: None,
                held,
                readable: crate::readable::duration(p99),
            }],
            ..Summary::default()
        };
        (times, summary)
    });
    let steps = summaries.iter().zip(1..);
    let steps = steps
        .map(|((times, summary), number)| (*times, format!("edge-{number}-{times}x"), summary));
    KneeAnswer::of("edge".to_owned(), HOSTILE.to_owned(), bounds, steps)
}

fn page() -> String {
    let (clean, slow) = (samples(1, 1.0), samples(2, 1.8));
    let (ticks, summary) = run(&clean);
    let (slow_ticks, slow_summary) = run(&slow);
    let mut comparison = compare(
        &[side(HOSTILE, &clean)],
        &[side("branch", &slow)],
        Judging::default(),
    );
    comparison.watch = watch_changes(&[&summary.watch], &[&slow_summary.watch]);
    comparison.answers = vec![changed_answer()];
    let found = search();
    let faults = [FaultSpan {
        from_us: 20_000_000,
        to_us: 40_000_000,
        label: "6 % error 1213".to_owned(),
    }];
    let stages = [(0, "1x"), (30_000_000, "5x")].map(|(at_us, label)| StageMark {
        at_us,
        label: label.to_owned(),
    });
    html(&Report {
        title: format!("shop {HOSTILE}"),
        subtitle: "written on 2026-11-21 from shop.reprise".to_owned(),
        parts: vec![
            Part::Knee(KneePart {
                found: &found,
                facts: vec![("recording".to_owned(), HOSTILE.to_owned())],
            }),
            Part::Comparison(Box::new(ComparisonPart {
                comparison: &comparison,
                a_ticks: &ticks,
                b_ticks: &slow_ticks,
                recorded: None,
            })),
            Part::Run(Box::new(RunPart {
                name: "friday-peak at 5x".to_owned(),
                state: "complete".to_owned(),
                facts: vec![
                    ("recording".to_owned(), HOSTILE.to_owned()),
                    ("target".to_owned(), "http://127.0.0.1:8080".to_owned()),
                    ("seed".to_owned(), "42".to_owned()),
                ],
                summary: &summary,
                timeline: Timeline {
                    ticks: &ticks,
                    faults: &faults,
                    stages: &stages,
                    ..Timeline::default()
                },
                recorded: None,
                losses: vec![
                    ("kernel dropped".to_owned(), 0),
                    ("gap bytes".to_owned(), 1_460),
                ],
                failures: vec![FailureGroup {
                    operation: HOSTILE.to_owned(),
                    kind: "HTTP 503".to_owned(),
                    count: 60,
                    injected: 60,
                    first_us: 21_000_000,
                    last_us: 39_000_000,
                    sample: FailureSample {
                        exchange: 12,
                        copy: 3,
                        at_us: 21_000_000,
                        response_us: 31_000,
                        request: HOSTILE.to_owned(),
                        recorded_status: Some(200),
                        faults: vec!["6:error(code=1213)@20s..40s".to_owned()],
                    },
                }],
                alerts: Vec::new(),
                notes: vec!["2 lanes were more than 5 s behind and re-anchored".to_owned()],
                again: "reprise replay --plan five".to_owned(),
                plan: "{\n  \"seed\": 1\n}".to_owned(),
            })),
        ],
    })
}

/// The page without its one script, which must be the one that its policy allows.
fn without_script(page: &str) -> String {
    let script = include_str!("page.js");
    let digest = STANDARD.encode(Sha256::digest(script));
    assert!(page.contains(&format!("script-src 'sha256-{digest}'\"")));
    let element = format!("<script>{script}</script>");
    assert_eq!(page.matches(&element).count(), 1);
    page.replace(&element, "")
}

#[test]
fn a_page_loads_nothing_and_runs_nothing_but_its_own_script() {
    let page = without_script(&page());
    for never in [
        "<script",
        "javascript:",
        "http://",
        "https://",
        "src=",
        "@import",
        "url(",
        "<img",
        "<link",
    ] {
        let found = page
            .replace("http://www.w3.org/2000/svg", "")
            .replace("http://127.0.0.1:8080", "")
            .contains(never);
        assert!(!found, "{never}");
    }
    assert!(!page.chars().any(|c| c.is_control() && c != '\n'));
    assert!(page.contains("GET /&lt;script&gt;alert(1)&lt;/script&gt;?a=&quot;&#39;&amp; [31m"));
}

#[test]
fn every_element_that_is_opened_is_closed() {
    let page = without_script(&page());
    let mut open: Vec<&str> = Vec::new();
    for tag in page.split('<').skip(1) {
        let name = tag.split([' ', '>', '\n', '/']).next().unwrap_or_default();
        if let Some(closed) = tag.strip_prefix('/') {
            let closed = closed.split('>').next().unwrap();
            assert_eq!(open.pop(), Some(closed));
        } else if !tag.starts_with('!')
            && !matches!(name, "meta")
            && !tag.split('>').next().unwrap().ends_with('/')
        {
            open.push(name);
        }
    }
    assert!(open.is_empty(), "{open:?}");
}

#[test]
fn a_page_tells_the_whole_run() {
    let page = page();
    for text in [
        "6,240 planned = 6,000 sent + 240 skipped (240 downstream)",
        "Checks that did not hold: error_rate&lt;1%",
        "MySQL 1213",
        "6:error(code=1213)@20s..40s",
        "POST /checkout",
        "gap bytes",
        "re-anchored",
        "B is slower",
        "holds at 4x (400/s) and fails at 4.2x (420/s)",
        "failed after 31 ms, struck by 6:error(code=1213)@20s..40s",
        "422 in 31 of 1,200 answers (A: 0 of 1,200); differs at json:order.total",
        "&lt;/td&gt;&lt;script&gt;1&lt;/script&gt;",
        "prefers-color-scheme:light",
        "var(--p99)",
        "Servers and machines, mean over the run",
        "told nothing at 0:30 to 0:32: refused",
        "99.2 %",
    ] {
        assert!(page.contains(text), "{text} is missing");
    }
}

#[test]
fn a_run_of_nothing_is_a_page_too() {
    let summary = Summary::default();
    let page = html(&Report {
        title: "empty".to_owned(),
        subtitle: String::new(),
        parts: vec![Part::Run(Box::new(RunPart {
            name: "empty".to_owned(),
            state: "interrupted".to_owned(),
            facts: Vec::new(),
            summary: &summary,
            timeline: Timeline::default(),
            recorded: None,
            losses: Vec::new(),
            failures: Vec::new(),
            alerts: Vec::new(),
            notes: Vec::new(),
            again: String::new(),
            plan: String::new(),
        }))],
    });
    assert!(page.contains("nothing measured yet"));
    assert!(page.contains("n/a"));
    assert!(!page.contains("NaN"));
}

#[test]
fn the_page_looks_as_it_did() {
    insta::assert_snapshot!("page", page());
}
