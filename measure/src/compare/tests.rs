//! Runs that are the same, runs that are not, and runs that cannot tell.

use std::collections::BTreeMap;

mod faults;
mod late;
mod not_opened;
mod unfaithful;

use super::*;
use crate::{Outcome, Sample, SampleFlags, choice};

/// One run a side, by the usual limits.
fn judged(a: &RunSamples, b: &RunSamples, seed: u64) -> Comparison {
    let judging = Judging {
        min_effect: None,
        seed,
    };
    compare(std::slice::from_ref(a), std::slice::from_ref(b), judging)
}

/// A minute of a synthetic run: four operations with long tails, a slow drift all answers share.
struct Synthetic {
    seed: u64,
    per_second: u64,
    seconds: u64,
    /// Multiplies the times of operation 2.
    slower: f64,
    /// One in this many exchanges fails; 0 is never.
    fails: u64,
    lateness_us: u64,
}

impl Default for Synthetic {
    fn default() -> Self {
        Self {
            seed: 1,
            per_second: 100,
            seconds: 60,
            slower: 1.0,
            fails: 0,
            lateness_us: 20,
        }
    }
}

fn names() -> BTreeMap<u32, String> {
    ["GET /", "GET /cart/{id}", "POST /checkout", "GET /search"]
        .into_iter()
        .map(str::to_owned)
        .zip(0..)
        .map(|(name, id)| (id, name))
        .collect()
}

impl Synthetic {
    fn samples(&self) -> Vec<Sample> {
        (0..self.per_second * self.seconds)
            .map(|i| {
                let at = i * 1_000_000 / self.per_second;
                let second = at / 1_000_000;
                let operation = (i % 4) as u32;
                let drift = 1.0 + 0.2 * choice::unit(self.seed, &[9, second / 3]);
                let luck = choice::unit(self.seed, &[i]).max(1e-6);
                let tail = 4_000.0 * luck.powf(-0.4) * drift * f64::from(operation + 1);
                let took = if operation == 2 {
                    tail * self.slower
                } else {
                    tail
                } as u64;
                let failed = self.fails > 0 && i % self.fails == 1;
                Sample {
                    exchange: i as u32,
                    lane: 0,
                    copy: 0,
                    operation,
                    intended_us: at,
                    ready_us: at,
                    sent_us: at + self.lateness_us,
                    first_byte_us: Some(at + took + self.lateness_us),
                    done_us: at + took + self.lateness_us,
                    outcome: if failed {
                        Outcome::ErrorReply
                    } else {
                        Outcome::Ok
                    },
                    status: if failed { 503 } else { 200 },
                    flags: SampleFlags::empty(),
                    sent_bytes: 0,
                    received_bytes: 0,
                    faults: 0,
                }
            })
            .collect()
    }

    fn run(&self, name: &str) -> RunSamples {
        let mut run = RunSamples::new(name, Source::Run, self.seconds * 1_000_000, names());
        self.samples().iter().for_each(|sample| run.push(sample));
        run
    }
}

#[test]
fn two_runs_of_the_same_build_rarely_regress() {
    let verdicts: Vec<Verdict> = (0..16)
        .map(|i| {
            let side = |seed| {
                Synthetic {
                    seed,
                    ..Synthetic::default()
                }
                .run("same")
            };
            judged(&side(i * 2 + 1), &side(i * 2 + 2), i).verdict
        })
        .collect();
    let wrong = verdicts
        .iter()
        .filter(|verdict| matches!(verdict, Verdict::Regressed | Verdict::Improved))
        .count();
    assert!(wrong <= 1, "{verdicts:?}");
}

#[test]
fn long_runs_of_the_same_build_are_the_same_and_short_ones_say_how_long_it_takes() {
    let side = |seed, seconds| {
        Synthetic {
            seed,
            per_second: 500,
            seconds,
            ..Synthetic::default()
        }
        .run("same")
    };
    let long = judged(&side(1, 300), &side(2, 300), 1);
    assert_eq!(long.verdict, Verdict::Same, "{:#?}", long.why);
    assert!(long.why[0].starts_with("no change was found; more than"));
    let short = judged(&side(1, 30), &side(2, 30), 1);
    assert_eq!(short.verdict, Verdict::Inconclusive, "{:#?}", short.why);
    let times = short.times_longer.unwrap();
    assert!((1.5..30.0).contains(&times), "{times}");
    assert!(
        short.why[0].contains("a side could tell"),
        "{:#?}",
        short.why
    );
}

#[test]
fn operations_that_did_not_change_are_rarely_called_changed() {
    let changed: usize = (0..8)
        .map(|i| {
            let side = |seed| {
                Synthetic {
                    seed,
                    ..Synthetic::default()
                }
                .run("same")
            };
            let comparison = judged(&side(i * 2 + 101), &side(i * 2 + 102), i);
            comparison
                .operations
                .iter()
                .filter(|row| row.changed())
                .count()
        })
        .sum();
    assert!(changed <= 2, "{changed} of 32");
}

