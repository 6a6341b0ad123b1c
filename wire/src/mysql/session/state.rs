//! What a connection's statements have changed about its session, followed command by command: what a
//! replay has to set up for a connection that was open before the recording began.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::statement::Statement;
use super::text;
use super::track::{Change, changes};
use crate::mysql::sql::{first_word, statements};
use crate::mysql::{ChangeUser, Command, CommandCode, Dialect, OkPacket, ReplySummary, Status};
use crate::redact::is_pseudonym;

/// So many variables of either kind are followed, and so many temporary tables.
const MOST_NAMES: usize = 256;

/// Longer values are not kept: a user variable may hold a document.
const LONGEST_VALUE: usize = 4_096;

/// Longer texts are data, not settings.
const LONGEST_STATEMENT: usize = 64 << 10;

/// What a statement that changes a session begins with.
const CHANGING: [&[u8]; 4] = [b"SET", b"USE", b"CREATE", b"DROP"];

/// How a session stands, as far as its packets told. Values are SQL as a `SET` would have them:
/// `'utf8mb4'`, `1`. What is not there was not told, or is as the login left it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct SessionState {
    /// The default database.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub database: Option<String>,
    /// Whether autocommit is on.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub autocommit: Option<bool>,
    /// The isolation level of the session's transactions: `READ COMMITTED`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub isolation: Option<String>,
    /// Whether a transaction was open that a statement had begun.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub in_transaction: bool,
    /// System variables of the session, by name in small letters: `sql_mode`, `time_zone`,
    /// `character_set_client`.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub variables: BTreeMap<String, String>,
    /// User variables that were set to literals, by name without the `@`.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub user_variables: BTreeMap<String, String>,
    /// Temporary tables by name; what they held is not known.
    #[serde(skip_serializing_if = "BTreeSet::is_empty")]
    pub temporary_tables: BTreeSet<String>,
    /// What prepared statements were prepared from, by the server's id.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub prepared: BTreeMap<u32, String>,
}

impl SessionState {
    /// Whether nothing is known.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// Takes what a command that was answered changed. `prepared_from` is the text of the statement that it
    /// executes, `last` the payload of the reply's last packet, where the server may report changes.
    pub fn observe(
        &mut self,
        command: &[u8],
        prepared_from: Option<&[u8]>,
        dialect: &Dialect,
        reply: &ReplySummary,
        last: &[u8],
    ) {
        let failed = reply.error.is_some();
        match Command::decode(command, dialect) {
            _ if failed => {}
            Ok(Command::Query(query)) => self.query(query.sql, reply.results > 1),
            Ok(Command::StmtExecute(_)) => {
                self.query(prepared_from.unwrap_or_default(), false);
            }
            Ok(Command::InitDb(database)) => self.database = Some(text(database)),
            Ok(Command::ResetConnection) => self.reset(),
            Ok(Command::ChangeUser(body)) => {
                self.reset();
                self.database = ChangeUser::decode(body)
                    .ok()
                    .map(|change| text(&change.database))
                    .filter(|database| !database.is_empty());
            }
            _ => {}
        }
        self.status(command, reply);
        let tracks = dialect.session_track == Some(true)
            && reply.status.contains(Status::SESSION_STATE_CHANGED);
        if tracks && let Ok(ok) = OkPacket::decode(last) {
            self.track(&ok.info);
        }
    }

    /// The connection is gone: what only it held is too.
    pub fn lost(&mut self) {
        self.in_transaction = false;
        self.temporary_tables.clear();
    }

    /// What the status flags of a reply tell: they are the server's own word.
    fn status(&mut self, command: &[u8], reply: &ReplySummary) {
        let code = command
            .first()
            .and_then(|byte| CommandCode::from_byte(*byte));
        let has_status = matches!(
            code,
            Some(
                CommandCode::Query
                    | CommandCode::StmtExecute
                    | CommandCode::Ping
                    | CommandCode::InitDb
                    | CommandCode::ResetConnection
            )
        );
        if !has_status || reply.error.is_some() || reply.results == 0 && reply.status.is_empty() {
            return;
        }
        self.autocommit = Some(reply.status.contains(Status::AUTOCOMMIT));
        self.in_transaction = reply.status.contains(Status::IN_TRANSACTION);
    }

