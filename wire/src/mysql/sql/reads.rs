//! Whether SQL only reads: by the kind of each of its statements, not by its first word. What is not known
//! to read counts as writing, and so does what takes locks. Source: MySQL manual, "SQL Statements";
//! MariaDB knowledge base, "Reserved Words".

use super::statements::statements;
use super::token::{Token, TokenKind, tokens};

/// Words that, written bare, make a statement change or lock something, wherever they stand: they are
/// reserved, so that no name can be one of them. Some are functions before a parenthesis.
const CHANGING: [&[u8]; 14] = [
    b"ALTER", b"CALL", b"CREATE", b"DELETE", b"DROP", b"GRANT", b"INSERT", b"INTO", b"LOAD",
    b"LOCK", b"RENAME", b"REPLACE", b"REVOKE", b"UPDATE",
];

/// Words between SELECT and its columns that only say how it is read.
const OPTIONS: [&[u8]; 6] = [
    b"HIGH_PRIORITY",
    b"SQL_CACHE",
    b"SQL_CALC_FOUND_ROWS",
    b"SQL_NO_CACHE",
    b"SQL_SMALL_RESULT",
    b"STRAIGHT_JOIN",
];

/// Functions of every server that lock, wait, or count something up.
const SIDE_EFFECTS: [&[u8]; 13] = [
    b"BENCHMARK",
    b"GET_LOCK",
    b"MASTER_GTID_WAIT",
    b"MASTER_POS_WAIT",
    b"NEXTVAL",
    b"RELEASE_ALL_LOCKS",
    b"RELEASE_LOCK",
    b"SETVAL",
    b"SLEEP",
    b"SOURCE_POS_WAIT",
    b"SYS_EVAL",
    b"SYS_EXEC",
    b"WAIT_FOR_EXECUTED_GTID_SET",
];

/// Whether every statement of `sql` only reads, however the session reads quotes. `denied`: functions that change
/// something, besides those known to; `name` or `schema.name`, in any case.
pub fn only_reads(sql: &[u8], denied: &[String]) -> bool {
    let reads = |sql: &[u8]| each_reads(sql, denied) && conditional_parts_read(sql, denied);
    // with NO_BACKSLASH_ESCAPES a string may end where it otherwise goes on
    let without_escapes = || {
        let plain = |byte: &u8| if *byte == b'\\' { b'_' } else { *byte };
        sql.iter().map(plain).collect::<Vec<u8>>()
    };
    reads(sql) && (!sql.contains(&b'\\') || reads(&without_escapes()))
}

/// `/*!50000 x */` is read or passed over, depending on the server. Either must only read: what stands
/// outside such comments, and what stands in each of them.
fn conditional_parts_read(sql: &[u8], denied: &[String]) -> bool {
    if memchr::memmem::find(sql, b"/*").is_none() {
        // what nearly every statement has none of
        return true;
    }
    let mut outside = Vec::new();
    let mut inside: Option<Vec<u8>> = None;
    let mut any = false;
    for token in tokens(sql) {
        let text = sql.get(token.span).unwrap_or_default();
        let is_comment = token.kind == TokenKind::Comment;
        if is_comment && (text.starts_with(b"/*!") || text.starts_with(b"/*M!")) {
            any = true;
            inside = Some(Vec::new());
            outside.push(b' ');
        } else if is_comment && text == b"*/" {
            if !inside.take().is_none_or(|part| part_reads(&part, denied)) {
                return false;
            }
        } else {
            inside.as_mut().unwrap_or(&mut outside).extend(text);
        }
    }
    // not closed: it goes on to the end
    let rest_reads = inside.is_none_or(|part| part_reads(&part, denied));
    let nothing_outside = statements(&outside).next().is_none();
    rest_reads && (!any || nothing_outside || each_reads(&outside, denied))
}

/// A conditional comment with options of SELECT, or with statements of its own.
fn part_reads(part: &[u8], denied: &[String]) -> bool {
    let is_option = |word: &[u8]| {
        OPTIONS
            .iter()
            .any(|option| word.eq_ignore_ascii_case(option))
    };
    let mut words = statements(part).flatten();
    words.all(|token| is_option(part.get(token.span).unwrap_or_default()))
        || each_reads(part, denied)
}

fn each_reads(sql: &[u8], denied: &[String]) -> bool {
    let mut any = false;
    for tokens in statements(sql) {
        any = true;
        let statement = Statement {
            sql,
            tokens: &tokens,
        };
        if !statement.reads(denied) {
            return false;
        }
    }
    any
}

