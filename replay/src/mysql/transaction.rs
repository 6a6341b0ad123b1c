//! Whether the transaction that the recorded session was in stands on the target, too. Where it does not, what
//! belongs to it is left out: sent alone, each statement would commit by itself what was done together or not at all.

use reprise_wire::mysql::CommandCode;
use reprise_wire::mysql::sql::{TokenKind, tokens};

/// A deadlock undoes the whole transaction; so does one that a branch of XA ran into.
const UNDOING: [u16; 2] = [1213, 1614];

/// Where a lane copy stands in its recorded transactions.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Transaction {
    /// The recorded session was in one after the last step.
    open: bool,
    /// The target's session is not: it refused to begin it, a deadlock undid it, or its connection was lost.
    gone: bool,
}

impl Transaction {
    /// Where the recorded session begins.
    pub(crate) const fn begun(open: bool) -> Self {
        Self { open, gone: false }
    }

    /// Whether the recorded session is in one.
    pub(crate) const fn is_open(self) -> bool {
        self.open
    }

    /// The target did not do a step that the recorded server had done: `error` is its reason, `None` when nothing was
    /// sent. `sql`: what the step says; `opens`: the recorded session was in a transaction after it.
    pub(crate) fn failed(&mut self, sql: &[u8], opens: bool, error: Option<u16>) {
        let refused = opens && !self.open && begins(sql);
        let undone = self.open && error.is_some_and(|code| UNDOING.contains(&code));
        self.gone |= refused || undone;
    }

    /// The connection is gone, and what was open on it.
    pub(crate) fn lost(&mut self) {
        self.gone |= self.open;
    }

    /// Whether a command, which says `sql`, belongs to a transaction that is not there.
    pub(crate) fn leaves_out<'a>(
        self,
        command: &[u8],
        sql: impl FnOnce() -> Option<&'a [u8]>,
    ) -> bool {
        let works = matches!(
            command
                .first()
                .and_then(|byte| CommandCode::from_byte(*byte)),
            Some(CommandCode::Query | CommandCode::StmtExecute | CommandCode::StmtBulkExecute)
        );
        self.gone && works && sql().is_none_or(|sql| !begins(sql) && !sets_up(sql))
    }

    /// A step was done or left out, after which the recorded session was in a transaction or was not.
    pub(crate) fn passed(&mut self, sql: Option<&[u8]>, open: bool) {
        // beginning another one ends the one before
        self.gone &= open && !(self.open && sql.is_some_and(begins));
        self.open = open;
    }
}

/// Whether a statement begins a transaction.
fn begins(sql: &[u8]) -> bool {
    match words(sql) {
        [Some(first), Some(second)] if is(first, "START") => is(second, "TRANSACTION"),
        [Some(first), Some(second)] if is(first, "XA") => {
            is(second, "START") || is(second, "BEGIN")
        }
        [Some(first), _] => is(first, "BEGIN"),
        _ => false,
    }
}

/// Whether a statement is of the session, and what comes after the transaction may need it.
fn sets_up(sql: &[u8]) -> bool {
    match words(sql) {
        [Some(first), Some(second)] if is(first, "CREATE") || is(first, "DROP") => {
            is(second, "TEMPORARY")
        }
        [Some(first), _] => ["SET", "USE", "PREPARE", "DEALLOCATE"]
            .iter()
            .any(|word| is(first, word)),
        _ => false,
    }
}

fn is(word: &[u8], other: &str) -> bool {
    word.eq_ignore_ascii_case(other.as_bytes())
}

/// The first two words of a statement.
fn words(sql: &[u8]) -> [Option<&[u8]>; 2] {
    let mut words = tokens(sql)
        .filter(|token| !matches!(token.kind, TokenKind::Space | TokenKind::Comment))
        .map(|token| sql.get(token.span).unwrap_or_default());
    [words.next(), words.next()]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn query(sql: &str) -> Vec<u8> {
        [b"\x03", sql.as_bytes()].concat()
    }

    fn leaves_out(transaction: Transaction, sql: &str) -> bool {
        transaction.leaves_out(&query(sql), || Some(sql.as_bytes()))
    }

    #[test]
    fn what_follows_a_refused_begin_is_left_out_to_the_end_of_its_transaction() {
        let mut transaction = Transaction::default();
        for begin in [
            "BEGIN",
            "start transaction read write",
            "/* x */ XA START 'a'",
        ] {
            transaction.failed(begin.as_bytes(), true, Some(1295));
            transaction.passed(Some(begin.as_bytes()), true);
            assert!(leaves_out(transaction, "UPDATE item SET n = 1"), "{begin}");
            assert!(leaves_out(transaction, "SELECT 1") && leaves_out(transaction, "COMMIT"));
            for kept in [
                "SET @a = 1",
                "USE shop",
                "CREATE TEMPORARY TABLE t (a INT)",
                "BEGIN",
            ] {
                assert!(!leaves_out(transaction, kept), "{kept}");
            }
            assert!(
                !transaction.leaves_out(b"\x16SELECT ?", || Some(b"SELECT ?")),
                "a PREPARE"
            );
            transaction.passed(Some(b"COMMIT"), false);
            assert!(!leaves_out(transaction, "UPDATE item SET n = 1"));
        }
    }

    #[test]
    fn a_deadlock_and_a_lost_connection_undo_what_was_open_and_another_error_does_not() {
        let within = || {
            let mut transaction = Transaction::default();
            transaction.passed(Some(b"BEGIN"), true);
            transaction
        };
        let sql = b"UPDATE item SET n = 1";
        let mut transaction = within();
        transaction.failed(sql, true, Some(1064));
        assert!(!leaves_out(transaction, "SELECT 1"));
        transaction.failed(sql, true, Some(1213));
        assert!(leaves_out(transaction, "SELECT 1"));
        let mut transaction = within();
        transaction.lost();
        assert!(leaves_out(transaction, "SELECT 1"));
        let mut outside = Transaction::default();
        outside.lost();
        outside.failed(sql, true, Some(1213));
        assert!(!leaves_out(outside, "SELECT 1"));
    }

    #[test]
    fn a_transaction_that_begins_before_the_last_has_ended_is_another_one() {
        let mut transaction = Transaction::default();
        transaction.passed(Some(b"BEGIN"), true);
        transaction.lost();
        transaction.passed(Some(b"UPDATE a SET b = 1"), true);
        transaction.passed(Some(b"BEGIN"), true);
        assert!(!leaves_out(transaction, "SELECT 1"));
    }
}
