//! What can go wrong with the file. Messages are fragments for "failed to ..." and name the fix.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use rusqlite::ErrorCode;

/// Why the file could not be opened, read or written.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The operating system refused.
    #[error("{action} {}: {source}", path.display())]
    Io {
        /// What was tried: `open`, `create`.
        action: &'static str,
        /// On which path.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// There is no such file, and it was not to be created.
    #[error("open {}: there is no such file; give the right one with --file", .0.display())]
    Missing(PathBuf),
    /// The file has no bytes.
    #[error("open {}: the file is empty, not a Reprise file; delete it or name another with --file", .0.display())]
    Empty(PathBuf),
    /// Something else's file.
    #[error("open {}: not a Reprise file; name another with --file", .0.display())]
    Foreign(PathBuf),
    /// A Reprise file that lost a part of itself.
    #[error("read {}: the file is damaged or cut short; use a whole copy of it", .0.display())]
    Damaged(PathBuf),
    /// The file was written by a later version of Reprise in a later format.
    #[error(
        "open {}: its format is {found} and this Reprise reads up to {supported}; \
         it needs Reprise {needs} or later", path.display()
    )]
    Newer {
        /// The file.
        path: PathBuf,
        /// Its format.
        found: u32,
        /// The last format this version knows.
        supported: u32,
        /// The first version of Reprise that reads it.
        needs: String,
    },
    /// No room left; what was committed is kept.
    #[error("write {}: the disk is full; free some space and start again (what was committed is kept)", .0.display())]
    DiskFull(PathBuf),
    /// The file or its folder cannot be written.
    #[error("write {}: the file or its folder is read-only; make both writable or copy the file elsewhere", .0.display())]
    ReadOnly(PathBuf),
    /// Another process kept the file locked for too long.
    #[error("write {}: another program keeps it locked; close that program and try again", .0.display())]
    Locked(PathBuf),
    /// The name is taken.
    #[error(
        "create {kind} {name:?}: the name is taken; choose another or `reprise {delete} {name}` first",
        delete = match *kind {
            "plan" => "plans delete",
            "run" => "delete --run",
            _ => "delete",
        }
    )]
    NameTaken {
        /// `recording`, `plan` or `run`.
        kind: &'static str,
        /// The name.
        name: String,
    },
    /// The name of what is to be brought back is taken.
    #[error(
        "bring back {kind} {name:?}: the name is taken by now; `reprise rename{flag} {name} OTHER` first",
        flag = if *kind == "run" { " --run" } else { "" }
    )]
    TakenSince {
        /// `recording` or `run`.
        kind: &'static str,
        /// The name.
        name: String,
    },
    /// The name cannot be used.
    #[error(
        "name a recording, plan or run {0:?}: use 1 to 200 bytes, no control characters, no leading '-' or space"
    )]
    BadName(String),
    /// The note or a tag cannot be kept.
    #[error("keep {0}")]
    BadRemark(&'static str),
    /// Nothing in the bin has that name.
    #[error("find {kind} {name:?} in the bin: there is none; `reprise bin` lists what is in it")]
    NotBinned {
        /// `recording` or `run`.
        kind: &'static str,
        /// The name.
        name: String,
    },
    /// Nothing has that name.
    #[error("find {kind} {name:?}: there is none; `reprise {kind}s` lists them")]
    Unknown {
        /// `recording`, `plan` or `run`.
        kind: &'static str,
        /// The name or number asked for.
        name: String,
    },
    /// It is being written at this moment.
    #[error("delete {kind} {name:?}: it is still being written; stop it first")]
    InUse {
        /// `recording` or `run`.
        kind: &'static str,
        /// The name.
        name: String,
    },
    /// A recording has as many rows of one sort as its ids can number.
    #[error("add to the recording: it has all the {0} it can number; start another")]
    Full(&'static str),
    /// The host is not a name or address.
    #[error("allow {0:?}: not a host name or address; give one without scheme or port")]
    BadHost(String),
    /// The compressor failed, which takes running out of memory.
    #[error("compress what is to be stored: {0}")]
    Compress(std::io::Error),
    /// A document could not be turned into JSON or back.
    #[error("read or write a stored document: {0}")]
    Json(#[from] serde_json::Error),
    /// An earlier write failed; nothing more is taken.
    #[error(transparent)]
    Earlier(Arc<Self>),
    /// The writer thread is gone, which only happens while the program ends.
    #[error("write the file: it is being closed")]
    Closed,
    /// Anything else SQLite reports.
    #[error("use the file: {0}")]
    Sql(#[from] rusqlite::Error),
}

impl Error {
    /// Turns what SQLite reported about `path` into the error a reader can act on.
    pub(crate) fn at(self, path: &Path) -> Self {
        let Self::Sql(sql) = self else { return self };
        let path = path.to_path_buf();
        let code = match &sql {
            rusqlite::Error::SqliteFailure(failure, _) => failure.code,
            // A column holds what this version would never have written there.
            rusqlite::Error::IntegralValueOutOfRange(..)
            | rusqlite::Error::FromSqlConversionFailure(..)
            | rusqlite::Error::InvalidColumnType(..) => return Self::Damaged(path),
            _ => return Self::Sql(sql),
        };
        match code {
            ErrorCode::DiskFull => Self::DiskFull(path),
            ErrorCode::ReadOnly | ErrorCode::PermissionDenied | ErrorCode::CannotOpen => {
                Self::ReadOnly(path)
            }
            ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked => Self::Locked(path),
            ErrorCode::DatabaseCorrupt => Self::Damaged(path),
            ErrorCode::NotADatabase => Self::Foreign(path),
            ErrorCode::SystemIoFailure if disk_is_full(&sql) => Self::DiskFull(path),
            _ => Self::Sql(sql),
        }
    }
}

/// Writing to `-shm` on a full disk reports an I/O error, not "full": SQLITE_IOERR_SHMSIZE (4874)
/// and SQLITE_IOERR_WRITE (778) are what a full disk or quota looks like from SQLite.
fn disk_is_full(error: &rusqlite::Error) -> bool {
    const SHM_SIZE: i32 = 4874;
    const WRITE: i32 = 778;
    matches!(error, rusqlite::Error::SqliteFailure(failure, _)
        if matches!(failure.extended_code, SHM_SIZE | WRITE))
}
