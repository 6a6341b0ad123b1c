//! The verdict and the sentences that say why.

mod late;
mod ruled_out;
mod void;

use super::carrier::carrier;
use super::longer::times_longer;
use super::machine;
use super::side::Side;
use super::throughput::{asked_alike, asked_per_s};
use super::unexplained::Lateness;
use super::{Comparison, LEAST_ERROR_RATE, NOISE, QuantileChange, Verdict};
use crate::readable::{bound, change, counted, percent, quantile_name, rate, signed};
use ruled_out::{cannot_tell, is_same, nothing_changed};
use void::Void;

/// That a quantile did not change is said when a larger change than this share is ruled out.
const WORTH_SAYING: f64 = 0.25;

/// Sets the verdict and the reasons of a comparison whose numbers are known.
pub(super) fn conclude(
    comparison: &mut Comparison,
    a: Side<'_>,
    b: Side<'_>,
    pace: f64,
    lateness: &Lateness,
) {
    let found = found(comparison, lateness);
    let void = Void::of(comparison, a, b, lateness);
    let is_void = void.is_some();
    comparison.verdict = void.as_ref().map_or(found, |void| void.verdict(comparison));
    let mut why = Vec::new();
    why.extend(void.map(|void| void.says));
    why.extend(slower_or_faster(comparison, a, b));
    why.extend(single_operation(comparison));
    if found == Verdict::Same {
        why.push(nothing_changed(comparison));
    }
    let late = match lateness {
        Lateness::Known(unexplained) if !is_void => Some(unexplained),
        _ => None,
    };
    let explained = late.is_some_and(|unexplained| late::explains_something(unexplained));
    let late = late.map(|unexplained| late::sentence(comparison, unexplained, &late::who(a, b)));
    let changed = matches!(found, Verdict::Regressed | Verdict::Improved);
    why.extend(late.clone().filter(|_| !changed));
    let unsure = comparison.verdict == Verdict::Inconclusive && !is_void && !is_same(comparison);
    if unsure && !explained {
        comparison.times_longer = times_longer(comparison);
        let shortest_us = a.shortest_us().min(b.shortest_us());
        why.push(cannot_tell(comparison, shortest_us));
    }
    why.extend(unchanged(comparison));
    let mut errors = Some(errors(comparison, a, b, lateness));
    // What changed comes before what did not.
    why.extend(errors.take_if(|_| comparison.error_rate.significant));
    why.extend(throughput(comparison, a, b));
    why.extend(errors);
    why.extend(machine(pace));
    why.extend(late.filter(|_| changed));
    why.extend(operations(comparison));
    if !a.is_recording() && !b.is_recording() {
        why.extend(trust(comparison, a, b));
    }
    comparison.why = why;
}

/// The verdict the numbers alone would give: of everything that changed, whole runs and
/// operations, something worse weighs more than anything better.
fn found(comparison: &Comparison, lateness: &Lateness) -> Verdict {
    let operations = &comparison.operations;
    let slower_or_faster: Vec<bool> = comparison
        .quantiles
        .values()
        .chain(operations.iter().map(|row| &row.response_us))
        .filter(|change| change.significant)
        .map(is_slower)
        .collect();
    let more_or_fewer_errors: Vec<bool> = more_or_fewer_errors(comparison).collect();
    let throughput = &comparison.throughput;
    let fewer_answers = throughput.change.filter(|_| throughput.significant);
    let fewer_answers = fewer_answers.map(|change| change < 0.0);
    let mut changes = slower_or_faster
        .iter()
        .chain(&more_or_fewer_errors)
        .chain(&fewer_answers);
    if changes.clone().any(|worse| *worse) {
        Verdict::Regressed
    } else if changes.next().is_some() {
        Verdict::Improved
    } else if is_same(comparison) && is_same_without(lateness) {
        Verdict::Same
    } else {
        Verdict::Inconclusive
    }
}

/// Of each error rate that changed, the whole runs' and the operations': whether there are more in B.
fn more_or_fewer_errors(comparison: &Comparison) -> impl Iterator<Item = bool> {
    let operations = comparison.operations.iter().map(|row| &row.error_rate);
    std::iter::once(&comparison.error_rate)
        .chain(operations)
        .filter(|rate| rate.significant)
        .map(|rate| rate.b > rate.a)
}

