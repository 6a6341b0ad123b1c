//! Learns from the recording which columns of MySQL statements vary by themselves: where one connection was
//! answered otherwise to the same statement and nothing wrote in between, and what is a function of time, of
//! chance or of the connection. Rows without ORDER BY come in any order.

mod volatile;

use std::hash::Hasher;

use reprise_wire::mysql::{
    Answer, ColumnDefinition, CommandCode, Dialect, MetadataMarker, PreparedStatements,
    ResultColumns, result_columns, summarise_reply,
};
use rustc_hash::{FxHashMap, FxHashSet, FxHasher};

use crate::http::verify::noise::NoiseBook;
use crate::mysql::generated::Generated;
use crate::mysql::verify::{Known, ORDER, ROWS, column, compare};
use volatile::{is_ordered, own_business, remembers, volatile_columns};

/// Replies kept to compare later ones with; bytes.
const MOST_KEPT: usize = 16 << 20;

/// Replies longer than this are not learned from; bytes.
const LONGEST: usize = 64 << 10;

/// Differences that a write still to come may explain.
const MOST_SUSPECTED: usize = 1_000;

/// A MySQL exchange as far as it tells what varies. Times in microseconds of the recording.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Spoken<'a> {
    pub(crate) operation: u32,
    /// The text of the operation.
    pub(crate) text: &'a str,
    pub(crate) lane: u32,
    pub(crate) command: &'a [u8],
    /// All of its reply; `None` when the recording does not have it, or it is an error.
    pub(crate) reply: Option<&'a [u8]>,
    pub(crate) dialect: &'a Dialect,
    pub(crate) from_us: u64,
    pub(crate) to_us: u64,
    pub(crate) writes: bool,
    pub(crate) in_transaction: bool,
}

/// The columns of a statement's rows.
pub(crate) type Columns = Vec<ColumnDefinition>;

/// Learns while a recording is read.
#[derive(Debug, Default)]
pub(crate) struct MysqlNoise {
    /// Operations whose text has been looked at.
    known: FxHashSet<u32>,
    /// Whether their answers depend on the statement before.
    remembering: FxHashMap<u32, bool>,
    /// How often each lane has said something else than a SELECT: what it sets decides what it is answered.
    settings: FxHashMap<u32, u32>,
    kept: FxHashMap<u64, Vec<u8>>,
    kept_bytes: usize,
    suspected: Vec<Suspected>,
    /// The columns of prepared statements, by what they were prepared from.
    prepared: FxHashMap<String, Columns>,
    /// Those of operations whose executions leave out their definitions.
    columns: FxHashMap<u32, Columns>,
    /// When the last write was answered.
    written_us: u64,
}

/// Two replies to one statement that differ.
#[derive(Debug)]
struct Suspected {
    operation: u32,
    places: Vec<String>,
    /// When the second was answered.
    to_us: u64,
}

impl MysqlNoise {
    /// Learns from an exchange, in the order they completed.
    pub(crate) fn learn(&mut self, spoken: Spoken<'_>, book: &mut NoiseBook) {
        let ends = spoken.text.starts_with("COMMIT") || spoken.text.starts_with("XA");
        if spoken.writes || ends {
            self.kept.clear();
            self.kept_bytes = 0;
            self.written_us = self.written_us.max(spoken.to_us);
            // it may have been on its way between two replies that were seen before its own
            self.suspected.retain(|one| spoken.from_us > one.to_us);
        }
        let is_select = spoken.text.starts_with("SELECT");
        if !is_select {
            *self.settings.entry(spoken.lane).or_default() += 1;
        }
        let Some(reply) = spoken.reply.filter(|_| !spoken.writes) else {
            return;
        };
        if self.known.insert(spoken.operation) {
            self.look_at(&spoken, reply, book);
        } else if may_leave_out_columns(&spoken) && !self.columns.contains_key(&spoken.operation) {
            // first asked as text, or answered with all
            let left_out = result_columns(reply, spoken.dialect);
            if matches!(left_out, ResultColumns::Counted(_)) {
                self.take_prepared_columns(&spoken);
            }
        }
        let learns = is_select && !spoken.in_transaction && reply.len() <= LONGEST;
        if learns && !self.remembers(&spoken) {
            self.hold_against_the_last(&spoken, reply);
        }
    }