/// A name without its quotes.
fn unquoted(name: &[u8]) -> &[u8] {
    let mut inner = b"`\"".iter().filter_map(|quote| {
        let inner = name.strip_prefix(&[*quote])?;
        inner.strip_suffix(&[*quote])
    });
    inner.next().unwrap_or(name)
}

/// The tokens of one statement, without blanks and comments.
#[derive(Clone, Copy)]
struct Statement<'a> {
    sql: &'a [u8],
    tokens: &'a [Token],
}

impl<'a> Statement<'a> {
    fn text(&self, place: usize) -> &'a [u8] {
        let token = self.tokens.get(place);
        token
            .and_then(|token| self.sql.get(token.span.clone()))
            .unwrap_or_default()
    }

    fn kind(&self, place: usize) -> Option<TokenKind> {
        self.tokens.get(place).map(|token| token.kind)
    }

    /// Whether a bare word stands here, not a part of a qualified name.
    fn is_word(&self, place: usize, word: &[u8]) -> bool {
        let qualified = place > 0 && self.text(place - 1) == b".";
        self.kind(place) == Some(TokenKind::Word)
            && !qualified
            && self.text(place).eq_ignore_ascii_case(word)
    }

    fn has(&self, words: &[&[u8]]) -> bool {
        (0..self.tokens.len()).any(|start| {
            words
                .iter()
                .zip(start..)
                .all(|(word, place)| self.is_word(place, word))
        })
    }

    fn from(self, place: usize) -> Self {
        Self {
            tokens: self.tokens.get(place..).unwrap_or_default(),
            ..self
        }
    }

    fn reads(self, denied: &[String]) -> bool {
        let open = self
            .tokens
            .iter()
            .take_while(|token| self.sql.get(token.span.clone()) == Some(b"("));
        let statement = self.from(open.count());
        let first = statement.text(0).to_ascii_uppercase();
        let kind_reads = match first.as_slice() {
            b"SELECT" | b"WITH" | b"TABLE" | b"VALUES" => {
                !statement.has(&[b"FOR", b"SHARE"]) && !statement.has(&[b"NEXT", b"VALUE", b"FOR"])
            }
            b"SHOW" | b"USE" | b"HELP" | b"DO" | b"COMMIT" | b"ROLLBACK" | b"SAVEPOINT"
            | b"RELEASE" | b"UNLOCK" => return statement.is_clean(denied, &[b"CREATE", b"GRANT"]),
            b"BEGIN" | b"START" => {
                let is_transaction = first != b"START" || statement.is_word(1, b"TRANSACTION");
                is_transaction && !statement.lifts_read_only()
            }
            b"SET" => statement.set_reads(),
            b"EXPLAIN" | b"DESCRIBE" | b"DESC" | b"ANALYZE" => {
                return statement.explains(&first, denied);
            }
            _ => false,
        };
        kind_reads && !statement.counts_up() && statement.is_clean(denied, &[])
    }

    /// Whether it takes the next value of a sequence as a column, as MariaDB's Oracle mode does; or has a string
    /// between `$$`, where others see code.
    fn counts_up(self) -> bool {
        (0..self.tokens.len()).any(|place| {
            let taken = place > 0 && self.text(place - 1) == b".";
            taken && self.text(place).eq_ignore_ascii_case(b"NEXTVAL")
                || self.kind(place) == Some(TokenKind::Word) && self.text(place).starts_with(b"$")
        })
    }

    /// Whether it has no word that changes something, but for those `allowed`, and calls no function that does.
    fn is_clean(self, denied: &[String], allowed: &[&[u8]]) -> bool {
        (0..self.tokens.len()).all(|place| {
            let called = self.text(place + 1) == b"(";
            let text = self.text(place);
            let is_changing = |word: &&&[u8]| text.eq_ignore_ascii_case(word);
            let changes = CHANGING
                .iter()
                .find(is_changing)
                .is_some_and(|word| self.is_word(place, word) && !allowed.contains(word))
                && !self.is_harmless(place, called);
            !(changes || called && self.is_denied(place, denied))
        })
    }

    /// A changing word in a place where it changes nothing: `REPLACE(a, b, c)`, `INTO @x`.
    fn is_harmless(self, place: usize, called: bool) -> bool {
        let is = |word: &[u8]| self.text(place).eq_ignore_ascii_case(word);
        let into_variable = self.kind(place + 1) == Some(TokenKind::Variable)
            && !self.text(place + 1).starts_with(b"@@");
        called && (is(b"REPLACE") || is(b"INSERT")) || is(b"INTO") && into_variable
    }

    /// Whether the name before a parenthesis is that of a function with side effects.
    fn is_denied(self, place: usize, denied: &[String]) -> bool {
        let bare = |place: usize| unquoted(self.text(place)).to_ascii_lowercase();
        // a string may be a name, with ANSI_QUOTES
        if !matches!(
            self.kind(place),
            Some(TokenKind::Word | TokenKind::QuotedName | TokenKind::String)
        ) {
            return false;
        }
        let name = bare(place);
        let full = match place.checked_sub(2) {
            Some(schema) if self.text(place - 1) == b"." => {
                [&bare(schema)[..], b".", &name].concat()
            }
            _ => name.clone(),
        };
        let listed = |listed: &String| {
            let listed = listed.to_ascii_lowercase();
            listed.as_bytes() == name || listed.as_bytes() == full
        };
        SIDE_EFFECTS
            .iter()
            .any(|known| name.eq_ignore_ascii_case(known))
            || denied.iter().any(listed)
    }

    /// A SET of the session's own variables that does not let it write again.
    fn set_reads(self) -> bool {
        let shared: [&[u8]; 5] = [
            b"GLOBAL",
            b"PERSIST",
            b"PERSIST_ONLY",
            b"PASSWORD",
            b"STATEMENT",
        ];
        let names_shared = shared.iter().any(|word| self.has(&[word]));
        let global = self.tokens.iter().any(|token| {
            let text = self.sql.get(token.span.clone()).unwrap_or_default();
            // names may stand in quotes, the parts of a variable's one by one
            let quotes = b"`\"";
            let text: Vec<u8> = text
                .iter()
                .filter(|byte| !quotes.contains(byte))
                .map(u8::to_ascii_lowercase)
                .collect();
            let is_shared = text.starts_with(b"@@global") || text.starts_with(b"@@persist");
            token.kind == TokenKind::Variable && is_shared || text.ends_with(b"_read_only")
        });
        !names_shared && !global && !self.lifts_read_only()
    }

    fn lifts_read_only(self) -> bool {
        self.has(&[b"READ", b"WRITE"])
    }

    /// EXPLAIN only plans; with ANALYZE the statement runs.
    fn explains(self, first: &[u8], denied: &[String]) -> bool {
        if first != b"ANALYZE" && !self.has(&[b"ANALYZE"]) {
            // planning may call the functions of a derived table
            return self.is_clean(denied, &CHANGING);
        }
        // behind ANALYZE and FORMAT = JSON
        let begins = (1..self.tokens.len()).find(|place| {
            let starts: [&[u8]; 5] = [b"SELECT", b"WITH", b"TABLE", b"VALUES", b"("];
            starts
                .iter()
                .any(|word| self.text(*place).eq_ignore_ascii_case(word))
        });
        let is_table = first == b"ANALYZE" && self.is_word(1, b"TABLE");
        begins.is_some_and(|place| {
            let before = Self {
                tokens: self.tokens.get(..place).unwrap_or_default(),
                ..self
            };
            !is_table && before.is_clean(denied, &[]) && self.from(place).reads(denied)
        })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn reads(sql: &str) -> bool {
        only_reads(
            sql.as_bytes(),
            &["audit".to_owned(), "shop.Charge".to_owned()],
        )
    }

    #[test]
    fn statements_that_only_read_are_known_by_their_kind() {
        for sql in [
            "SELECT 1",
            "/* x */ select a from b -- c",
            "(select a from b) union (select c from d)",
            "WITH a AS (SELECT 1) SELECT * FROM a",
            "SELECT REPLACE(a, 'x', 'y'), INSERT(a, 1, 2, 'b'), t.update, `delete` FROM t",
            "SELECT 'INTO OUTFILE', \"FOR UPDATE\" FROM b",
            "SELECT a INTO @x FROM b",
            "SHOW CREATE TABLE b",
            "SHOW GRANTS",
            "SET NAMES utf8mb4; SET @a = 1; SET SESSION sql_mode = ''",
            "START TRANSACTION READ ONLY",
            "BEGIN",
            "COMMIT;",
            "EXPLAIN DELETE FROM b",
            "EXPLAIN ANALYZE SELECT * FROM b",
            "ANALYZE FORMAT=JSON SELECT 1",
            "DO 1",
            "TABLE b",
            "SELECT /*!40001 SQL_NO_CACHE */ * FROM b",
            r"SELECT 'it\'s', 'a\\b' FROM b",
            "SELECT next_val FROM hibernate_sequence",
            "SELECT @@transaction_read_only, @a",
            "/*!40101 SET NAMES utf8 */;",
        ] {
            assert!(reads(sql), "{sql}");
        }
    }

    #[test]
    fn everything_else_writes() {
        for sql in [
            "",
            "INSERT INTO a VALUES (1)",
            "WITH a AS (SELECT 1) DELETE FROM b",
            "WITH a AS (SELECT 1) UPDATE b JOIN a SET c = 1",
            "SELECT a INTO OUTFILE '/tmp/x' FROM b",
            "SELECT a FROM b INTO DUMPFILE '/tmp/x'",
            "SELECT a INTO @@global.x",
            "SELECT a FROM b FOR UPDATE",
            "SELECT a FROM b FOR SHARE SKIP LOCKED",
            "SELECT a FROM b LOCK IN SHARE MODE",
            "SELECT GET_LOCK('a', 1)",
            "SELECT `sleep` (5)",
            "SELECT NEXT VALUE FOR s",
            "SELECT audit(1)",
            "SELECT other.audit(1)",
            "SELECT SHOP.charge (7) FROM b",
            "DO charge_all(); CALL p()",
            "DO release_lock('a')",
            "SELECT 1; DROP TABLE b",
            "SELECT 1 /*!50000 ; DELETE FROM b */",
            "/*!99999 SELECT */ DELETE FROM b",
            "/*!99999 SELECT */ TRUNCATE b",
            "/*!99999 SELECT */ /*!50000 TRUNCATE b; */ SELECT 1",
            "SELECT /*!50000 a INTO OUTFILE 'x' */ FROM b",
            "/*M!100000 DELETE FROM b */",
            "SET GLOBAL a = 1",
            "SET @@GLOBAL.a = 1",
            "SET @@persist.a = 1",
            "SET a = 1, GLOBAL b = 2",
            "SET PASSWORD = 'x'",
            "SET SESSION TRANSACTION READ WRITE",
            "SET transaction_read_only = 0",
            "SET @@session.tx_read_only = 0",
            "SET STATEMENT max_statement_time=1 FOR DELETE FROM b",
            "START TRANSACTION READ WRITE",
            "START REPLICA",
            "BEGIN NOT ATOMIC DELETE FROM b; END",
            "EXPLAIN ANALYZE DELETE FROM b",
            "ANALYZE DELETE FROM b WHERE a IN (SELECT 1)",
            "ANALYZE TABLE b",
            "PREPARE s FROM 'DELETE FROM b'",
            "EXECUTE s",
            "XA START 'a'",
            "LOCK TABLES a READ",
            "KILL 7",
            "FLUSH TABLES",
            "SET `transaction_read_only` = 0",
            "SET @@`transaction_read_only` = 0",
            "SET @@session.`tx_read_only` = OFF",
            "SET SESSION \"tx_read_only\" = OFF",
            "SET @@`global`.a = 1",
            r"SELECT 'a\'; DELETE FROM b; -- '",
            r"SELECT 'a\' INTO OUTFILE 'x' -- '",
            "SELECT \"audit\"(1)",
            "SELECT s.NEXTVAL",
            "SELECT $$'$$; DELETE FROM b; -- '",
            "EXPLAIN SELECT * FROM (SELECT audit(1)) b",
            "HANDLER b OPEN",
            "EXECUTE IMMEDIATE 'DELETE FROM b'",
            "TABLE b INTO OUTFILE 'x'",
            "SELECT 1 UNION SELECT a FROM b FOR UPDATE",
            "SELECT (SELECT NEXTVAL(s))",
            "VALUES ROW(get_lock('a', 1))",
            "SELECT 1;\0DELETE FROM b",
        ] {
            assert!(!reads(sql), "{sql}");
        }
    }

    proptest! {
        #[test]
        fn whatever_is_put_before_it_a_write_stays_one(
            before in "[ A-Za-z0-9_'`;,().!/*-]{0,30}",
            write in prop::sample::select(vec!["; DELETE FROM b", "\n;UPDATE b SET a=1"]),
        ) {
            // unless it became part of a string or of a comment
            let quotes = before.contains(['\'', '`']) || before.contains("/*") || before.contains("--");
            let sql = format!("{before}{write}");
            prop_assert!(quotes || !reads(&sql));
        }

        #[test]
        fn any_bytes_are_judged(sql in prop::collection::vec(any::<u8>(), 0..120)) {
            let _ = only_reads(&sql, &[]);
        }
    }
}
