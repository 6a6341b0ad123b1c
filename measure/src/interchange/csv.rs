//! Ticks, operations and samples as CSV (RFC 4180) with a line of names. Times are microseconds of the run, shares 0 to 1;
//! what does not exist is empty. A text that a spreadsheet would run as a formula begins with an apostrophe.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::io::{Result, Write};

use csv::Writer;

use crate::{Outcome, Quantiles, Sample, Summary, Tick};

/// Beginnings that spreadsheets take for a formula.
const FORMULA: [char; 6] = ['=', '+', '-', '@', '\t', '\r'];

/// Writes a row for each tick: rates, outcomes, quantiles.
///
/// # Errors
/// `to` cannot be written.
pub fn ticks(ticks: &[Tick], to: impl Write) -> Result<()> {
    let mut rows = Writer::from_writer(to);
    let names = [
        "start_us",
        "duration_us",
        "planned",
        "sent",
        "in_flight",
        "error_answers",
        "injected_errors",
        "sent_bytes",
        "received_bytes",
        "response_p50_us",
        "response_p95_us",
        "response_p99_us",
        "lateness_p99_us",
    ];
    rows.write_record(names.into_iter().chain(Outcome::ALL.map(Outcome::name)))?;
    for tick in ticks {
        let counts = [
            tick.start_us,
            tick.duration_us,
            tick.planned,
            tick.sent,
            tick.in_flight,
            tick.error_answers,
            tick.injected_errors,
            tick.sent_bytes,
            tick.received_bytes,
        ];
        let response = tick.response_us;
        let quantiles = [
            response.map(|response| response.p50),
            response.map(|response| response.p95),
            response.map(|response| response.p99),
            Some(tick.lateness_p99_us),
        ];
        let outcomes = Outcome::ALL.map(|outcome| Some(tick.outcomes[outcome]));
        let row = counts.map(Some).into_iter().chain(quantiles);
        rows.write_record(row.chain(outcomes).map(number))?;
    }
    rows.flush()
}

/// Writes a row for each watched series in each tick; a source that told nothing has no row.
///
/// # Errors
/// `to` cannot be written.
pub fn watched(ticks: &[Tick], to: impl Write) -> Result<()> {
    let mut rows = Writer::from_writer(to);
    rows.write_record(["start_us", "source", "series", "unit", "mean", "max"])?;
    for tick in ticks {
        for told in &tick.watch {
            for reading in &told.series {
                rows.write_record([
                    tick.start_us.to_string().as_str(),
                    &plain(&told.source),
                    &plain(&reading.series),
                    reading.unit.name(),
                    &reading.mean.to_string(),
                    &reading.max.to_string(),
                ])?;
            }
        }
    }
    rows.flush()
}

/// Writes a row for each operation of a run: outcomes, error rates, quantiles of the response and the service time.
///
/// # Errors
/// `to` cannot be written.
pub fn operations(summary: &Summary, to: impl Write) -> Result<()> {
    let mut rows = Writer::from_writer(to);
    let quantiles = ["response", "service"].into_iter().flat_map(|time| {
        ["p50", "p90", "p95", "p99", "p999", "max"].map(|name| format!("{time}_{name}_us"))
    });
    let names = ["operation", "sent", "error_rate", "error_rate_total"]
        .into_iter()
        .chain(Outcome::ALL.map(Outcome::name))
        .map(str::to_owned);
    rows.write_record(names.chain(quantiles))?;
    for operation in &summary.operations {
        let head = [
            plain(&operation.operation).into_owned(),
            operation.sent.to_string(),
            operation.error_rate.to_string(),
            operation.error_rate_total.to_string(),
        ];
        let outcomes = Outcome::ALL.map(|outcome| operation.outcomes[outcome].to_string());
        let times = [operation.response_us, operation.service_us];
        let times = times.iter().flat_map(values).map(number);
        rows.write_record(head.into_iter().chain(outcomes).chain(times))?;
    }
    rows.flush()
}

/// None of nothing: an operation without an answer took no time, not none.
fn values(times: &Quantiles) -> [Option<u64>; 6] {
    [
        times.p50, times.p90, times.p95, times.p99, times.p999, times.max,
    ]
    .map(|value| (times.count > 0).then_some(value))
}

/// Writes samples one by one, as they are read.
pub struct SampleRows<'a, W: Write> {
    rows: Writer<W>,
    operations: &'a BTreeMap<u32, String>,
}

