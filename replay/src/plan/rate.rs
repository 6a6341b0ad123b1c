//! How fast a plan plays its recording and how many play it: two ways to change a rate, chosen apart.

use serde::{Deserialize, Serialize};

use crate::schedule::clock::Speed;

/// How fast the recorded clock runs and how many play it.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Rate {
    /// How much faster than recorded.
    pub speed: Speed,
    /// How many copies of each lane; a fraction samples lanes.
    pub copies: f64,
    /// What stages, and changes while the run is on, change of it.
    pub by: RateBy,
}

/// More users or a faster clock: the two ways to change a rate.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RateBy {
    /// More copies of the lanes, or fewer; think times stay as they were.
    #[default]
    Copies,
    /// A faster clock, or a slower one; think times change.
    Speed,
}

impl Default for Rate {
    fn default() -> Self {
        Self {
            speed: Speed::Times(1.0),
            copies: 1.0,
            by: RateBy::Copies,
        }
    }
}

impl Rate {
    /// `times` the recorded arrival rate by that many users: think times stay as they were.
    pub fn by_copies(times: f64) -> Self {
        Self {
            copies: times,
            ..Self::default()
        }
    }

    /// Whether the rate is changed by a faster clock.
    pub(crate) fn is_by_speed(&self) -> bool {
        self.by == RateBy::Speed
    }

    /// How many times the recorded arrival rate this is, in the way it is changed while a run is on.
    pub(crate) fn times(&self) -> f64 {
        match self.speed {
            Speed::Times(times) if self.is_by_speed() => times,
            _ => self.copies,
        }
    }

    /// `times` the recorded arrival rate by a clock that much faster: think times shrink.
    pub fn by_speed(times: f64) -> Self {
        Self {
            speed: Speed::Times(times),
            by: RateBy::Speed,
            ..Self::default()
        }
    }
}
