//! Chosen series of a `/metrics` endpoint. Of several that one choice fits, the sum; of what only grows, the rate.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Instant;

use reprise_measure::{Reading, WatchUnit};
use reprise_wire::exposition::{Line, MetricKind, Selector, lines, metric_of};

use super::error::WatchError;
use super::http;
use super::rates::Rates;
use crate::run::http_target::HttpTarget;

/// An endpoint, and what its counters were when it was last asked.
pub(crate) struct Prometheus {
    target: HttpTarget,
    request: Vec<u8>,
    series: Vec<Selector>,
    rates: Rates,
    /// Whether every choice was found once: from then on one that is missing is a gap of its own.
    found: bool,
}

/// What one choice comes to in one answer.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
struct Chosen {
    sum: f64,
    count: usize,
}

impl Prometheus {
    pub(crate) fn new(target: HttpTarget, host: &str, path: &str, series: Vec<Selector>) -> Self {
        let request = format!(
            "GET {path} HTTP/1.1\r\nHost: {host}\r\nUser-Agent: reprise\r\n\
             Accept: text/plain;version=0.0.4\r\nConnection: close\r\n\r\n"
        );
        Self {
            target,
            request: request.into_bytes(),
            series,
            rates: Rates::default(),
            found: false,
        }
    }

    /// What the endpoint tells now.
    ///
    /// # Errors
    /// It does not answer, or has none of the series that are asked for the first time.
    pub(crate) async fn read(&mut self) -> Result<Vec<Reading>, WatchError> {
        let answer = http::get(&self.target, &self.request).await?;
        self.rates.begin(Instant::now());
        self.readings(&String::from_utf8_lossy(&answer))
    }

    fn readings(&mut self, text: &str) -> Result<Vec<Reading>, WatchError> {
        let mut chosen = vec![Chosen::default(); self.series.len()];
        let mut kinds: BTreeMap<&str, MetricKind> = BTreeMap::new();
        for line in lines(text) {
            match line {
                Line::Type(name, kind) => drop(kinds.insert(name, kind)),
                Line::Sample(sample) => {
                    for (selector, chosen) in self.series.iter().zip(&mut chosen) {
                        if selector.selects(&sample) {
                            chosen.sum += sample.value;
                            chosen.count += 1;
                        }
                    }
                }
            }
        }
        let mut readings = Vec::new();
        for (selector, chosen) in self.series.iter().zip(&chosen) {
            if chosen.count == 0 {
                if self.found {
                    continue;
                }
                return Err(WatchError::no_series(&selector.to_string(), names(text)));
            }
            let name = selector.to_string();
            let kind = kinds.get(selector.name.as_str());
            let kind = kind.or_else(|| kinds.get(metric_of(&selector.name)));
            let grows = kind.copied().unwrap_or_default().only_grows(&selector.name);
            let reading = if grows {
                let rate = self.rates.per_second(&name, chosen.sum);
                rate.and_then(|rate| Reading::of(&name, &name, WatchUnit::PerSecond, rate))
            } else {
                Reading::of(&name, &name, unit(&selector.name), chosen.sum)
            };
            readings.extend(reading);
        }
        self.found = true;
        Ok(readings)
    }
}

/// The unit that the name of a gauge ends with, as Prometheus wants names to.
fn unit(name: &str) -> WatchUnit {
    if name.ends_with("_bytes") {
        WatchUnit::Bytes
    } else if name.ends_with("_ratio") {
        WatchUnit::Share
    } else {
        WatchUnit::Number
    }
}

/// The names of all series of an answer.
fn names(text: &str) -> BTreeSet<String> {
    let name = |line| match line {
        Line::Sample(sample) => Some(sample.name.to_owned()),
        Line::Type(..) => None,
    };
    lines(text).filter_map(name).collect()
}
