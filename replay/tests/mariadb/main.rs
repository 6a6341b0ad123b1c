//! Replaying MySQL against a real MariaDB: a client of the `mysql` crate is recorded on its way through a
//! relay, and what the recording holds is played against the same server.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod bench;
mod certificates;
mod copies;
mod logins;
mod made_ids;
mod pinning;
mod read_only;
mod relay;
mod sessions;
mod shifting;
mod statements;
mod transactions;
mod verifying;
