//! The SQLSTATE and text that go with MySQL's error numbers, for the errors worth injecting.
//! Source: the MySQL and MariaDB server error references.

/// Number, SQLSTATE, text: sorted by number.
const KNOWN: [(u16, &[u8; 5], &str); 45] = [
    (1020, b"HY000", "Record has changed since last read"),
    (
        1037,
        b"HY001",
        "Out of memory; restart server and try again",
    ),
    (1040, b"08004", "Too many connections"),
    (1042, b"08S01", "Can't get hostname for your address"),
    (1043, b"08S01", "Bad handshake"),
    (1044, b"42000", "Access denied to database"),
    (1045, b"28000", "Access denied"),
    (1046, b"3D000", "No database selected"),
    (1047, b"08S01", "Unknown command"),
    (1048, b"23000", "Column cannot be null"),
    (1049, b"42000", "Unknown database"),
    (1053, b"08S01", "Server shutdown in progress"),
    (1054, b"42S22", "Unknown column"),
    (1062, b"23000", "Duplicate entry"),
    (1064, b"42000", "You have an error in your SQL syntax"),
    (1105, b"HY000", "Unknown error"),
    (1114, b"HY000", "The table is full"),
    (
        1129,
        b"HY000",
        "Host is blocked because of many connection errors",
    ),
    (1142, b"42000", "Command denied"),
    (1146, b"42S02", "Table doesn't exist"),
    (1152, b"08S01", "Aborted connection"),
    (
        1153,
        b"08S01",
        "Got a packet bigger than 'max_allowed_packet' bytes",
    ),
    (1158, b"08S01", "Got an error reading communication packets"),
    (1159, b"08S01", "Got timeout reading communication packets"),
    (1160, b"08S01", "Got an error writing communication packets"),
    (1161, b"08S01", "Got timeout writing communication packets"),
    (
        1203,
        b"42000",
        "User already has more than 'max_user_connections' active connections",
    ),
    (
        1205,
        b"HY000",
        "Lock wait timeout exceeded; try restarting transaction",
    ),
    (
        1206,
        b"HY000",
        "The total number of locks exceeds the lock table size",
    ),
    (
        1213,
        b"40001",
        "Deadlock found when trying to get lock; try restarting transaction",
    ),
    (1226, b"42000", "User has exceeded a resource"),
    (
        1227,
        b"42000",
        "Access denied; a privilege is missing for this operation",
    ),
    (
        1290,
        b"HY000",
        "The server is running with an option that forbids this statement",
    ),
    (1317, b"70100", "Query execution was interrupted"),
    (1406, b"22001", "Data too long for column"),
    (
        1451,
        b"23000",
        "Cannot delete or update a parent row: a foreign key constraint fails",
    ),
    (
        1452,
        b"23000",
        "Cannot add or update a child row: a foreign key constraint fails",
    ),
    (1637, b"HY000", "Too many active concurrent transactions"),
    (
        1792,
        b"25006",
        "Cannot execute statement in a READ ONLY transaction",
    ),
    (1836, b"HY000", "Running in read-only mode"),
    (1927, b"70100", "Connection was killed"),
    (
        1969,
        b"70100",
        "Query execution was interrupted (max_statement_time exceeded)",
    ),
    (
        3024,
        b"HY000",
        "Query execution was interrupted, maximum statement execution time exceeded",
    ),
    (
        3101,
        b"40000",
        "Plugin instructed the server to rollback the current transaction",
    ),
    (
        3572,
        b"HY000",
        "Statement aborted because lock(s) could not be acquired immediately",
    ),
];

/// The SQLSTATE and the text of error number `code`; `HY000` and a plain text when it is not listed.
pub fn of(code: u16) -> (&'static [u8; 5], &'static str) {
    KNOWN
        .binary_search_by_key(&code, |(number, _, _)| *number)
        .ok()
        .and_then(|at| KNOWN.get(at))
        .map_or((b"HY000", "Injected error"), |(_, state, text)| {
            (state, text)
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_is_sorted_and_every_number_finds_its_own_row() {
        assert!(KNOWN.is_sorted_by(|a, b| a.0 < b.0));
        for (code, state, text) in KNOWN {
            assert_eq!(of(code), (state, text));
        }
        assert_eq!(of(1213).0, b"40001");
        assert_eq!(of(9).0, b"HY000");
    }
}
