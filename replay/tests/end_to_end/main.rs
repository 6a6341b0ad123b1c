//! Replaying end to end: recordings made by hand, small servers, what the store holds afterwards.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod control;
mod faults;
mod http;
mod http_bodies;
mod http_connections;
mod http_targets;
mod mysql;
mod mysql_logins;
mod rewriting;
mod sessions;
mod sign_ups;
mod stall;
mod support;
mod tls;
mod verifying;
mod wire;
mod without_clock;
