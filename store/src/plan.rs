//! Plans kept under a name, to be run again and again. What is in one is its owner's; here it is a document.

use reprise_wire::Timestamp;
use rusqlite::{OptionalExtension, Row, params};

use crate::{Error, Store, name};

/// A plan with a name.
#[derive(Clone, Debug, PartialEq)]
pub struct SavedPlan {
    /// What it is called; unique among the plans.
    pub name: String,
    /// The recording it replays.
    pub recording_name: String,
    /// When it was saved.
    pub saved_at: Timestamp,
    /// The plan, as its owner writes it.
    pub plan: serde_json::Value,
}

const COLUMNS: &str = "name, recording_name, saved_at_ns, plan";

impl Store {
    /// Keeps a plan.
    ///
    /// # Errors
    /// The name is taken or unusable, or the file cannot be written.
    pub fn save_plan(&self, plan: SavedPlan) -> Result<(), Error> {
        name::check(&plan.name)?;
        self.transact(move |transaction| {
            let written = transaction.execute(
                "INSERT OR IGNORE INTO plan (name, recording_name, saved_at_ns, plan) \
                 VALUES (?1, ?2, ?3, ?4)",
                params![
                    plan.name,
                    plan.recording_name,
                    plan.saved_at.nanos(),
                    plan.plan.to_string(),
                ],
            )?;
            if written == 0 {
                return Err(Error::NameTaken {
                    kind: "plan",
                    name: plan.name,
                });
            }
            Ok(())
        })
    }

    /// All of them, by name.
    ///
    /// # Errors
    /// The file cannot be read.
    pub fn plans(&self) -> Result<Vec<SavedPlan>, Error> {
        self.read(|connection| {
            let sql = format!("SELECT {COLUMNS} FROM plan ORDER BY name");
            let mut statement = connection.prepare_cached(&sql)?;
            let mut rows = statement.query([])?;
            let mut plans = Vec::new();
            while let Some(row) = rows.next()? {
                plans.push(saved(row)?);
            }
            Ok(plans)
        })
    }

    /// The plan of this name.
    ///
    /// # Errors
    /// There is none, or the file cannot be read.
    pub fn plan(&self, name: &str) -> Result<SavedPlan, Error> {
        self.read(|connection| {
            let sql = format!("SELECT {COLUMNS} FROM plan WHERE name = ?1");
            let found = connection
                .prepare_cached(&sql)?
                .query_row([name], |row| Ok(saved(row)))
                .optional()?;
            found.unwrap_or_else(|| Err(unknown(name)))
        })
    }

    /// Forgets the plan of this name. Runs of it keep theirs.
    ///
    /// # Errors
    /// There is none, or the file cannot be written.
    pub fn delete_plan(&self, name: &str) -> Result<(), Error> {
        let name = name.to_owned();
        self.transact(move |transaction| {
            match transaction.execute("DELETE FROM plan WHERE name = ?1", [&name])? {
                0 => Err(unknown(&name)),
                _ => Ok(()),
            }
        })
    }
}

fn saved(row: &Row<'_>) -> Result<SavedPlan, Error> {
    let document: String = row.get(3)?;
    Ok(SavedPlan {
        name: row.get(0)?,
        recording_name: row.get(1)?,
        saved_at: Timestamp::from_nanos(row.get(2)?),
        plan: serde_json::from_str(&document)?,
    })
}

fn unknown(name: &str) -> Error {
    Error::Unknown {
        kind: "plan",
        name: name.to_owned(),
    }
}
