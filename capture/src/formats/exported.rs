//! What a writer of a format gets, and what it answers.

use std::io::{self, Write};

use reprise_store::{Connection, ExchangeRow};
use reprise_wire::Timestamp;

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
    /// The bytes kept of the request.
    pub(crate) request: Option<&'a [u8]>,
    /// The bytes kept of the answer.
    pub(crate) response: Option<&'a [u8]>,
}

/// Whether an exchange was written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Written {
    Yes,
    /// What kind of exchange the format cannot hold; completes "12 ... were left out".
    No(&'static str),
}
