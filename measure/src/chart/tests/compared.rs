//! The charts of a comparison as they were last looked at.

use std::collections::BTreeMap;

use super::sample::ticks;
use super::*;
use crate::{
    CurvePoint, Histogram, Judging, Outcome, RunSamples, Sample, SampleFlags, Source, choice,
    compare,
};

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
fn the_difference_of_a_curve_ends_where_nothing_is_left() {
    let point = |quantile, change: f64, low, high| CurvePoint {
        quantile,
        a: 1_000,
        b: (1_000.0 * (1.0 + change)) as u64,
        change,
        low,
        high,
    };
    let curve = [
        point(0.5, -0.4, -0.6, 0.1),
        point(0.9, 0.8, -0.9, 2.4),
        point(0.99, 2.1, -0.99, 6.0),
    ];
    let chart = difference(&curve, NARROW);
    assert_eq!(chart.frame.y.from, -1.0);
    assert!(chart.frame.y.to >= 2.1);
    assert!(!chart.svg.contains("−200 %"), "{}", chart.svg);
}
