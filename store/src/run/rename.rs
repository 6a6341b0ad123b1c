//! Giving a run another name once it is over.

use rusqlite::{OptionalExtension as _, params};

use crate::writer_life::{is_alive, now_ms};
use crate::{Error, Store, name};

impl Store {
    /// Calls the run `from` `to` from now on; the kept plans that take it as their baseline say so too.
    ///
    /// # Errors
    /// There is none of that name, it is on, the new name is taken or unusable, or the file cannot be written.
    pub fn rename_run(&self, from: &str, to: &str) -> Result<(), Error> {
        name::check(to)?;
        let (from, to) = (from.to_owned(), to.to_owned());
        self.transact(move |transaction| {
            let kind = "run";
            let find = |name: &str| {
                let sql = "SELECT id, writer, written_at_ms FROM run \
                           WHERE name = ?1 AND deleted_at_ms IS NULL";
                transaction
                    .query_row(sql, [name], |row| {
                        let writer: Option<String> = row.get(1)?;
                        let alive = is_alive(writer.as_deref(), row.get(2)?, now_ms());
                        Ok((row.get::<_, i64>(0)?, alive))
                    })
                    .optional()
            };
            let Some((id, alive)) = find(&from)? else {
                return Err(Error::Unknown { kind, name: from });
            };
            if alive {
                return Err(Error::InUse { kind, name: from });
            }
            if find(&to)?.is_some_and(|(other, _)| other != id) {
                return Err(Error::NameTaken { kind, name: to });
            }
            transaction.execute("UPDATE run SET name = ?2 WHERE id = ?1", params![id, to])?;
            transaction.execute(
                "UPDATE plan SET plan = json_set(plan, '$.baseline', ?2) \
                 WHERE json_extract(plan, '$.baseline') = ?1",
                params![from, to],
            )?;
            Ok(())
        })
    }
}
