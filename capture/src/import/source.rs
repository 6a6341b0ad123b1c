//! What an import reads: each file recognised and dated before anything is created.

use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use reprise_wire::Timestamp;

use super::merged::Dated;
use crate::CaptureError;
use crate::file::CaptureFile;
use crate::formats::FormatFile;

/// The end of time, for files without packets.
const NEVER: Timestamp = Timestamp::from_nanos(i64::MAX);

/// What there is to import, the earliest first within both kinds.
pub(super) struct Sources {
    /// Captures, read before the others, because what they leave open is closed before anything else is told.
    pub(super) captures: Vec<Dated>,
    pub(super) formats: Vec<FormatFile>,
    /// When the first of their traffic was.
    pub(super) begins: Option<Timestamp>,
}

/// Recognises the files and puts them in order.
///
/// # Errors
/// A file cannot be read, or is of no known format; or there are none.
pub(super) fn in_order(paths: &[PathBuf]) -> Result<Sources, CaptureError> {
    if paths.is_empty() {
        return Err(CaptureError::NoFiles);
    }
    let mut captures = Vec::new();
    let mut formats: Vec<FormatFile> = Vec::new();
    for path in paths {
        let Some(file) = FormatFile::recognise(path)? else {
            // Read twice on purpose: once to date it. All of them at once could be too many to have open.
            captures.push(Dated {
                path: path.clone(),
                first: first_packet(path)?.unwrap_or(NEVER),
            });
            continue;
        };
        let joined = formats
            .iter_mut()
            .try_fold(file, |file, other| other.join(file).ok_or(()));
        formats.extend(joined.ok());
    }
    captures.sort_by_key(|capture| capture.first);
    let mut dated = Vec::with_capacity(formats.len());
    for file in formats {
        dated.push((file.begins()?.unwrap_or(NEVER), file));
    }
    dated.sort_by_key(|(first, _)| *first);
    let firsts = captures.iter().map(|capture| capture.first);
    let begins = firsts.chain(dated.iter().map(|(first, _)| *first)).min();
    Ok(Sources {
        captures,
        formats: dated.into_iter().map(|(_, file)| file).collect(),
        begins: begins.filter(|begins| *begins != NEVER),
    })
}

fn first_packet(path: &Path) -> Result<Option<Timestamp>, CaptureError> {
    let mut first = None;
    CaptureFile::open(path)?.read(&mut |packet| {
        first = Some(packet.at);
        ControlFlow::Break(())
    });
    Ok(first)
}
