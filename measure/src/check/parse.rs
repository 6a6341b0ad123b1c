//! Text to [`Check`]. Every error says what to write instead.

use thiserror::Error;

use super::{Check, During, Measure, Relation, Statistic, Time};
use crate::length;

/// Why a text is no check.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum CheckError {
    /// No `<`, `<=`, `>` or `>=`.
    #[error("read the check {0:?}: it needs <, <=, > or >= and a limit, as in p99<250ms")]
    Relation(String),
    /// The name before the relation is not a measure.
    #[error(
        "read the check: no measure is called {0:?}; there are p50 p90 p95 p99 p999 max (also with \
         service_, first_byte_, waiting_, lateness_ before them), lateness, error_rate, \
         error_rate_total, mismatch_rate, sent_per_s and recovers within 10s"
    )]
    Measure(String),
    /// The operation's parenthesis is not closed, or empty.
    #[error(
        "read the check {0:?}: write the operation between parentheses, as in p95(GET /cart/{{id}})<100ms"
    )]
    Operation(String),
    /// A limit on a time that is not a duration.
    #[error(
        "read the check: the limit of a time needs a unit, us, ms, s, m or h, as in 250ms, not {0:?}"
    )]
    Duration(String),
    /// A limit on a rate that is not a percentage.
    #[error("read the check: the limit of a rate is a percentage, as in 1%, not {0:?}")]
    Percentage(String),
    /// A limit on `sent_per_s` that is not a number.
    #[error(
        "read the check: the limit of sent_per_s is a number of exchanges per second, as in 4900, not {0:?}"
    )]
    Number(String),
    /// `recovers` without a length of time.
    #[error(
        "read the check {0:?}: write recovers within 10s, or recovers(GET /cart/{{id}}) within 10s"
    )]
    Recovery(String),
    /// The part of the run is none.
    #[error(
        "read the check: a part of the run is written @30s..60s, with the end after the start, @stage2, \
         @fault:delay or @fault2, not {0:?}"
    )]
    During(String),
    /// A measure that ticks do not keep.
    #[error(
        "read the check {0:?}: over a window or a part of the run there are p50 to max of the \
         response time, lateness, and the rates; drop `over` and `@`, or check one of those"
    )]
    Windowed(String),
    /// A measure that operations do not keep.
    #[error(
        "read the check {0:?}: for one operation there are p50 to max of the response and service \
         time, and the error and mismatch rates; drop the operation, or check one of those"
    )]
    PerOperation(String),
}

/// What ends a check that holds of nothing, too.
const IF_ANY: &str = " if any";

pub(super) fn check(text: &str) -> Result<Check, CheckError> {
    let text = text.trim();
    let limited = text.strip_suffix(IF_ANY).map(str::trim_end);
    let mut check = limit_of(limited.unwrap_or(text))?;
    check.if_any = limited.is_some();
    text.clone_into(&mut check.text);
    Ok(check)
}

fn limit_of(text: &str) -> Result<Check, CheckError> {
    if let Some(rest) = text.strip_prefix("recovers") {
        return recovery(text, rest);
    }
    let (subject, rest) = split_subject(text)?;
    let (name, operation) = subject;
    let measure = measure(name)?;
    let (relation, rest) = relation(rest).ok_or_else(|| CheckError::Relation(text.to_owned()))?;
    let (rest, during) = match rest.split_once('@') {
        Some((rest, part)) => {
            let during = During::parse(part);
            let during = during.ok_or_else(|| CheckError::During(part.trim().to_owned()))?;
            (rest, Some(during))
        }
        None => (rest, None),
    };
    let (limit, window) = match rest.split_once("over") {
        Some((limit, window)) => (limit, Some(duration(window)?)),
        None => (rest, None),
    };
    let check = Check {
        measure,
        operation: operation.map(str::to_owned),
        relation,
        limit: self::limit(measure, limit.trim())?,
        window_us: window,
        during,
        if_any: false,
        text: text.to_owned(),
    };
    possible(check)
}

/// Reads what follows `recovers`: `(GET /cart/{id}) within 10s`.
fn recovery(text: &str, rest: &str) -> Result<Check, CheckError> {
    let wrong = || CheckError::Recovery(text.to_owned());
    let (operation, within) = match rest.trim_start().strip_prefix('(') {
        Some(inner) => {
            let (operation, within) = inner.rsplit_once(')').ok_or_else(wrong)?;
            (Some(operation.trim()), within)
        }
        None => (None, rest),
    };
    let limit = within.trim().strip_prefix("within").ok_or_else(wrong)?;
    if operation.is_some_and(str::is_empty) {
        return Err(wrong());
    }
    Ok(Check {
        measure: Measure::Recovery,
        operation: operation.map(str::to_owned),
        relation: Relation::AtMost,
        limit: duration(limit).map_err(|_| wrong())? as f64,
        window_us: None,
        during: None,
        if_any: false,
        text: text.to_owned(),
    })
}

