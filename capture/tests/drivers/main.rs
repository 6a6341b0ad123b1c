//! MySQL traffic of real drivers, captured on the loopback interface, against the server's general log:
//! what was decoded must be what the server did, statement by statement.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a failing helper fails the test"
)]

mod bench;
mod decoded;
mod entry;
mod general_log;
mod literal;
mod programs;
mod replication;
mod rust;
mod statements;
