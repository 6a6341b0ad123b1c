//! Which exchanges can be sent at all, and which write. The first reason that applies is the one counted.

use reprise_store::RecordedRequest;
use reprise_wire::mysql::sql::only_reads;
use reprise_wire::mysql::{Command, CommandCode, Dialect};
use reprise_wire::{Flags, Protocol};
use rustc_hash::FxHashMap;

use crate::mysql::command::{Kill, kill_of, may_send_files};
use crate::reason::SkipReason;

/// Why the exchange cannot be replayed whatever the plan says; `None` when it can.
pub(crate) fn cannot_be_sent(exchange: &RecordedRequest) -> Option<SkipReason> {
    let row = &exchange.row;
    let Some(request) = exchange.request.as_deref() else {
        return Some(SkipReason::NoRequest);
    };
    let damaged = Flags::GAP_IN_REQUEST | Flags::REQUEST_OVER_CAP | Flags::REQUEST_TRUNCATED;
    if row.flags.intersects(damaged) {
        return Some(SkipReason::RequestIncomplete);
    }
    let supported = match row.protocol {
        Protocol::Http => !row.flags.contains(Flags::UPGRADED) && !request.starts_with(b"CONNECT "),
        Protocol::Mysql => mysql_is_supported(request),
    };
    if !supported {
        return Some(SkipReason::Unsupported);
    }
    let file_cut = Flags::ANSWER_NOT_KEPT | Flags::RESPONSE_OVER_CAP | Flags::RESPONSE_TRUNCATED;
    let sends_file = row.protocol == Protocol::Mysql && may_send_files(&row.summary);
    if sends_file && row.flags.intersects(file_cut) {
        return Some(SkipReason::RequestIncomplete);
    }
    let answerless = Flags::NO_ANSWER_EXPECTED | Flags::ANSWER_NOT_KEPT;
    if row.status.is_none() && !row.flags.intersects(answerless) {
        return Some(SkipReason::Unanswered);
    }
    None
}

/// Tells which exchanges may change something, and remembers it of what is executed again and again.
#[derive(Debug)]
pub(crate) struct Writing<'a> {
    /// Functions that change something, besides those known to.
    denied: &'a [String],
    /// By the operation.
    executions: FxHashMap<u32, bool>,
}

impl<'a> Writing<'a> {
    pub(crate) fn new(denied: &'a [String]) -> Self {
        Self {
            denied,
            executions: FxHashMap::default(),
        }
    }

    /// As [`writes`] tells of an exchange of an operation, given by its id and its text.
    pub(crate) fn writes(
        &mut self,
        protocol: Protocol,
        request: &[u8],
        (id, operation): (u32, &str),
    ) -> bool {
        let look = || writes(protocol, request, operation, self.denied);
        let executes = protocol == Protocol::Mysql && command(request).is_some_and(is_execution);
        if executes {
            *self.executions.entry(id).or_insert_with(look)
        } else {
            look()
        }
    }
}

/// Whether a command names a statement that was prepared: of what it was prepared from, which the operation is, depends
/// whether it writes.
const fn is_execution(code: CommandCode) -> bool {
    matches!(
        code,
        CommandCode::StmtExecute
            | CommandCode::StmtSendLongData
            | CommandCode::StmtReset
            | CommandCode::StmtFetch
    )
}

/// Whether an exchange may change something: only what is known to read is taken to read.
/// `denied`: functions that change something, besides those known to.
pub(crate) fn writes(
    protocol: Protocol,
    request: &[u8],
    operation: &str,
    denied: &[String],
) -> bool {
    match protocol {
        Protocol::Http => {
            let method = request
                .split(|byte| *byte == b' ')
                .next()
                .unwrap_or_default();
            !is_safe(method) || !overriding(request).all(is_safe)
        }
        Protocol::Mysql => match command(request) {
            // whether it has attributes shows in its bytes
            Some(CommandCode::Query | CommandCode::StmtPrepare) => {
                let command = Command::decode(request, &Dialect::UNKNOWN).ok();
                let sql = command.and_then(|command| command.sql());
                !sql.is_some_and(|sql| only_reads(sql, denied))
            }
            // unless that was too long
            Some(code) if is_execution(code) => {
                operation.ends_with("...") || !only_reads(operation.as_bytes(), denied)
            }
            Some(
                CommandCode::ChangeUser
                | CommandCode::InitDb
                | CommandCode::Ping
                | CommandCode::Quit
                | CommandCode::StmtClose
                | CommandCode::ResetConnection
                | CommandCode::SetOption
                | CommandCode::FieldList
                | CommandCode::Statistics,
            ) => false,
            _ => true,
        },
    }
}

/// Whether a method only reads (RFC 9110 section 9.2.1).
fn is_safe(method: &[u8]) -> bool {
    matches!(method, b"GET" | b"HEAD" | b"OPTIONS" | b"TRACE")
}

