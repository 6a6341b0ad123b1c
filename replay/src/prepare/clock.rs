//! Which MySQL statements depend on the time of their session: they name it, or they may fill columns with it.

use reprise_wire::mysql::CommandCode;
use reprise_wire::mysql::sql::{TokenKind, tokens};

/// Functions of the session's time; SYSDATE() is not one of them. Source: MySQL manual, "Server System
/// Variables", `timestamp`.
const OF_TIME: [&[u8]; 12] = [
    b"CURDATE",
    b"CURRENT_DATE",
    b"CURRENT_TIME",
    b"CURRENT_TIMESTAMP",
    b"CURTIME",
    b"LOCALTIME",
    b"LOCALTIMESTAMP",
    b"NOW",
    b"UNIX_TIMESTAMP",
    b"UTC_DATE",
    b"UTC_TIME",
    b"UTC_TIMESTAMP",
];

/// Whether a command depends on its session's time; `text` is its operation's.
pub(super) fn depends_on_it(command: &[u8], text: &str, writes: bool) -> bool {
    let code = command
        .first()
        .and_then(|byte| CommandCode::from_byte(*byte));
    let runs = matches!(
        code,
        Some(CommandCode::Query | CommandCode::StmtExecute | CommandCode::StmtBulkExecute)
    );
    // what was cut off a long text is not known
    runs && (writes || text.ends_with("...") || names_it(text.as_bytes()))
}

fn names_it(text: &[u8]) -> bool {
    let mut words = tokens(text).filter(|token| token.kind == TokenKind::Word);
    words.any(|token| {
        let word = text.get(token.span).unwrap_or_default();
        OF_TIME.iter().any(|name| word.eq_ignore_ascii_case(name))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn writes_and_what_names_the_time_depend_on_it() {
        let query = |text: &str, writes| depends_on_it(b"\x03", text, writes);
        assert!(query("INSERT INTO a (b) VALUES (?)", true));
        assert!(query(
            "SELECT a FROM b WHERE c > NOW() - INTERVAL ? DAY",
            false
        ));
        assert!(query("SELECT current_timestamp", false) && query("SELECT a ...", false));
        assert!(!query("SELECT a FROM b", false) && !query("SELECT SYSDATE()", false));
        assert!(!depends_on_it(
            b"\x16",
            "PREPARE INSERT INTO a VALUES (?)",
            true
        ));
    }
}
