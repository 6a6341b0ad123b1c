//! A check against a whole run, from its summary.

use super::{Check, CheckResult, Measure, Statistic, Time};
use crate::tick::share;
use crate::{
    OperationSummary, Outcomes, ProbeSummary, Quantiles, RecoveryState, Summary, readable,
};

impl Check {
    /// What it comes to with this value.
    pub(super) fn result(&self, value: Option<f64>, summary: &Summary) -> CheckResult {
        CheckResult {
            check: self.text.clone(),
            value,
            held: value.map_or(self.if_any, |value| self.relation.holds(value, self.limit)),
            readable: value.map_or_else(
                || self.without_value(summary).to_owned(),
                |value| self.readable(value),
            ),
        }
    }

    fn readable(&self, value: f64) -> String {
        match self.measure {
            Measure::Time(..) | Measure::Recovery => readable::duration(value as u64),
            Measure::SentPerSecond => format!("{}/s", readable::rate(value)),
            _ => readable::percent(value),
        }
    }

    pub(super) fn over_run(&self, summary: &Summary) -> Option<f64> {
        if self.measure == Measure::Recovery {
            return self.recovered(summary).ok();
        }
        if let Some(name) = self.probe() {
            let row = summary.probes.iter().find(|row| row.name == name)?;
            return self.of_probe(row);
        }
        if let Some(name) = &self.operation {
            let row = summary
                .operations
                .iter()
                .find(|row| row.operation == *name)?;
            return self.of_operation(row);
        }
        let measured = summary.measured().total() > 0;
        match self.measure {
            Measure::Time(time, statistic) => statistic.of(match time {
                Time::Response => &summary.response_us,
                Time::Service => &summary.service_us,
                Time::FirstByte => &summary.first_byte_us,
                Time::Waiting => &summary.waiting_us,
                Time::Lateness => &summary.lateness_us,
            }),
            Measure::ErrorRate => measured.then_some(summary.error_rate),
            Measure::ErrorRateTotal => measured.then_some(summary.error_rate_total),
            Measure::MismatchRate => mismatch_rate(&summary.measured()),
            Measure::SentPerSecond => measured.then_some(summary.rate.sent_per_s),
            Measure::Recovery => None,
        }
    }

    /// The longest recovery, in microseconds; otherwise why there is none.
    fn recovered(&self, summary: &Summary) -> Result<f64, &'static str> {
        let mut longest = None;
        for recovery in &summary.effects.recovery {
            let row = match &self.operation {
                None => Some(&recovery.total),
                Some(name) => recovery
                    .operations
                    .iter()
                    .find(|row| row.operation.as_ref() == Some(name)),
            };
            match row.map(|row| (row.state, row.after_us)) {
                Some((RecoveryState::Recovered, after_us)) => {
                    longest = longest.max(Some(after_us));
                }
                Some((RecoveryState::NotRecovered | RecoveryState::CutShort, _)) => {
                    return Err("has not recovered");
                }
                Some((RecoveryState::Unknown, _)) | None => return Err("n/a"),
            }
        }
        longest.map(|us| us as f64).ok_or("n/a")
    }

    /// What a check without a value says.
    pub(super) fn without_value(&self, summary: &Summary) -> &'static str {
        match self.measure {
            Measure::Recovery => self.recovered(summary).err().unwrap_or("n/a"),
            _ => "n/a",
        }
    }

    fn of_probe(&self, row: &ProbeSummary) -> Option<f64> {
        let measured = row.outcomes.total() > 0;
        match self.measure {
            Measure::Time(Time::Service, statistic) => statistic.of(&row.service_us),
            Measure::Time(_, statistic) => statistic.of(&row.response_us),
            Measure::ErrorRate => measured.then_some(row.error_rate),
            Measure::MismatchRate => mismatch_rate(&row.outcomes),
            Measure::ErrorRateTotal | Measure::SentPerSecond | Measure::Recovery => None,
        }
    }

    fn of_operation(&self, row: &OperationSummary) -> Option<f64> {
        let measured = row.outcomes.total() > 0;
        match self.measure {
            Measure::Time(Time::Service, statistic) => statistic.of(&row.service_us),
            Measure::Time(_, statistic) => statistic.of(&row.response_us),
            Measure::ErrorRate => measured.then_some(row.error_rate),
            Measure::ErrorRateTotal => measured.then_some(row.error_rate_total),
            Measure::MismatchRate => mismatch_rate(&row.outcomes),
            Measure::SentPerSecond | Measure::Recovery => None,
        }
    }
}

impl Statistic {
    fn of(self, quantiles: &Quantiles) -> Option<f64> {
        let value = match self {
            Self::P50 => quantiles.p50,
            Self::P90 => quantiles.p90,
            Self::P95 => quantiles.p95,
            Self::P99 => quantiles.p99,
            Self::P999 => quantiles.p999,
            Self::Max => quantiles.max,
        };
        (quantiles.count > 0).then_some(value as f64)
    }
}

fn mismatch_rate(outcomes: &Outcomes) -> Option<f64> {
    (outcomes.total() > 0).then(|| share(outcomes.mismatch, outcomes.total()))
}