impl<'a, W: Write> SampleRows<'a, W> {
    /// Writes the names; `operations` says what each id is called.
    ///
    /// # Errors
    /// `to` cannot be written.
    pub fn new(to: W, operations: &'a BTreeMap<u32, String>) -> Result<Self> {
        let mut rows = Writer::from_writer(to);
        rows.write_record([
            "exchange",
            "lane",
            "copy",
            "operation",
            "intended_us",
            "ready_us",
            "sent_us",
            "first_byte_us",
            "done_us",
            "outcome",
            "status",
            "sent_bytes",
            "received_bytes",
            "faults",
            "flags",
        ])?;
        Ok(Self { rows, operations })
    }

    /// Writes one.
    ///
    /// # Errors
    /// It cannot be written.
    pub fn write(&mut self, sample: &Sample) -> Result<()> {
        let operation = self.operations.get(&sample.operation);
        let flags: Vec<String> = sample
            .flags
            .iter_names()
            .map(|(name, _)| name.to_lowercase())
            .collect();
        self.rows.write_record([
            sample.exchange.to_string(),
            sample.lane.to_string(),
            sample.copy.to_string(),
            plain(operation.map_or("", String::as_str)).into_owned(),
            sample.intended_us.to_string(),
            sample.ready_us.to_string(),
            sample.sent_us.to_string(),
            number(sample.first_byte_us),
            sample.done_us.to_string(),
            sample.outcome.name().to_owned(),
            sample.status.to_string(),
            sample.sent_bytes.to_string(),
            sample.received_bytes.to_string(),
            sample.faults.to_string(),
            flags.join("|"),
        ])?;
        Ok(())
    }

    /// Writes what is still held back.
    ///
    /// # Errors
    /// It cannot be written.
    pub fn finish(mut self) -> Result<()> {
        self.rows.flush()
    }
}

fn number(value: Option<u64>) -> String {
    value.map_or_else(String::new, |value| value.to_string())
}

/// A captured text that no spreadsheet takes for a formula.
fn plain(text: &str) -> Cow<'_, str> {
    if text.starts_with(FORMULA) {
        Cow::Owned(format!("'{text}"))
    } else {
        Cow::Borrowed(text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{OperationSummary, SampleFlags, TickQuantiles};

    fn text(write: impl FnOnce(&mut Vec<u8>) -> Result<()>) -> String {
        let mut bytes = Vec::new();
        write(&mut bytes).unwrap();
        String::from_utf8(bytes).unwrap()
    }

    #[test]
    fn a_tick_without_answers_has_empty_quantiles() {
        let mut busy = Tick {
            duration_us: 1_000_000,
            sent: 7,
            response_us: Some(TickQuantiles {
                p50: 1,
                p95: 2,
                p99: 3,
            }),
            ..Tick::default()
        };
        busy.outcomes.ok = 7;
        let quiet = Tick {
            start_us: 1_000_000,
            ..Tick::default()
        };
        insta::assert_snapshot!(text(|to| ticks(&[busy, quiet], to)));
    }

    #[test]
    fn an_operation_that_looks_like_a_formula_stays_text() {
        let operation = |name: &str| OperationSummary {
            operation: name.to_owned(),
            sent: 3,
            ..OperationSummary::default()
        };
        let summary = Summary {
            operations: vec![operation("=cmd|' /C calc'!A0"), operation("GET /a,\"b\"")],
            ..Summary::default()
        };
        insta::assert_snapshot!(text(|to| operations(&summary, to)));
    }

    #[test]
    fn a_sample_is_a_row_with_its_operation_by_name() {
        let names = BTreeMap::from([(4, "GET /cart/{id}".to_owned())]);
        let sample = Sample {
            exchange: 1,
            lane: 2,
            copy: 3,
            operation: 4,
            intended_us: 5,
            ready_us: 6,
            sent_us: 7,
            first_byte_us: None,
            done_us: 9,
            outcome: Outcome::Reset,
            status: 0,
            flags: SampleFlags::CONNECTED | SampleFlags::RETRIED,
            sent_bytes: 10,
            received_bytes: 0,
            faults: 0,
        };
        insta::assert_snapshot!(text(|to| {
            let mut rows = SampleRows::new(to, &names)?;
            rows.write(&sample)?;
            rows.finish()
        }));
    }
}