    /// Notes what was learned; the columns of operations whose executions leave out their definitions.
    pub(crate) fn finish(self, book: &mut NoiseBook) -> FxHashMap<u32, Columns> {
        for suspected in self.suspected {
            for place in &suspected.places {
                book.note(suspected.operation, place);
            }
        }
        self.columns
    }

    /// Whether what an operation is answered depends on the statement before.
    fn remembers(&mut self, spoken: &Spoken<'_>) -> bool {
        let known = self.remembering.entry(spoken.operation);
        *known.or_insert_with(|| remembers(spoken.text))
    }

    fn hold_against_the_last(&mut self, spoken: &Spoken<'_>, reply: &[u8]) {
        let settings = self.settings.get(&spoken.lane).copied().unwrap_or(0);
        let mut hasher = FxHasher::default();
        hasher.write_u32(spoken.lane);
        hasher.write_u32(settings);
        hasher.write(spoken.command);
        let key = hasher.finish();
        if let Some(before) = self.kept.get(&key) {
            let (dialect, command) = (spoken.dialect, spoken.command);
            let sides = [before.as_slice(), reply];
            if sides[0] == sides[1] || self.suspected.len() >= MOST_SUSPECTED {
                return;
            }
            let [one, other] = sides.map(|reply| Answer::stored(command, reply, dialect));
            let nothing = NoiseBook::default();
            let columns = self.columns.get(&spoken.operation);
            let known = Known {
                generated: &Generated::default(),
                keys: None,
                made_ids: None,
                noise: nothing.of(0),
                columns: columns.map(Vec::as_slice).unwrap_or_default(),
            };
            // that they differ somewhere would make all of it noise
            let found = compare(&one, &other, known).filter(|found| found.place != ROWS);
            if let Some(found) = found {
                self.suspected.push(Suspected {
                    operation: spoken.operation,
                    places: found.places,
                    to_us: spoken.to_us,
                });
            }
            return;
        }
        // asked for while something was written: it may have been read before that
        if spoken.from_us <= self.written_us {
            return;
        }
        if self.kept_bytes + reply.len() > MOST_KEPT {
            self.kept.clear();
            self.kept_bytes = 0;
        }
        self.kept_bytes += reply.len();
        self.kept.insert(key, reply.to_vec());
    }

    /// Notes that executions of an operation leave out their columns, which are those it was prepared with.
    fn take_prepared_columns(&mut self, spoken: &Spoken<'_>) -> Columns {
        let columns = self.prepared.get(spoken.text).cloned().unwrap_or_default();
        self.columns.insert(spoken.operation, columns.clone());
        columns
    }

    /// Notes what an operation's own text tells.
    fn look_at(&mut self, spoken: &Spoken<'_>, reply: &[u8], book: &mut NoiseBook) {
        if let Some(sql) = spoken.text.strip_prefix("PREPARE ") {
            let columns = prepared_columns(spoken.command, reply, spoken.dialect);
            self.prepared.insert(sql.to_owned(), columns);
            return;
        }
        let columns = match result_columns(reply, spoken.dialect) {
            ResultColumns::Defined(columns) => columns,
            ResultColumns::Counted(_) => self.take_prepared_columns(spoken),
            ResultColumns::None | ResultColumns::Unknown => return,
        };
        if own_business(spoken.text) {
            book.note(spoken.operation, ROWS);
        }
        if !is_ordered(spoken.text) {
            book.note(spoken.operation, ORDER);
        }
        let names: Vec<String> = columns
            .iter()
            .map(|one| String::from_utf8_lossy(&one.name).into_owned())
            .collect();
        for name in volatile_columns(spoken.text, &names) {
            book.note(spoken.operation, &column(&name));
        }
    }
}

/// Whether it is an execution whose answer need not define its columns.
fn may_leave_out_columns(spoken: &Spoken<'_>) -> bool {
    let executes = spoken.command.first() == Some(&(CommandCode::StmtExecute as u8));
    executes && !matches!(spoken.dialect.metadata, None | Some(MetadataMarker::Absent))
}

/// The columns that a PREPARE was answered with.
fn prepared_columns(command: &[u8], reply: &[u8], dialect: &Dialect) -> Columns {
    let mut statements = PreparedStatements::default();
    statements.observe(command, reply, dialect);
    let id = summarise_reply(command, reply, dialect).statement_id();
    let statement = id.and_then(|id| statements.get(id));
    statement.map_or_else(Columns::new, |one| one.columns.clone())
}

#[cfg(test)]
mod tests;
