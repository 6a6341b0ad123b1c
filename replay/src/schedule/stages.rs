//! Stages: the rate of a run as a curve over its time, in steps and ramps: `1x:1m,5x:2m,5x..10x:2m`. Pure.
//! Unit: microseconds of the run without its pauses; rates in times the recorded one.

use std::fmt;
use std::str::FromStr;

use reprise_measure::length;
use serde::{Deserialize, Serialize};
use thiserror::Error;

/// How often a ramp takes a step.
const RAMP_STEP_US: u64 = 250_000;

/// Why a text is no stages.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error(
    "read the stages {text:?}: {part:?} is none; write a rate and how long it lasts, as in \
     1x:1m,5x:2m,5x..10x:2m (the last one climbs from 5x to 10x)"
)]
pub struct StagesError {
    text: String,
    part: String,
}

/// A stretch of the run in which the rate stands, or goes evenly from one value to another.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Stage {
    /// The rate at its beginning.
    pub from: f64,
    /// The rate at its end.
    pub to: f64,
    /// How long it lasts, in microseconds.
    pub lasts_us: u64,
}

/// Stages one after the other; after the last one its final rate stands.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Stages(Vec<Stage>);

impl Stages {
    /// The stages in order.
    pub fn list(&self) -> &[Stage] {
        &self.0
    }

    /// Whether there are any.
    pub const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// How long all of them last.
    pub fn last_us(&self) -> u64 {
        self.0
            .iter()
            .fold(0, |sum, stage| sum.saturating_add(stage.lasts_us))
    }

    /// The highest rate of all.
    pub fn highest(&self) -> Option<f64> {
        let rates = self.0.iter().map(|stage| stage.from.max(stage.to));
        rates.reduce(f64::max)
    }

    /// When each stage begins, and the stage.
    pub fn begun(&self) -> impl Iterator<Item = (u64, Stage)> {
        self.0.iter().scan(0_u64, |at_us, stage| {
            let begins_us = *at_us;
            *at_us = at_us.saturating_add(stage.lasts_us);
            Some((begins_us, *stage))
        })
    }

    /// The rate at `at_us`; `None` without stages. A ramp goes in steps of a quarter of a second, so that
    /// every worker takes the same ones whenever it happens to look.
    pub fn rate_at(&self, at_us: u64) -> Option<f64> {
        let (begins_us, stage) = self.stage_at(at_us)?;
        Some(stage.rate_after(at_us.saturating_sub(begins_us)))
    }

    /// The first moment after `at_us` at which the rate may be another.
    pub fn next_change_us(&self, at_us: u64) -> Option<u64> {
        let (begins_us, stage) = self.stage_at(at_us)?;
        let ends_us = begins_us.saturating_add(stage.lasts_us);
        if at_us >= ends_us {
            return None;
        }
        if stage.from == stage.to {
            return Some(ends_us);
        }
        let steps = (at_us - begins_us) / RAMP_STEP_US + 1;
        Some(ends_us.min(begins_us + steps * RAMP_STEP_US))
    }

    /// What is left of them at `at_us` of a run that goes on for `lasts_us` from there: when they are over, the final
    /// rate.
    pub fn after(&self, at_us: u64, lasts_us: u64) -> Self {
        let left = self.begun().filter_map(|(begins_us, stage)| {
            let into_us = at_us.saturating_sub(begins_us);
            (into_us < stage.lasts_us).then(|| Stage {
                from: stage.rate_after(into_us),
                to: stage.to,
                lasts_us: stage.lasts_us - into_us,
            })
        });
        let left: Vec<Stage> = left.collect();
        match self.0.last() {
            Some(last) if left.is_empty() => Self(vec![Stage {
                from: last.to,
                to: last.to,
                lasts_us,
            }]),
            _ => Self(left),
        }
    }

    /// How many playings of the recording at its own rate the first `until_us` come to, in microseconds of
    /// recorded time.
    pub fn played_us(&self, until_us: u64) -> f64 {
        let mut played = 0.0;
        let mut at_us = 0;
        while at_us < until_us {
            let Some(rate) = self.rate_at(at_us) else {
                return until_us as f64;
            };
            let next_us = self
                .next_change_us(at_us)
                .map_or(until_us, |next| next.min(until_us));
            played += (next_us - at_us) as f64 * rate;
            at_us = next_us;
        }
        played
    }

    /// The stage that holds `at_us`, or the last one, and when it begins.
    fn stage_at(&self, at_us: u64) -> Option<(u64, Stage)> {
        self.begun()
            .find(|(begins_us, stage)| at_us < begins_us.saturating_add(stage.lasts_us))
            .or_else(|| self.begun().last())
    }
}

impl Stage {
    /// The rate `into_us` after it began.
    fn rate_after(self, into_us: u64) -> f64 {
        if into_us >= self.lasts_us {
            return self.to;
        }
        let step_us = into_us - into_us % RAMP_STEP_US;
        self.from + (self.to - self.from) * step_us as f64 / self.lasts_us as f64
    }
}

