//! Expositions as servers write them, and what must hold of any text.

use proptest::prelude::*;

use super::*;
use crate::invariants::metrics::exposition as check;

const WRITTEN: &str = r#"# HELP http_requests_total Requests by code.
# TYPE http_requests_total counter
http_requests_total{method="post",code="200"} 1027 1395066363000
http_requests_total{method="post",code="400",} 3
  odd_blanks { path = "C:\\DIR\\\"x\"\n" }   -1.5e3
no_labels 12.47
nothing NaN
above +Inf
# TYPE took_seconds histogram
took_seconds_bucket{le="+Inf"} 144320
# EOF
{} 1
broken{a="b" 1
broken{a=b} 1
9broken 1
alone
"#;

fn samples(text: &str) -> Vec<Sample<'_>> {
    let sample = |line| match line {
        Line::Sample(sample) => Some(sample),
        Line::Type(..) => None,
    };
    lines(text).filter_map(sample).collect()
}

#[test]
fn lines_are_read_as_servers_write_them_and_broken_ones_passed_over() {
    let read = samples(WRITTEN);
    let names: Vec<&str> = read.iter().map(|sample| sample.name).collect();
    assert_eq!(
        names,
        [
            "http_requests_total",
            "http_requests_total",
            "odd_blanks",
            "no_labels",
            "nothing",
            "above",
            "took_seconds_bucket"
        ]
    );
    assert_eq!(read[0].value, 1_027.0);
    assert_eq!(read[1].labels[1], ("code", "400".into()));
    assert_eq!(read[2].labels, [("path", "C:\\DIR\\\"x\"\n".into())]);
    assert_eq!(read[2].value, -1_500.0);
    assert!(read[4].value.is_nan() && read[5].value.is_infinite());
    let kinds: Vec<Line<'_>> = lines(WRITTEN)
        .filter(|line| matches!(line, Line::Type(..)))
        .collect();
    assert_eq!(
        kinds,
        [
            Line::Type("http_requests_total", MetricKind::Counter),
            Line::Type("took_seconds", MetricKind::Histogram)
        ]
    );
}

#[test]
fn what_only_grows_is_known_by_type_and_ending() {
    assert!(MetricKind::Counter.only_grows("a"));
    assert!(MetricKind::Unknown.only_grows("a_total"));
    assert!(!MetricKind::Gauge.only_grows("a_total"));
    assert!(MetricKind::Histogram.only_grows("a_bucket"));
    assert!(MetricKind::Summary.only_grows("a_sum"));
    assert!(!MetricKind::Summary.only_grows("a"));
    assert_eq!(metric_of("a_b_sum"), "a_b");
    assert_eq!(metric_of("a_b"), "a_b");
}

#[test]
fn selectors_choose_by_name_and_labels() {
    let read = samples(WRITTEN);
    let chosen = |selector: &str| {
        let selector: Selector = selector.parse().unwrap();
        let chosen = read.iter().filter(|sample| selector.selects(sample));
        chosen.map(|sample| sample.value).collect::<Vec<_>>()
    };
    assert_eq!(chosen("http_requests_total"), [1_027.0, 3.0]);
    assert_eq!(chosen("http_requests_total{code=\"400\"}"), [3.0]);
    assert_eq!(
        chosen("http_requests_total{code!=\"400\", method=\"post\"}"),
        [1_027.0]
    );
    assert_eq!(chosen("http_requests_total{host=\"\"}").len(), 2);
    assert_eq!(chosen("http_requests"), [0.0; 0]);
}

#[test]
fn a_list_of_selectors_has_commas_between_and_within() {
    let list = Selector::list("up, a{b=\"x,y}\",c!=\"\\\"\"} ,d").unwrap();
    let texts: Vec<String> = list.iter().map(Selector::to_string).collect();
    assert_eq!(texts, ["up", "a{b=\"x,y}\",c!=\"\\\"\"}", "d"]);
    for text in ["", "a,", "a b", "a{", "a{b}", "a{b=c}", "{b=\"c\"}"] {
        assert_eq!(Selector::list(text), None, "{text}");
    }
}

proptest! {
    #[test]
    fn any_text_is_read_or_passed_over(text in "\\PC{0,200}") {
        check(text.as_bytes());
    }

    #[test]
    fn text_like_an_exposition_is_read_or_passed_over(
        text in "([a-c_:9]{0,3}[{},=\"\\\\ n!#\n.+1-3e]{0,4}){0,20}"
    ) {
        check(text.as_bytes());
    }

    #[test]
    fn a_written_sample_is_read_as_it_was(
        name in "[a-z_:][a-z0-9_:]{0,12}",
        labels in prop::collection::vec(("[a-z_][a-z0-9_]{0,6}", "\\PC{0,12}"), 0..4),
        value in -1e12..1e12_f64
    ) {
        let escape = |text: &str| {
            text.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n")
        };
        let written: Vec<String> = labels
            .iter()
            .map(|(label, text)| format!("{label}=\"{}\"", escape(text)))
            .collect();
        let line = format!("{name}{{{}}} {value}", written.join(","));
        let read = samples(&line);
        prop_assert_eq!(read.len(), 1, "{}", line);
        prop_assert_eq!(read[0].name, &name);
        prop_assert_eq!(read[0].value, value);
        for ((label, text), (read_label, read_text)) in labels.iter().zip(&read[0].labels) {
            prop_assert_eq!(label, read_label);
            prop_assert_eq!(text, read_text);
        }
    }
}
