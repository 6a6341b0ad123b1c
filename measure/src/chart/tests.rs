//! The charts as they were last looked at, and what must hold for any of them.

use std::collections::BTreeMap;

use super::*;
use crate::knee::{Bounds, KneeAnswer};
use crate::trend::{Trend, TrendRun};
use crate::{
    CheckResult, Histogram, Judging, Outcome, Outcomes, ProbeTick, Quantiles, Rate, Reading,
    RunSamples, Sample, SampleFlags, Source, StatusMix, Summary, Tick, TickQuantiles, WatchTick,
    WatchUnit, choice, compare,
};

const DARK: Style = Style::new(900, 320, Theme::Dark);
const NARROW: Style = Style::new(380, 200, Theme::Light);

/// Five minutes planned, of which `seconds` are over; a fault is on from 1:36 on.
fn ticks(seconds: u64) -> Vec<Tick> {
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

fn faults() -> Vec<FaultSpan> {
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

fn stages() -> Vec<StageMark> {
    [(0, "1x"), (66_000_000, "5x"), (240_000_000, "10x")]
        .map(|(at_us, label)| StageMark {
            at_us,
            label: label.to_owned(),
        })
        .to_vec()
}

/// Draws one kind of a run two thirds through.
fn running(kind: ChartKind, style: Style) -> Chart {
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

fn comparison() -> crate::Comparison {
    let side = |seed: u64, slower: f64| {
        let names = BTreeMap::from([(0, "GET /".to_owned()), (1, "POST /checkout".to_owned())]);
        let mut run = RunSamples::new("run", Source::Run, 60_000_000, names);
        for i in 0..24_000 {
            let luck = choice::unit(seed, &[i]).max(1e-5);
            let tail = if luck < 0.03 { slower } else { 1.0 };
            let at = i * 2_500;
            run.push(&Sample {
                exchange: 0,
                lane: 0,
                copy: 0,
                operation: u32::from(luck < 0.03),
                intended_us: at,
                ready_us: at,
                sent_us: at,
                first_byte_us: Some(at),
                done_us: at + (6_000.0 * luck.powf(-0.6) * tail) as u64,
                outcome: Outcome::Ok,
                status: 200,
                flags: SampleFlags::empty(),
                sent_bytes: 0,
                received_bytes: 0,
                faults: 0,
            });
        }
        run
    };
    compare(&[side(1, 1.0)], &[side(2, 1.45)], Judging::default())
}

#[test]
fn the_charts_of_a_run_look_as_they_did() {
    for kind in ChartKind::ALL {
        insta::assert_snapshot!(format!("{kind}_dark"), running(kind, DARK).svg);
    }
    for kind in [
        ChartKind::ResponseTime,
        ChartKind::ErrorRate,
        ChartKind::Distribution,
        ChartKind::HeatMap,
        ChartKind::Service,
        ChartKind::Statuses,
    ] {
        insta::assert_snapshot!(format!("{kind}_narrow_light"), running(kind, NARROW).svg);
    }
    let bare = Style::new(740, 104, Theme::Light).bare();
    insta::assert_snapshot!("rate_bare_light", running(ChartKind::Rate, bare).svg);
    insta::assert_snapshot!("heat_map_bare_light", running(ChartKind::HeatMap, bare).svg);
}

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

#[test]
fn what_was_watched_has_a_chart_of_its_own_for_each_unit_of_a_source() {
    let (ticks, hidden) = (ticks(200), vec!["threads running".to_owned()]);
    let timeline = Timeline {
        ticks: &ticks,
        ..Timeline::default()
    };
    let style = Style::new(520, 150, Theme::Dark).bare();
    let charts = watch(&timeline, style, |title| match title {
        "db: threads" => hidden.clone(),
        _ => Vec::new(),
    });
    let titles: Vec<&str> = charts.iter().map(|chart| chart.title.as_str()).collect();
    let expected = [
        "db: threads",
        "db: queries",
        "<host>: cpu",
        "<host>: memory",
        "<host>: offset",
    ];
    assert_eq!(titles, expected);
    let threads = &charts[0].frame.series;
    assert!(threads[0].points.is_empty(), "a hidden line is not drawn");
    let at = |second: usize| threads[1].points[second].1;
    assert!(at(149).is_some() && at(150).is_none() && at(160).is_some());
    let bytes = &charts[3];
    assert_eq!(bytes.frame.y.unit, Unit::Bytes);
    assert!(bytes.svg.contains("GB"), "{}", bytes.svg);
    assert!(charts[4].frame.y.from < 0.0);
    assert!(!charts.iter().any(|chart| chart.svg.contains("<host>")));
}

#[test]
fn the_charts_of_a_comparison_look_as_they_did() {
    let comparison = comparison();
    let [a, b] = Curve::sides(&comparison);
    let mut recorded = Histogram::default();
    for i in 1..5_000 {
        recorded.record((5_000.0 * (5_000.0 / f64::from(i)).powf(0.6)) as u64);
    }
    let style = Style::new(540, 230, Theme::Dark);
    let curves = quantile_curves(&[Curve::recorded(&recorded), a, b], style);
    insta::assert_snapshot!("quantile_curves_dark", curves.svg);
    insta::assert_snapshot!("difference_dark", difference(&comparison.curve, style).svg);
    let light = Style::new(380, 200, Theme::Light);
    insta::assert_snapshot!(
        "difference_narrow_light",
        difference(&comparison.curve, light).svg
    );
    let (first, second) = (ticks(90), ticks(150));
    let sides = [("main", &first), ("branch", &second)].map(|(name, ticks)| Side {
        name,
        ticks: ticks.as_slice(),
    });
    insta::assert_snapshot!("overlay_light", overlay(sides[0], sides[1], NARROW).svg);
    let values: Vec<f64> = (0..60).map(|i| choice::unit(1, &[i])).collect();
    insta::assert_snapshot!(
        "sparkline_dark",
        sparkline(&values, 148, 26, Theme::Dark, Token::P50)
    );
}

#[test]
fn nothing_and_one_tick_are_drawn_too() {
    for count in [0, 1] {
        let ticks = ticks(count);
        let timeline = Timeline {
            ticks: &ticks,
            ..Timeline::default()
        };
        for kind in ChartKind::ALL {
            let chart = kind.draw(&timeline, NARROW);
            assert_eq!(
                chart.svg.contains("nothing measured yet"),
                count == 0,
                "{kind} of {count}"
            );
            assert!(chart.frame.x.to > chart.frame.x.from, "{kind}");
            assert!(chart.frame.y.to > chart.frame.y.from, "{kind}");
        }
        insta::assert_snapshot!(
            format!("response_time_of_{count}"),
            response_time(&timeline, NARROW).svg
        );
    }
    insta::assert_snapshot!("difference_of_nothing", difference(&[], NARROW).svg);
    assert!(
        overlay(
            Side {
                name: "",
                ticks: &[]
            },
            Side {
                name: "",
                ticks: &[]
            },
            NARROW
        )
        .svg
        .contains("nothing")
    );
    for values in [&[][..], &[1.0], &[0.0, 0.0], &[f64::NAN, 1.0]] {
        assert!(sparkline(values, 148, 26, Theme::Light, Token::P50).contains("polyline"));
    }
}

#[test]
fn the_same_numbers_give_the_same_bytes() {
    for kind in ChartKind::ALL {
        assert_eq!(running(kind, DARK), running(kind, DARK));
    }
}

#[test]
fn what_a_capture_contained_is_text_and_nothing_else() {
    let mut ticks = ticks(120);
    ticks[100].errors.insert(
        "<script>alert('\u{1}')</script>\"#E00109\"".to_owned(),
        9_000,
    );
    let faults = [FaultSpan {
        from_us: 0,
        to_us: u64::MAX,
        label: "</text><script>&\u{0}\"'".to_owned(),
    }];
    let timeline = Timeline {
        ticks: &ticks,
        faults: &faults,
        ..Timeline::default()
    };
    let svg = error_rate(&timeline, DARK).svg;
    assert!(!svg.contains("<script"));
    assert!(!svg.chars().any(|c| c.is_control() && c != '\n'));
    // No mark of a colour is left, and none in a text was taken for one.
    assert!(svg.contains("&quot;#E00109&quot;"));
    // it is in the legend and in the description
    assert_eq!(svg.matches("#E001").count(), 2);
}

#[test]
fn every_point_lies_where_the_frame_says() {
    let chart = running(ChartKind::ResponseTime, DARK);
    let frame = &chart.frame;
    assert!(frame.left < frame.right && frame.top < frame.bottom);
    assert_eq!((frame.x.unit, frame.y.unit), (Unit::Moment, Unit::Us));
    for series in &frame.series {
        assert!(
            series
                .points
                .iter()
                .all(|(x, _)| (frame.x.from..=frame.x.to).contains(x))
        );
        let values = series.points.iter().filter_map(|(_, y)| *y);
        assert!(
            values
                .into_iter()
                .all(|y| (frame.y.from..=frame.y.to).contains(&y))
        );
    }
    let first = frame.series[0].points[0];
    let x = frame.left + frame.x.share(first.0) * (frame.right - frame.left);
    let y = frame.bottom - frame.y.share(first.1.unwrap()) * (frame.bottom - frame.top);
    let drawn = format!("{},{} ", (x * 10.0).round(), (y * 10.0).round());
    assert!(chart.svg.contains(&drawn), "{drawn}");
}

#[test]
fn a_long_run_is_put_together_without_losing_an_answer() {
    let ticks = ticks(4_000);
    let timeline = Timeline {
        ticks: &ticks,
        ..Timeline::default()
    };
    let chart = response_time(&timeline, Style::new(400, 200, Theme::Page));
    assert!(chart.frame.series[0].points.len() <= 200);
    assert!(chart.svg.len() < 20_000, "{}", chart.svg.len());
    assert!(chart.svg.contains("var(--p99)"));
}

#[test]
fn a_kind_is_read_as_it_is_written() {
    for kind in ChartKind::ALL {
        assert_eq!(kind.name().parse(), Ok(kind));
        assert_eq!(kind.name().replace('_', "-").parse(), Ok(kind));
    }
    assert!(
        "pie"
            .parse::<ChartKind>()
            .unwrap_err()
            .to_string()
            .contains("response_time")
    );
}

fn recorded(seconds: u64) -> Vec<RecordedSpan> {
    (0..seconds)
        .map(|second| RecordedSpan {
            from_us: second * 1_000_000,
            to_us: (second + 1) * 1_000_000,
            exchanges: 900 + choice::below(7, &[second], 300),
            lost: (40..46).contains(&second) || second == 70,
        })
        .collect()
}

#[test]
fn a_recordings_rate_shades_what_was_lost() {
    let spans = recorded(90);
    let all = RecordedLine {
        name: "recorded",
        token: Token::P50,
        spans: &spans,
    };
    let chart = recorded_rate(&[all], Style::new(900, 160, Theme::Dark).bare());
    assert_eq!(chart.frame.series[0].points.len(), 90);
    insta::assert_snapshot!("recorded_rate_dark", chart.svg);
}

#[test]
fn kinds_of_exchanges_share_the_axes_of_a_recording() {
    let (http, mysql) = (recorded(90), recorded(60));
    let line = |name, token, spans| RecordedLine { name, token, spans };
    let lines = [
        line("HTTP", Token::P50, &http[..]),
        line("MySQL", Token::P95, &mysql[..]),
    ];
    let frame = recorded_rate(&lines, Style::new(900, 160, Theme::Dark).bare()).frame;
    let names: Vec<&str> = frame.series.iter().map(|one| one.name.as_str()).collect();
    assert_eq!(names, ["HTTP", "MySQL"]);
    assert_eq!(frame.x.to, 90e6);
}

#[test]
fn a_recording_that_has_just_begun_has_a_chart() {
    let chart = recorded_rate(&[], Style::new(380, 120, Theme::Light).bare());
    assert!(chart.svg.contains("nothing measured yet"), "{}", chart.svg);
}

#[test]
fn every_chart_says_in_words_what_it_shows() {
    let words: Vec<String> = ChartKind::ALL
        .into_iter()
        .map(|kind| format!("{kind}: {}", running(kind, DARK).words))
        .collect();
    insta::assert_snapshot!("words", words.join("\n"));
    for kind in ChartKind::ALL {
        let chart = running(kind, DARK);
        let described = format!("<desc>{}</desc>", crate::markup::escape(&chart.words));
        assert!(chart.svg.contains(&described), "{kind}");
        let nothing = kind.draw(&Timeline::default(), NARROW);
        assert!(nothing.words.contains("nothing measured yet") || kind == ChartKind::Watch);
    }
}

#[test]
fn layers_lie_on_each_other_and_a_hidden_one_leaves_its_room_to_the_others() {
    let ticks = ticks(200);
    let draw = |hidden: &[String]| {
        let timeline = Timeline {
            ticks: &ticks,
            hidden,
            ..Timeline::default()
        };
        statuses(&timeline, DARK)
    };
    let whole = draw(&[]);
    assert!(whole.frame.stacked);
    let names: Vec<&str> = whole
        .frame
        .series
        .iter()
        .map(|layer| layer.name.as_str())
        .collect();
    let expected = [
        "HTTP 2xx",
        "HTTP 3xx",
        "MySQL ok",
        "HTTP 5xx",
        "HTTP 4xx",
        "MySQL 1213",
        "MySQL 1205",
        "other",
    ];
    assert_eq!(names, expected);
    for place in 0..whole.frame.series[0].points.len() {
        let values = whole.frame.series.iter().map(|layer| layer.points[place].1);
        let known: Option<Vec<f64>> = values.collect();
        let sum = known.map(|known| known.iter().sum::<f64>());
        assert!(
            sum.is_none_or(|sum| (sum - 1.0).abs() < 1e-9),
            "{place}: {sum:?}"
        );
    }
    let good = ["HTTP 2xx", "HTTP 3xx", "MySQL ok"].map(str::to_owned);
    let bad = draw(&good);
    assert!(bad.frame.y.to < 0.25, "{:?}", bad.frame.y);
    assert!(bad.frame.series[0].points.is_empty());
}

#[test]
fn a_run_that_kept_no_service_times_shows_the_response_times_alone() {
    let mut ticks = ticks(30);
    for tick in &mut ticks {
        tick.service = Histogram::default();
        tick.settle();
    }
    let timeline = Timeline {
        ticks: &ticks,
        ..Timeline::default()
    };
    let chart = service(&timeline, DARK);
    assert!(chart.words.contains("response p99") && !chart.words.contains("service p99"));
}

#[test]
fn seconds_of_one_rate_are_one_point_over_the_rate() {
    let ticks = ticks(200);
    let timeline = Timeline {
        ticks: &ticks,
        ..Timeline::default()
    };
    let chart = response_time_over_rate(&timeline, DARK);
    assert_eq!(chart.frame.x.unit, Unit::PerSecond);
    let p50 = &chart.frame.series[0].points;
    assert!((10..=24).contains(&p50.len()), "{}", p50.len());
    assert!(p50.is_sorted_by(|a, b| a.0 < b.0));
    // the first seconds have 200 answers each: too few for their 99th percentile
    assert!(chart.frame.series[2].points[0].1.is_none());
}
