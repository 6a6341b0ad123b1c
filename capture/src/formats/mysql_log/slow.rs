//! The slow log: comment lines about a statement, then `use`, `SET timestamp` and the statement itself, which may
//! have any number of lines. A statement began its `Query_time` before it was logged.

use std::io::BufRead;

use reprise_wire::Timestamp;
use reprise_wire::mysql::CommandCode;

use super::threads::{Login, Statement, Threads};
use super::{begins_server, cut_or, each_line, is_server_header};
use crate::file::FileEnd;
use crate::formats::moment;
use crate::formats::problems::Problems;
use crate::formats::told::{Sink, Told, tell};

/// What stands in place of a statement for a command without SQL.
const ADMINISTRATOR: &[u8] = b"# administrator command: ";

/// Whether a file that begins like `start` is a slow log.
pub(crate) fn is_slow(start: &[u8]) -> bool {
    let mut lines = start.split(|byte| *byte == b'\n');
    lines.any(|line| line.starts_with(b"# User@Host:") || line.starts_with(b"# Query_time:"))
}

/// Tells the statements of a slow log.
pub(crate) fn read(text: &mut dyn BufRead, sink: Sink<'_>) -> (FileEnd, Problems) {
    let mut log = SlowLog::default();
    let read = each_line(text, sink, |line, told| {
        log.line(line.bytes, line.number, told);
    });
    let Some(end) = read else {
        return (FileEnd::Stopped, log.problems);
    };
    // A statement that ends without its semicolon is the tail of a log that was cut.
    let cut = log.entry.is_cut();
    let mut told = Vec::new();
    log.finish(&mut told);
    log.threads.restart(&mut told);
    let _ = tell(told, sink);
    (cut_or(cut, end), log.problems)
}

#[derive(Debug, Default)]
struct SlowLog {
    threads: Threads,
    entry: Entry,
    /// The database that the log named last: it names it when it changes.
    database: Option<String>,
    /// The time of the last entry that had one, for those that have none.
    last: Timestamp,
    problems: Problems,
}

/// A statement being read.
#[derive(Debug, Default)]
struct Entry {
    line: u64,
    /// When it was logged; with false when no zone is told.
    logged: Option<(Timestamp, bool)>,
    /// When it began, as MySQL 8 can tell.
    start: Option<Timestamp>,
    /// What `SET timestamp` says: the beginning, in seconds as a rule.
    timestamp: Option<Timestamp>,
    took_us: Option<u64>,
    thread: Option<u64>,
    login: Login,
    schema: Option<String>,
    error: Option<u16>,
    /// What follows `# administrator command: `.
    administrator: Option<String>,
    sql: Vec<u8>,
    has_header: bool,
    has_body: bool,
}

impl SlowLog {
    fn line(&mut self, line: &[u8], number: u64, told: &mut Vec<Told>) {
        if begins_server(line) {
            self.finish(told);
            self.threads.restart(told);
            return;
        }
        let begins = self.entry.is_followed_by(line);
        if begins && self.entry.has_body {
            self.finish(told);
        }
        if begins && !self.entry.has_header {
            self.entry.has_header = true;
            self.entry.line = number;
        }
        if !self.entry.has_header {
            if !is_server_header(line) && !line.trim_ascii().is_empty() {
                self.problems
                    .note("lines before the first statement", number);
            }
            return;
        }
        if !self.entry.has_body && is_server_header(line) {
            return;
        }
        let text = String::from_utf8_lossy(line);
        let is_body = self.entry.has_body || line.starts_with(ADMINISTRATOR);
        match text.strip_prefix("# ").filter(|_| !is_body) {
            Some(header) => self.entry.header(header),
            None => self.entry.body(line, &mut self.database),
        }
    }

    /// Tells the statement that was read.
    fn finish(&mut self, told: &mut Vec<Told>) {
        let entry = std::mem::take(&mut self.entry);
        if !entry.has_body {
            return;
        }
        let Some(command) = entry.command() else {
            let what = "administrator commands of which the log has the name only";
            self.problems.note(what, entry.line);
            return;
        };
        let at = entry.began().unwrap_or(self.last);
        self.last = at;
        let statement = Statement {
            thread: entry.thread.unwrap_or(0),
            at,
            took_us: entry.took_us,
            status: entry.error,
            command: &command,
        };
        let schema = entry.schema.as_deref().filter(|name| !name.is_empty());
        let named_last = self.database.as_deref();
        let database = schema.or_else(|| named_last.filter(|_| entry.schema.is_none()));
        if !self.threads.knows(statement.thread) {
            let login = Login {
                database: database.map(str::to_owned),
                ..entry.login
            };
            self.threads.begin(statement.thread, at, &login, told);
        }
        if let Some(database) = database
            && command.first() == Some(&(CommandCode::Query as u8))
        {
            let switches = is_use(&entry.sql);
            if !switches {
                self.threads.uses(&statement, database, told);
            }
        }
        self.threads.said(&statement, told);
        if command.first() == Some(&(CommandCode::Quit as u8)) {
            self.threads.end(statement.thread, told);
        }
    }
}

impl Entry {
    fn header(&mut self, header: &str) {
        if let Some(time) = header.strip_prefix("Time:") {
            let zoned = time.contains('T');
            self.logged = moment::log(time.trim()).map(|at| (at, zoned));
        } else if let Some(who) = header.strip_prefix("User@Host:") {
            self.who(who);
        } else {
            self.fields(header);
        }
    }

