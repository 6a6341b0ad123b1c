//! Runs with a fault: failures that come and go with it are its doing, and no clump that chance made.

use super::*;

/// A run that warms up for 5 s and has a fault from second 25 to second 45, while which one answer in `every` is an
/// error; its plan says so.
fn faulty(seed: u64, every: u64) -> RunSamples {
    let target = Synthetic {
        seed,
        ..Synthetic::default()
    };
    let mut run = RunSamples::new("run", Source::Run, 55_000_000, names())
        .measuring_from(5_000_000)
        .turning_at([25_000_000, 45_000_000]);
    for (number, mut sample) in (0..).zip(target.samples()) {
        let on = (25_000_000..45_000_000).contains(&sample.intended_us);
        if on && choice::bits(seed, &[number]).is_multiple_of(every) {
            sample.outcome = Outcome::ErrorReply;
        }
        run.push(&sample);
    }
    run
}

#[test]
fn a_fault_that_one_side_alone_has_is_a_regression_and_said_first() {
    let (a, b) = (faulty(1, u64::MAX), faulty(2, 10));
    let comparison = judged(&a, &b, 1);
    assert_eq!(comparison.verdict, Verdict::Regressed);
    assert!(
        comparison.why[0].starts_with("errors went from 0 % to 3."),
        "{:#?}",
        comparison.why
    );
}

#[test]
fn what_gets_worse_under_the_same_fault_is_found() {
    let worse = judged(&faulty(1, 10), &faulty(2, 5), 1);
    assert_eq!(worse.verdict, Verdict::Regressed, "{:#?}", worse.why);
    let equal = judged(&faulty(1, 10), &faulty(2, 10), 1);
    assert!(!equal.error_rate.significant, "{:#?}", equal.why);
}
