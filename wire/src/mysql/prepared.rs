//! The prepared statements of one connection, learnt from its exchanges in order: what a later command that
//! only names a statement needs to be read. Memory: a count of statements, and a cap on long data.

use std::collections::{BTreeMap, HashMap};

use super::reply_steps::read_column_count;
use super::{
    BulkExecute, ColumnDefinition, Command, CommandCode, Dialect, ErrPacket, Execute, HEADER_LEN,
    Malformed, PacketReader, ParameterType, Parameters, PrepareOk, Value,
};

/// MySQL allows 16,382 over the whole server by default.
const MOST_STATEMENTS: usize = 16_384;

/// Bytes of COM_STMT_SEND_LONG_DATA kept for all statements of a connection.
const MOST_LONG_DATA: usize = 16 << 20;

/// On MariaDB this id names the statement prepared last.
const LAST_PREPARED: u32 = u32::MAX;

/// One prepared statement.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct PreparedStatement {
    /// What was prepared.
    pub sql: Vec<u8>,
    /// How many parameters it takes.
    pub parameter_count: u16,
    /// The types that the last execution declared; empty before the first.
    pub types: Vec<ParameterType>,
    /// The columns of its rows, as last announced: rows of COM_STMT_FETCH have these too.
    pub columns: Vec<ColumnDefinition>,
    /// What came with COM_STMT_SEND_LONG_DATA since the last execution, by parameter.
    long_data: BTreeMap<u16, Vec<u8>>,
}

impl PreparedStatement {
    /// The parameters of an execution of this statement, long data filled in.
    ///
    /// # Errors
    /// They do not fit, or their types were declared before the capture.
    pub fn parameters(&self, execute: &Execute<'_>) -> Result<Parameters, Malformed> {
        let sent = |index: usize| self.long_data_of(index).is_some();
        let mut parameters = execute.parameters(self.parameter_count, &self.types, sent)?;
        for (index, value) in parameters.values.iter_mut().enumerate() {
            if *value == Value::LongData {
                *value = Value::Bytes(self.long_data_of(index).cloned().unwrap_or_default());
            }
        }
        Ok(parameters)
    }

    fn long_data_of(&self, index: usize) -> Option<&Vec<u8>> {
        self.long_data.get(&u16::try_from(index).ok()?)
    }
}

/// All prepared statements of a connection.
#[derive(Clone, Debug, Default)]
pub struct PreparedStatements {
    by_id: HashMap<u32, PreparedStatement, rustc_hash::FxBuildHasher>,
    last: Option<u32>,
    long_data: usize,
}

impl PreparedStatements {
    /// The statement with this id, if its PREPARE was seen and it was not closed.
    pub fn get(&self, id: u32) -> Option<&PreparedStatement> {
        self.by_id.get(&self.resolve(id)?)
    }

    /// The parameters of an execution. When its PREPARE was not seen they are read if their number can be
    /// told from the bytes.
    ///
    /// # Errors
    /// They do not fit, or their types were declared before the capture.
    pub fn parameters(&self, execute: &Execute<'_>) -> Result<Parameters, Malformed> {
        match self.get(execute.statement_id) {
            Some(statement) => statement.parameters(execute),
            None => {
                let what = "parameters of an unknown statement";
                let count = execute.recover_count().ok_or(Malformed { what })?;
                execute.parameters(count, &[], |_| false)
            }
        }
    }

    /// Takes the next exchange of the connection: a command's payload, and its reply as stored. Read an
    /// execution's parameters before it is taken: afterwards its long data is forgotten.
    pub fn observe(&mut self, command: &[u8], reply: &[u8], dialect: &Dialect) {
        match Command::decode(command, dialect) {
            Ok(Command::StmtPrepare(sql)) => self.prepared(sql, reply),
            Ok(Command::StmtExecute(execute)) => self.executed(&execute, reply, dialect),
            Ok(Command::StmtSendLongData {
                statement_id,
                parameter,
                data,
            }) => self.sent(statement_id, parameter, data),
            Ok(Command::StmtReset(id)) => self.forget_long_data(id),
            Ok(Command::StmtClose(id)) => {
                self.forget_long_data(id);
                if let Some(id) = self.resolve(id) {
                    self.by_id.remove(&id);
                }
            }
            Ok(Command::ResetConnection | Command::ChangeUser(_)) if !is_error(reply) => {
                *self = Self::default();
            }
            Ok(Command::Other { code, body }) if code == CommandCode::StmtBulkExecute as u8 => {
                self.executed_in_bulk(body);
            }
            _ => {}
        }
    }

    fn prepared(&mut self, sql: &[u8], reply: &[u8]) {
        let mut packets = Packets::of(reply);
        let answer = packets
            .next()
            .and_then(|first| PrepareOk::decode(&first).ok());
        let Some(answer) = answer else {
            self.last = None;
            return;
        };
        let mut columns = Vec::new();
        if answer.metadata_follows {
            packets.definitions(answer.parameters.into());
            columns = packets.definitions(answer.columns.into());
        }
        let id = answer.statement_id;
        self.last = Some(id);
        if self.by_id.len() < MOST_STATEMENTS || self.by_id.contains_key(&id) {
            let statement = PreparedStatement {
                sql: sql.to_vec(),
                parameter_count: answer.parameters,
                columns,
                ..PreparedStatement::default()
            };
            self.by_id.insert(id, statement);
        }
    }

