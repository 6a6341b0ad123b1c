//! What the text of a statement says about its answers: which columns are functions of time, of chance or of
//! the connection, and whether its rows have an order.

use reprise_wire::mysql::sql::{TokenKind, tokens};

/// Functions that are answered otherwise each time, or on another server. Source: MySQL manual, "Date and
/// Time Functions", "Information Functions", "Miscellaneous Functions".
const VOLATILE: [&str; 27] = [
    "CONNECTION_ID",
    "CURDATE",
    "CURRENT_DATE",
    "CURRENT_TIME",
    "CURRENT_TIMESTAMP",
    "CURRENT_USER",
    "CURTIME",
    "FOUND_ROWS",
    "LAST_INSERT_ID",
    "LOCALTIME",
    "LOCALTIMESTAMP",
    "NOW",
    "RAND",
    "RANDOM_BYTES",
    "ROW_COUNT",
    "SESSION_USER",
    "SYSDATE",
    "SYSTEM_USER",
    "SYS_GUID",
    "UNIX_TIMESTAMP",
    "USER",
    "UTC_DATE",
    "UTC_TIME",
    "UTC_TIMESTAMP",
    "UUID",
    "UUID_SHORT",
    "VERSION",
];

/// Those that are written without parentheses, too.
const BARE: [&str; 8] = [
    "CURRENT_DATE",
    "CURRENT_TIME",
    "CURRENT_TIMESTAMP",
    "LOCALTIME",
    "LOCALTIMESTAMP",
    "UTC_DATE",
    "UTC_TIME",
    "UTC_TIMESTAMP",
];

/// Settings that say which server it is.
const IDENTITY: [&str; 8] = [
    "@@hostname",
    "@@port",
    "@@pseudo_thread_id",
    "@@server_id",
    "@@server_uuid",
    "@@socket",
    "@@timestamp",
    "@@version",
];

/// Statements about the server itself.
const OWN_BUSINESS: [&str; 4] = ["STATUS", "PROCESSLIST", "ENGINE", "BINLOG"];

/// One word of a statement.
#[derive(Clone, Copy)]
struct Word<'a> {
    kind: TokenKind,
    text: &'a str,
}

fn words(text: &str) -> Vec<Word<'_>> {
    tokens(text.as_bytes())
        .filter(|token| !matches!(token.kind, TokenKind::Space | TokenKind::Comment))
        .filter_map(|token| {
            let kind = token.kind;
            text.get(token.span).map(|text| Word { kind, text })
        })
        .collect()
}

impl Word<'_> {
    fn is(&self, name: &str) -> bool {
        self.text.eq_ignore_ascii_case(name)
    }

    fn is_one_of(&self, names: &[&str]) -> bool {
        names.iter().any(|name| self.is(name))
    }
}

/// Whether the rows come in an order that the statement asks for.
pub(super) fn is_ordered(text: &str) -> bool {
    let words = words(text);
    let mut pairs = words.iter().zip(words.iter().skip(1));
    pairs.any(|(one, next)| one.is("ORDER") && next.is("BY"))
}

/// Whether the statement asks the server about itself: `SHOW STATUS`, `EXPLAIN`.
pub(super) fn own_business(text: &str) -> bool {
    let words = words(text);
    let Some(first) = words.first() else {
        return false;
    };
    let shows = first.is("SHOW");
    first.is_one_of(&["EXPLAIN", "ANALYZE"])
        || (shows
            && words
                .iter()
                .take(4)
                .any(|word| word.is_one_of(&OWN_BUSINESS)))
}

/// Whether the answer depends on the statement before.
pub(super) fn remembers(text: &str) -> bool {
    let about_last = ["FOUND_ROWS", "ROW_COUNT", "LAST_INSERT_ID"];
    words(text)
        .iter()
        .any(|word| word.is_one_of(&about_last) || word.kind == TokenKind::Variable)
}