/// The methods that header fields put in place of the one of the request line, where a server honours them.
fn overriding(request: &[u8]) -> impl Iterator<Item = &[u8]> {
    const FIELDS: [&[u8]; 3] = [
        b"x-http-method-override",
        b"x-http-method",
        b"x-method-override",
    ];
    let lines = request.split(|byte| *byte == b'\n').skip(1);
    let head = lines.take_while(|line| !line.trim_ascii().is_empty());
    head.filter_map(|line| {
        let colon = line.iter().position(|byte| *byte == b':')?;
        let (name, value) = line.split_at(colon);
        let known = |field: &&[u8]| name.trim_ascii().eq_ignore_ascii_case(field);
        let is_one = FIELDS.iter().any(known);
        is_one.then(|| value.get(1..).unwrap_or_default().trim_ascii())
    })
}

fn mysql_is_supported(request: &[u8]) -> bool {
    match command(request) {
        Some(CommandCode::Query | CommandCode::ProcessKill) => {
            kill_of(request) != Some(Kill::Other)
        }
        Some(
            CommandCode::StmtPrepare
            | CommandCode::ChangeUser
            | CommandCode::InitDb
            | CommandCode::Ping
            | CommandCode::Quit
            | CommandCode::FieldList
            | CommandCode::Statistics
            | CommandCode::SetOption
            | CommandCode::ResetConnection
            | CommandCode::StmtExecute
            | CommandCode::StmtBulkExecute
            | CommandCode::StmtSendLongData
            | CommandCode::StmtClose
            | CommandCode::StmtReset
            | CommandCode::StmtFetch,
        ) => true,
        _ => false,
    }
}

fn command(request: &[u8]) -> Option<CommandCode> {
    CommandCode::from_byte(*request.first()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sql_writes(sql: &str) -> bool {
        let request = [&[3][..], sql.as_bytes()].concat();
        writes(Protocol::Mysql, &request, "", &["audit".to_owned()])
    }

    #[test]
    fn statements_are_judged_by_their_text_and_executions_by_what_was_prepared() {
        assert!(!sql_writes("SELECT 1") && sql_writes("SELECT 1; DELETE FROM a"));
        assert!(sql_writes("SELECT audit()") && !sql_writes("SELECT name FROM audit"));
        // with query attributes
        assert!(!writes(Protocol::Mysql, b"\x03\0\x01SELECT 1", "", &[]));
        let executes = |operation: &str| writes(Protocol::Mysql, b"\x17\x01\0\0\0", operation, &[]);
        assert!(
            !executes("SELECT * FROM a WHERE id = ?") && executes("DELETE FROM a WHERE id = ?")
        );
        assert!(
            executes("SELECT a, b ..."),
            "cut: what follows is not known"
        );
        assert!(!writes(Protocol::Http, b"GET / HTTP/1.1", "GET /", &[]));
        assert!(writes(Protocol::Http, b"POST / HTTP/1.1", "POST /", &[]));
        assert!(writes(
            Protocol::Http,
            b"PROPFIND / HTTP/1.1",
            "PROPFIND /",
            &[]
        ));
    }

    #[test]
    fn a_header_that_names_another_method_is_believed() {
        let overridden = |field: &str| {
            let request =
                format!("GET /x HTTP/1.1\r\nHost: a\r\n{field}\r\n\r\nX-HTTP-Method: PUT");
            writes(Protocol::Http, request.as_bytes(), "GET /x", &[])
        };
        assert!(overridden("X-HTTP-Method-Override: DELETE"));
        assert!(overridden("x-method-override:PUT"));
        assert!(!overridden("X-Http-Method: HEAD") && !overridden("Accept: */*"));
    }

    #[test]
    fn what_is_executed_is_looked_at_once_for_each_operation() {
        let mut writing = Writing::new(&[]);
        let mut of = |request: &[u8], id, operation| {
            writing.writes(Protocol::Mysql, request, (id, operation))
        };
        for _ in 0..2 {
            assert!(!of(b"\x17\x01\0\0\0", 1, "SELECT a FROM b"));
            assert!(of(b"\x17\x01\0\0\0", 2, "DELETE FROM b"));
            // a statement that is not prepared tells by itself
            assert!(of(b"\x03DELETE FROM b", 1, "SELECT a FROM b"));
        }
    }

    #[test]
    fn what_names_nobody_known_and_replication_is_not_sent() {
        assert!(mysql_is_supported(b"\x03kill 7") && !mysql_is_supported(b"\x03kill user x"));
        assert!(mysql_is_supported(
            b"\x03LOAD DATA LOCAL INFILE 'x' INTO TABLE y"
        ));
        assert!(!mysql_is_supported(b"\x12binlog dump") && !mysql_is_supported(b""));
        assert!(mysql_is_supported(b"\x03SELECT 1") && mysql_is_supported(b"\x0e"));
    }
}
