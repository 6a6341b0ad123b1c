//! What the jobs answer in JSON: the fields of `--json`, the same for both faces. A field never changes
//! its meaning; more may follow. docs/json.md lists them for users.

mod exchange;
mod keeping;
mod listing;
mod recording;
mod run;

pub use exchange::{ExchangeAnswer, ExchangeDetail, ListedExchange};
pub use keeping::{BinnedAnswer, FoundAnswer, FoundKind, RemarksAnswer};
pub use listing::{DeviceAnswer, OperationAnswer, PlanAnswer, TargetAnswer};
pub use recording::{RecordingAnswer, RecordingHead};
pub use run::{RunAnswer, RunHead, StepOfSearch};

/// As [`rfc3339`], from milliseconds since the Unix epoch.
pub(crate) fn rfc3339_of_ms(ms: i64) -> String {
    jiff::Timestamp::from_millisecond(ms)
        .map_or_else(|_| String::new(), |instant| format!("{instant:.3}"))
}

/// A point in time as users read it: RFC 3339, to the millisecond.
pub(crate) fn rfc3339(at: reprise_wire::Timestamp) -> String {
    jiff::Timestamp::from_nanosecond(i128::from(at.nanos()))
        .map_or_else(|_| String::new(), |instant| format!("{instant:.3}"))
}
