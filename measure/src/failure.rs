//! Failures of a run that belong together, with one of them.

/// One kind of failure of one operation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FailureGroup {
    /// The operation: `GET /cart/{id}`.
    pub operation: String,
    /// `HTTP 503`, `MySQL 1213`, `timeout`.
    pub kind: String,
    /// How often.
    pub count: u64,
    /// How many of them a fault ended, and not the target.
    pub injected: u64,
    /// When the first was intended; microseconds of the run.
    pub first_us: u64,
    /// When the last was intended; microseconds of the run.
    pub last_us: u64,
    /// One of them.
    pub sample: FailureSample,
}

/// One failed exchange.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FailureSample {
    /// Its recorded exchange.
    pub exchange: u32,
    /// Which copy of its lane; 0 is the first.
    pub copy: u32,
    /// When it was intended; microseconds of the run.
    pub at_us: u64,
    /// Intended to done; microseconds.
    pub response_us: u64,
    /// The recorded request in one line; empty when the recording is gone.
    pub request: String,
    /// The recorded status; `None` without an answer.
    pub recorded_status: Option<u16>,
    /// The faults that touched it, as they were written.
    pub faults: Vec<String>,
}
