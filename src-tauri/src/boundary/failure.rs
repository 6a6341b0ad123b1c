//! What failed in a run, with one sample of each.

use reprise_app::{FailureGroup, FailureSample};
use serde::Serialize;
use specta::Type;
use specta_typescript::Number;

use super::whole;

/// One kind of failure of one operation.
#[derive(Clone, Debug, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub(crate) struct FailureLine {
    operation: String,
    /// `HTTP 503`, `MySQL 1213`, `timeout`.
    kind: String,
    count: u32,
    /// Those of them that a fault ended.
    injected: u32,
    /// Of the run.
    #[specta(type = Number)]
    first_us: f64,
    /// Of the run.
    #[specta(type = Number)]
    last_us: f64,
    sample: FailedSample,
}

/// One failed exchange.
#[derive(Clone, Debug, Serialize, Type)]
#[serde(rename_all = "camelCase")]
struct FailedSample {
    exchange: u32,
    copy: u32,
    /// Of the run.
    #[specta(type = Number)]
    at_us: f64,
    response_us: u32,
    /// The recorded request in one line; empty when the recording is gone.
    request: String,
    recorded_status: Option<u16>,
    /// Those that touched it.
    faults: Vec<String>,
}

impl From<FailureGroup> for FailureLine {
    fn from(group: FailureGroup) -> Self {
        Self {
            operation: group.operation,
            kind: group.kind,
            count: whole(group.count),
            injected: whole(group.injected),
            first_us: group.first_us as f64,
            last_us: group.last_us as f64,
            sample: group.sample.into(),
        }
    }
}

impl From<FailureSample> for FailedSample {
    fn from(sample: FailureSample) -> Self {
        Self {
            exchange: sample.exchange,
            copy: sample.copy,
            at_us: sample.at_us as f64,
            response_us: whole(sample.response_us),
            request: sample.request,
            recorded_status: sample.recorded_status,
            faults: sample.faults,
        }
    }
}
