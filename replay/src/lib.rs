//! Out: a recording goes from the store to a target, and samples come back into the store.
//!
//! A [`Plan`] says what is sent. [`Prepared`] works it out against its recording: lanes, what each request
//! waits for, what is left out. [`start`] plays it: worker threads, each a shard of the lanes, send on an
//! absolute schedule; a collector adds up, stores and tells what they measured.
//!
//! ```text
//! store -> prepare (lanes) -> worker: agenda -> release -> exchange -> http | mysql -> target
//!          fetch (bytes) ------^                              |
//! store <- collector <- outbox (batches of samples) <---------+
//! ```

mod desk;
mod error;
mod http;
mod mismatch;
mod mysql;
mod plan;
mod prepare;
mod reason;
mod run;
pub mod schedule;
mod socket;
mod tls;
mod users;
mod veil;
mod watch;
mod worker;

pub use error::ReplayError;
pub use http::route::{HttpSource, HttpSourceError};
pub use http::rule::{Rewrite, RewriteError};
pub use mismatch::{MOST_MISMATCHES, Mismatch};
pub use plan::{
    Begins, CommandError, Connections, CopyWrites, GivenStatement, HostField, HttpOrder, HttpRoute,
    KeyShift, KeyShiftError, LaneKey, MissingValues, MysqlRoute, MysqlTls, MysqlUser, PLAN_VERSION,
    Part, Plan, Probe, Progress, Rate, RateBy, SearchStep, ShiftBy, ShiftKeys, Speed, TimedCommand,
    Tls, Watch, WatchFrom, WatchedSource, WatchedSourceError,
};
pub use prepare::{
    Correlation, CorrelationTarget, NoisyPlace, Outline, OutlineLane, OutlineOperation, Planning,
    PlanningWatch, Prepared, Rewritten, Shifted, SlowLane, Unsourced,
};
pub use reason::{SkipReason, Skips};
pub use run::control::Control;
pub use run::event::{Event, Warning, WarningKind};

pub use run::{
    Ended, Handle, MysqlLogin, MysqlRoom, Reached, ReplayConfig, Secrets, ShownBy, Spoken, Targets,
    WatchTarget, disturbances_so_far, local_port_range, start, would_refuse,
};
pub use schedule::stages::{Stage, Stages, StagesError};
pub use tls::{Trust, tls_client_config};
pub use users::{Account, Users};
