//! What must hold for any chart: the frame and the picture say the same, and nothing in a text is markup.

use super::sample::{running, ticks};
use super::*;
use crate::Histogram;

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
