//! Deleting, and the bin: what was deleted stays there until it is brought back or removed for good.

use std::time::Duration;

use reprise_store::Kept;

use crate::answer::{BinnedAnswer, rfc3339_of_ms};
use crate::{Error, Library};

impl Library {
    /// Puts a recording or a run into the bin.
    ///
    /// # Errors
    /// When there is none of that name, or it is being written.
    pub fn delete(&self, kind: Kept, name: &str) -> Result<(), Error> {
        match kind {
            Kept::Recording => self.store.delete_recording(name)?,
            Kept::Run => self.store.delete_run(name)?,
        }
        Ok(())
    }

    /// What is in the bin, last deleted first.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn bin(&self) -> Result<Vec<BinnedAnswer>, Error> {
        let binned = self.store.binned()?.into_iter().map(|one| BinnedAnswer {
            kind: one.kind,
            name: one.name,
            deleted_at: rfc3339_of_ms(one.deleted_at_ms),
            bytes: one.stored_bytes,
        });
        Ok(binned.collect())
    }

    /// Brings back what was deleted last under that name.
    ///
    /// # Errors
    /// When the bin has none of that name, or the name is taken again.
    pub fn restore(&self, kind: Kept, name: &str) -> Result<(), Error> {
        Ok(self.store.undo_delete(kind, name)?)
    }

    /// Removes for good what was deleted last under that name.
    ///
    /// # Errors
    /// When the bin has none of that name, or the file cannot be written.
    pub fn remove_binned(&self, kind: Kept, name: &str) -> Result<(), Error> {
        Ok(self.store.remove_binned(kind, name)?)
    }

    /// Removes for good what is in the bin; answers how many recordings and runs that were.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn empty_bin(&self) -> Result<u64, Error> {
        let gone = self.store.binned()?.len() as u64;
        self.store.empty_bin(Duration::ZERO)?;
        Ok(gone)
    }
}