/// Splits `p95(GET /cart/{id})<100ms` into name, operation and the rest. SQL has parentheses too,
/// and limits have none: the last one closes.
fn split_subject(text: &str) -> Result<((&str, Option<&str>), &str), CheckError> {
    let end = text.find(['(', '<', '>']).unwrap_or(text.len());
    let (name, rest) = text.split_at(end);
    let Some(inner) = rest.strip_prefix('(') else {
        return Ok(((name.trim(), None), rest));
    };
    match inner.rsplit_once(')') {
        Some((operation, rest)) if !operation.trim().is_empty() => {
            Ok(((name.trim(), Some(operation.trim())), rest))
        }
        _ => Err(CheckError::Operation(text.to_owned())),
    }
}

fn measure(name: &str) -> Result<Measure, CheckError> {
    match name {
        "error_rate" => return Ok(Measure::ErrorRate),
        "error_rate_total" => return Ok(Measure::ErrorRateTotal),
        "mismatch_rate" => return Ok(Measure::MismatchRate),
        "sent_per_s" => return Ok(Measure::SentPerSecond),
        "lateness" => return Ok(Measure::Time(Time::Lateness, Statistic::P99)),
        _ => {}
    }
    let times = [
        ("response_", Time::Response),
        ("service_", Time::Service),
        ("first_byte_", Time::FirstByte),
        ("waiting_", Time::Waiting),
        ("lateness_", Time::Lateness),
    ];
    let (time, point) = times
        .into_iter()
        .find_map(|(prefix, time)| Some((time, name.strip_prefix(prefix)?)))
        .unwrap_or((Time::Response, name));
    let statistic = match point {
        "p50" | "median" => Statistic::P50,
        "p90" => Statistic::P90,
        "p95" => Statistic::P95,
        "p99" => Statistic::P99,
        "p999" | "p99.9" => Statistic::P999,
        "max" => Statistic::Max,
        _ => return Err(CheckError::Measure(name.to_owned())),
    };
    Ok(Measure::Time(time, statistic))
}

fn relation(text: &str) -> Option<(Relation, &str)> {
    let text = text.trim_start();
    [
        ("<=", Relation::AtMost),
        (">=", Relation::AtLeast),
        ("<", Relation::Below),
        (">", Relation::Above),
    ]
    .into_iter()
    .find_map(|(sign, relation)| Some((relation, text.strip_prefix(sign)?)))
}

fn limit(measure: Measure, text: &str) -> Result<f64, CheckError> {
    match measure {
        Measure::Time(..) | Measure::Recovery => duration(text).map(|us| us as f64),
        Measure::ErrorRate | Measure::ErrorRateTotal | Measure::MismatchRate => text
            .strip_suffix('%')
            .and_then(number)
            .map(|percent| percent / 100.0)
            .ok_or_else(|| CheckError::Percentage(text.to_owned())),
        Measure::SentPerSecond => {
            let plain = text.strip_suffix("/s").unwrap_or(text);
            number(plain).ok_or_else(|| CheckError::Number(text.to_owned()))
        }
    }
}

/// A duration with its unit, in microseconds: a bare number could be seconds or milliseconds.
pub(super) fn duration(text: &str) -> Result<u64, CheckError> {
    let text = text.trim();
    let has_unit = text.ends_with(char::is_alphabetic);
    let us = has_unit.then(|| length::parse(text)).flatten();
    us.ok_or_else(|| CheckError::Duration(text.to_owned()))
}

/// A plain number from 0 on: no sign, no exponent, no infinity.
fn number(text: &str) -> Option<f64> {
    let text = text.trim();
    let plain = !text.is_empty() && text.chars().all(|c| c.is_ascii_digit() || c == '.');
    plain.then(|| text.parse().ok()).flatten()
}

/// Refuses what is not kept: ticks have the response time and lateness only, operations the
/// response and service time only.
fn possible(check: Check) -> Result<Check, CheckError> {
    let time = match check.measure {
        Measure::Time(time, _) => Some(time),
        _ => None,
    };
    if check.needs_ticks() && !matches!(time, None | Some(Time::Response | Time::Lateness)) {
        return Err(CheckError::Windowed(check.text));
    }
    let kept = match check.measure {
        Measure::Time(time, _) => {
            time == Time::Response || (time == Time::Service && !check.needs_ticks())
        }
        Measure::SentPerSecond => false,
        Measure::ErrorRateTotal => check.probe().is_none(),
        _ => true,
    };
    if check.operation.is_some() && !kept {
        return Err(CheckError::PerOperation(check.text));
    }
    if check.window_us == Some(0) {
        return Err(CheckError::Duration("0".to_owned()));
    }
    Ok(check)
}
