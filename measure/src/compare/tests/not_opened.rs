//! Exchanges whose connection the generator could not open: they say nothing of the target.

use super::*;

/// A run of which one exchange in `every` was not opened, from which one on; older versions did not mark them.
fn short(seed: u64, every: usize, marked: bool, fails: u64) -> RunSamples {
    let target = Synthetic {
        seed,
        fails,
        ..Synthetic::default()
    };
    let mut samples = target.samples();
    let mut count = 0;
    for sample in samples.iter_mut().step_by(every) {
        sample.outcome = Outcome::Refused;
        sample.first_byte_us = None;
        sample.flags.set(SampleFlags::NOT_OPENED, marked);
        count += 1;
    }
    let mut run = RunSamples::new("b", Source::Run, 60_000_000, names()).with_not_opened(count);
    samples.iter().for_each(|sample| run.push(sample));
    run
}

fn said(comparison: &Comparison, words: &str) -> bool {
    comparison.why.iter().any(|why| why.contains(words))
}

#[test]
fn a_few_of_them_are_left_out_and_said() {
    let a = Synthetic::default().run("a");
    let comparison = judged(&a, &short(2, 200, true, 0), 1);
    assert_ne!(comparison.verdict, Verdict::Regressed);
    assert_eq!(
        (comparison.error_rate.a, comparison.error_rate.b),
        (0.0, 0.0)
    );
    assert!(
        comparison
            .operations
            .iter()
            .all(|row| row.error_rate.b == 0.0)
    );
    assert!(
        said(&comparison, "of B are the generator's own"),
        "{:#?}",
        comparison.why
    );
    // the same failures without their mark are the target's
    let b = Synthetic {
        seed: 2,
        fails: 200,
        ..Synthetic::default()
    };
    assert!(judged(&a, &b.run("b"), 1).error_rate.b > 0.0);
}

#[test]
fn many_of_them_are_another_load_and_nothing_is_judged_but_more_errors_of_the_target() {
    let a = Synthetic::default().run("a");
    let b = short(2, 10, true, 0);
    let comparison = judged(&a, &b, 1);
    assert_eq!(comparison.verdict, Verdict::Inconclusive);
    assert!(
        comparison.why[0].contains("for 10 % of the exchanges of B"),
        "{:#?}",
        comparison.why
    );
    assert_eq!(judged(&b, &a, 1).verdict, Verdict::Inconclusive);
    let failing = short(2, 10, true, 7);
    assert_eq!(judged(&a, &failing, 1).verdict, Verdict::Regressed);
    // a side that had less to do has fewer errors by that alone
    let failing_a = Synthetic {
        fails: 7,
        ..Synthetic::default()
    };
    assert_eq!(
        judged(&b, &failing_a.run("b"), 1).verdict,
        Verdict::Inconclusive
    );
}

#[test]
fn a_run_that_does_not_say_which_they_are_is_not_judged() {
    let a = Synthetic::default().run("a");
    let comparison = judged(&a, &short(2, 10, false, 0), 1);
    assert_eq!(comparison.verdict, Verdict::Inconclusive);
    assert!(
        comparison.why[0].contains("does not say which"),
        "{:#?}",
        comparison.why
    );
}
