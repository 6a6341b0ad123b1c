//! What we keep: one SQLite file of recordings, plans, runs and allowed targets. Only this crate speaks SQL.
//!
//! [`Store`] is a clonable handle on the file: one writer thread, a few read connections. A
//! [`RecordingWriter`] or [`RunWriter`] gathers rows in memory and the writer thread commits them
//! within a second. The file's layout is described in `store/FORMAT.md`.

mod bin;
mod columns;
mod error;
mod file;
mod gathered;
mod id;
mod kept;
mod name;
mod plan;
mod recording;
mod remarks;
mod run;
mod segment;
mod store;
pub mod targets;
mod writer;
mod writer_life;

pub use bin::Binned;
pub use error::Error;
pub use id::{ConnectionId, ExchangeId, OperationId, RecordingId, RunId};
pub use kept::Kept;
pub use plan::SavedPlan;
pub use recording::{
    ByteCounts, Connection, ConnectionEnd, ExchangeCounts, ExchangeRow, Glance, Ledger, Messages,
    NewConnection, NewRecording, OperationRow, PayloadReader, Payloads, RatePoint, RecordedLatency,
    RecordedRequest, Recording, RecordingState, RecordingWriter, Requests, Totals,
};
pub use remarks::{RemarkChange, Remarks};
pub use run::{NewRun, Run, RunEvent, RunOperation, RunState, RunWriter, Samples, TickSums};
pub use store::Store;
pub use targets::{AllowedTarget, TargetRefused};
