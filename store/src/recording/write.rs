//! Writing a recording: its connections and exchanges as they come, its ledger, its end.

use std::sync::Arc;

use reprise_wire::Exchange;
use rusqlite::params;

use super::intake::RecordingIntake;
use super::{ConnectionEnd, NewConnection, NewRecording, Recording, Totals};
use crate::writer::Intake as _;
use crate::writer_life::{now_ms, this_process};
use crate::{ConnectionId, Error, ExchangeId, RecordingId, Store, name};

/// A recording being written. What is added is committed within a second. Dropped without
/// [`RecordingWriter::finish`], it keeps all that was added and is marked as interrupted.
#[derive(Debug)]
pub struct RecordingWriter {
    id: RecordingId,
    store: Store,
    intake: Arc<RecordingIntake>,
}

impl Store {
    /// Whether a recording of this name could be created now.
    ///
    /// # Errors
    /// The name is taken or unusable.
    pub fn check_new_recording(&self, name: &str) -> Result<(), Error> {
        name::check(name)?;
        match self.recording(name) {
            Ok(_) => Err(Error::NameTaken {
                kind: "recording",
                name: name.to_owned(),
            }),
            Err(Error::Unknown { .. }) => Ok(()),
            Err(error) => Err(error),
        }
    }

    /// Begins a recording.
    ///
    /// # Errors
    /// The name is taken or unusable, or the file cannot be written.
    pub fn create_recording(&self, new: &NewRecording) -> Result<RecordingWriter, Error> {
        name::check(&new.name)?;
        let NewRecording {
            name,
            source,
            started_at,
        } = new.clone();
        let id = self.transact(move |transaction| {
            let taken: bool = transaction.query_row(
                "SELECT EXISTS (SELECT 1 FROM recording WHERE name = ?1 AND deleted_at_ms IS NULL)",
                [&name],
                |row| row.get(0),
            )?;
            if taken {
                return Err(Error::NameTaken {
                    kind: "recording",
                    name,
                });
            }
            transaction.execute(
                "INSERT INTO recording (name, source, writer, written_at_ms, started_at_ns) \
                 VALUES (?1, ?2, ?3, ?4, ?5)",
                params![name, source, this_process(), now_ms(), started_at.nanos()],
            )?;
            let id = u32::try_from(transaction.last_insert_rowid());
            id.map(RecordingId).map_err(|_| Error::Full("recordings"))
        })?;
        let intake = Arc::new(RecordingIntake::new(id, new.started_at));
        self.begin(Arc::<RecordingIntake>::clone(&intake));
        Ok(RecordingWriter {
            id,
            store: self.clone(),
            intake,
        })
    }
}

impl RecordingWriter {
    /// Marks the recording as one whose secrets are stored as they were captured.
    ///
    /// # Errors
    /// The file cannot be written.
    pub fn mark_raw(&self) -> Result<(), Error> {
        let id = self.id.0;
        self.store.transact(move |transaction| {
            transaction.execute("UPDATE recording SET raw = 1 WHERE id = ?1", [id])?;
            Ok(())
        })
    }

    /// The recording's id.
    pub const fn id(&self) -> RecordingId {
        self.id
    }

    /// Adds a connection.
    ///
    /// # Errors
    /// An earlier write failed.
    pub fn add_connection(&self, new: &NewConnection) -> Result<ConnectionId, Error> {
        self.intake.add_connection(new.clone())
    }

    /// Says how a connection ended.
    ///
    /// # Errors
    /// An earlier write failed.
    pub fn close_connection(&self, id: ConnectionId, end: ConnectionEnd) -> Result<(), Error> {
        self.intake.end_connection(id, end)
    }

    /// Adds an exchange, already redacted, and leaves its payloads' buffers empty for whoever made it: memory
    /// that another thread gives back is locked for. Waits while more than 32 MiB are on their way to disk.
    ///
    /// # Errors
    /// An earlier write failed: the disk is full, for instance. Nothing more is taken then.
    pub fn add_exchange(
        &self,
        connection: ConnectionId,
        exchange: &mut Exchange,
    ) -> Result<ExchangeId, Error> {
        let (id, due) = self.intake.add(connection, exchange)?;
        if due {
            self.store.writer().hurry();
        }
        Ok(id)
    }

    /// Stores what is known so far with the next commit, so that a killed recording stays honest.
    ///
    /// # Errors
    /// An earlier write failed.
    pub fn checkpoint(&self, totals: &Totals) -> Result<(), Error> {
        self.intake.set_totals(totals.clone())
    }

    /// Waits until all that was added is committed.
    ///
    /// # Errors
    /// It could not be written.
    pub fn commit(&self) -> Result<(), Error> {
        self.store.writer().commit()?;
        self.intake.failure()
    }

    /// Ends the recording as complete.
    ///
    /// # Errors
    /// It could not be written; what was committed before is kept, marked as interrupted.
    pub fn finish(self, totals: &Totals) -> Result<Recording, Error> {
        self.intake.set_totals(totals.clone())?;
        self.end(true)?;
        self.store.recording_by_id(self.id)
    }

    /// Ends the recording before its source was read to the end, marked as interrupted.
    ///
    /// # Errors
    /// As [`Self::finish`].
    pub fn interrupt(self, totals: &Totals) -> Result<Recording, Error> {
        self.intake.set_totals(totals.clone())?;
        self.end(false)?;
        self.store.recording_by_id(self.id)
    }

    fn end(&self, complete: bool) -> Result<(), Error> {
        self.intake.end(complete)?;
        self.commit()
    }
}

impl Drop for RecordingWriter {
    fn drop(&mut self) {
        // After `finish` this finds the end already written. Otherwise an error has nobody to go
        // to, and the recording stands as interrupted whether or not this succeeds.
        if !self.intake.ended() {
            let _ = self.end(false);
        } else if self.intake.failure().is_err() {
            let id = self.id.0;
            let _ = self.store.transact(move |transaction| {
                transaction.execute("UPDATE recording SET writer = NULL WHERE id = ?1", [id])?;
                Ok(())
            });
        }
    }
}
