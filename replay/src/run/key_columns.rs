//! Asks a MySQL target for its key columns: those it numbers itself, and those that refer to others.

use std::time::Duration;

use reprise_wire::mysql::Answer;
use rustc_hash::FxHashMap;

use super::Targets;
use super::mysql_target::MysqlTarget;
use crate::ReplayError;
use crate::mysql::connection::MysqlConnection;
use crate::plan::{KeyColumn, TextKind};
use crate::prepare::Prepared;

/// MySQL 8 tells what the next number was a day ago, unless asked not to; others do not know the setting.
const ASK_ANEW: &str = "SET SESSION information_schema_stats_expiry = 0";

/// The columns that are keys or parts of them: the next number of those that have one, and what they refer to.
const COLUMNS: &str = "SELECT c.TABLE_NAME, c.COLUMN_NAME, c.ORDINAL_POSITION, \
    IF(c.EXTRA LIKE '%auto_increment%', COALESCE(t.AUTO_INCREMENT, 1), NULL), \
    k.REFERENCED_TABLE_NAME, k.REFERENCED_COLUMN_NAME, c.COLUMN_KEY, c.DATA_TYPE \
    FROM information_schema.COLUMNS c \
    JOIN information_schema.TABLES t \
    ON t.TABLE_SCHEMA = c.TABLE_SCHEMA AND t.TABLE_NAME = c.TABLE_NAME \
    LEFT JOIN information_schema.KEY_COLUMN_USAGE k \
    ON k.TABLE_SCHEMA = c.TABLE_SCHEMA AND k.TABLE_NAME = c.TABLE_NAME \
    AND k.COLUMN_NAME = c.COLUMN_NAME AND k.REFERENCED_TABLE_SCHEMA = c.TABLE_SCHEMA \
    WHERE c.TABLE_SCHEMA NOT IN ('mysql', 'sys', 'performance_schema', 'information_schema') \
    AND c.COLUMN_KEY <> ''";

/// What columns of a type hold, if that is short texts or bytes.
fn text_kind(data_type: &str) -> Option<TextKind> {
    match data_type {
        "char" | "varchar" | "uuid" => Some(TextKind::Text),
        "binary" | "varbinary" => Some(TextKind::Bytes),
        _ => None,
    }
}

impl Prepared {
    /// Asks the MySQL target for its key columns, and shifts those that the plan shifts: it is what the run has to
    /// be started with. A target that does not tell within `timeout`, as one with very many tables may not, leaves
    /// it with those that the plan names and the recording shows.
    ///
    /// # Errors
    /// The target has no address.
    pub fn ask_keys(&mut self, targets: &Targets, timeout: Duration) -> Result<(), ReplayError> {
        let Some(login) = &targets.mysql else {
            return Ok(());
        };
        let mut told = Vec::new();
        if !self.plan().shift_keys.is_empty() {
            let target = MysqlTarget::new(self.plan(), login)?;
            let runtime = tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .build()
                .map_err(ReplayError::Start)?;
            let mut databases = self.databases();
            databases.extend(login.database.clone());
            told = runtime.block_on(async {
                let told = target.key_columns(&databases);
                tokio::time::timeout(timeout, told)
                    .await
                    .unwrap_or_default()
            });
        }
        self.take_keys(&told);
        Ok(())
    }
}

impl MysqlTarget {
    /// The key columns of these databases, or where none is named of all; none when it does not tell.
    async fn key_columns(&self, databases: &[String]) -> Vec<KeyColumn> {
        let opened = MysqlConnection::open(self, self.credentials(None, None, None)).await;
        let Ok(mut connection) = opened else {
            return Vec::new();
        };
        let _ = connection.ask(ASK_ANEW).await;
        let sql = columns_of(databases);
        let Ok((answer, _)) = connection.answer(&sql).await else {
            return Vec::new();
        };
        let command = [b"\x03", sql.as_bytes()].concat();
        let answer = Answer::received(&command, &answer, &connection.dialect);
        connection.quit();
        let result = answer.results.first();
        let rows = result.into_iter().flat_map(|result| {
            let rows = result.rows.iter();
            rows.filter_map(|row| column(&result.texts(row, &result.columns)?))
        });
        with_single_texts(rows.collect())
    }
}

/// The statement that asks for the columns of these databases.
fn columns_of(databases: &[String]) -> String {
    // as bytes: quotes and backslashes in a name need no escape, whatever the session's mode
    let hex = |name: &String| -> String {
        let digits = name.bytes().map(|byte| format!("{byte:02x}"));
        format!("CONVERT(x'{}' USING utf8)", digits.collect::<String>())
    };
    let listed: Vec<String> = databases.iter().map(hex).collect();
    let within = match listed.as_slice() {
        [] => String::new(),
        listed => format!(" AND c.TABLE_SCHEMA IN ({})", listed.join(", ")),
    };
    format!("{COLUMNS}{within} ORDER BY c.TABLE_SCHEMA, 1, 3")
}

/// A text tells rows apart only where it is all of the primary key.
fn with_single_texts(rows: Vec<(KeyColumn, bool)>) -> Vec<KeyColumn> {
    let mut primary: FxHashMap<String, usize> = FxHashMap::default();
    for (column, _) in rows.iter().filter(|(_, is_primary)| *is_primary) {
        *primary.entry(column.table.clone()).or_default() += 1;
    }
    let single = |(mut column, is_primary): (KeyColumn, bool)| {
        let parts = primary.get(&column.table).copied().unwrap_or(0);
        column.text = column.text.filter(|_| !is_primary || parts == 1);
        column
    };
    rows.into_iter().map(single).collect()
}

/// A column, and whether it is of the primary key.
fn column(row: &[Option<Vec<u8>>]) -> Option<(KeyColumn, bool)> {
    let text = |at: usize| {
        let cell = row.get(at)?.as_deref()?;
        Some(String::from_utf8_lossy(cell).into_owned())
    };
    let key = text(6)?;
    let column = KeyColumn {
        table: text(0)?,
        column: text(1)?,
        position: text(2)?.parse().ok()?,
        next: text(3).and_then(|next| next.parse().ok()),
        refers_to: text(4).zip(text(5)),
        text: text_kind(&text(7)?).filter(|_| matches!(key.as_str(), "PRI" | "UNI")),
    };
    Some((column, key == "PRI"))
}
