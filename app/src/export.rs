//! Writing a recording in another tool's format, to a file that is whole or is not there.

use std::collections::BTreeMap;
use std::io::Write;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use reprise_capture::{ExportFormat, Exports, export};
use serde::Serialize;
use tempfile::NamedTempFile;

use crate::library::parse_filter;
use crate::{Error, Library};

/// What an export is asked for.
#[derive(Clone, Debug)]
pub struct ExportRequest {
    /// The recording's name.
    pub name: String,
    /// In which format.
    pub format: ExportFormat,
    /// Only exchanges that match, in the filter language; `None` for all.
    pub filter: Option<String>,
    /// The file; `None` writes to the stream that is handed over.
    pub out: Option<PathBuf>,
    /// Whether a file that is there is replaced.
    pub force: bool,
}

/// What an export did.
#[derive(Clone, Debug, Serialize)]
pub struct ExportAnswer {
    /// The recording's name.
    pub recording: String,
    /// The format's name.
    pub format: &'static str,
    /// The file; `null` when it went to the standard output.
    pub out: Option<PathBuf>,
    /// Whether the recording, and so the export, has its secrets as they were captured.
    pub raw: bool,
    /// Exchanges written.
    pub exchanges: u64,
    /// Exchanges that matched and that the format cannot hold, by what they are.
    pub left_out: BTreeMap<&'static str, u64>,
}

impl Library {
    /// Writes a recording in another tool's format: to the request's file, else to `stream`. `look` is told how
    /// much is done, from 0 to 1, and may end it.
    ///
    /// # Errors
    /// When there is no such recording, the filter cannot be read, the file is there already, cannot be
    /// written, or `look` ended it: no file is left then.
    pub fn export(
        &self,
        request: &ExportRequest,
        stream: &mut dyn Write,
        look: &mut dyn FnMut(f64) -> ControlFlow<()>,
    ) -> Result<ExportAnswer, Error> {
        let recording = self.store.recording(&request.name)?;
        let filter = parse_filter(request.filter.as_deref())?;
        let mut run = |out: &mut dyn Write| -> Result<Exports, Error> {
            let (store, format) = (&self.store, request.format);
            let exports = export(store, &recording, format, filter.as_ref(), out, look)?;
            if exports.stopped {
                return Err(Error::Stopped("the export"));
            }
            Ok(exports)
        };
        let exports = match &request.out {
            None => run(stream)?,
            Some(path) => {
                let mut file = beside(path, request.force)?;
                let exports = run(&mut file)?;
                put(file, path, request.force)?;
                exports
            }
        };
        Ok(ExportAnswer {
            recording: recording.name,
            format: request.format.name(),
            out: request.out.clone(),
            raw: recording.raw,
            exchanges: exports.exchanges,
            left_out: exports.left_out,
        })
    }
}

/// A file in the folder of `path`, to be put in its place when it is whole.
fn beside(path: &Path, force: bool) -> Result<NamedTempFile, Error> {
    if !force && path.exists() {
        return Err(is_there(path));
    }
    let folder = path
        .parent()
        .filter(|folder| !folder.as_os_str().is_empty());
    NamedTempFile::with_prefix_in(".reprise-export-", folder.unwrap_or_else(|| Path::new(".")))
        .map_err(|source| cannot_write(path, source))
}

fn put(file: NamedTempFile, path: &Path, force: bool) -> Result<(), Error> {
    let kept = if force {
        file.persist(path)
    } else {
        file.persist_noclobber(path)
    };
    match kept {
        Ok(_) => Ok(()),
        Err(failed) if failed.error.kind() == std::io::ErrorKind::AlreadyExists => {
            Err(is_there(path))
        }
        Err(failed) => Err(cannot_write(path, failed.error)),
    }
}

fn is_there(path: &Path) -> Error {
    let path = path.display();
    Error::Usage(format!("{path} is there already; --force replaces it"))
}

fn cannot_write(path: &Path, source: std::io::Error) -> Error {
    Error::File {
        doing: "write",
        path: path.to_path_buf(),
        source,
    }
}

#[cfg(test)]
mod tests {
    use reprise_fixtures::captures;

    use super::*;
    use crate::{CaptureLimits, ImportRequest, RedactionChoice};

    #[test]
    fn an_export_that_is_stopped_leaves_no_file_by_halves() {
        let folder = tempfile::tempdir().expect("a folder");
        let library = Library::open(Some(&folder.path().join("library.reprise"))).expect("a file");
        let shop = captures::shop();
        let capture = folder.path().join(shop.name);
        std::fs::write(&capture, shop.bytes).expect("a capture");
        let import = ImportRequest {
            files: vec![capture],
            name: "shop".to_owned(),
            // Without the user's rules and keys.
            redaction: RedactionChoice::StoreRaw,
            limits: CaptureLimits::default(),
        };
        let job = library.import(&import).expect("an import");
        while job.next_news().is_some() {}
        job.finish().expect("a recording");
        let out = folder.path().join("out");
        std::fs::create_dir(&out).expect("a folder");
        let files = || -> Vec<_> {
            let files = std::fs::read_dir(&out).expect("a folder");
            files
                .map(|file| file.expect("a file").file_name())
                .collect()
        };
        for format in ExportFormat::ALL {
            let mut request = ExportRequest {
                name: "shop".to_owned(),
                format,
                filter: None,
                out: Some(out.join("shop")),
                force: false,
            };
            let mut looked = 0;
            let mut stop = |share: f64| {
                looked += 1;
                assert!(share < 1.0 && files().len() == 1, "{:?}", files());
                ControlFlow::Break(())
            };
            let stopped = library.export(&request, &mut std::io::sink(), &mut stop);
            assert!(matches!(stopped, Err(Error::Stopped(_))), "{stopped:?}");
            assert_eq!((looked, files().len()), (1, 0), "{format:?}");
            // Nor instead of one that was there.
            std::fs::write(out.join("shop"), "precious").expect("a file");
            request.force = true;
            let mut stop = |_: f64| ControlFlow::Break(());
            let stopped = library.export(&request, &mut std::io::sink(), &mut stop);
            assert!(matches!(stopped, Err(Error::Stopped(_))), "{stopped:?}");
            let kept = std::fs::read_to_string(out.join("shop")).expect("a file");
            assert_eq!((kept.as_str(), files().len()), ("precious", 1));
            std::fs::remove_file(out.join("shop")).expect("a file");
        }
    }
}
