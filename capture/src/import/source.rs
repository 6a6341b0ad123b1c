//! What an import reads: each file recognised and dated before anything is created.

use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use reprise_wire::Timestamp;

use crate::CaptureError;
use crate::file::CaptureFile;
use crate::formats::FormatFile;

/// Something to import.
pub(super) enum Source {
    Capture(Box<CaptureFile>),
    Format(FormatFile),
}

/// Recognises the files and puts them in order; with when the first of their traffic was.
///
/// Captures come first, because what they leave open is closed before anything else is told; within both kinds
/// the earliest comes first.
///
/// # Errors
/// A file cannot be read, or is of no known format; or there are none.
pub(super) fn in_order(
    paths: &[PathBuf],
) -> Result<(Vec<Source>, Option<Timestamp>), CaptureError> {
    let mut sources = Vec::with_capacity(paths.len());
    let mut formats: Vec<FormatFile> = Vec::new();
    for path in paths {
        let Some(file) = FormatFile::recognise(path)? else {
            // Read twice on purpose: once to date it.
            let capture = CaptureFile::open(path)?;
            sources.push((first_packet(path)?, Source::Capture(Box::new(capture))));
            continue;
        };
        let joined = formats
            .iter_mut()
            .try_fold(file, |file, other| other.join(file).ok_or(()));
        formats.extend(joined.ok());
    }
    for file in formats {
        sources.push((file.begins()?, Source::Format(file)));
    }
    if sources.is_empty() {
        return Err(CaptureError::NoFiles);
    }
    let first = sources.iter().filter_map(|(first, _)| *first).min();
    sources.sort_by_key(|(first, source)| {
        let is_format = matches!(source, Source::Format(_));
        (is_format, first.unwrap_or(Timestamp::from_nanos(i64::MAX)))
    });
    let sources = sources.into_iter().map(|(_, source)| source).collect();
    Ok((sources, first))
}

fn first_packet(path: &Path) -> Result<Option<Timestamp>, CaptureError> {
    let mut first = None;
    CaptureFile::open(path)?.read(&mut |packet| {
        first = Some(packet.at);
        ControlFlow::Break(())
    });
    Ok(first)
}
