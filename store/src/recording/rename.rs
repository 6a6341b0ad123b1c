//! Giving a recording another name, also while it is written: everything else knows it by its id.

use rusqlite::{OptionalExtension as _, params};

use crate::{Error, Store, name};

impl Store {
    /// Calls the recording `from` `to` from now on; its runs and the plans kept for it say so too.
    ///
    /// # Errors
    /// There is none of that name, the new name is taken or unusable, or the file cannot be written.
    pub fn rename_recording(&self, from: &str, to: &str) -> Result<(), Error> {
        name::check(to)?;
        let (from, to) = (from.to_owned(), to.to_owned());
        self.transact(move |transaction| {
            let find = "SELECT id FROM recording WHERE name = ?1 AND deleted_at_ms IS NULL";
            let id_of = |name: &str| {
                transaction
                    .query_row(find, [name], |row| row.get::<_, i64>(0))
                    .optional()
            };
            let kind = "recording";
            let Some(id) = id_of(&from)? else {
                return Err(Error::Unknown { kind, name: from });
            };
            if id_of(&to)?.is_some_and(|other| other != id) {
                return Err(Error::NameTaken { kind, name: to });
            }
            transaction.execute(
                "UPDATE recording SET name = ?2 WHERE id = ?1",
                params![id, to],
            )?;
            transaction.execute(
                "UPDATE run SET recording_name = ?2 WHERE recording = ?1",
                params![id, to],
            )?;
            transaction.execute(
                "UPDATE plan SET recording_name = ?2 WHERE recording_name = ?1",
                params![from, to],
            )?;
            Ok(())
        })
    }
}