#[test]
fn a_third_more_in_one_operation_is_found_and_named() {
    let a = Synthetic {
        per_second: 400,
        ..Synthetic::default()
    }
    .run("main");
    let b = Synthetic {
        seed: 2,
        per_second: 400,
        slower: 1.6,
        ..Synthetic::default()
    }
    .run("branch");
    let comparison = judged(&a, &b, 7);
    assert_eq!(
        comparison.verdict,
        Verdict::Regressed,
        "{:#?}",
        comparison.why
    );
    assert!(
        comparison.why[0].starts_with("B is slower: p"),
        "{:#?}",
        comparison.why
    );
    assert!(
        comparison.why[0].ends_with("POST /checkout carries it"),
        "{:#?}",
        comparison.why
    );
    let first = &comparison.operations[0];
    assert_eq!(first.operation, "POST /checkout");
    assert!(first.response_us.significant);
    assert!(comparison.operations[1..].iter().all(|row| !row.changed()));
}

#[test]
fn one_slower_operation_among_many_is_a_regression_even_if_the_whole_hides_it() {
    let side = |seed: u64, slower: f64| {
        let names = (0..40).map(|id| (id, format!("GET /{id}"))).collect();
        let mut side = RunSamples::new("side", Source::Run, 60_000_000, names);
        for mut sample in (Synthetic {
            seed,
            per_second: 400,
            ..Synthetic::default()
        })
        .samples()
        {
            sample.operation = sample.exchange % 40;
            if sample.operation == 17 {
                let took = (sample.response_us() as f64 * slower) as u64;
                sample.done_us = sample.intended_us + took;
            }
            side.push(&sample);
        }
        side
    };
    let comparison = judged(&side(1, 1.0), &side(2, 1.5), 1);
    assert_eq!(
        comparison.verdict,
        Verdict::Regressed,
        "{:#?}",
        comparison.why
    );
    assert!(
        comparison.why[0].starts_with("B is slower in GET /17: p"),
        "{:#?}",
        comparison.why
    );
    assert_eq!(
        comparison
            .operations
            .iter()
            .filter(|row| row.changed())
            .count(),
        1
    );
}

#[test]
fn a_clear_shift_of_everything_is_found_both_ways() {
    let a = Synthetic::default().run("a");
    let mut b = RunSamples::new("b", Source::Run, 60_000_000, names());
    for mut sample in (Synthetic {
        seed: 2,
        ..Synthetic::default()
    })
    .samples()
    {
        let took = sample.response_us() * 13 / 10;
        sample.done_us = sample.intended_us + took;
        b.push(&sample);
    }
    let there = judged(&a, &b, 1);
    assert_eq!(there.verdict, Verdict::Regressed, "{:#?}", there.why);
    let p50 = there.quantiles["p50"];
    assert!(
        p50.significant && p50.low.unwrap() < 0.3 && 0.3 < p50.high.unwrap(),
        "{p50:?}"
    );
    let back = judged(&b, &a, 1);
    assert_eq!(back.verdict, Verdict::Improved, "{:#?}", back.why);
    assert!(back.why[0].starts_with("B is faster"), "{:#?}", back.why);
}

#[test]
fn more_errors_are_a_regression_and_a_handful_are_not() {
    let clean = Synthetic::default().run("clean");
    let broken = Synthetic {
        seed: 2,
        fails: 50,
        ..Synthetic::default()
    }
    .run("broken");
    let comparison = judged(&clean, &broken, 1);
    assert_eq!(comparison.verdict, Verdict::Regressed);
    assert!(comparison.error_rate.significant);
    assert!(
        comparison
            .why
            .iter()
            .any(|why| why.contains("errors went from 0 % to 2 %"))
    );
    let few = Synthetic {
        seed: 2,
        fails: 1_600,
        ..Synthetic::default()
    }
    .run("few");
    let comparison = judged(&clean, &few, 1);
    assert!(
        !comparison.error_rate.significant,
        "{:?}",
        comparison.error_rate
    );
    assert_ne!(comparison.verdict, Verdict::Regressed);
}

#[test]
fn the_recording_is_looked_at_and_never_judged() {
    let mut recorded = RunSamples::new("recorded", Source::Recording, 60_000_000, names());
    for sample in Synthetic::default().samples() {
        recorded.push_recorded(
            sample.intended_us,
            sample.operation,
            Some(sample.response_us() / 3),
            false,
        );
    }
    let comparison = judged(&recorded, &Synthetic::default().run("run"), 1);
    assert_eq!(comparison.verdict, Verdict::Inconclusive);
    assert!(comparison.why[0].contains("recording itself"));
    assert!(comparison.quantiles["p50"].significant);
    // what it answered a second is shown beside what the run did
    let answers = &comparison.throughput;
    assert_eq!(answers.change, None);
    assert!((answers.a / answers.b - 1.0).abs() < 0.05, "{answers:?}");
}

