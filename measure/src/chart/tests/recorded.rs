//! The charts of a recording.

use super::*;
use crate::choice;

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