impl FromStr for Stages {
    type Err = StagesError;

    fn from_str(text: &str) -> Result<Self, StagesError> {
        text.split(',')
            .map(|part| {
                stage(part).ok_or_else(|| StagesError {
                    text: text.to_owned(),
                    part: part.trim().to_owned(),
                })
            })
            .collect::<Result<_, _>>()
            .map(Self)
    }
}

/// Reads `5x:2m` or `5x..10x:2m`.
fn stage(text: &str) -> Option<Stage> {
    let (rates, lasts) = text.trim().split_once(':')?;
    let (from, to) = rates.split_once("..").unwrap_or((rates, rates));
    let lasts_us = length::parse(lasts).filter(|us| *us > 0)?;
    Some(Stage {
        from: factor(from)?,
        to: factor(to)?,
        lasts_us,
    })
}

fn factor(text: &str) -> Option<f64> {
    let number = text.trim().trim_end_matches(['x', 'X']);
    let factor = number.parse::<f64>().ok()?;
    (factor.is_finite() && factor > 0.0).then_some(factor)
}

impl fmt::Display for Stages {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, stage) in self.0.iter().enumerate() {
            if index > 0 {
                f.write_str(",")?;
            }
            write!(f, "{stage}:{}", length::exact(stage.lasts_us))?;
        }
        Ok(())
    }
}

/// Its rate: `5x`, or `5x..10x`.
impl fmt::Display for Stage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.from == self.to {
            write!(f, "{}x", self.from)
        } else {
            write!(f, "{}x..{}x", self.from, self.to)
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn stages(text: &str) -> Stages {
        text.parse().unwrap()
    }

    #[test]
    fn steps_and_ramps_are_read_and_written() {
        let text = "1x:1m,5x..10x:2m,0.5x:90s";
        let read = stages(text);
        assert_eq!(read.to_string(), text);
        assert_eq!(read.last_us(), 270_000_000);
        assert_eq!(read.highest(), Some(10.0));
        assert_eq!(stages(" 2 : 30 ").to_string(), "2x:30s");
    }

    #[test]
    fn what_is_no_stage_is_refused_with_an_example() {
        for text in [
            "", "5x", "5x:", ":1m", "0x:1m", "-1x:1m", "5x:0s", "5x:1m,", "NaN:1m", "1x..:1m",
        ] {
            let error = text.parse::<Stages>().unwrap_err().to_string();
            assert!(error.contains("5x:2m"), "{text}: {error}");
        }
    }

    #[test]
    fn a_step_changes_the_rate_at_its_beginning_and_the_last_one_stands() {
        let stages = stages("1x:1m,5x:2m");
        assert_eq!(stages.rate_at(0), Some(1.0));
        assert_eq!(stages.rate_at(59_999_999), Some(1.0));
        assert_eq!(stages.rate_at(60_000_000), Some(5.0));
        assert_eq!(stages.rate_at(u64::MAX), Some(5.0));
        assert_eq!(stages.next_change_us(0), Some(60_000_000));
        assert_eq!(stages.next_change_us(60_000_000), Some(180_000_000));
        assert_eq!(stages.next_change_us(180_000_000), None);
    }

    #[test]
    fn a_ramp_climbs_evenly() {
        let stages = stages("1x..3x:2s");
        let rates: Vec<_> = (0..=8)
            .filter_map(|step| stages.rate_at(step * 250_000))
            .collect();
        assert_eq!(rates, [1.0, 1.25, 1.5, 1.75, 2.0, 2.25, 2.5, 2.75, 3.0]);
        assert_eq!(stages.next_change_us(1), Some(250_000));
    }

    #[test]
    fn what_is_played_is_the_area_below_the_curve() {
        assert_eq!(stages("1x:1m,5x:2m").played_us(180_000_000), 660_000_000.0);
        let ramp = stages("0.5x..2.5x:10m").played_us(600_000_000);
        assert!((ramp / 900_000_000.0 - 1.0).abs() < 0.01, "{ramp}");
    }

    proptest! {
        #[test]
        fn the_rate_stands_between_two_changes(
            parts in proptest::collection::vec((0.1_f64..20.0, 0.1_f64..20.0, 1_u64..5_000_000), 1..5),
            at in 0_u64..20_000_000,
            share in 0.0_f64..1.0,
        ) {
            let stages = Stages(parts.into_iter().map(|(from, to, lasts_us)| Stage { from, to, lasts_us }).collect());
            if let Some(next) = stages.next_change_us(at) {
                prop_assert!(next > at);
                let between = at + ((next - at - 1) as f64 * share) as u64;
                prop_assert_eq!(stages.rate_at(at), stages.rate_at(between));
            } else {
                prop_assert_eq!(stages.rate_at(at), stages.rate_at(at + 1));
            }
        }
    }
}
