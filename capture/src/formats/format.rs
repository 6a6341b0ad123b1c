//! Files in one of the formats: recognised by what they hold, never by their names, and read from beginning to
//! end as often as they are asked.

use std::cmp::Ordering;
use std::io::{BufReader, Read as _};
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use reprise_wire::{Limits, Timestamp};

use super::problems::Problems;
use super::told::{Sink, Told, tell};
use super::{access_log, gor, har, mysql_log};
use crate::CaptureError;
use crate::file::{FileEnd, FileProgress, Opened, open};

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
    /// GoReplay's files.
    Gor,
    /// MySQL's and MariaDB's slow log.
    SlowLog,
    /// Their general log.
    GeneralLog,
    /// The combined access log of nginx and Apache.
    AccessLog,
}

/// A file in one of the formats, or several that are one recording in parts.
#[derive(Clone, Debug)]
pub(crate) struct FormatFile {
    format: Format,
    paths: Vec<PathBuf>,
}

/// An opened [`FormatFile`].
pub(crate) struct OpenedFiles(Vec<(PathBuf, Opened)>);

/// How reading one file went.
#[derive(Debug)]
pub(crate) struct Reading {
    pub(crate) path: PathBuf,
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
        if text.starts_with(b"{") {
            return Some(Self::Har);
        }
        let known = [
            (Self::Gor, gor::is_gor as fn(&[u8]) -> bool),
            (Self::SlowLog, mysql_log::is_slow),
            (Self::GeneralLog, mysql_log::is_general),
            (Self::AccessLog, access_log::is_access_log),
        ];
        let found = known.into_iter().find(|(_, is_it)| is_it(text));
        found.map(|(format, _)| format)
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
            format,
            paths: vec![path.to_path_buf()],
        }))
    }

    /// Takes `other` in when both are parts of one recording: GoReplay goes on in files numbered `_0`, `_1`, and
    /// an answer can be in the file after its request's. Gives `other` back otherwise.
    pub(crate) fn join(&mut self, other: Self) -> Option<Self> {
        if (self.format, other.format) != (Format::Gor, Format::Gor) {
            return Some(other);
        }
        self.paths.extend(other.paths);
        self.paths.sort_by(|a, b| by_part(a, b));
        None
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
    pub(crate) fn open(&self) -> Result<OpenedFiles, CaptureError> {
        let opened = self
            .paths
            .iter()
            .map(|path| Ok((path.clone(), open(path)?)));
        Ok(OpenedFiles(opened.collect::<Result<_, CaptureError>>()?))
    }

    /// Tells all that `opened` holds to `sink` until the end, or until it breaks.
    ///
    /// # Errors
    /// It holds something else in spite of its beginning.
    pub(crate) fn read(
        &self,
        opened: OpenedFiles,
        limits: &Limits,
        sink: Sink<'_>,
    ) -> Result<Vec<Reading>, CaptureError> {
        let mut pairs = gor::Pairs::default();
        let mut readings = Vec::new();
        for (path, opened) in opened.0 {
            let text = &mut BufReader::with_capacity(READ_BYTES, opened.bytes);
            let (end, problems) = match self.format {
                Format::Har => har::read(&path, text, limits, sink)?,
                Format::Gor => gor::read(text, limits, &mut pairs, sink),
                Format::SlowLog => mysql_log::read_slow(text, sink),
                Format::GeneralLog => mysql_log::read_general(text, sink),
                Format::AccessLog => access_log::read(text, limits, sink),
            };
            readings.push(Reading {
                path,
                end,
                problems,
            });
            if end == FileEnd::Stopped {
                return Ok(readings);
            }
        }
        // Whoever had enough has it still.
        let _ = tell(pairs.finish(limits), sink);
        Ok(readings)
    }
}

impl OpenedFiles {
    /// How far they have been read; follows the reading.
    pub(crate) fn progress(&self) -> Vec<FileProgress> {
        self.0
            .iter()
            .map(|(_, opened)| opened.progress.clone())
            .collect()
    }
}

/// The order of the parts of a recording: `x_2.gor` comes before `x_10.gor`.
fn by_part(a: &Path, b: &Path) -> Ordering {
    part(a).cmp(&part(b)).then_with(|| a.cmp(b))
}

/// A path with the number at the end of its name as a number.
fn part(path: &Path) -> (String, u64) {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let stem = name.split('.').next().unwrap_or_default();
    let (name, number) = stem.rsplit_once('_').unwrap_or((stem, "0"));
    let folder = path.parent().unwrap_or_else(|| Path::new("")).display();
    (format!("{folder}/{name}"), number.parse().unwrap_or(0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_format_is_known_by_its_beginning() {
        let cases: [(&[u8], Option<Format>); 9] = [
            (b"\xef\xbb\xbf \n{\"log\"", Some(Format::Har)),
            (
                b"1 0123456789abcdef01234567 1700000000000000000\nGET",
                Some(Format::Gor),
            ),
            (
                b"# Time: 231114 22:13:20\n# User@Host: a[a] @ b []\n",
                Some(Format::SlowLog),
            ),
            (
                b"/usr/sbin/mysqld, Version: 8.0 (x). started with:\nTcp port: 3306\n\
                  Time                 Id Command    Argument\n\
                  2023-11-14T22:13:20.1Z\t    8 Query\tSELECT 1\n",
                Some(Format::GeneralLog),
            ),
            (
                b"1.2.3.4 - - [10/Oct/2000:13:55:36 -0700] \"GET / HTTP/1.1\" 200 1 \"-\" \"-\"\n",
                Some(Format::AccessLog),
            ),
            (b"\xd4\xc3\xb2\xa1\x02\x00\x04\x00", None),
            (b"\x0a\x0d\x0d\x0a\x1c\x00\x00\x00", None),
            (b"hello", None),
            (b"", None),
        ];
        for (start, expected) in cases {
            assert_eq!(
                Format::recognise(start),
                expected,
                "{}",
                start.escape_ascii()
            );
        }
    }

    #[test]
    fn the_parts_of_a_recording_are_in_the_order_of_their_numbers() {
        let file = |path: &str| FormatFile {
            format: Format::Gor,
            paths: vec![path.into()],
        };
        let mut joined = file("x/a_10.gor.gz");
        for path in ["x/a_2.gor.gz", "x/a_0.gor"] {
            assert!(joined.join(file(path)).is_none());
        }
        let order: Vec<_> = joined
            .paths
            .iter()
            .map(|path| path.display().to_string())
            .collect();
        assert_eq!(order, ["x/a_0.gor", "x/a_2.gor.gz", "x/a_10.gor.gz"]);
    }
}
