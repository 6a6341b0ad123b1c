//! The charts of a run as they were last looked at, and what they say in words.

use super::sample::{running, ticks};
use super::*;

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
