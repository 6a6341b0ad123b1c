//! Runs whose answers differ from the recorded ones: their times are of other work, their errors are errors.

use super::*;

/// A run of which every tenth answer differs; `fails` of [`Synthetic`].
fn unfaithful(seed: u64, slower: f64, fails: u64) -> RunSamples {
    let target = Synthetic {
        seed,
        slower,
        fails,
        ..Synthetic::default()
    };
    let mut run = RunSamples::new("b", Source::Run, 60_000_000, names());
    for (position, mut sample) in target.samples().into_iter().enumerate() {
        if position % 10 == 0 && sample.outcome == Outcome::Ok {
            sample.outcome = Outcome::Mismatch;
        }
        run.push(&sample);
    }
    assert!(run.is_unfaithful());
    run
}

#[test]
fn times_of_other_work_are_not_judged() {
    let a = Synthetic::default().run("a");
    let comparison = judged(&a, &unfaithful(2, 3.0, 0), 1);
    assert_eq!(comparison.verdict, Verdict::Inconclusive);
    assert!(comparison.why[0].contains("B is unfaithful"));
}

#[test]
fn more_errors_are_worse_whatever_the_work_was() {
    let a = Synthetic::default().run("a");
    let b = unfaithful(2, 1.0, 7);
    let comparison = judged(&a, &b, 1);
    assert_eq!(comparison.verdict, Verdict::Regressed);
    assert!(comparison.why[0].contains("B is unfaithful"));
    assert!(
        comparison
            .why
            .iter()
            .any(|why| why.starts_with("errors went from 0 % to 14")),
        "{:#?}",
        comparison.why
    );
    // fewer errors of other work are no gain
    assert_eq!(judged(&b, &a, 1).verdict, Verdict::Inconclusive);
}
