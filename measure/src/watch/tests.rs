//! What must hold of what was watched.

use proptest::prelude::*;

use super::*;

fn told(source: &str, series: &str, value: f64) -> WatchTick {
    WatchTick {
        source: source.to_owned(),
        series: Reading::of(series, series, WatchUnit::Count, value)
            .into_iter()
            .collect(),
        gap: None,
    }
}

fn silent(source: &str, why: &str) -> WatchTick {
    WatchTick {
        source: source.to_owned(),
        gap: Some(why.to_owned()),
        ..WatchTick::default()
    }
}

#[test]
fn a_series_has_mean_p95_and_max_without_the_warm_up() {
    let mut totals = WatchTotals::measuring_from(1_000_000);
    totals.add(0, &told("db", "threads", 500.0));
    for value in 1..=100 {
        totals.add(value * 1_000_000, &told("db", "threads", value as f64));
    }
    let summary = totals.summary();
    let series = &summary[0].series[0];
    assert_eq!((series.count, series.mean, series.max), (100, 50.5, 100.0));
    assert!((series.p95 - 95.0).abs() < 0.1, "{}", series.p95);
}

#[test]
fn a_series_that_stays_as_it_is_has_that_very_p95() {
    let mut totals = WatchTotals::default();
    for second in 0..10 {
        totals.add(second, &told("db", "threads", 7.0));
    }
    assert_eq!(totals.summary()[0].series[0].p95, 7.0);
}

#[test]
fn a_source_that_falls_silent_has_a_gap_with_the_first_reason() {
    let mut totals = WatchTotals::default();
    assert!(!totals.add(1, &told("db", "threads", 1.0)));
    assert!(totals.add(2, &silent("db", "refused")));
    assert!(!totals.add(3, &silent("db", "still refused")));
    assert!(!totals.add(4, &told("db", "threads", 1.0)));
    assert!(totals.add(5, &silent("db", "timed out")));
    let summary = &totals.summary()[0];
    let gap = |from_us, to_us, why: &str| WatchGap {
        from_us,
        to_us,
        why: why.to_owned(),
    };
    assert_eq!(summary.missed, 3);
    assert_eq!(summary.gaps, [gap(2, 3, "refused"), gap(5, 5, "timed out")]);
}

#[test]
fn neighbouring_ticks_add_up_to_their_weighted_mean() {
    let mut sum = vec![told("db", "threads", 2.0)];
    WatchTick::merge_all(&mut sum, &[told("db", "threads", 4.0)]);
    WatchTick::merge_all(
        &mut sum,
        &[told("db", "threads", 9.0), told("host", "cpu", 1.0)],
    );
    let reading = &sum[0].series[0];
    assert_eq!((reading.count, reading.mean, reading.max), (3, 5.0, 9.0));
    assert_eq!(sum[1].source, "host");
}

#[test]
fn what_is_no_number_is_no_reading() {
    for value in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
        assert_eq!(Reading::of("a", "a", WatchUnit::Number, value), None);
    }
}

#[test]
fn both_sides_are_set_beside_each_other_series_by_series() {
    let summary = |value: f64| {
        let mut totals = WatchTotals::default();
        totals.add(0, &told("db", "threads", value));
        totals.summary()
    };
    let (a1, a2, b) = (summary(2.0), summary(4.0), summary(6.0));
    let rows = watch_changes(&[&a1, &a2], &[&b]);
    assert_eq!((rows[0].a, rows[0].b), (Some(3.0), Some(6.0)));
    assert_eq!(rows[0].change, Some(1.0));
    assert_eq!(rows[0].readable(), ["3", "6", "+100 %"]);
    let only = watch_changes(&[], &[&b]);
    assert_eq!(
        (only[0].a, only[0].b, only[0].change),
        (None, Some(6.0), None)
    );
    assert_eq!(only[0].readable(), ["n/a", "6", "not in both"]);
}

#[test]
fn values_are_read_in_their_units() {
    use WatchUnit::*;
    for (unit, value, text) in [
        (Share, 0.952, "95.2 %"),
        (PerSecond, 1_204.0, "1,204/s"),
        (Bytes, 13_400_000.0, "13 MB"),
        (Us, 8_240.0, "8.2 ms"),
        (Count, 42.0, "42"),
        (Count, 1.5, "1.5"),
        (Count, 9.99, "10"),
        (Number, 0.012_345, "0.0123"),
        (Number, -12_345.6, "−12,346"),
    ] {
        assert_eq!(unit.readable(value), text);
    }
    assert_eq!(Share.readable_change(0.6, 0.95), "+35 points");
    assert_eq!(Count.readable_change(0.0, 3.0), "from 0");
}

proptest! {
    #[test]
    fn quantiles_of_any_numbers_lie_between_the_least_and_the_highest(
        values in prop::collection::vec(-1e20..1e20_f64, 1..200)
    ) {
        let mut totals = WatchTotals::default();
        for value in &values {
            totals.add(0, &told("a", "b", *value));
        }
        let series = totals.summary()[0].series[0].clone();
        let least = values.iter().copied().fold(f64::INFINITY, f64::min);
        prop_assert!(least <= series.p95 && series.p95 <= series.max);
        let mut sorted = values.clone();
        sorted.sort_by(f64::total_cmp);
        let rank = (values.len() as f64 * 0.95).ceil() as usize - 1;
        let exact = sorted[rank];
        prop_assert!((series.p95 - exact).abs() <= exact.abs() * 0.0011);
    }
}
