//! The charts a run has, by the names the command and the window use.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use thiserror::Error;

use super::{
    Chart, Curve, Style, Timeline, Token, distribution, error_rate, in_flight, lateness, probes,
    quantile_curves, rate, response_time, watch,
};
use crate::Histogram;

/// One of the charts of a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ChartKind {
    /// Quantiles of the response time over time.
    ResponseTime,
    /// Failures by kind over time.
    ErrorRate,
    /// Asked and sent per second.
    Rate,
    /// Sent and not yet answered.
    InFlight,
    /// The generator's own lateness.
    Lateness,
    /// Response times of the probes over time.
    Probes,
    /// What watched servers and machines told, one small chart below the other.
    Watch,
    /// The whole distribution on an axis of nines.
    Quantiles,
    /// The whole distribution as bars.
    Distribution,
}

/// A chart that does not exist was asked for.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error(
    "draw {0:?}: there are response_time, error_rate, rate, in_flight, lateness, probes, watch, quantiles and distribution"
)]
pub struct UnknownChart(pub String);

impl ChartKind {
    /// Every chart, in the order a page shows them.
    pub const ALL: [Self; 9] = [
        Self::ResponseTime,
        Self::ErrorRate,
        Self::Rate,
        Self::InFlight,
        Self::Lateness,
        Self::Probes,
        Self::Watch,
        Self::Quantiles,
        Self::Distribution,
    ];

    /// Its name: `response_time`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::ResponseTime => "response_time",
            Self::ErrorRate => "error_rate",
            Self::Rate => "rate",
            Self::InFlight => "in_flight",
            Self::Lateness => "lateness",
            Self::Probes => "probes",
            Self::Watch => "watch",
            Self::Quantiles => "quantiles",
            Self::Distribution => "distribution",
        }
    }

    /// Draws this chart of a run.
    pub fn draw(self, timeline: &Timeline<'_>, style: Style) -> Chart {
        match self {
            Self::ResponseTime => response_time(timeline, style),
            Self::ErrorRate => error_rate(timeline, style),
            Self::Rate => rate(timeline, style),
            Self::InFlight => in_flight(timeline, style),
            Self::Lateness => lateness(timeline, style),
            Self::Probes => probes(timeline, style),
            Self::Watch => watch::stacked(timeline, style),
            Self::Quantiles => {
                quantile_curves(&[Curve::of("this run", Token::P50, &all(timeline))], style)
            }
            Self::Distribution => distribution(&all(timeline), style),
        }
    }
}

fn all(timeline: &Timeline<'_>) -> Histogram {
    let mut all = Histogram::default();
    timeline
        .ticks
        .iter()
        .filter(|tick| tick.start_us >= timeline.warm_up_us)
        .for_each(|tick| all.merge(&tick.response));
    all
}

impl fmt::Display for ChartKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for ChartKind {
    type Err = UnknownChart;

    fn from_str(text: &str) -> Result<Self, UnknownChart> {
        let wanted = text.replace('-', "_");
        Self::ALL
            .into_iter()
            .find(|kind| kind.name() == wanted)
            .ok_or_else(|| UnknownChart(text.to_owned()))
    }
}
