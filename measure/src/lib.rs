//! How long it took: samples, histograms, summaries, comparison, charts, and the seeded choice.
//! Pure: no I/O, no clock, no thread; operations are known by id and by the names callers give.
//!
//! ```text
//! Sample -> Accumulator -> Tick    (every interval of a run; shards add up)
//!                       -> Summary (the run so far, with its Checks)
//! Sample -> RunSamples  -> compare -> Comparison
//! Tick, Summary, Comparison -> chart -> SVG -> report -> HTML
//!                           -> interchange -> JUnit, Markdown, CSV, HDR's table
//! ```

mod accumulator;
pub mod answers;
pub mod chart;
pub mod check;
pub mod choice;
mod compare;
mod disturbance;
mod error_kind;
mod failure;
mod generator;
mod histogram;
pub mod interchange;
pub mod knee;
pub mod length;
mod markup;
mod mix;
mod outcomes;
mod probe;
mod quantiles;
pub mod readable;
pub mod report;
mod sample;
mod summary;
mod tick;
pub mod trend;
mod watch;

pub use accumulator::{Accumulator, MAX_OPERATIONS};
pub use check::{Check, CheckError, CheckResult, During, Stretch, Watching};
pub use compare::{
    Comparison, CurvePoint, ErrorRateChange, Judging, LEAST_ERROR_RATE, LEAST_US, NOISE,
    OperationChange, QuantileChange, RunSamples, STEADY_US, Sides, Source, ThroughputChange,
    Verdict, compare,
};
pub use disturbance::{
    Amplification, Disturbance, Disturbed, Effects, Injection, Recovered, Recovery, RecoveryState,
    Seen,
};
pub use error_kind::ErrorKind;
pub use failure::{FailureGroup, FailureSample};
pub use generator::{GeneratorLimit, GeneratorLoad};
pub use histogram::{Digits, Histogram, HistogramError, MAX_US};
pub use mix::{RowMix, StatusMix};
pub use outcomes::Outcomes;
pub use probe::{ProbeSummary, ProbeTick};
pub use quantiles::{Quantiles, minimum_count};
pub use sample::{Outcome, Sample, SampleFlags};
pub use summary::{
    CommandResult, FaultCount, OperationSummary, Rate, RunFacts, Summary, is_generator_late,
    is_unfaithful,
};
pub use tick::{Seconds, Tick, TickQuantiles, Watched};
pub use watch::{
    Reading, WatchChange, WatchGap, WatchSeries, WatchSummary, WatchTick, WatchTotals, WatchUnit,
    watch_changes,
};