/// Whether what lateness explains does not matter for that.
fn is_same_without(lateness: &Lateness) -> bool {
    match lateness {
        Lateness::Punctual => true,
        Lateness::Unknown => false,
        Lateness::Known(unexplained) => {
            !late::explains_something(unexplained)
                && unexplained.extremes().into_iter().all(is_same)
        }
    }
}

pub(super) fn is_slower(quantile: &QuantileChange) -> bool {
    quantile.change.is_some_and(|change| change > 0.0)
}

/// "B is slower: p99 +38 % (between +29 and +49), POST /checkout carries it".
fn slower_or_faster(comparison: &Comparison, a: Side<'_>, b: Side<'_>) -> Vec<String> {
    let sentence = |slower: bool| {
        let (name, most) = comparison
            .quantiles
            .iter()
            .filter(|(_, change)| change.significant && is_slower(change) == slower)
            .max_by(|x, y| size(x.1).total_cmp(&size(y.1)))?;
        let carried = if slower {
            carrier(a, b, most.a?)
        } else {
            carrier(b, a, most.b?)
        };
        let carried = carried.map_or_else(String::new, |name| format!(", {name} carries it"));
        Some(format!(
            "B is {}: {} {} (between {} and {}){carried}",
            if slower { "slower" } else { "faster" },
            quantile_name(name),
            change(most.change?),
            bound(most.low?),
            bound(most.high?),
        ))
    };
    [sentence(true), sentence(false)]
        .into_iter()
        .flatten()
        .collect()
}

/// "B is slower in POST /checkout: p50 +30 % (between +24 and +37)", when the whole does not show it.
fn single_operation(comparison: &Comparison) -> Option<String> {
    if comparison
        .quantiles
        .values()
        .any(|change| change.significant)
    {
        return None;
    }
    let row = comparison
        .operations
        .iter()
        .find(|row| row.response_us.significant)?;
    let times = &row.response_us;
    Some(format!(
        "B is {} in {}: {} {} (between {} and {}); the whole does not show it",
        if is_slower(times) { "slower" } else { "faster" },
        row.operation,
        row.quantile.as_deref()?,
        change(times.change?),
        bound(times.low?),
        bound(times.high?),
    ))
}

/// How surely a change is large: what is left of it at the end of its interval nearest to zero.
fn size(change: &QuantileChange) -> f64 {
    let end = if is_slower(change) {
        change.low
    } else {
        change.high
    };
    end.map_or(0.0, |end| end.ln_1p().abs())
}

/// "the machine that both sent and answered was itself 24 % slower in B, ...: up to 10 % of a change may be its own".
fn machine(pace: f64) -> Option<String> {
    let change = pace.exp_m1();
    (change.abs() >= machine::WORTH_SAYING).then(|| {
        format!(
            "the machine that both sent and answered was itself {} {} in B, by the generator's own lateness: \
             up to {} of a change may be its own",
            percent(change.abs()),
            if change > 0.0 { "slower" } else { "faster" },
            percent(machine::its_own(pace).exp_m1()),
        )
    })
}

/// "no clear change at p50 and p90 (at most 5 %)".
fn unchanged(comparison: &Comparison) -> Option<String> {
    if !comparison
        .quantiles
        .values()
        .any(|change| change.significant)
    {
        return None;
    }
    let same: Vec<(&str, f64)> = comparison
        .quantiles
        .iter()
        .filter(|(_, change)| !change.significant)
        .filter_map(|(name, change)| {
            let reach = change.low?.abs().max(change.high?.abs());
            (reach <= WORTH_SAYING).then_some((quantile_name(name), reach))
        })
        .collect();
    let reach = same.iter().map(|(_, reach)| *reach).fold(0.0, f64::max);
    let names: Vec<&str> = same.iter().map(|(name, _)| *name).collect();
    let most = percent((reach * 100.0).ceil() / 100.0);
    (!names.is_empty()).then(|| format!("no clear change at {} (at most {most})", list(&names)))
}

