//! The logs that MySQL and MariaDB servers write of their statements: the slow log, with durations, and the
//! general log, with logins. Both name the server's thread, so that sessions stay together; neither has answers.
//! Source: MySQL 8.4 manual, "The Slow Query Log" and "The General Query Log"; MariaDB's pages of those names;
//! Percona Server, "Slow Query Log Rotation and Expiration" for the further fields.

mod general;
mod slow;
mod threads;

pub(crate) use general::{is_general, read as read_general};
pub(crate) use slow::{is_slow, read as read_slow};

use std::io::BufRead;

use super::lines::{Line, Lines};
use super::told::{Sink, Told, tell};
use crate::file::FileEnd;

/// Hands the lines of a log to `take`, and tells what each one completed. `None`: no more is wanted.
fn each_line(
    text: &mut dyn BufRead,
    sink: Sink<'_>,
    mut take: impl FnMut(Line<'_>, &mut Vec<Told>),
) -> Option<FileEnd> {
    let mut lines = Lines::new(text);
    let mut told = Vec::new();
    loop {
        match lines.next() {
            Ok(line) => take(line, &mut told),
            Err(end) => return Some(end),
        }
        if tell(std::mem::take(&mut told), sink).is_break() {
            return None;
        }
    }
}

/// How a log ended whose last statement is `cut`.
fn cut_or(cut: bool, end: FileEnd) -> FileEnd {
    if cut && end == FileEnd::Whole {
        FileEnd::Cut
    } else {
        end
    }
}

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
