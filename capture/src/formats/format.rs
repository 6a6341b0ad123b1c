//! A file in one of the formats: recognised by what it holds, never by its name, and read from its beginning
//! to its end as often as it is asked.

use std::io::{BufRead, BufReader, Read as _};
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use reprise_wire::{Limits, Timestamp};

use super::har;
use super::problems::Problems;
use super::told::{Sink, Told};
use crate::CaptureError;
use crate::file::{FileEnd, Opened, open};

/// How many exchanges are looked at to find when the traffic began: files are in order of time, or of the
/// ends of their exchanges, but for a few.
const LOOKED_AT: usize = 10_000;

/// How much of a file's beginning is looked at to recognise it.
const START_BYTES: u64 = 64 << 10;
/// How much is read at a time.
const READ_BYTES: usize = 256 << 10;

/// A format that is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Format {
    /// HTTP Archive 1.1 and 1.2.
    Har,
}

/// A file in one of the formats.
#[derive(Clone, Debug)]
pub(crate) struct FormatFile {
    pub(crate) path: PathBuf,
    format: Format,
}

/// How reading a file went.
#[derive(Debug)]
pub(crate) struct Reading {
    /// How it ended.
    pub(crate) end: FileEnd,
    /// What was not understood.
    pub(crate) problems: Problems,
}

impl Format {
    /// The format that begins like `start`; `None` for anything else, captures among it.
    pub(crate) fn recognise(start: &[u8]) -> Option<Self> {
        let start = start.strip_prefix(b"\xef\xbb\xbf").unwrap_or(start);
        let text = start.trim_ascii_start();
        text.starts_with(b"{").then_some(Self::Har)
    }
}

impl FormatFile {
    /// The file at `path`, when it is in one of the formats.
    ///
    /// # Errors
    /// It cannot be read.
    pub(crate) fn recognise(path: &Path) -> Result<Option<Self>, CaptureError> {
        let mut start = Vec::new();
        // What cannot be read is met, and told, by whoever reads the file.
        let _ = open(path)?.bytes.take(START_BYTES).read_to_end(&mut start);
        Ok(Format::recognise(&start).map(|format| Self {
            path: path.to_path_buf(),
            format,
        }))
    }

    /// When its traffic began; `None` when it has none.
    ///
    /// # Errors
    /// It cannot be read, or holds something else in spite of its beginning.
    pub(crate) fn begins(&self) -> Result<Option<Timestamp>, CaptureError> {
        let mut first: Option<Timestamp> = None;
        let mut left = LOOKED_AT;
        self.read(self.open()?, &Limits::default(), &mut |told| {
            if let Told::Exchange(heard) = told {
                let at = heard.exchange.times.request_first;
                first = Some(first.map_or(at, |first| first.min(at)));
                left = left.saturating_sub(1);
            }
            match left {
                0 => ControlFlow::Break(()),
                _ => ControlFlow::Continue(()),
            }
        })?;
        Ok(first)
    }

    /// Opens it.
    ///
    /// # Errors
    /// It cannot be read.
    pub(crate) fn open(&self) -> Result<Opened, CaptureError> {
        open(&self.path)
    }

    /// Tells all that `opened` holds to `sink` until the end, or until it breaks.
    ///
    /// # Errors
    /// It holds something else in spite of its beginning.
    pub(crate) fn read(
        &self,
        opened: Opened,
        limits: &Limits,
        sink: Sink<'_>,
    ) -> Result<Reading, CaptureError> {
        let text: &mut dyn BufRead = &mut BufReader::with_capacity(READ_BYTES, opened.bytes);
        match self.format {
            Format::Har => har::read(&self.path, text, limits, sink),
        }
    }
}