fn errors(comparison: &Comparison, a: Side<'_>, b: Side<'_>, lateness: &Lateness) -> String {
    let rate = &comparison.error_rate;
    let by_lateness = matches!(lateness, Lateness::Known(known) if known.explains_errors);
    let mut text = if rate.significant {
        format!(
            "errors went from {} to {} (between {} and {} points)",
            percent(rate.a),
            percent(rate.b),
            signed(rate.low * 100.0),
            signed(rate.high * 100.0)
        )
    } else if rate.a == 0.0 && rate.b == 0.0 {
        "neither side had errors".to_owned()
    } else if (rate.b - rate.a).abs() < LEAST_ERROR_RATE {
        format!(
            "errors did not change ({} and {})",
            percent(rate.a),
            percent(rate.b)
        )
    } else {
        format!(
            "errors went from {} to {}, which may be {} (between {} and {} points)",
            percent(rate.a),
            percent(rate.b),
            if by_lateness {
                "the doing of the late generator"
            } else if rate.low > 0.0 || rate.high < 0.0 {
                // The interval is that of the error rate alone; Holm's correction is over everything.
                "chance among all that is compared"
            } else {
                "chance"
            },
            signed(rate.low * 100.0),
            signed(rate.high * 100.0)
        )
    };
    for (side, run) in [("A", a), ("B", b)] {
        if run.injected_rate() > 0.0 {
            text.push_str(&format!(
                "; the faults of {side} made {}",
                percent(run.injected_rate())
            ));
        }
        if run.not_opened() > 0 {
            text.push_str(&format!(
                "; {} of {side} are the generator's own and left out: it had no file descriptor or local port left",
                counted(run.not_opened(), "failure")
            ));
        }
    }
    text
}

/// "3 of 41 operations changed; 30 did not, 8 are too rare to tell".
fn operations(comparison: &Comparison) -> Option<String> {
    let all = comparison.operations.len();
    if all < 2 {
        return None;
    }
    let changed = comparison
        .operations
        .iter()
        .filter(|row| row.changed())
        .count();
    let rare = comparison
        .operations
        .iter()
        .filter(|row| !row.changed() && row.quantile.is_none())
        .count();
    let same = all - changed - rare;
    let mut text = match changed {
        0 => format!("none of {all} operations changed"),
        _ => format!("{changed} of {all} operations changed"),
    };
    if changed > 0 && same > 0 {
        text.push_str(&format!(", {same} did not"));
    }
    if rare > 0 {
        let verb = if rare == 1 { "is" } else { "are" };
        text.push_str(&format!(", {rare} {verb} too rare to tell"));
    }
    Some(text)
}

/// "9,200 answers a second became 7,100 (-23 %, between -25 and -21)".
fn throughput(comparison: &Comparison, a: Side<'_>, b: Side<'_>) -> Option<String> {
    let rates = &comparison.throughput;
    if a.is_recording() || b.is_recording() {
        return None;
    }
    if !asked_alike(a, b) {
        return Some(format!(
            "A was asked for {} a second and B for {}: they did not do the same work",
            rate(asked_per_s(a)),
            rate(asked_per_s(b))
        ));
    }
    rates.significant.then_some(())?;
    Some(format!(
        "{} answers a second became {} ({}, between {} and {})",
        rate(rates.a),
        rate(rates.b),
        change(rates.change?),
        bound(rates.low?),
        bound(rates.high?)
    ))
}

fn trust(comparison: &Comparison, a: Side<'_>, b: Side<'_>) -> Vec<String> {
    let mut trust = Vec::new();
    if !a.generator_late() && !b.generator_late() {
        trust.push("the generator kept time in both".to_owned());
    }
    let runs = comparison.runs;
    match (runs.a.min(runs.b), runs.a + runs.b) {
        (_, ..=2) => {
            if comparison.noise > NOISE {
                trust.push(format!(
                    "single runs differ by themselves: changes up to {} were taken for noise",
                    percent((comparison.noise * 100.0).ceil() / 100.0)
                ));
            }
            trust.push(
                "one run a side cannot show how much two runs of the same build differ: half of \
                 the least effect is allowed for it; repeat both (three a side, better five) to see"
                    .to_owned(),
            );
        }
        (..=2, _) => trust.push(format!(
            "{} and {} runs show little of how much runs of the same build differ; three a side, \
             better five, show more",
            runs.a, runs.b
        )),
        _ => trust.push(format!(
            "the differences between {} and {} runs count",
            runs.a, runs.b
        )),
    }
    trust
}

/// "p50", "p50 and p90", "p50, p90 and p95".
fn list(names: &[&str]) -> String {
    match names {
        [] => String::new(),
        [one] => (*one).to_owned(),
        [most @ .., last] => format!("{} and {last}", most.join(", ")),
    }
}
