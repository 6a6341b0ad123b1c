//! How often a comparison is right: thousands of simulated pairs of runs whose truth is known, or real pairs of
//! one target with itself. `docs/statistics.md` holds what it prints.
//!
//! ```text
//! cargo run --release -p reprise-measure --example calibrate              # 300 pairs of each kind
//! cargo run --release -p reprise-measure --example calibrate -- 2000
//! cargo run --release -p reprise-measure --example calibrate -- 300 late  # those with that word in their line
//! docs/stories/calibrate.sh                                                # real pairs, of the sample shop with itself
//! ```

#![expect(clippy::print_stdout, reason = "it prints its table")]

mod generator;
mod live;
mod questions;
mod server;
mod traffic;

use questions::{Goal, Question, questions};
use reprise_measure::{Judging, RunSamples, Verdict, compare};
use traffic::Traffic;

/// Pairs of each kind (of costly ones a third), unless asked for otherwise.
const PAIRS: u64 = 300;

fn main() {
    let mut arguments = std::env::args().skip(1);
    let first = arguments.next();
    if first.as_deref() == Some("live") {
        live::run(arguments);
        return;
    }
    let pairs = first.and_then(|pairs| pairs.parse().ok()).unwrap_or(PAIRS);
    let about = arguments.next().unwrap_or_default();
    println!("| | pairs | right | changed | same | inconclusive | goal |");
    println!("|---|---|---|---|---|---|---|");
    let mut missed = 0;
    for (number, question) in questions().iter().enumerate() {
        if !question.text.contains(&about) {
            continue;
        }
        let pairs = if question.costly {
            pairs.div_ceil(3)
        } else {
            pairs
        };
        missed += u32::from(!ask(question, number as u64, pairs));
    }
    if missed > 0 {
        std::process::exit(1);
    }
}

/// Prints a line, and answers whether the goal is met.
fn ask(question: &Question, number: u64, pairs: u64) -> bool {
    let (mut right, mut changed, mut same, mut unsure) = (0_u64, 0, 0, 0);
    for pair in 0..pairs {
        let seed = (number * 1_000_000 + pair) * 1_000;
        let side = |traffic: &Traffic, first: u64| -> Vec<RunSamples> {
            (0..question.runs)
                .map(|run| traffic.run(seed, seed + first + run))
                .collect()
        };
        let judging = Judging {
            min_effect: None,
            seed: pair,
        };
        let comparison = compare(&side(&question.a, 1), &side(&question.b, 101), judging);
        right += u64::from((question.right)(&comparison));
        match comparison.verdict {
            Verdict::Regressed | Verdict::Improved => changed += 1,
            Verdict::Same => same += 1,
            Verdict::Inconclusive => unsure += 1,
        }
    }
    let share = right as f64 / pairs as f64;
    let percent = |count: u64| format!("{:.1} %", count as f64 * 100.0 / pairs as f64);
    let (goal, met) = match question.goal {
        Goal::AtLeast(goal) => (format!("≥ {:.0} %", goal * 100.0), share >= goal),
        Goal::Shown => ("".to_owned(), true),
    };
    println!(
        "| {} | {pairs} | {} | {} | {} | {} | {goal}{} |",
        question.text,
        percent(right),
        percent(changed),
        percent(same),
        percent(unsure),
        if met { "" } else { " **missed**" }
    );
    met
}
