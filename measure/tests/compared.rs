//! Histograms whose right verdicts were computed by other means (`compared/compute.py`, numpy and scipy): whole
//! answers drawn again, where `compare` only draws counts.

use std::collections::BTreeMap;

use reprise_measure::{
    Comparison, Judging, Outcome, RunSamples, Sample, SampleFlags, Source, compare,
};
use serde::Deserialize;

#[derive(Deserialize)]
struct Pair {
    name: String,
    verdict: String,
    /// The change, and the lower and upper end of its simultaneous interval.
    quantiles: BTreeMap<String, [f64; 3]>,
    a: Vec<Vec<(u64, u64)>>,
    b: Vec<Vec<(u64, u64)>>,
}

/// Slices are half a second long, as runs of 40 s are cut.
const SLICE_US: u64 = 500_000;

fn side(slices: &[Vec<(u64, u64)>]) -> RunSamples {
    let names = BTreeMap::from([(1, "GET /".to_owned())]);
    let duration_us = slices.len() as u64 * SLICE_US;
    let mut side = RunSamples::new("side", Source::Run, duration_us, names);
    for (slice, number) in slices.iter().zip(0..) {
        let answers = slice
            .iter()
            .flat_map(|(us, count)| (0..*count).map(move |_| *us));
        for (took_us, place) in answers.zip(0..) {
            side.push(&sample(number * SLICE_US + place * 1_000, took_us));
        }
    }
    side
}

fn sample(at_us: u64, took_us: u64) -> Sample {
    Sample {
        exchange: 1,
        lane: 0,
        copy: 0,
        operation: 1,
        intended_us: at_us,
        ready_us: at_us,
        sent_us: at_us,
        first_byte_us: Some(at_us + took_us),
        done_us: at_us + took_us,
        outcome: Outcome::Ok,
        status: 200,
        flags: SampleFlags::empty(),
        sent_bytes: 0,
        received_bytes: 0,
        faults: 0,
    }
}

fn compared(pair: &Pair) -> Comparison {
    compare(&[side(&pair.a)], &[side(&pair.b)], Judging::default())
}

#[test]
fn verdicts_and_intervals_agree_with_those_computed_independently() {
    let pairs: Vec<Pair> = serde_json::from_str(include_str!("compared/histograms.json")).unwrap();
    assert_eq!(pairs.len(), 6);
    // The blocks' lengths differ (ours come from the series), and so, somewhat, does every interval.
    let mut wider = Vec::new();
    for pair in &pairs {
        let comparison = compared(pair);
        assert_eq!(
            comparison.verdict.name(),
            pair.verdict,
            "{}: {:#?}",
            pair.name,
            comparison.why
        );
        for (name, [change, low, high]) in &pair.quantiles {
            let ours = &comparison.quantiles[name];
            let off = (ours.change.unwrap() - change).abs();
            assert!(
                off < 0.006,
                "{} {name}: {ours:?} against {change}",
                pair.name
            );
            let times = (ours.high.unwrap() - ours.low.unwrap()) / (high - low);
            assert!(
                (0.6..1.7).contains(&times),
                "{} {name}: {ours:?} {low} {high}",
                pair.name
            );
            wider.push(times.ln());
        }
    }
    let typical = (wider.iter().sum::<f64>() / wider.len() as f64).exp();
    assert!(
        (0.9..1.2).contains(&typical),
        "{typical} times as wide: {wider:?}"
    );
}
