//! The words a digest writes in capitals. Names are left as written, since they may be case-sensitive:
//! words that are also likely column names (`status`, `value`, `user`) are names here, and so are functions.

use std::sync::LazyLock;

use rustc_hash::FxHashMap;

/// Sorted, in capitals.
#[rustfmt::skip]
const KEYWORDS: [&str; 160] = [
    "ADD", "ALL", "ALTER", "ANALYZE", "AND", "ANY", "AS", "ASC", "BEGIN", "BETWEEN", "BINARY",
    "BOTH", "BY", "CALL", "CASCADE", "CASE", "CAST", "CHARACTER", "COLLATE", "COLUMN", "COMMIT",
    "COMMITTED", "CONSTRAINT", "CONVERT", "CREATE", "CROSS", "CURRENT_DATE", "CURRENT_TIME",
    "CURRENT_TIMESTAMP", "DATABASE", "DATABASES", "DEALLOCATE", "DECLARE", "DEFAULT", "DELAYED",
    "DELETE", "DESC", "DESCRIBE", "DISTINCT", "DISTINCTROW", "DIV", "DO", "DROP", "DUPLICATE",
    "ELSE", "END", "EXCEPT", "EXECUTE", "EXISTS", "EXPLAIN", "FALSE", "FLUSH", "FOR", "FORCE",
    "FOREIGN", "FROM", "FULL", "GLOBAL", "GRANT", "GROUP", "HAVING", "HIGH_PRIORITY", "IDENTIFIED",
    "IF", "IGNORE", "IN", "INDEX", "INFILE", "INNER", "INSERT", "INTERSECT", "INTERVAL", "INTO",
    "IS", "ISOLATION", "JOIN", "KEY", "KILL", "LEADING", "LEFT", "LIKE", "LIMIT", "LOAD", "LOCAL",
    "LOCK", "LOCKED", "LOW_PRIORITY", "MATCH", "NAMES", "NATURAL", "NOT", "NOWAIT", "NULL", "NULLS",
    "OFFSET", "ON", "ONLY", "OPTIMIZE", "OR", "ORDER", "OUTER", "OUTFILE", "OVER", "PARTITION",
    "PREPARE", "PRIMARY", "PROCEDURE", "READ", "RECURSIVE", "REFERENCES", "REGEXP", "RELEASE",
    "RENAME", "REPLACE", "RESTRICT", "RETURNING", "REVOKE", "RIGHT", "RLIKE", "ROLLBACK", "ROWS",
    "SAVEPOINT", "SCHEMA", "SCHEMAS", "SELECT", "SEPARATOR", "SESSION", "SET", "SHARE", "SHOW",
    "SKIP", "SQL_CALC_FOUND_ROWS", "SQL_NO_CACHE", "START", "STRAIGHT_JOIN", "TABLE", "TABLES",
    "TEMPORARY", "TERMINATED", "THEN", "TO", "TRAILING", "TRANSACTION", "TRUE", "TRUNCATE",
    "UNCOMMITTED", "UNION", "UNIQUE", "UNLOCK", "UPDATE", "USE", "USING", "VALUES", "VARIABLES",
    "WARNINGS", "WHEN", "WHERE", "WITH", "WRITE", "XOR",
];

/// Every word of every statement is looked up.
static BY_TEXT: LazyLock<FxHashMap<&[u8], &str>> = LazyLock::new(|| {
    KEYWORDS
        .iter()
        .map(|keyword| (keyword.as_bytes(), *keyword))
        .collect()
});

/// The longest keyword, in bytes.
const LONGEST: usize = 20;

/// The keyword `word` is, in capitals, whatever its case.
pub(crate) fn keyword(word: &[u8]) -> Option<&'static str> {
    if word.len() > LONGEST || !word.first()?.is_ascii_alphabetic() {
        return None;
    }
    let mut capitals = [0; LONGEST];
    let place = capitals.get_mut(..word.len())?;
    place.copy_from_slice(word);
    place.make_ascii_uppercase();
    BY_TEXT.get(&*place).copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_is_sorted_and_none_is_longer_than_the_buffer() {
        assert!(KEYWORDS.is_sorted());
        assert!(KEYWORDS.iter().all(|word| word.len() <= LONGEST));
    }

    #[test]
    fn keywords_are_found_in_any_case_and_names_are_not() {
        assert_eq!(keyword(b"select"), Some("SELECT"));
        assert_eq!(keyword(b"status"), None);
        assert_eq!(keyword(b""), None);
    }
}
