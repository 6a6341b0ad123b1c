//! The logs that MySQL and MariaDB servers write of their statements: the slow log, with durations, and the
//! general log, with logins. Both name the server's thread, so that sessions stay together; neither has answers.
//! Source: MySQL 8.4 manual, "The Slow Query Log" and "The General Query Log"; MariaDB's pages of those names;
//! Percona Server, "Slow Query Log Rotation and Expiration" for the further fields.

mod general;
mod slow;
mod threads;

pub(crate) use general::{is_general, read as read_general};
pub(crate) use slow::{is_slow, read as read_slow};

/// Whether a line is one of the three that a server writes at the top of a log, again after every start.
fn is_server_header(line: &[u8]) -> bool {
    begins_server(line)
        || line.starts_with(b"Tcp port:")
        || (line.starts_with(b"Time") && line.trim_ascii_end().ends_with(b"Argument"))
}

/// Whether a server starts here: what was open before is closed.
fn begins_server(line: &[u8]) -> bool {
    let line = line.trim_ascii_end();
    line.ends_with(b"started with:") && memchr::memmem::find(line, b", Version: ").is_some()
}
