//! Formats of other tools, both ways: what their files hold becomes exchanges, and what is exported and read
//! again is the same. One binary for all formats, so that it is linked once.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a failing helper fails the test"
)]

mod gor;
mod har;
mod logs;
mod mariadb;
mod pcap;
mod scripts;
mod support;
