//! The server's threads as connections: who they are, which database they use, and their statements in order.

use std::net::{IpAddr, SocketAddr};

use reprise_wire::mysql::{CommandCode, Session, unanswered};
use reprise_wire::{DecodeLoss, Flags, MessageCounts, Timestamp};
use rustc_hash::FxHashMap;

use crate::formats::open::{OpenConnections, Opening};
use crate::formats::told::{Heard, Told, UNKNOWN_HOST};

/// How many threads are remembered.
const MOST_THREADS: usize = 10_000;

/// The threads of one log.
#[derive(Debug, Default)]
pub(super) struct Threads {
    connections: OpenConnections<u64>,
    known: FxHashMap<u64, Thread>,
}

/// Who a thread serves, as far as the log says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Login {
    pub(super) user: Option<String>,
    pub(super) address: Option<IpAddr>,
    pub(super) database: Option<String>,
}

#[derive(Debug)]
struct Thread {
    database: Option<String>,
    /// Before this nothing more can have been sent.
    free: Timestamp,
}

/// A command of a thread.
#[derive(Clone, Copy, Debug)]
pub(super) struct Statement<'a> {
    pub(super) thread: u64,
    pub(super) at: Timestamp,
    /// How long it took; `None` when the log does not say.
    pub(super) took_us: Option<u64>,
    /// The error's number, 0 for success; `None` when the log does not say.
    pub(super) status: Option<u16>,
    /// The command byte and what follows it.
    pub(super) command: &'a [u8],
}

impl Threads {
    /// Whether the thread was seen before.
    pub(super) fn knows(&self, thread: u64) -> bool {
        self.known.contains_key(&thread)
    }

    /// A thread is there since `at`.
    pub(super) fn begin(
        &mut self,
        thread: u64,
        at: Timestamp,
        login: &Login,
        told: &mut Vec<Told>,
    ) {
        if self.known.len() >= MOST_THREADS {
            self.restart(told);
        }
        let known = Thread {
            database: login.database.clone(),
            free: at,
        };
        self.known.insert(thread, known);
        self.connections.number(thread, (at, at), told, || Opening {
            client: login.address.map(|address| client(address, thread)),
            server: SocketAddr::new(UNKNOWN_HOST, 3_306),
            session: Some(Session {
                thread_id: u32::try_from(thread).ok(),
                user: login.user.clone(),
                database: login.database.clone(),
                ..Session::default()
            }),
        });
    }

    /// The thread uses `database`, by whatever it did that the log does not show.
    pub(super) fn uses(&mut self, statement: &Statement<'_>, database: &str, told: &mut Vec<Told>) {
        let known = self.known.get(&statement.thread);
        if known.is_none_or(|thread| thread.database.as_deref() == Some(database)) {
            return;
        }
        let command = [&[CommandCode::InitDb as u8], database.as_bytes()].concat();
        let switch = Statement {
            took_us: None,
            status: None,
            command: &command,
            ..*statement
        };
        self.said(&switch, told);
    }

    /// The next command of a thread that has begun.
    pub(super) fn said(&mut self, statement: &Statement<'_>, told: &mut Vec<Told>) {
        let Some(thread) = self.known.get_mut(&statement.thread) else {
            return;
        };
        if let Some(database) = database_of(statement.command) {
            thread.database = Some(database);
        }
        // Logs that know seconds only put all of a second at its beginning; a thread does one thing at a time.
        let at = statement.at.max(thread.free);
        let took = statement.took_us.and_then(|us| i64::try_from(us).ok());
        let end = took.map(|us| at.plus_nanos(us.saturating_mul(1_000)));
        thread.free = end.unwrap_or_else(|| at.plus_nanos(1_000));
        let mut exchange = unanswered(statement.command, at);
        exchange.times.response_first = end;
        exchange.times.response_last = end;
        exchange.status = statement.status;
        if !exchange.flags.contains(Flags::NO_ANSWER_EXPECTED) {
            exchange.flags |= Flags::ANSWER_NOT_KEPT;
        }
        let span = (at, end.unwrap_or(at));
        let connection = self
            .connections
            .number(statement.thread, span, told, || Opening {
                client: None,
                server: SocketAddr::new(UNKNOWN_HOST, 3_306),
                session: None,
            });
        told.push(Told::Exchange(Box::new(Heard {
            connection,
            exchange,
            counts: MessageCounts {
                mysql_commands: 1,
                ..MessageCounts::default()
            },
            loss: DecodeLoss::default(),
        })));
    }

    /// A thread ends.
    pub(super) fn end(&mut self, thread: u64, told: &mut Vec<Told>) {
        self.known.remove(&thread);
        self.connections.close(&thread, told);
    }

    /// All threads end: the server starts again, or the log is over.
    pub(super) fn restart(&mut self, told: &mut Vec<Told>) {
        self.known.clear();
        told.extend(self.connections.drain());
    }
}

/// The database that a command changes to.
fn database_of(command: &[u8]) -> Option<String> {
    let (code, rest) = command.split_first()?;
    let text = std::str::from_utf8(rest).ok()?;
    let name = match CommandCode::from_byte(*code)? {
        CommandCode::InitDb => text,
        CommandCode::Query => {
            let (word, name) = text.trim().split_once(char::is_whitespace)?;
            word.eq_ignore_ascii_case("use").then_some(name)?
        }
        _ => return None,
    };
    Some(name.trim().trim_matches('`').to_owned())
}

/// The log has no port; the thread's number tells connections of one address apart.
fn client(address: IpAddr, thread: u64) -> SocketAddr {
    let port = 1_024 + u16::try_from(thread % 64_000).unwrap_or_default();
    SocketAddr::new(address, port)
}