#[test]
fn too_few_samples_are_said_to_be_too_few() {
    let short = |seed| {
        Synthetic {
            seed,
            per_second: 3,
            ..Synthetic::default()
        }
        .run("short")
    };
    let comparison = judged(&short(1), &short(2), 1);
    assert_eq!(comparison.quantiles["p99"], QuantileChange::default());
    assert!(comparison.quantiles["p50"].a.is_some());
    assert!(
        comparison
            .operations
            .iter()
            .all(|row| row.quantile.as_deref() == Some("p50"))
    );
    let nothing = RunSamples::new("nothing", Source::Run, 0, BTreeMap::new());
    let comparison = judged(&nothing, &nothing, 1);
    assert_eq!(comparison.verdict, Verdict::Inconclusive);
    assert!(
        comparison.why[0].contains("no answers"),
        "{:#?}",
        comparison.why
    );
    assert!(comparison.curve.is_empty());
}

#[test]
fn the_same_seed_gives_the_same_answer_and_the_documented_names() {
    let side = |seed| {
        Synthetic {
            seed,
            ..Synthetic::default()
        }
        .run("side")
    };
    let once = judged(&side(1), &side(2), 5);
    assert_eq!(once, judged(&side(1), &side(2), 5));
    let json = serde_json::to_value(&once).unwrap();
    for name in [
        "a",
        "b",
        "verdict",
        "why",
        "quantiles",
        "error_rate",
        "operations",
    ] {
        assert!(json.get(name).is_some(), "{name} is missing");
    }
    for name in ["a", "b", "change", "low", "high", "significant"] {
        assert!(
            json["quantiles"]["p50"].get(name).is_some(),
            "{name} is missing"
        );
    }
    assert_eq!(serde_json::from_value::<Comparison>(json).unwrap(), once);
}

#[test]
fn the_curve_rises_and_its_band_holds_its_line() {
    let side = |seed| {
        Synthetic {
            seed,
            ..Synthetic::default()
        }
        .run("side")
    };
    let curve = judged(&side(1), &side(2), 5).curve;
    assert!(curve.len() > 25);
    assert!(
        curve
            .windows(2)
            .all(|pair| pair[0].quantile < pair[1].quantile)
    );
    assert!(
        curve
            .windows(2)
            .all(|pair| pair[0].a <= pair[1].a && pair[0].b <= pair[1].b)
    );
    assert!(
        curve
            .iter()
            .all(|point| point.low <= point.change && point.change <= point.high)
    );
}

/// A minute in which answers took so many times as long, and the generator's own work so many times.
fn on_a_slower_machine(run: &RunSamples, lateness: f64, took: f64) -> RunSamples {
    let steady = Synthetic::default();
    let mut slower = RunSamples::new("b", Source::Run, 60_000_000, names())
        .on_one_machine(run.is_on_one_machine());
    for sample in steady.samples() {
        let late = (sample.lateness_us() as f64 * lateness) as u64;
        let took = ((sample.done_us - sample.sent_us) as f64 * took) as u64;
        let sent_us = sample.ready_us + late;
        slower.push(&Sample {
            sent_us,
            first_byte_us: Some(sent_us + took),
            done_us: sent_us + took,
            ..sample
        });
    }
    slower
}

#[test]
fn what_slows_the_generator_too_is_the_machine_and_no_change_of_the_target() {
    let steady = Synthetic::default();
    let a = |one_machine: bool| {
        let mut run =
            RunSamples::new("a", Source::Run, 60_000_000, names()).on_one_machine(one_machine);
        steady.samples().iter().for_each(|sample| run.push(sample));
        run
    };
    let (here, elsewhere) = (a(true), a(false));
    let both = judged(&here, &on_a_slower_machine(&here, 1.4, 1.08), 1);
    assert_eq!(both.verdict, Verdict::Inconclusive, "{:?}", both.why);
    assert!(
        both.why
            .iter()
            .any(|why| why.contains("was itself 40 % slower in B")),
        "{:?}",
        both.why
    );
    // a target of its own has its own pace, and of a larger change no more than a tenth is put down to the machine
    for (a, lateness, took) in [
        (&elsewhere, 1.4, 1.08),
        (&here, 1.4, 1.2),
        (&here, 0.5, 1.08),
    ] {
        let judged = judged(a, &on_a_slower_machine(a, lateness, took), 1);
        assert_eq!(judged.verdict, Verdict::Regressed, "{:?}", judged.why);
    }
}
