//! The handle on one file. Clones share the writer thread and a few idle read connections.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use rusqlite::{Connection, Transaction};

use crate::writer::{Intake, Writer};
use crate::{Error, file};

/// Read connections kept open when idle.
const IDLE_READERS: usize = 4;

/// One Reprise file, open. Cheap to clone; the last clone dropped commits and closes it.
#[derive(Clone)]
pub struct Store {
    shared: Arc<Shared>,
}

struct Shared {
    path: PathBuf,
    file_id: String,
    writer: Writer,
    idle: Mutex<Vec<Connection>>,
}

impl Store {
    /// Opens the file at `path`, making it and its folder when absent.
    ///
    /// # Errors
    /// It is foreign, empty, damaged, of a later format, or cannot be read and written.
    pub fn open(path: impl AsRef<Path>) -> Result<Self, Error> {
        file::create_if_absent(path.as_ref())?;
        Self::open_existing(path)
    }

    /// Opens the file at `path`, which must be there.
    ///
    /// # Errors
    /// As [`Store::open`], and when there is no file.
    pub fn open_existing(path: impl AsRef<Path>) -> Result<Self, Error> {
        let path = path.as_ref().to_path_buf();
        let connection = file::open_writer(&path)?;
        let file_id = connection
            .query_row("SELECT value FROM meta WHERE key = 'file_id'", [], |row| {
                row.get(0)
            })
            .map_err(|error| match error {
                rusqlite::Error::QueryReturnedNoRows => Error::Damaged(path.clone()),
                other => Error::Sql(other).at(&path),
            })?;
        let writer = Writer::start(connection, path.clone())?;
        Ok(Self {
            shared: Arc::new(Shared {
                path,
                file_id,
                writer,
                idle: Mutex::default(),
            }),
        })
    }

    /// The file's own id, 32 hexadecimal digits drawn when it was made: redaction keys are filed by it.
    pub fn file_id(&self) -> &str {
        &self.shared.file_id
    }

    /// Where the file is.
    pub fn path(&self) -> &Path {
        &self.shared.path
    }

    /// Runs one page's worth of reading; the connection goes back to the pool afterwards.
    pub(crate) fn read<T>(
        &self,
        page: impl FnOnce(&Connection) -> Result<T, Error>,
    ) -> Result<T, Error> {
        let taken = self.idle().pop();
        let connection = match taken {
            Some(connection) => connection,
            None => file::open_reader(&self.shared.path)?,
        };
        let result = page(&connection).map_err(|error| error.at(&self.shared.path));
        let mut idle = self.idle();
        if result.is_ok() && idle.len() < IDLE_READERS {
            idle.push(connection);
        }
        result
    }

    fn idle(&self) -> std::sync::MutexGuard<'_, Vec<Connection>> {
        // A reader that panicked left the list whole: it is only pushed to and popped from.
        self.shared
            .idle
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }

    /// Runs `job` on the writer thread in its own transaction.
    pub(crate) fn transact<T: Send + 'static>(
        &self,
        job: impl FnOnce(&Transaction<'_>) -> Result<T, Error> + Send + 'static,
    ) -> Result<T, Error> {
        self.shared.writer.transact(job)
    }

    /// The writer thread.
    pub(crate) fn writer(&self) -> &Writer {
        &self.shared.writer
    }

    /// Has the writer thread commit what `intake` gathers.
    pub(crate) fn begin(&self, intake: Arc<dyn Intake>) {
        self.shared.writer.begin(intake);
    }
}

impl std::fmt::Debug for Store {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Store").field(&self.shared.path).finish()
    }
}
