//! Asks a MySQL target for its key columns: those it numbers itself, and those that refer to others.

use reprise_wire::mysql::Answer;

use crate::KeyColumn;
use crate::mysql::connection::MysqlConnection;

/// MySQL 8 tells what the next number was a day ago, unless asked not to; others do not know the setting.
const ASK_ANEW: &str = "SET SESSION information_schema_stats_expiry = 0";

/// The columns that are keys or parts of them: the next number of those that have one, and what they refer to.
/// Without a default database those of all.
const COLUMNS: &str = "SELECT c.TABLE_NAME, c.COLUMN_NAME, c.ORDINAL_POSITION, \
    IF(c.EXTRA LIKE '%auto_increment%', COALESCE(t.AUTO_INCREMENT, 1), NULL), \
    k.REFERENCED_TABLE_NAME, k.REFERENCED_COLUMN_NAME \
    FROM information_schema.COLUMNS c \
    JOIN information_schema.TABLES t \
    ON t.TABLE_SCHEMA = c.TABLE_SCHEMA AND t.TABLE_NAME = c.TABLE_NAME \
    LEFT JOIN information_schema.KEY_COLUMN_USAGE k \
    ON k.TABLE_SCHEMA = c.TABLE_SCHEMA AND k.TABLE_NAME = c.TABLE_NAME \
    AND k.COLUMN_NAME = c.COLUMN_NAME AND k.REFERENCED_TABLE_SCHEMA = c.TABLE_SCHEMA \
    WHERE c.TABLE_SCHEMA NOT IN ('mysql', 'sys', 'performance_schema', 'information_schema') \
    AND c.COLUMN_KEY <> '' AND (DATABASE() IS NULL OR c.TABLE_SCHEMA = DATABASE()) \
    ORDER BY 1, 3";

/// The target's key columns; none when it does not tell.
pub(super) async fn key_columns(connection: &mut MysqlConnection) -> Vec<KeyColumn> {
    let _ = connection.ask(ASK_ANEW).await;
    let Ok((answer, _)) = connection.answer(COLUMNS).await else {
        return Vec::new();
    };
    let command = [b"\x03", COLUMNS.as_bytes()].concat();
    let answer = Answer::received(&command, &answer, &connection.dialect);
    let result = answer.results.first();
    let rows = result.into_iter().flat_map(|result| {
        let rows = result.rows.iter();
        rows.filter_map(|row| column(&result.texts(row, &result.columns)?))
    });
    rows.collect()
}

fn column(row: &[Option<Vec<u8>>]) -> Option<KeyColumn> {
    let text = |at: usize| {
        let cell = row.get(at)?.as_deref()?;
        Some(String::from_utf8_lossy(cell).into_owned())
    };
    Some(KeyColumn {
        table: text(0)?,
        column: text(1)?,
        position: text(2)?.parse().ok()?,
        next: text(3).and_then(|next| next.parse().ok()),
        refers_to: text(4).zip(text(5)),
    })
}