/// Those of the columns `names` that the statement computes from time, chance or the connection.
pub(super) fn volatile_columns(text: &str, names: &[String]) -> Vec<String> {
    let words = words(text);
    let items = items(&words);
    let has_star = items
        .iter()
        .any(|item| item.last().is_some_and(|word| word.is("*")));
    let volatile = items
        .iter()
        .enumerate()
        .filter(|(_, item)| is_volatile(item));
    let named = volatile.filter_map(|(at, item)| {
        if items.len() == names.len() && !has_star {
            return names.get(at).cloned();
        }
        // what `*` stands for moves the others: only a name given to it tells which it is
        let alias = item.last()?.text.trim_matches('`');
        names
            .iter()
            .find(|name| name.eq_ignore_ascii_case(alias))
            .cloned()
    });
    named.collect()
}

/// What a statement selects, item by item.
fn items<'a, 'w>(words: &'w [Word<'a>]) -> Vec<&'w [Word<'a>]> {
    let Some(begin) = words.iter().position(|word| word.is("SELECT")) else {
        return Vec::new();
    };
    let (mut found, mut from, mut depth) = (Vec::new(), begin + 1, 0_u32);
    for (at, word) in words.iter().enumerate().skip(begin + 1) {
        match word.text {
            "(" => depth += 1,
            ")" => depth = depth.saturating_sub(1),
            _ => {}
        }
        let ends =
            depth == 0 && (word.is_one_of(&["FROM", "UNION", "INTO", "LIMIT"]) || word.is(";"));
        if ends || (depth == 0 && word.is(",")) {
            found.extend(words.get(from..at));
            from = at + 1;
        }
        if ends {
            return found;
        }
    }
    found.extend(words.get(from..).filter(|rest| !rest.is_empty()));
    found
}

fn is_volatile(item: &[Word<'_>]) -> bool {
    item.iter().enumerate().any(|(at, word)| {
        let called = item.get(at + 1).is_some_and(|next| next.is("("));
        (word.kind == TokenKind::Word && called && word.is_one_of(&VOLATILE))
            || (word.kind == TokenKind::Word && word.is_one_of(&BARE))
            || (word.kind == TokenKind::Variable && names_the_server(word.text))
    })
}

/// Whether a variable says which server, or which connection, it is.
fn names_the_server(variable: &str) -> bool {
    let plain = variable.to_ascii_lowercase();
    let plain = plain.replace("@@global.", "@@").replace("@@session.", "@@");
    IDENTITY.iter().any(|name| plain == *name) || plain.starts_with("@@version_")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn columns(text: &str, names: &[&str]) -> Vec<String> {
        let names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
        volatile_columns(text, &names)
    }

    #[test]
    fn columns_of_time_chance_and_connection_are_named() {
        let text =
            "SELECT id, NOW() AS t, UUID(), COALESCE(a, CURRENT_TIMESTAMP), @@hostname FROM x";
        let names = ["id", "t", "UUID()", "c", "@@hostname"];
        assert_eq!(columns(text, &names), ["t", "UUID()", "c", "@@hostname"]);
        assert_eq!(
            columns("SELECT *, RAND() AS r FROM x", &["a", "b", "r"]),
            ["r"]
        );
        assert!(columns("SELECT now, user, `rand` FROM x", &["now", "user", "rand"]).is_empty());
        assert_eq!(
            columns("SELECT CONNECTION_ID()", &["CONNECTION_ID()"]),
            ["CONNECTION_ID()"]
        );
    }

    #[test]
    fn order_is_asked_for_or_not() {
        assert!(is_ordered("SELECT a FROM b ORDER BY a") && !is_ordered("SELECT a FROM b"));
    }

    #[test]
    fn questions_about_the_server_itself_are_known() {
        assert!(
            own_business("SHOW GLOBAL STATUS LIKE ?") && own_business("EXPLAIN SELECT a FROM b")
        );
        assert!(!own_business("SHOW CREATE TABLE a") && !own_business("SELECT status FROM a"));
    }
}
