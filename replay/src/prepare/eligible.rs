//! Which exchanges can be sent at all, and which write. The first reason that applies is the one counted.

use reprise_store::RecordedRequest;
use reprise_wire::mysql::CommandCode;
use reprise_wire::{Flags, Protocol};

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

/// Whether an exchange may change something: only what is known to read is taken to read.
pub(crate) fn writes(protocol: Protocol, request: &[u8], operation: &str) -> bool {
    match protocol {
        Protocol::Http => {
            let method = request
                .split(|byte| *byte == b' ')
                .next()
                .unwrap_or_default();
            !matches!(method, b"GET" | b"HEAD" | b"OPTIONS" | b"TRACE")
        }
        Protocol::Mysql => match command(request) {
            Some(
                CommandCode::Query
                | CommandCode::StmtPrepare
                | CommandCode::StmtExecute
                | CommandCode::StmtSendLongData
                | CommandCode::StmtReset
                | CommandCode::StmtFetch,
            ) => !statement_reads(operation),
            Some(
                CommandCode::InitDb
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

/// Whether a statement only reads, by its first word and what makes a SELECT write or lock.
fn statement_reads(operation: &str) -> bool {
    let sql = operation
        .trim_start_matches(|c: char| c.is_whitespace() || c == '(')
        .to_ascii_uppercase();
    let first = sql
        .split(|c: char| !c.is_ascii_alphabetic())
        .next()
        .unwrap_or_default();
    match first {
        "SELECT" => ![
            "FOR UPDATE",
            "FOR SHARE",
            "LOCK IN SHARE MODE",
            " INTO ",
            "GET_LOCK",
            "NEXTVAL",
            "SLEEP(",
        ]
        .iter()
        .any(|word| sql.contains(word)),
        "SET" => !sql.contains("GLOBAL") && !sql.contains("PERSIST") && !sql.contains("PASSWORD"),
        "EXPLAIN" => !sql.contains("ANALYZE"),
        "SHOW" | "DESC" | "DESCRIBE" | "USE" | "BEGIN" | "START" | "COMMIT" | "ROLLBACK"
        | "HELP" => true,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sql_writes(sql: &str) -> bool {
        let request = [&[3][..], sql.as_bytes()].concat();
        writes(Protocol::Mysql, &request, sql)
    }

    #[test]
    fn only_what_is_known_to_read_reads() {
        for sql in [
            "SELECT 1",
            "(select a from b)",
            "SHOW TABLES",
            "set names utf8mb4",
            "COMMIT",
        ] {
            assert!(!sql_writes(sql), "{sql}");
        }
        for sql in [
            "INSERT INTO a VALUES (?)",
            "SELECT a FROM b FOR UPDATE",
            "SELECT a INTO OUTFILE 'x' FROM b",
            "WITH a AS (SELECT 1) DELETE FROM b",
            "CALL p()",
            "SET GLOBAL a = 1",
            "",
            "/* x */ SELECT 1",
        ] {
            assert!(sql_writes(sql), "{sql}");
        }
        assert!(!writes(Protocol::Http, b"GET / HTTP/1.1", "GET /"));
        assert!(writes(Protocol::Http, b"POST / HTTP/1.1", "POST /"));
        assert!(writes(Protocol::Http, b"PROPFIND / HTTP/1.1", "PROPFIND /"));
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
