//! What a writer of a format gets, and what it answers.

use std::io::{self, Write};

use reprise_store::{Connection, ExchangeRow};
use reprise_wire::{Flags, Timestamp};

/// Writes exchanges in one format, one after another.
pub(crate) trait ExchangeWriter {
    /// What comes before the first.
    fn begin(&mut self, _out: &mut dyn Write) -> io::Result<()> {
        Ok(())
    }

    /// The next exchange, in order of their beginnings.
    fn exchange(&mut self, out: &mut dyn Write, exchange: &Exported<'_>) -> io::Result<Written>;

    /// What comes after the last.
    fn end(&mut self, _out: &mut dyn Write) -> io::Result<()> {
        Ok(())
    }
}

/// An exchange to write.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Exported<'a> {
    pub(crate) row: &'a ExchangeRow,
    pub(crate) connection: &'a Connection,
    /// When the recording began.
    pub(crate) started_at: Timestamp,
    /// Whether no other exchange of its connection follows.
    pub(crate) is_last: bool,
    /// The bytes kept of the request.
    pub(crate) request: Option<&'a [u8]>,
    /// The bytes kept of the answer.
    pub(crate) response: Option<&'a [u8]>,
}

impl Exported<'_> {
    /// Whether the request was not captured, or not kept, to its end.
    pub(crate) fn request_is_cut(&self) -> bool {
        let cut = Flags::GAP_IN_REQUEST | Flags::REQUEST_OVER_CAP | Flags::REQUEST_TRUNCATED;
        self.row.flags.intersects(cut)
    }

    /// A point in time of the recording, from microseconds since the exchange began.
    pub(crate) const fn at(&self, us: i64) -> Timestamp {
        let since_start = self.row.at_us.saturating_add(us);
        self.started_at
            .plus_nanos(since_start.saturating_mul(1_000))
    }
}

/// Whether an exchange was written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Written {
    Yes,
    /// What kind of exchange the format cannot hold; completes "12 ... were left out".
    No(&'static str),
}
