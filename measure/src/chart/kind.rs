//! The charts a run has, by the names the command and the window use.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use thiserror::Error;

use super::{
    Chart, Curve, Style, Timeline, Token, distribution, error_rate, heat_map, in_flight, lateness,
    probes, quantile_curves, rate, response_time, response_time_over_rate, rows, service, statuses,
    watch,
};
use crate::Histogram;

/// One of the charts of a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ChartKind {
    /// Quantiles of the response time over time.
    ResponseTime,
    /// How many answers took how long over time.
    HeatMap,
    /// Response and service time beside each other over time.
    Service,
    /// Failures by kind over time.
    ErrorRate,
    /// Answers by status over time.
    Statuses,
    /// Answers of MySQL by how many rows they had, over time.
    Rows,
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
    /// Quantiles of the response time over the rate that was sent.
    OverRate,
}

/// A chart that does not exist was asked for.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error(
    "draw {0:?}: there are response_time, heat_map, service, error_rate, statuses, rows, rate, in_flight, lateness, \
     probes, watch, quantiles, distribution and over_rate"
)]
pub struct UnknownChart(pub String);

impl ChartKind {
    /// Every chart, in the order a page shows them.
    pub const ALL: [Self; 14] = [
        Self::ResponseTime,
        Self::HeatMap,
        Self::Service,
        Self::ErrorRate,
        Self::Statuses,
        Self::Rows,
        Self::Rate,
        Self::InFlight,
        Self::Lateness,
        Self::Probes,
        Self::Watch,
        Self::Quantiles,
        Self::Distribution,
        Self::OverRate,
    ];

    /// Its name: `response_time`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::ResponseTime => "response_time",
            Self::HeatMap => "heat_map",
            Self::Service => "service",
            Self::ErrorRate => "error_rate",
            Self::Statuses => "statuses",
            Self::Rows => "rows",
            Self::Rate => "rate",
            Self::InFlight => "in_flight",
            Self::Lateness => "lateness",
            Self::Probes => "probes",
            Self::Watch => "watch",
            Self::Quantiles => "quantiles",
            Self::Distribution => "distribution",
            Self::OverRate => "over_rate",
        }
    }

    /// Draws this chart of a run.
    pub fn draw(self, timeline: &Timeline<'_>, style: Style) -> Chart {
        match self {
            Self::ResponseTime => response_time(timeline, style),
            Self::HeatMap => heat_map(timeline, style),
            Self::Service => service(timeline, style),
            Self::ErrorRate => error_rate(timeline, style),
            Self::Statuses => statuses(timeline, style),
            Self::Rows => rows(timeline, style),
            Self::Rate => rate(timeline, style),
            Self::InFlight => in_flight(timeline, style),
            Self::Lateness => lateness(timeline, style),
            Self::Probes => probes(timeline, style),
            Self::Watch => watch::stacked(timeline, style),
            Self::Quantiles => {
                quantile_curves(&[Curve::of("this run", Token::P50, &all(timeline))], style)
            }
            Self::Distribution => distribution(&all(timeline), style),
            Self::OverRate => response_time_over_rate(timeline, style),
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
