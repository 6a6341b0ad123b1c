//! The file itself: made whole or not at all, recognised before it is trusted, brought to the
//! current format in one transaction. Every SQLite connection of this crate is opened here.

mod migrate;

use std::fs::{self, File, OpenOptions};
use std::io::{ErrorKind, Read};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use rusqlite::{Connection, OpenFlags};

use crate::Error;

/// Marks a SQLite file as ours: "RPRS" in ASCII, big-endian at byte 68 of the file.
pub(crate) const APPLICATION_ID: u32 = 0x5250_5253;

/// How long a write waits for another process's transaction before it gives up.
const LOCK_PATIENCE: Duration = Duration::from_secs(20);

/// How often it looks. The writer leaves the lock free for [`crate::writer::LOCK_GAP`] between
/// busy transactions, which is longer than this, so two processes take turns.
const LOCK_POLL: Duration = Duration::from_millis(2);

/// Makes a new file at `path` unless one is there. It appears complete or not at all: it is made
/// beside and linked into place, and whoever is first wins.
pub(crate) fn create_if_absent(path: &Path) -> Result<(), Error> {
    if path.try_exists().unwrap_or(false) {
        return Ok(());
    }
    let io = |action| {
        move |source| Error::Io {
            action,
            path: path.to_path_buf(),
            source,
        }
    };
    if let Some(folder) = path
        .parent()
        .filter(|folder| !folder.as_os_str().is_empty())
    {
        fs::create_dir_all(folder).map_err(io("create the folder of"))?;
    }
    let beside = path_beside(path);
    let made = make(&beside, path).map_err(|error| error.at(path));
    let placed = made.and_then(|()| match fs::hard_link(&beside, path) {
        Err(error) if error.kind() == ErrorKind::AlreadyExists => Ok(()),
        // Some file systems have no hard links; there the last of two racing creators wins.
        Err(_) => fs::rename(&beside, path).map_err(io("create")),
        Ok(()) => Ok(()),
    });
    // Gone already after a rename; otherwise a leftover is harmless.
    let _ = fs::remove_file(&beside);
    placed
}

fn path_beside(path: &Path) -> PathBuf {
    static COUNT: AtomicU32 = AtomicU32::new(0);
    let mut name = path.file_name().unwrap_or_default().to_os_string();
    let number = COUNT.fetch_add(1, Ordering::Relaxed);
    name.push(format!(".new-{}-{number}", std::process::id()));
    path.with_file_name(name)
}

/// Makes the file at `beside`; errors speak of `path`, which is what was asked for.
fn make(beside: &Path, path: &Path) -> Result<(), Error> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    // Recordings hold what production said: nobody else reads them. SQLite gives -wal and -shm
    // the mode of the file.
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(beside).map_err(|source| Error::Io {
        action: "create",
        path: path.to_path_buf(),
        source,
    })?;
    let mut connection = Connection::open_with_flags(beside, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
    // Nobody sees it before it is whole: it reaches the disk once, at the end.
    connection.pragma_update(None, "journal_mode", "MEMORY")?;
    connection.pragma_update(None, "synchronous", "OFF")?;
    // auto_vacuum must be chosen before the first table; WAL is remembered in the file.
    connection.pragma_update(None, "auto_vacuum", "INCREMENTAL")?;
    connection.pragma_update(None, "application_id", APPLICATION_ID)?;
    migrate::to_current(&mut connection, path)?;
    connection.pragma_update(None, "journal_mode", "WAL")?;
    connection.close().map_err(|(_, error)| Error::Sql(error))?;
    let made = File::open(beside).and_then(|file| file.sync_all());
    made.map_err(|source| Error::Io {
        action: "create",
        path: path.to_path_buf(),
        source,
    })
}

/// Opens the connection that writes, after making sure that the file is ours, whole, and of a
/// format we know; an older format is migrated.
pub(crate) fn open_writer(path: &Path) -> Result<Connection, Error> {
    recognise(path)?;
    let mut connection = connect(path)?;
    (|| {
        let id: i64 = connection.pragma_query_value(None, "application_id", |row| row.get(0))?;
        if id != i64::from(APPLICATION_ID) {
            return Err(Error::Foreign(path.to_path_buf()));
        }
        migrate::refuse_newer(&connection, path)?;
        connection.pragma_update(None, "journal_mode", "WAL")?;
        connection.pragma_update(None, "wal_autocheckpoint", 4_000)?;
        migrate::to_current(&mut connection, path)
    })()
    .map_err(|error| error.at(path))?;
    Ok(connection)
}

/// Opens a connection that can only read.
pub(crate) fn open_reader(path: &Path) -> Result<Connection, Error> {
    let connection = connect(path)?;
    connection
        .pragma_update(None, "query_only", true)
        .map_err(|e| Error::Sql(e).at(path))?;
    Ok(connection)
}

fn connect(path: &Path) -> Result<Connection, Error> {
    (|| {
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let mut connection = Connection::open_with_flags(path, flags)?;
        connection.busy_handler(Some(wait_for_lock))?;
        // In WAL mode NORMAL survives a killed process whole; a power cut may cost the last commits.
        connection.pragma_update(None, "synchronous", "NORMAL")?;
        connection.pragma_update(None, "temp_store", "MEMORY")?;
        connection.set_prepared_statement_cache_capacity(64);
        Ok(connection)
    })()
    .map_err(|error: Error| error.at(path))
}

fn wait_for_lock(times_waited: i32) -> bool {
    let waited = LOCK_POLL.saturating_mul(times_waited.unsigned_abs());
    std::thread::sleep(LOCK_POLL);
    waited < LOCK_PATIENCE
}

/// Looks at the first bytes, so that a foreign or cut file gets its own message instead of SQLite's.
fn recognise(path: &Path) -> Result<(), Error> {
    let io = |source: std::io::Error| match source.kind() {
        ErrorKind::NotFound => Error::Missing(path.to_path_buf()),
        _ => Error::Io {
            action: "open",
            path: path.to_path_buf(),
            source,
        },
    };
    let mut file = File::open(path).map_err(io)?;
    let length = file.metadata().map_err(io)?.len();
    if length == 0 {
        return Err(Error::Empty(path.to_path_buf()));
    }
    let mut header = [0; 100];
    match file.read_exact(&mut header) {
        Err(error) if error.kind() == ErrorKind::UnexpectedEof => {
            return Err(Error::Foreign(path.to_path_buf()));
        }
        other => other.map_err(io)?,
    }
    if !header.starts_with(b"SQLite format 3\0") || number(&header, 68) != Some(APPLICATION_ID) {
        return Err(Error::Foreign(path.to_path_buf()));
    }
    // A write-ahead log may still hold the missing end; then SQLite itself is the judge.
    let page = match header.get(16..18) {
        Some([0, 1]) => 65_536,
        Some(&[high, low]) => u64::from(u16::from_be_bytes([high, low])),
        _ => 0,
    };
    let pages = u64::from(number(&header, 28).unwrap_or(0));
    if length < page * pages && !has_log(path) {
        return Err(Error::Damaged(path.to_path_buf()));
    }
    Ok(())
}

fn number(header: &[u8; 100], at: usize) -> Option<u32> {
    header
        .get(at..)?
        .first_chunk()
        .map(|bytes| u32::from_be_bytes(*bytes))
}

fn has_log(path: &Path) -> bool {
    let mut name = path.as_os_str().to_os_string();
    name.push("-wal");
    fs::metadata(name).is_ok_and(|log| log.len() > 0)
}

#[cfg(test)]
mod tests;