    fn query(&mut self, sql: &[u8], several: bool) {
        let changes = |sql: &[u8]| {
            let word = first_word(sql).unwrap_or_default();
            CHANGING
                .iter()
                .any(|changing| word.eq_ignore_ascii_case(changing))
        };
        if sql.len() > LONGEST_STATEMENT || !several && !changes(sql) {
            return;
        }
        for statement in statements(sql) {
            match Statement::read(sql, &statement) {
                Statement::Use(database) => self.database = Some(database),
                Statement::Set(assignments) => {
                    for (place, value) in assignments {
                        self.assign(place, value);
                    }
                }
                Statement::Create(table) => {
                    if self.temporary_tables.len() < MOST_NAMES {
                        self.temporary_tables.insert(table);
                    }
                }
                Statement::Drop(tables) => {
                    for table in tables {
                        self.temporary_tables.remove(&table);
                    }
                }
                Statement::Other => {}
            }
            if !several {
                break;
            }
        }
    }

    /// `value`: `None` when it is the server's default, or cannot be told.
    pub(super) fn assign(&mut self, place: Place, value: Option<String>) {
        match place {
            Place::Isolation => self.isolation = value,
            Place::User(name) => put(&mut self.user_variables, name, value),
            Place::System(name) => match name.as_str() {
                "autocommit" => {}
                "tx_isolation" | "transaction_isolation" => {
                    let level = value.map(|value| value.trim_matches(['\'', '"']).to_uppercase());
                    self.isolation = level.map(|level| level.replace('-', " "));
                }
                name if PASSING.contains(&name) => {}
                _ => {
                    // computed from what is already there: the session's default is not it any more
                    let again = self.variables.contains_key(&name);
                    let value = value.filter(|value| !(again && value.contains("@@")));
                    put(&mut self.variables, name, value);
                }
            },
        }
    }

    /// Everything but the database goes: the server has closed tables and forgotten variables.
    fn reset(&mut self) {
        *self = Self {
            database: self.database.take(),
            ..Self::default()
        };
    }

    fn track(&mut self, info: &[u8]) {
        for change in changes(info) {
            match change {
                Change::Schema(name) => self.database = Some(name).filter(|name| !name.is_empty()),
                Change::Variable(name, value) => {
                    let place = Place::System(name.to_lowercase());
                    self.assign(place, Some(as_literal(&value)));
                }
            }
        }
    }

    /// The statements that bring a new session, logged in to the same database, to where this one stood;
    /// a transaction comes last.
    pub fn restoring(&self) -> Vec<String> {
        let mut statements = Vec::new();
        let mut assignments: Vec<String> = self
            .variables
            .iter()
            .map(|(name, value)| format!("SESSION {name} = {}", as_sql(value)))
            .collect();
        if self.autocommit == Some(false) {
            assignments.push("SESSION autocommit = 0".to_owned());
        }
        let user = self.user_variables.iter();
        assignments.extend(
            user.map(|(name, value)| format!("@`{}` = {}", name.replace('`', "``"), as_sql(value))),
        );
        // one statement each: a variable the target does not have must not take the others along
        statements.extend(
            assignments
                .into_iter()
                .map(|assignment| format!("SET {assignment}")),
        );
        if let Some(level) = &self.isolation {
            statements.push(format!("SET SESSION TRANSACTION ISOLATION LEVEL {level}"));
        }
        if self.in_transaction && self.autocommit != Some(false) {
            statements.push("START TRANSACTION".to_owned());
        }
        statements
    }
}

/// Variables for the next statement only, or that no client may set.
const PASSING: [&str; 8] = [
    "insert_id",
    "last_insert_id",
    "identity",
    "rand_seed1",
    "rand_seed2",
    "gtid_next",
    "gtid_seq_no",
    "pseudo_thread_id",
];

/// What an assignment is to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Place {
    /// A system variable, its name in small letters.
    System(String),
    /// A user variable, its name without the `@`, in small letters.
    User(String),
    /// The isolation level.
    Isolation,
}

fn put(into: &mut BTreeMap<String, String>, name: String, value: Option<String>) {
    match value.filter(|value| value.len() <= LONGEST_VALUE) {
        Some(value) if into.len() < MOST_NAMES || into.contains_key(&name) => {
            into.insert(name, value);
        }
        // what it was is no longer so
        _ => {
            into.remove(&name);
        }
    }
}

/// A kept value as SQL: redaction may have put a pseudonym in its place, quotes and all.
fn as_sql(value: &str) -> Cow<'_, str> {
    if is_pseudonym(value.as_bytes()) {
        return format!("'{value}'").into();
    }
    value.into()
}

/// A value that the server reported, as SQL.
fn as_literal(value: &str) -> String {
    let number = value.parse::<i64>().is_ok();
    if number {
        return value.to_owned();
    }
    format!("'{}'", value.replace('\\', "\\\\").replace('\'', "''"))
}
