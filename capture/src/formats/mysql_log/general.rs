//! The general log: `TIME<TAB>THREAD COMMAND<TAB>ARGUMENT`, the argument on any number of lines. MariaDB and older
//! servers write the time only where the second changes.
//!
//! The log has prepared statements twice: as they were prepared, and at each execution with the values filled
//! in. The executions are kept, as text queries; what prepares and closes them is left out.

use std::io::BufRead;

use reprise_wire::Timestamp;
use reprise_wire::mysql::CommandCode;

use super::threads::{Login, Statement, Threads};
use super::{begins_server, cut_or, each_line, is_server_header};
use crate::file::FileEnd;
use crate::formats::moment;
use crate::formats::problems::Problems;
use crate::formats::told::{Sink, Told, tell};

/// The names that commands have in the log.
const COMMANDS: [&str; 36] = [
    "Sleep",
    "Quit",
    "Init DB",
    "Query",
    "Field List",
    "Create DB",
    "Drop DB",
    "Refresh",
    "Shutdown",
    "Statistics",
    "Processlist",
    "Connect",
    "Kill",
    "Debug",
    "Ping",
    "Time",
    "Delayed insert",
    "Change user",
    "Binlog Dump",
    "Table Dump",
    "Connect Out",
    "Register Slave",
    "Register Replica",
    "Prepare",
    "Execute",
    "Long Data",
    "Close stmt",
    "Reset stmt",
    "Set option",
    "Fetch",
    "Daemon",
    "Binlog Dump GTID",
    "Reset Connection",
    "Error",
    "Bulk_execute",
    "Clone",
];

/// Whether a file that begins like `start` is a general log.
pub(crate) fn is_general(start: &[u8]) -> bool {
    let mut lines = start.split(|byte| *byte == b'\n');
    lines.any(|line| Record::begin(line).is_some_and(|record| record.time.is_some()))
}

/// Tells the statements of a general log.
pub(crate) fn read(text: &mut dyn BufRead, sink: Sink<'_>) -> (FileEnd, Problems) {
    let mut log = GeneralLog::default();
    let mut cut = false;
    let read = each_line(text, sink, |line, told| {
        cut = !line.whole;
        log.line(line.bytes, line.number, told);
    });
    let Some(end) = read else {
        return (FileEnd::Stopped, log.problems);
    };
    let mut told = Vec::new();
    log.finish(&mut told);
    log.threads.restart(&mut told);
    let _ = tell(told, sink);
    (cut_or(cut, end), log.problems)
}

#[derive(Debug, Default)]
struct GeneralLog {
    threads: Threads,
    /// The record being read, with its time.
    open: Option<(Timestamp, u64, String, Vec<u8>)>,
    now: Timestamp,
    line: u64,
    problems: Problems,
}

/// The first line of a record.
#[derive(Debug)]
struct Record<'a> {
    time: Option<Timestamp>,
    thread: u64,
    command: &'static str,
    argument: &'a [u8],
}

impl<'a> Record<'a> {
    /// Takes a line apart; `None` for a line that goes on with a statement.
    fn begin(line: &'a [u8]) -> Option<Self> {
        let tab = memchr::memchr(b'\t', line).filter(|at| *at <= 40)?;
        let (time, rest) = line.split_at_checked(tab)?;
        let time = match std::str::from_utf8(time).ok()?.trim() {
            "" => None,
            text => Some(moment::log(text)?),
        };
        let rest = rest.trim_ascii_start();
        let digits = rest.iter().take_while(|byte| byte.is_ascii_digit()).count();
        let (thread, rest) = rest.split_at_checked(digits)?;
        let rest = rest.strip_prefix(b" ")?;
        let end = memchr::memchr(b'\t', rest).unwrap_or(rest.len());
        let (name, argument) = rest.split_at_checked(end)?;
        let command = COMMANDS
            .into_iter()
            .find(|command| command.as_bytes() == name.trim_ascii_end())?;
        Some(Self {
            time,
            thread: std::str::from_utf8(thread).ok()?.parse().ok()?,
            command,
            argument: argument.strip_prefix(b"\t").unwrap_or(argument),
        })
    }
}