    /// `root[root] @ localhost [127.0.0.1]  Id:     5`
    fn who(&mut self, who: &str) {
        let (user, rest) = who.split_once('[').unwrap_or((who, ""));
        let (granted, rest) = rest.split_once(']').unwrap_or(("", rest));
        let user = if user.trim().is_empty() {
            granted
        } else {
            user
        };
        self.login.user = Some(user.trim().to_owned()).filter(|user| !user.is_empty());
        let (host, rest) = rest.split_once('[').unwrap_or((rest, ""));
        let (address, rest) = rest.split_once(']').unwrap_or(("", rest));
        let host = host.trim_start_matches([' ', '@']).trim();
        let named = |text: &str| text.trim().parse().ok();
        self.login.address = named(address).or_else(|| match host {
            "localhost" => named("127.0.0.1"),
            other => named(other),
        });
        self.fields(rest);
    }

    /// `Query_time: 0.000123  Lock_time: 0.000000 Rows_sent: 1`
    fn fields(&mut self, fields: &str) {
        let mut words = fields.split_whitespace().peekable();
        while let Some(word) = words.next() {
            let Some(name) = word.strip_suffix(':') else {
                continue;
            };
            // A field without a value is followed by the next field's name.
            let value = words
                .next_if(|next| !next.ends_with(':'))
                .unwrap_or_default();
            match name {
                "Id" | "Thread_id" => self.thread = value.parse().ok().or(self.thread),
                "Schema" => self.schema = Some(value.to_owned()),
                "Query_time" => self.took_us = microseconds(value),
                "Errno" | "Last_errno" => self.error = value.parse().ok(),
                "Start" => self.start = moment::log(value),
                _ => {}
            }
        }
    }

    fn body(&mut self, line: &[u8], database: &mut Option<String>) {
        self.has_body = true;
        if self.sql.is_empty()
            && let Some(name) = line.strip_prefix(ADMINISTRATOR)
        {
            let name = String::from_utf8_lossy(name);
            self.administrator = Some(name.trim_end_matches(';').trim().to_owned());
            return;
        }
        if self.sql.is_empty() && self.timestamp.is_none() {
            let text = String::from_utf8_lossy(line);
            if let Some(name) = text
                .strip_prefix("use ")
                .and_then(|name| name.strip_suffix(';'))
            {
                *database = Some(name.trim().trim_matches('`').to_owned());
                return;
            }
            if let Some(timestamp) = set_timestamp(&text) {
                self.timestamp = Some(timestamp);
                return;
            }
        }
        if !self.sql.is_empty() {
            self.sql.push(b'\n');
        }
        self.sql.extend_from_slice(line);
    }

    /// When the statement began, by what knows it best.
    fn began(&self) -> Option<Timestamp> {
        let took = i64::try_from(self.took_us.unwrap_or(0)).unwrap_or(0);
        let before = |logged: Timestamp| logged.plus_nanos(took.saturating_mul(-1_000));
        match self.logged {
            _ if self.start.is_some() => self.start,
            Some((logged, true)) => Some(before(logged)),
            // Without a zone the log's own time is the server's local one; SET timestamp is not.
            _ if self.timestamp.is_some() => self.timestamp,
            Some((logged, false)) => Some(before(logged)),
            None => None,
        }
    }

    /// The command; `None` when the log has only its name.
    fn command(&self) -> Option<Vec<u8>> {
        let alone = |code: CommandCode| Some(vec![code as u8]);
        match self.administrator.as_deref() {
            Some("Ping") => return alone(CommandCode::Ping),
            Some("Quit") => return alone(CommandCode::Quit),
            Some("Statistics") => return alone(CommandCode::Statistics),
            Some("Reset Connection") => return alone(CommandCode::ResetConnection),
            Some(_) => return None,
            None => {}
        }
        let sql = self.sql.trim_ascii_end();
        let sql = sql.strip_suffix(b";").unwrap_or(sql);
        (!sql.is_empty()).then(|| [&[CommandCode::Query as u8], sql].concat())
    }

    /// Whether `line` begins an entry: a statement, too, may have lines that look like it.
    fn is_followed_by(&self, line: &[u8]) -> bool {
        if let Some(time) = line.strip_prefix(b"# Time:") {
            return moment::log(String::from_utf8_lossy(time).trim()).is_some();
        }
        let names = line.starts_with(b"# User@Host:") && line.contains(&b'[');
        names && (!self.has_body || self.ends())
    }

    /// Whether the statement is there to its end, where the server puts a semicolon.
    fn ends(&self) -> bool {
        self.sql.trim_ascii_end().ends_with(b";") || self.administrator.is_some()
    }

    fn is_cut(&self) -> bool {
        self.has_header && !self.ends()
    }
}

fn is_use(sql: &[u8]) -> bool {
    sql.get(..4)
        .is_some_and(|word| word.eq_ignore_ascii_case(b"use "))
}

/// Seconds with a fraction, as microseconds.
fn microseconds(seconds: &str) -> Option<u64> {
    let seconds: f64 = seconds.parse().ok()?;
    if !(0.0..1e12).contains(&seconds) {
        return None;
    }
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "in range"
    )]
    let us = (seconds * 1e6).round() as u64;
    Some(us)
}

/// The point in time of `SET timestamp=1700000000;`, which may set other variables before.
fn set_timestamp(line: &str) -> Option<Timestamp> {
    let set = line.get(..4)?.eq_ignore_ascii_case("SET ");
    let (_, after) = line.split_once("timestamp=").filter(|_| set)?;
    let us = microseconds(after.trim_end().strip_suffix(';')?)?;
    Some(Timestamp::from_micros(i64::try_from(us).ok()?))
}
