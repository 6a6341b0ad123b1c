//! Of runs whose generator was late, the changes that its lateness cannot explain. All it can explain is taken out of
//! the side that looks worse, and the change has to be there still: against the other side as it was measured, since
//! lateness never makes an answer come earlier. Failures are compared in the calm moments of both sides.

use super::reasons::is_slower;
use super::side::Side;
use super::{Comparison, ErrorRateChange, OperationChange, QuantileChange, operations};

/// What lateness has to do with a comparison.
pub(super) enum Lateness {
    /// The generators kept time.
    Punctual,
    /// A generator was late, and how much that explains is not known.
    Unknown,
    /// What it cannot explain.
    Known(Box<Unexplained>),
}

/// The same comparison three times over, with less and less that lateness can explain.
pub(super) struct Unexplained {
    /// B at its best against A as measured: what is slower here is slower.
    worse: Comparison,
    /// B as measured against A at its best: what is faster here is faster.
    better: Comparison,
    /// Both at their best, with the failures of calm moments.
    calm: Comparison,
    /// The quantile with the largest change that lateness can explain.
    pub(super) explained: Option<(String, QuantileChange)>,
    /// Whether a change of the error rate can be its doing.
    pub(super) explains_errors: bool,
}

/// Leaves only those changes significant that lateness cannot explain.
pub(super) fn keep(
    measured: &mut Comparison,
    a: Side<'_>,
    b: Side<'_>,
    contrast: impl Fn(Side<'_>, Side<'_>) -> Comparison,
) -> Lateness {
    let late = [a, b].map(Side::generator_late);
    if late == [false, false] {
        return Lateness::Punctual;
    }
    if !a.knows_what_lateness_explains() || !b.knows_what_lateness_explains() {
        return Lateness::Unknown;
    }
    let [worse, better, calm] = match late {
        [false, _] => {
            let worse = contrast(a, b.in_time());
            [worse.clone(), measured.clone(), worse]
        }
        [_, false] => {
            let better = contrast(a.in_time(), b);
            [measured.clone(), better.clone(), better]
        }
        _ => [
            (a, b.in_time()),
            (a.in_time(), b),
            (a.in_time(), b.in_time()),
        ]
        .map(|(a, b)| contrast(a, b)),
    };
    let mut unexplained = Unexplained {
        worse,
        better,
        calm,
        explained: None,
        explains_errors: false,
    };
    unexplained.keep_in(measured, late);
    Lateness::Known(Box::new(unexplained))
}

impl Unexplained {
    fn keep_in(&mut self, measured: &mut Comparison, late: [bool; 2]) {
        for (name, change) in &mut measured.quantiles {
            if change.significant && self.quantile(name, change).is_none() {
                change.significant = false;
                let size =
                    |change: &QuantileChange| change.change.map_or(0.0, |by| by.ln_1p().abs());
                let largest = self
                    .explained
                    .as_ref()
                    .map_or(0.0, |(_, known)| size(known));
                if size(change) >= largest {
                    self.explained = Some((name.clone(), *change));
                }
            }
        }
        let errors = &mut measured.error_rate;
        self.explains_errors = errors.significant && !is_there_still(errors, &self.calm.error_rate);
        errors.significant &= !self.explains_errors;
        for row in &mut measured.operations {
            row.response_us.significant &= self.has_operation(row);
            let calm = find(&self.calm, row).map(|calm| calm.error_rate);
            row.error_rate.significant &=
                calm.is_some_and(|calm| is_there_still(&row.error_rate, &calm));
        }
        operations::sort_by_effect(&mut measured.operations);
        // a generator that is late asks for less, and for more afterwards
        let [a_late, b_late] = late;
        let fewer = measured.throughput.b < measured.throughput.a;
        measured.throughput.significant &= !(if fewer { b_late } else { a_late });
    }

    /// What is left of a change of a quantile of everything; `None` when lateness explains it.
    pub(super) fn quantile(&self, name: &str, measured: &QuantileChange) -> Option<f64> {
        let left = self.of(measured).quantiles.get(name)?;
        is_left(measured, left).then_some(left.change).flatten()
    }

    /// What is left of a change of an operation.
    pub(super) fn operation(&self, measured: &OperationChange) -> Option<f64> {
        let left = find(self.of(&measured.response_us), measured)?;
        is_left(&measured.response_us, &left.response_us)
            .then_some(left.response_us.change)
            .flatten()
    }

    /// Whether an operation still has the change of the same quantile.
    fn has_operation(&self, measured: &OperationChange) -> bool {
        find(self.of(&measured.response_us), measured)
            .is_some_and(|left| left.quantile == measured.quantile)
            && self.operation(measured).is_some()
    }

    /// The error rates of calm moments.
    pub(super) const fn calm_errors(&self) -> ErrorRateChange {
        self.calm.error_rate
    }

    /// All that is possible, one way and the other.
    pub(super) const fn extremes(&self) -> [&Comparison; 2] {
        [&self.worse, &self.better]
    }

    /// The comparison that a change in this direction has to be in, too.
    fn of(&self, change: &QuantileChange) -> &Comparison {
        if is_slower(change) {
            &self.worse
        } else {
            &self.better
        }
    }
}

fn is_left(measured: &QuantileChange, left: &QuantileChange) -> bool {
    left.significant && is_slower(left) == is_slower(measured)
}

fn is_there_still(measured: &ErrorRateChange, calm: &ErrorRateChange) -> bool {
    calm.significant && (calm.b > calm.a) == (measured.b > measured.a)
}

fn find<'a>(comparison: &'a Comparison, row: &OperationChange) -> Option<&'a OperationChange> {
    let mut rows = comparison.operations.iter();
    rows.find(|other| other.operation == row.operation)
}
