//! A recorded command made ready to be sent: its payload, the files its client sent for it, and whom it kills.

use reprise_wire::mysql::sql::{TokenKind, Tokens, tokens};
use reprise_wire::mysql::{Command, CommandCode, Dialect, sent_files};

use super::verify::COMPARED;

/// A command as it is shared by every copy that sends it.
#[derive(Debug, Default)]
pub(crate) struct MysqlCommand {
    /// The command byte first.
    pub(crate) payload: Vec<u8>,
    /// What its client sent when the server asked for files (LOCAL INFILE), in order.
    pub(crate) files: Vec<Vec<u8>>,
    /// The recorded thread id that it kills.
    pub(crate) kills: Option<u32>,
    /// The recorded reply, its beginning, to compare with.
    pub(crate) answer: Box<[u8]>,
}

/// What a KILL names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kill {
    /// A connection by its id on the recorded server.
    Thread(u32),
    /// A user, a query id, or something computed: nobody knows who that is on the target.
    Other,
}

impl MysqlCommand {
    /// `reply`: the recorded one; it holds files if it `may_send_files`.
    pub(crate) fn new(payload: Vec<u8>, reply: Option<&[u8]>, may_send_files: bool) -> Self {
        let holds_files = reply.filter(|_| may_send_files);
        let files = holds_files.map_or_else(Vec::new, |reply| {
            sent_files(&payload, reply, &Dialect::UNKNOWN)
        });
        let answer = reply.map(|reply| reply.get(..COMPARED).unwrap_or(reply));
        let kills = match kill_of(&payload) {
            Some(Kill::Thread(thread)) => Some(thread),
            _ => None,
        };
        Self {
            payload,
            files,
            kills,
            answer: answer.unwrap_or_default().into(),
        }
    }

    /// How much memory it takes.
    pub(crate) fn len(&self) -> usize {
        let files = self.files.iter().map(Vec::len).sum::<usize>();
        self.payload.len() + self.answer.len() + files
    }
}

/// Whether a command with this one-line summary may make the server ask for a file.
pub(crate) fn may_send_files(summary: &str) -> bool {
    let text = summary.trim_start_matches("PREPARE ").trim_start();
    let begins = text.get(..4);
    begins.is_some_and(|word| word.eq_ignore_ascii_case("LOAD") || word.starts_with("/*"))
}

/// What a command kills; `None` when it is no KILL.
pub(crate) fn kill_of(payload: &[u8]) -> Option<Kill> {
    if payload.first() == Some(&(CommandCode::ProcessKill as u8)) {
        let thread = payload.get(1..).and_then(<[u8]>::first_chunk);
        let thread = thread.map(|bytes| u32::from_le_bytes(*bytes));
        return Some(thread.map_or(Kill::Other, Kill::Thread));
    }
    let sql = sql_of(payload)?;
    let mut words = significant(sql);
    if !is_word(words.next()?, b"KILL") {
        return None;
    }
    let modifiers: [&[u8]; 4] = [b"HARD", b"SOFT", b"CONNECTION", b"QUERY"];
    let rest: Vec<&[u8]> = words
        .filter(|word| !modifiers.iter().any(|modifier| is_word(word, modifier)))
        .collect();
    let thread = match rest.as_slice() {
        [id] | [id, b";"] => std::str::from_utf8(id).ok().and_then(|id| id.parse().ok()),
        _ => None,
    };
    Some(thread.map_or(Kill::Other, Kill::Thread))
}

/// The same KILL for another thread id.
pub(crate) fn killing(payload: &[u8], thread: u32) -> Vec<u8> {
    if payload.first() == Some(&(CommandCode::ProcessKill as u8)) {
        return [&[CommandCode::ProcessKill as u8][..], &thread.to_le_bytes()].concat();
    }
    let Some(sql) = sql_of(payload) else {
        return payload.to_vec();
    };
    let head = payload.len().saturating_sub(sql.len());
    let number = tokens(sql).find(|token| token.kind == TokenKind::Number);
    let Some(span) = number.map(|token| token.span) else {
        return payload.to_vec();
    };
    [
        payload.get(..head + span.start).unwrap_or_default(),
        thread.to_string().as_bytes(),
        payload.get(head + span.end..).unwrap_or_default(),
    ]
    .concat()
}

/// The SQL a COM_QUERY or a PREPARE carries; whether it has attributes shows in its bytes.
fn sql_of(payload: &[u8]) -> Option<&[u8]> {
    Command::decode(payload, &Dialect::UNKNOWN).ok()?.sql()
}

/// The texts of a statement's tokens without blanks and comments.
fn significant(sql: &[u8]) -> impl Iterator<Item = &[u8]> {
    let all: Tokens<'_> = tokens(sql);
    all.filter(|token| !matches!(token.kind, TokenKind::Space | TokenKind::Comment))
        .filter_map(|token| sql.get(token.span))
}

const fn is_word(text: &[u8], word: &[u8]) -> bool {
    text.eq_ignore_ascii_case(word)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_kill_is_read_in_every_form_and_named_anew() {
        for (sql, anew) in [
            ("kill 17", "kill 99"),
            ("KILL QUERY 17", "KILL QUERY 99"),
            (
                "/* x 1 */ KILL HARD CONNECTION  17 ;",
                "/* x 1 */ KILL HARD CONNECTION  99 ;",
            ),
        ] {
            let payload = [b"\x03", sql.as_bytes()].concat();
            assert_eq!(kill_of(&payload), Some(Kill::Thread(17)), "{sql}");
            assert_eq!(killing(&payload, 99), [b"\x03", anew.as_bytes()].concat());
        }
        assert_eq!(kill_of(b"\x0c\x11\0\0\0"), Some(Kill::Thread(17)));
        assert_eq!(killing(b"\x0c\x11\0\0\0", 99), b"\x0c\x63\0\0\0");
        // with query attributes before the text
        assert_eq!(killing(b"\x03\0\x01KILL 17", 99), b"\x03\0\x01KILL 99");
    }

    #[test]
    fn what_names_no_thread_is_told_apart() {
        for sql in [
            "KILL USER bob",
            "KILL QUERY ID 7",
            "KILL CONNECTION_ID()",
            "KILL",
        ] {
            let payload = [b"\x03", sql.as_bytes()].concat();
            assert_eq!(kill_of(&payload), Some(Kill::Other), "{sql}");
        }
        assert_eq!(kill_of(b"\x03SELECT 'KILL 7'"), None);
        assert_eq!(kill_of(b""), None);
    }

    #[test]
    fn only_a_load_may_send_files() {
        assert!(may_send_files("load data local infile 'x' into table t"));
        assert!(!may_send_files("INSERT INTO t VALUES (1)") && !may_send_files(""));
    }
}
