//! What of the generator itself held a run up: then its numbers are the generator's, not the target's.

use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::Quantiles;
use crate::readable::duration;
use crate::tick::share;

/// A part of the generator that was the bottleneck.
#[derive(Clone, Copy, Debug, PartialEq, JsonSchema, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "limit")]
pub enum GeneratorLimit {
    /// Requests left late.
    Lateness {
        /// The 99th percentile of sent - ready.
        p99_us: u64,
    },
    /// A sending thread had no processor time left.
    Cpu {
        /// In which share of the run, 0.0 to 1.0.
        share: f64,
    },
    /// No file descriptor was left for a connection.
    Files {
        /// Connections that could not be opened.
        refused: u64,
    },
    /// No local port was left for a connection.
    Ports {
        /// Connections that could not be opened.
        refused: u64,
    },
    /// Samples came faster than they could be added up and stored.
    Collector {
        /// How often the sending threads found it behind.
        times: u64,
    },
}

impl GeneratorLimit {
    /// Whether it spoils a run: a sending thread that is busy, or samples that wait to be stored, need not.
    pub(crate) const fn is_failure(&self) -> bool {
        matches!(
            self,
            Self::Lateness { .. } | Self::Files { .. } | Self::Ports { .. }
        )
    }
}

/// What a run counts about its own generator.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct GeneratorLoad {
    /// Tenths of a second that its sending threads lived, all together.
    pub tenths: u64,
    /// Those of them in which a thread worked, or waited for a processor, nearly all the time.
    pub full_tenths: u64,
    /// Connections not opened for want of a file descriptor.
    pub without_file: u64,
    /// Connections not opened for want of a local port.
    pub without_port: u64,
    /// How often the collector was behind.
    pub collector_behind: u64,
}

impl GeneratorLoad {
    /// Counts another part of the run.
    pub const fn add(&mut self, other: &Self) {
        self.tenths += other.tenths;
        self.full_tenths += other.full_tenths;
        self.without_file += other.without_file;
        self.without_port += other.without_port;
        self.collector_behind += other.collector_behind;
    }

    /// What was the bottleneck, if anything was.
    pub(crate) fn limits(&self, late: bool, lateness_us: &Quantiles) -> Vec<GeneratorLimit> {
        // half a second of beginning or ending is no bottleneck, and neither is a busy moment now and then
        let full = self.full_tenths >= 5 && self.full_tenths * 10 >= self.tenths;
        let p99_us = lateness_us.p99;
        let refused = |count: u64| (count > 0).then_some(count);
        [
            late.then_some(GeneratorLimit::Lateness { p99_us }),
            full.then(|| GeneratorLimit::Cpu {
                share: share(self.full_tenths, self.tenths),
            }),
            refused(self.without_file).map(|refused| GeneratorLimit::Files { refused }),
            refused(self.without_port).map(|refused| GeneratorLimit::Ports { refused }),
            refused(self.collector_behind).map(|times| GeneratorLimit::Collector { times }),
        ]
        .into_iter()
        .flatten()
        .collect()
    }
}

impl fmt::Display for GeneratorLimit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Lateness { p99_us } => {
                write!(f, "the generator was late (p99 {})", duration(*p99_us))
            }
            Self::Cpu { share } => write!(
                f,
                "the generator had no processor time left in {:.0} % of the run",
                share * 100.0
            ),
            Self::Files { refused } => write!(
                f,
                "the generator had no file descriptor left for {refused} connections (ulimit -n)"
            ),
            Self::Ports { refused } => write!(
                f,
                "the generator had no local port left for {refused} connections \
                 (sysctl net.ipv4.ip_local_port_range)"
            ),
            Self::Collector { times } => write!(
                f,
                "the generator could not store its samples fast enough ({times} times)"
            ),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_run_says_what_of_its_generator_was_the_bottleneck() {
        let calm = Quantiles::default();
        let load = GeneratorLoad {
            tenths: 100,
            full_tenths: 9,
            ..GeneratorLoad::default()
        };
        assert!(load.limits(false, &calm).is_empty());
        let mut load = GeneratorLoad {
            full_tenths: 43,
            without_port: 2,
            ..load
        };
        load.add(&GeneratorLoad {
            without_file: 1,
            ..GeneratorLoad::default()
        });
        let late = Quantiles {
            p99: 12_000,
            ..calm
        };
        let said: Vec<String> = load
            .limits(true, &late)
            .iter()
            .map(ToString::to_string)
            .collect();
        assert_eq!(
            said,
            [
                "the generator was late (p99 12 ms)",
                "the generator had no processor time left in 43 % of the run",
                "the generator had no file descriptor left for 1 connections (ulimit -n)",
                "the generator had no local port left for 2 connections \
                 (sysctl net.ipv4.ip_local_port_range)",
            ]
        );
    }

    #[test]
    fn a_few_busy_tenths_at_the_beginning_are_no_bottleneck() {
        let load = GeneratorLoad {
            tenths: 6,
            full_tenths: 4,
            ..GeneratorLoad::default()
        };
        assert!(load.limits(false, &Quantiles::default()).is_empty());
    }

    #[test]
    fn a_limit_is_named_in_json() {
        let json = serde_json::to_string(&GeneratorLimit::Cpu { share: 0.5 }).unwrap();
        assert_eq!(json, r#"{"limit":"cpu","share":0.5}"#);
    }
}
