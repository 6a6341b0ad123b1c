//! Runs whose generator was late: what that can explain is no change, and what it cannot is one.

use super::*;

/// A minute in which the generator stands still for 40 ms every second, and the target may be another.
fn held_up(target: Synthetic) -> RunSamples {
    let mut samples = target.samples();
    for sample in &mut samples {
        let into_second = sample.ready_us % 1_000_000;
        if into_second < 40_000 {
            let late_us = 40_000 - into_second;
            sample.sent_us += late_us;
            sample.first_byte_us = sample.first_byte_us.map(|at_us| at_us + late_us);
            sample.done_us += late_us;
        }
    }
    taken(&samples, true)
}

fn taken(samples: &[Sample], again: bool) -> RunSamples {
    let mut run = RunSamples::new("b", Source::Run, 60_000_000, names());
    samples.iter().for_each(|sample| run.push(sample));
    assert!(run.generator_late());
    if again {
        samples.iter().for_each(|sample| run.push_again(sample));
    }
    run
}

fn target(seed: u64) -> Synthetic {
    Synthetic {
        seed,
        per_second: 400,
        ..Synthetic::default()
    }
}

/// Everything takes so many times as long, from when it was sent.
fn slower(seed: u64, times: u64) -> Vec<Sample> {
    let mut samples = target(seed).samples();
    for sample in &mut samples {
        sample.done_us = sample.sent_us + sample.service_us() * times;
    }
    samples
}

#[test]
fn what_a_late_generator_can_explain_is_no_change() {
    let a = target(1).run("a");
    let b = held_up(target(2));
    let there = judged(&a, &b, 1);
    assert_eq!(there.verdict, Verdict::Inconclusive, "{:#?}", there.why);
    assert!(
        there.why[0].starts_with("the generator was late in B (p99 "),
        "{:#?}",
        there.why
    );
    assert!(there.why[0].contains("repeat it"), "{:#?}", there.why);
    let back = judged(&b, &a, 1);
    assert_eq!(back.verdict, Verdict::Inconclusive, "{:#?}", back.why);
    assert!(back.why[0].contains("late in A"), "{:#?}", back.why);
}

#[test]
fn what_lateness_cannot_explain_is_a_change_whichever_side_was_late() {
    let late = |samples: Vec<Sample>| {
        let mut samples = samples;
        for sample in samples
            .iter_mut()
            .filter(|sample| sample.ready_us % 1_000_000 < 40_000)
        {
            let late_us = 40_000 - sample.ready_us % 1_000_000;
            sample.sent_us += late_us;
            sample.done_us += late_us;
        }
        taken(&samples, true)
    };
    let (a, late_a) = (target(1).run("a"), held_up(target(1)));
    for a in [&a, &late_a] {
        let worse = judged(a, &late(slower(2, 4)), 1);
        assert_eq!(worse.verdict, Verdict::Regressed, "{:#?}", worse.why);
        assert!(
            worse
                .why
                .iter()
                .any(|why| why
                    .contains("but the change is larger than lateness can explain: without")),
            "{:#?}",
            worse.why
        );
        let better = judged(&late(slower(2, 4)), a, 1);
        assert_eq!(better.verdict, Verdict::Improved, "{:#?}", better.why);
    }
}

#[test]
fn failures_in_calm_moments_are_no_doing_of_a_late_generator() {
    let a = target(1).run("a");
    let b = held_up(Synthetic {
        fails: 10,
        ..target(2)
    });
    let comparison = judged(&a, &b, 1);
    assert_eq!(
        comparison.verdict,
        Verdict::Regressed,
        "{:#?}",
        comparison.why
    );
    assert!(comparison.error_rate.significant);
    assert!(
        comparison
            .why
            .iter()
            .any(|why| why.contains("in its calm moments errors went from 0 % to 9.7")),
        "{:#?}",
        comparison.why
    );
}

#[test]
fn failures_of_what_left_late_are_put_down_to_the_generator() {
    let a = target(1).run("a");
    let mut samples = target(2).samples();
    for sample in samples
        .iter_mut()
        .filter(|sample| sample.ready_us % 1_000_000 < 40_000)
    {
        sample.sent_us += 40_000;
        sample.done_us += 40_000;
        sample.outcome = Outcome::ErrorReply;
    }
    let comparison = judged(&a, &taken(&samples, true), 1);
    assert_eq!(
        comparison.verdict,
        Verdict::Inconclusive,
        "{:#?}",
        comparison.why
    );
    assert!(
        comparison
            .why
            .iter()
            .any(|why| why.contains("which may be the doing of the late generator")),
        "{:#?}",
        comparison.why
    );
}

#[test]
fn a_generator_that_is_late_all_the_time_leaves_nothing_to_judge() {
    let a = target(1).run("a");
    let late = Synthetic {
        lateness_us: 30_000,
        slower: 3.0,
        ..target(2)
    };
    for again in [false, true] {
        let comparison = judged(&a, &taken(&late.samples(), again), 1);
        assert_eq!(comparison.verdict, Verdict::Inconclusive);
        assert!(
            comparison.why[0].contains("late in B"),
            "{:#?}",
            comparison.why
        );
    }
}
