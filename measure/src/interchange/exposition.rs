//! A run as Prometheus reads it while it is on: the text format, version 0.0.4. Counters grow from the start of the run,
//! times are seconds as its conventions have them.

use std::fmt::Write as _;

use crate::{Digits, Histogram, Outcome, Outcomes, Tick};

/// Upper bounds of the response time's buckets, in microseconds: 1, 2 and 5 of each power of ten up to a minute.
const BUCKETS_US: [u64; 15] = [
    500, 1_000, 2_000, 5_000, 10_000, 20_000, 50_000, 100_000, 200_000, 500_000, 1_000_000,
    2_000_000, 5_000_000, 10_000_000, 60_000_000,
];

/// The run so far.
#[derive(Clone, Debug)]
pub struct Exposition {
    run: String,
    so_far: Tick,
    /// Of the whole run: the bounds of the buckets are no bounds of a histogram's cells.
    response: Histogram,
    /// The last tick, for what is a state and no count.
    last: Tick,
}

impl Exposition {
    /// A run of which nothing is known yet.
    pub fn new(run: &str) -> Self {
        Self {
            run: run.to_owned(),
            so_far: Tick::default(),
            response: Histogram::new(Digits::Two),
            last: Tick::default(),
        }
    }

    /// Adds what happened since.
    pub fn add(&mut self, tick: &Tick) {
        self.response.merge(&tick.response);
        let so_far = &mut self.so_far;
        so_far.duration_us = tick.end_us();
        so_far.planned += tick.planned;
        so_far.sent += tick.sent;
        so_far.outcomes += tick.outcomes;
        so_far.injected_errors += tick.injected_errors;
        so_far.sent_bytes += tick.sent_bytes;
        so_far.received_bytes += tick.received_bytes;
        for (kind, count) in &tick.errors {
            *so_far.errors.entry(kind.clone()).or_default() += count;
        }
        let mut last = tick.clone();
        // a source is asked once a second; between its readings the last one stands
        if last.watch.is_empty() {
            last.watch = std::mem::take(&mut self.last.watch);
        }
        self.last = last;
    }

    /// The text.
    pub fn text(&self) -> String {
        let mut page = Page {
            text: String::new(),
            run: label(&self.run),
        };
        let (so_far, last) = (&self.so_far, &self.last);
        page.one(
            "reprise_run_seconds",
            "gauge",
            "How long the run has been on.",
            seconds(so_far.duration_us),
        );
        page.one(
            "reprise_planned_total",
            "counter",
            "Exchanges whose intended time has come.",
            so_far.planned,
        );
        page.one(
            "reprise_sent_total",
            "counter",
            "Exchanges sent.",
            so_far.sent,
        );
        page.outcomes(&so_far.outcomes);
        page.head(
            "reprise_errors_total",
            "counter",
            "Exchanges that failed, by kind.",
        );
        for (kind, count) in &so_far.errors {
            page.line("reprise_errors_total", &[("kind", kind)], count);
        }
        page.one(
            "reprise_injected_errors_total",
            "counter",
            "Failures that faults of the plan made themselves.",
            so_far.injected_errors,
        );
        page.one(
            "reprise_sent_bytes_total",
            "counter",
            "Bytes written.",
            so_far.sent_bytes,
        );
        page.one(
            "reprise_received_bytes_total",
            "counter",
            "Bytes read.",
            so_far.received_bytes,
        );
        page.one(
            "reprise_in_flight",
            "gauge",
            "Exchanges sent and not yet ended.",
            last.in_flight,
        );
        page.response(&self.response);
        page.one(
            "reprise_lateness_p99_seconds",
            "gauge",
            "99 % of what was sent last was at most this late, by the generator's own fault.",
            seconds(last.lateness_p99_us),
        );
        page.watch(last);
        page.text
    }
}

struct Page {
    text: String,
    /// The run's name as a label's value.
    run: String,
}

impl Page {
    fn head(&mut self, name: &str, kind: &str, help: &str) {
        let _ = writeln!(self.text, "# HELP {name} {help}\n# TYPE {name} {kind}");
    }

