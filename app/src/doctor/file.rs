//! Whether the file can be worked on: it opens, its disk has room, the key of its pseudonyms is where only its owner reads it.

use std::fs::{File, Metadata};
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use reprise_measure::readable::{bytes, counted};

use super::Finding;
use crate::places::default_file;
use crate::redaction_key::key_path;
use crate::{Error, Library};

/// An hour of a busy service takes some gigabytes.
const ROOM: u64 = 4 << 30;

/// Below this a recording of minutes may end for want of room.
const LITTLE_ROOM: u64 = 256 << 20;

/// Looks at the file and what belongs to it.
pub(super) fn look(file: Option<&Path>) -> Vec<Finding> {
    let path = file.map_or_else(default_file, Path::to_path_buf);
    let mut findings = Vec::new();
    if path.exists() {
        match Library::open_existing(Some(&path)) {
            Ok(library) => {
                findings.push(opened(&library, &path));
                findings.extend(key(library.store.file_id()));
            }
            Err(error) => {
                let fix = "name another file with --file; this one was not touched".to_owned();
                findings.push(Finding::bad("file", error.to_string(), fix));
            }
        }
    } else {
        let found = format!(
            "{} is not there yet; it is made when something is recorded",
            path.display()
        );
        findings.push(Finding::good("file", found));
    }
    findings.extend(space(&path));
    findings
}

fn opened(library: &Library, path: &Path) -> Finding {
    let held = || -> Result<_, Error> { Ok((library.recordings()?.len(), library.runs()?.len())) };
    match held() {
        Ok((recordings, runs)) => {
            let size = path.metadata().as_ref().map_or(0, Metadata::len);
            let found = format!(
                "{}: {}, {}, {}",
                path.display(),
                counted(recordings as u64, "recording"),
                counted(runs as u64, "run"),
                bytes(size)
            );
            Finding::good("file", found)
        }
        Err(error) => {
            let fix =
                "restore it from a copy; `sqlite3 FILE .recover` saves what can be read".to_owned();
            Finding::bad("file", error.to_string(), fix)
        }
    }
}

/// How much room there is for the file, or for the folder it will be made in.
fn space(path: &Path) -> Option<Finding> {
    let there = path.ancestors().find(|place| place.exists())?;
    let disk = rustix::fs::fstatvfs(File::open(there).ok()?).ok()?;
    let free = disk.f_bavail.saturating_mul(disk.f_frsize);
    let found = format!("{} free where the file is", bytes(free));
    let fix = || "make room, or name a file on another disk with --file".to_owned();
    Some(match free {
        ..LITTLE_ROOM => Finding::bad("space", found, fix()),
        LITTLE_ROOM..ROOM => Finding::limited("space", found, fix()),
        ROOM.. => Finding::good("space", found),
    })
}

/// The key, when there is one already: whoever reads it can find out what a pseudonym stands for.
fn key(file_id: &str) -> Option<Finding> {
    let path = key_path(file_id);
    let mode = path.metadata().ok()?.permissions().mode() & 0o777;
    let found = format!("{} (mode {mode:o})", path.display());
    Some(if mode & 0o077 == 0 {
        Finding::good("key", found)
    } else {
        let fix = format!("others can read it: chmod 600 '{}'", path.display());
        Finding::bad("key", found, fix)
    })
}
