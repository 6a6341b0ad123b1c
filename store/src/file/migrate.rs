//! Formats of the file, oldest first. A migration runs in one transaction and never rewrites blobs:
//! each blob carries its own codec's version.

mod exchange_rows;

use std::path::Path;

use rusqlite::{Connection, OptionalExtension, Transaction, TransactionBehavior};

use crate::Error;

/// A piece of work within the migration's transaction.
type Step = fn(&Transaction<'_>) -> Result<(), Error>;

/// One step from a format to the next.
struct Migration {
    /// The statements that make the step.
    sql: &'static str,
    /// What SQL alone cannot do, done after them.
    then: Option<Step>,
    /// The first version of Reprise that reads the result; told to older ones by `meta.needs`.
    needs: &'static str,
}

/// Entry i leads from format i to format i + 1.
const MIGRATIONS: [Migration; 6] = [
    Migration {
        sql: include_str!("../schema/0001.sql"),
        then: None,
        needs: "0.1.0",
    },
    Migration {
        sql: include_str!("../schema/0002.sql"),
        then: None,
        needs: "0.1.0",
    },
    Migration {
        sql: include_str!("../schema/0003.sql"),
        then: Some(exchange_rows::pack),
        needs: "0.1.0",
    },
    Migration {
        sql: include_str!("../schema/0004.sql"),
        then: None,
        needs: "0.1.0",
    },
    Migration {
        sql: include_str!("../schema/0005.sql"),
        then: None,
        needs: "0.1.0",
    },
    Migration {
        sql: include_str!("../schema/0006.sql"),
        then: None,
        needs: "0.1.0",
    },
];

/// The format this version writes.
pub(crate) const CURRENT: u32 = MIGRATIONS.len() as u32;

/// Refuses a file of a later format, with the version that reads it.
pub(crate) fn refuse_newer(connection: &Connection, path: &Path) -> Result<(), Error> {
    let found = format_of(connection)?;
    if found <= CURRENT {
        return Ok(());
    }
    let needs = connection
        .query_row("SELECT value FROM meta WHERE key = 'needs'", [], |row| {
            row.get(0)
        })
        .optional()
        .unwrap_or_default();
    Err(Error::Newer {
        path: path.to_path_buf(),
        found,
        supported: CURRENT,
        needs: needs.unwrap_or_else(|| "a later version".to_owned()),
    })
}

/// Brings the file to the current format; does nothing when it is there.
pub(crate) fn to_current(connection: &mut Connection, path: &Path) -> Result<(), Error> {
    if format_of(connection)? == CURRENT {
        return Ok(());
    }
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    // Another process may have been first while this one waited for the lock.
    let found = format_of(&transaction)?;
    refuse_newer(&transaction, path)?;
    for migration in MIGRATIONS.iter().skip(found as usize) {
        transaction.execute_batch(migration.sql)?;
        if let Some(then) = migration.then {
            then(&transaction)?;
        }
        transaction.execute(
            "INSERT OR REPLACE INTO meta (key, value) VALUES ('needs', ?1)",
            [migration.needs],
        )?;
    }
    transaction.execute(
        "INSERT OR IGNORE INTO meta (key, value) VALUES ('file_id', lower(hex(randomblob(16))))",
        [],
    )?;
    transaction.pragma_update(None, "user_version", CURRENT)?;
    transaction.commit()?;
    Ok(())
}

fn format_of(connection: &Connection) -> Result<u32, Error> {
    Ok(connection.pragma_query_value(None, "user_version", |row| row.get(0))?)
}