    fn line(&mut self, name: &str, labels: &[(&str, &str)], value: impl std::fmt::Display) {
        let _ = write!(self.text, "{name}{{run=\"{}\"", self.run);
        for (key, text) in labels {
            let _ = write!(self.text, ",{key}=\"{}\"", label(text));
        }
        let _ = writeln!(self.text, "}} {value}");
    }

    fn one(&mut self, name: &str, kind: &str, help: &str, value: impl std::fmt::Display) {
        self.head(name, kind, help);
        self.line(name, &[], value);
    }

    fn outcomes(&mut self, outcomes: &Outcomes) {
        self.head(
            "reprise_exchanges_total",
            "counter",
            "Exchanges that ended, by how.",
        );
        for outcome in Outcome::ALL {
            self.line(
                "reprise_exchanges_total",
                &[("outcome", outcome.name())],
                outcomes[outcome],
            );
        }
    }

    fn response(&mut self, response: &Histogram) {
        let name = "reprise_response_seconds";
        self.head(
            name,
            "histogram",
            "What users would have felt: from the intended time to the last byte.",
        );
        let bucket = "reprise_response_seconds_bucket";
        let mut counts = [0_u64; BUCKETS_US.len()];
        let mut sum_us = 0.0;
        for (value_us, count) in response.values() {
            sum_us += value_us as f64 * count as f64;
            for (up_to, bound) in counts.iter_mut().zip(BUCKETS_US) {
                *up_to += if value_us <= bound { count } else { 0 };
            }
        }
        for (count, bound) in counts.into_iter().zip(BUCKETS_US) {
            self.line(bucket, &[("le", &seconds(bound).to_string())], count);
        }
        self.line(bucket, &[("le", "+Inf")], response.count());
        self.line("reprise_response_seconds_sum", &[], sum_us / 1e6);
        self.line("reprise_response_seconds_count", &[], response.count());
    }

    fn watch(&mut self, last: &Tick) {
        let readings = || {
            let sources = last.watch.iter();
            sources.flat_map(|told| told.series.iter().map(move |reading| (told, reading)))
        };
        if readings().next().is_none() {
            return;
        }
        self.head(
            "reprise_watched",
            "gauge",
            "What watched servers and machines told last.",
        );
        for (told, reading) in readings() {
            let labels = [
                ("source", told.source.as_str()),
                ("series", &reading.series),
                ("unit", reading.unit.name()),
            ];
            self.line("reprise_watched", &labels, reading.mean);
        }
    }
}

fn seconds(us: u64) -> f64 {
    us as f64 / 1e6
}

/// A text as the value of a label.
fn label(text: &str) -> String {
    text.replace('\\', "\\\\")
        .replace('"', "\\\"")
        .replace('\n', "\\n")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Reading, WatchTick, WatchUnit};

    fn tick(start_us: u64, responses_us: &[u64]) -> Tick {
        let mut tick = Tick {
            start_us,
            duration_us: 250_000,
            planned: 4,
            sent: 3,
            in_flight: 1,
            response: Histogram::new(Digits::Two),
            ..Tick::default()
        };
        for us in responses_us {
            tick.response.record(*us);
            tick.outcomes.ok += 1;
        }
        tick
    }

    #[test]
    fn counts_grow_and_states_are_those_of_the_last_tick() {
        let mut run = Exposition::new("black \"friday\"");
        let mut first = tick(0, &[400, 900, 70_000]);
        first.watch = vec![WatchTick {
            source: "db".to_owned(),
            series: vec![Reading {
                series: "threads running".to_owned(),
                unit: WatchUnit::Count,
                mean: 3.5,
                ..Reading::default()
            }],
            gap: None,
        }];
        run.add(&first);
        let mut second = tick(250_000, &[2_000_000]);
        second.errors.insert("HTTP 503".to_owned(), 1);
        second.in_flight = 7;
        run.add(&second);
        insta::assert_snapshot!(run.text());
    }
}