    fn executed(&mut self, execute: &Execute<'_>, reply: &[u8], dialect: &Dialect) {
        if let Some(statement) = self.find(execute.statement_id) {
            if let Ok(parameters) = statement.parameters(execute) {
                statement.types = parameters.types;
            }
            if let ResultColumns::Defined(columns) = result_columns(reply, dialect) {
                statement.columns = columns;
            }
        }
        self.forget_long_data(execute.statement_id);
    }

    fn executed_in_bulk(&mut self, body: &[u8]) {
        if let Ok(bulk) = BulkExecute::decode(body)
            && let Some(statement) = self.find(bulk.statement_id)
            && let Ok(rows) = bulk.rows(statement.parameter_count, &statement.types)
        {
            statement.types = rows.types;
        }
    }

    fn sent(&mut self, id: u32, parameter: u16, data: &[u8]) {
        let room = MOST_LONG_DATA.saturating_sub(self.long_data);
        let kept = data.get(..room).unwrap_or(data);
        if let Some(statement) = self.find(id) {
            let so_far = statement.long_data.entry(parameter).or_default();
            so_far.extend_from_slice(kept);
            self.long_data += kept.len();
        }
    }

    fn forget_long_data(&mut self, id: u32) {
        if let Some(statement) = self.find(id) {
            let forgotten = std::mem::take(&mut statement.long_data);
            let bytes: usize = forgotten.values().map(Vec::len).sum();
            self.long_data = self.long_data.saturating_sub(bytes);
        }
    }

    fn find(&mut self, id: u32) -> Option<&mut PreparedStatement> {
        let id = self.resolve(id)?;
        self.by_id.get_mut(&id)
    }

    const fn resolve(&self, id: u32) -> Option<u32> {
        if id == LAST_PREPARED {
            self.last
        } else {
            Some(id)
        }
    }
}

/// What a reply as stored says about the columns of its first result.
#[derive(Clone, Debug, PartialEq)]
pub enum ResultColumns {
    /// It does not read as a result.
    Unknown,
    /// It has none: an OK.
    None,
    /// So many, whose definitions were sent before.
    Counted(u64),
    /// These.
    Defined(Vec<ColumnDefinition>),
}

/// Reads the columns of a stored reply's first result.
pub fn result_columns(reply: &[u8], dialect: &Dialect) -> ResultColumns {
    let mut packets = Packets::of(reply);
    let Some(first) = packets.next() else {
        return ResultColumns::Unknown;
    };
    if first.len() >= 5 {
        match first.first() {
            Some(0) => return ResultColumns::None,
            Some(0xFE | 0xFF) => return ResultColumns::Unknown,
            _ => {}
        }
    }
    match read_column_count(&first, &mut dialect.clone()) {
        Some((count, true)) => {
            let columns = packets.definitions(count);
            if columns.len() as u64 == count {
                ResultColumns::Defined(columns)
            } else {
                ResultColumns::Unknown
            }
        }
        Some((count, false)) => ResultColumns::Counted(count),
        None => ResultColumns::Unknown,
    }
}

fn is_error(reply: &[u8]) -> bool {
    let mut packets = Packets::of(reply);
    let mut last = None;
    while let Some(packet) = packets.next() {
        last = Some(packet);
    }
    last.is_none_or(|packet| ErrPacket::decode(&packet).is_ok())
}

/// The packets of a stored reply.
struct Packets<'a> {
    reader: PacketReader,
    rest: &'a [u8],
}

impl<'a> Packets<'a> {
    fn of(reply: &'a [u8]) -> Self {
        Self {
            reader: PacketReader::new(reply.len()),
            rest: reply,
        }
    }

    fn next(&mut self) -> Option<Vec<u8>> {
        let packet = self.reader.next(&mut self.rest)?;
        Some(packet.payload.to_vec())
    }

    /// The next definitions and the EOF after them, where there is one; fewer when they do not read.
    fn definitions(&mut self, count: u64) -> Vec<ColumnDefinition> {
        let mut all = Vec::new();
        for _ in 0..count {
            let Some(column) = self
                .next()
                .and_then(|payload| ColumnDefinition::decode(&payload).ok())
            else {
                return all;
            };
            all.push(column);
        }
        // An EOF is five bytes; a definition is longer, and so is every row it could be taken for.
        let is_eof = count > 0
            && self.rest.first_chunk::<3>() == Some(&[5, 0, 0])
            && self.rest.get(HEADER_LEN) == Some(&0xFE);
        if is_eof {
            self.next();
        }
        all
    }
}

#[cfg(test)]
mod tests;
