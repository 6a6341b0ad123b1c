//! What crosses to the window: shapes of its own, so that the rooms below can change without it. Counts and
//! microseconds are `u32` (they saturate; 71 minutes), sizes and rates `f64`, instants RFC 3339: a JavaScript
//! number holds them all exactly.

mod chart;
mod comparison;
mod exchange;
mod library;
mod numbers;
mod recording;
mod replay;
mod run;

pub use chart::{Chart, ThemeName};
pub use comparison::Comparison;
pub use exchange::{ExchangeDetail, ExchangePage};
pub use library::{AllowedHost, ImportNews, Library, RecordingCard, RunCard};
pub use numbers::{Count, counts, whole, word};
pub use recording::RecordingPage;
pub use replay::{CheckState, DryRun, FaultNote, ReplayForm};
pub use run::{RunNews, RunNumbers, RunPage, fault_title, outcomes, share};