impl GeneralLog {
    fn line(&mut self, line: &[u8], number: u64, told: &mut Vec<Told>) {
        if let Some(record) = Record::begin(line) {
            self.finish(told);
            self.line = number;
            self.now = record.time.unwrap_or(self.now);
            let (command, argument) = (record.command.to_owned(), record.argument.to_vec());
            self.open = Some((self.now, record.thread, command, argument));
        } else if begins_server(line) {
            self.finish(told);
            self.threads.restart(told);
        } else if let Some((_, _, _, argument)) = &mut self.open {
            argument.push(b'\n');
            argument.extend_from_slice(line);
        } else if !is_server_header(line) && !line.trim_ascii().is_empty() {
            self.problems
                .note("lines before the first statement", number);
        }
    }

    /// Tells the record that was read.
    fn finish(&mut self, told: &mut Vec<Told>) {
        let Some((at, thread, command, argument)) = self.open.take() else {
            return;
        };
        match command.as_str() {
            "Connect" if argument.starts_with(b"Access denied") => self.threads.end(thread, told),
            "Connect" | "Change user" => {
                self.threads.end(thread, told);
                let login = login(&String::from_utf8_lossy(&argument));
                self.threads.begin(thread, at, &login, told);
            }
            // Their executions are told.
            "Prepare" | "Close stmt" | "Reset stmt" | "Long Data" | "Fetch" => {}
            name => self.command(at, thread, name, &argument, told),
        }
    }

    fn command(
        &mut self,
        at: Timestamp,
        thread: u64,
        name: &str,
        argument: &[u8],
        told: &mut Vec<Told>,
    ) {
        let (code, argument) = match name {
            "Query" => (CommandCode::Query, argument.to_vec()),
            "Execute" => (CommandCode::Query, without_number(argument).to_vec()),
            "Init DB" => (CommandCode::InitDb, argument.to_vec()),
            "Field List" => (CommandCode::FieldList, field_list(argument)),
            "Ping" => (CommandCode::Ping, Vec::new()),
            "Quit" => (CommandCode::Quit, Vec::new()),
            "Statistics" => (CommandCode::Statistics, Vec::new()),
            "Reset Connection" => (CommandCode::ResetConnection, Vec::new()),
            _ => {
                let what = "commands of which the log has the name only";
                return self.problems.note(what, self.line);
            }
        };
        if !self.threads.knows(thread) {
            self.threads.begin(thread, at, &Login::default(), told);
        }
        let command = [&[code as u8], argument.as_slice()].concat();
        let statement = Statement {
            thread,
            at,
            took_us: None,
            status: None,
            command: &command,
        };
        self.threads.said(&statement, told);
        if code == CommandCode::Quit {
            self.threads.end(thread, told);
        }
    }
}

/// `root@localhost on shop using Socket`; MariaDB adds `as anonymous` and leaves out what it has not.
fn login(argument: &str) -> Login {
    let (who, rest) = argument.split_once(" on ").unwrap_or((argument, ""));
    let (user, host) = who.rsplit_once('@').unwrap_or((who, ""));
    let host = host.split_whitespace().next().unwrap_or_default();
    let database = rest
        .split_once(" using ")
        .map_or(rest, |(name, _)| name)
        .trim();
    let address = match host {
        "localhost" => "127.0.0.1".parse().ok(),
        other => other.parse().ok(),
    };
    let named = |text: &str| Some(text.to_owned()).filter(|text| !text.is_empty());
    Login {
        user: named(user.trim()),
        address,
        database: named(database),
    }
}

/// Servers before 5.1 write the statement's number before an execution.
fn without_number(argument: &[u8]) -> &[u8] {
    let inner = argument.strip_prefix(b"[");
    let end = inner.and_then(|inner| memchr::memmem::find(inner, b"] "));
    match (inner, end) {
        (Some(inner), Some(end)) if inner.iter().take(end).all(u8::is_ascii_digit) => {
            inner.get(end + 2..).unwrap_or_default()
        }
        _ => argument,
    }
}

/// A table and a pattern, as the command carries them: with a zero byte between.
fn field_list(argument: &[u8]) -> Vec<u8> {
    let blank = memchr::memchr(b' ', argument).unwrap_or(argument.len());
    let (table, pattern) = argument.split_at_checked(blank).unwrap_or((argument, b""));
    [table, b"\0", pattern.trim_ascii()].concat()
}
