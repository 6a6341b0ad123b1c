//! What one copy of a MySQL connection holds while it is played: its connection to the target, and which of
//! the target's statements stands for which recorded one.

mod statement;

use std::cell::{Cell, OnceCell};
use std::rc::Rc;

use reprise_wire::mysql::{
    Command, CommandCode, Dialect, ErrPacket, ReplySummary, Session, SessionState,
    patch_statement_id, statement_id, summarise_reply,
};
use rustc_hash::FxHashMap;
use tokio::sync::Mutex;

use super::command::MysqlCommand;
use super::connection::MysqlConnection;
use super::generated::Generated;
use super::keys::{Generates, Keys, Shift, StatementKeys};
use super::transaction::Transaction;
use statement::{OnTarget, Statement};

/// The connection of a lane copy; commands take their turn. A lane that speaks HTTP, of which there may be
/// thousands, does not carry it.
#[derive(Debug, Default)]
pub(crate) struct MysqlLane(OnceCell<Box<Shared>>);

#[derive(Debug)]
struct Shared {
    state: Mutex<MysqlState>,
    /// That of `state`, to be looked at while somebody holds it.
    transaction: Rc<Cell<Transaction>>,
}

/// What its commands share.
#[derive(Debug, Default)]
pub(crate) struct MysqlState {
    pub(crate) connection: Option<MysqlConnection>,
    /// How the recorded session stands at this point: what a new connection is brought to.
    pub(crate) standing: SessionState,
    /// The ids that the target gave to its rows.
    pub(crate) generated: Generated,
    /// A conflict of order has undone the transaction: what follows in it is of other rows.
    pub(crate) undone: bool,
    /// The recorded transaction that it is in.
    pub(crate) transaction: Rc<Cell<Transaction>>,
    /// The target does not let the session's time be set.
    pub(crate) clock_refused: bool,
    statements: FxHashMap<u32, Statement>,
    /// Why the target refused what was to be prepared last, if it did.
    last_refused: Option<ErrPacket>,
}

/// MariaDB: "the statement prepared last", instead of an id.
const LAST_PREPARED: u32 = u32::MAX;

/// An id no server gives out: the target answers that it does not know the statement.
const UNKNOWN: u32 = 0;

impl MysqlLane {
    /// A lane that begins as the recorded session stood, with the statements it had prepared before.
    pub(crate) fn of(session: Option<&Session>) -> Self {
        let Some(session) = session else {
            return Self::default();
        };
        let mut standing = session.state.clone();
        let prepared = std::mem::take(&mut standing.prepared);
        let known = prepared.into_iter().map(|(id, sql)| {
            let prepare = [&[CommandCode::StmtPrepare as u8][..], sql.as_bytes()].concat();
            (id, Statement::new(prepare, OnTarget::Nothing, 0))
        });
        standing.database = session.first_database().map(str::to_owned);
        Self::from(MysqlState {
            connection: None,
            standing,
            generated: Generated::default(),
            undone: false,
            transaction: Rc::new(Cell::new(Transaction::begun(session.state.in_transaction))),
            clock_refused: false,
            statements: known.collect(),
            last_refused: None,
        })
    }

    /// What its commands share, made when the first needs it.
    pub(crate) fn state(&self) -> &Mutex<MysqlState> {
        &self.shared().state
    }

    /// The recorded transaction that it is in, also while a connection is being opened.
    pub(crate) fn transaction(&self) -> &Cell<Transaction> {
        &self.shared().transaction
    }

    fn shared(&self) -> &Shared {
        self.0
            .get_or_init(|| Box::new(Shared::from(MysqlState::default())))
    }
}

impl From<MysqlState> for MysqlLane {
    fn from(state: MysqlState) -> Self {
        Self(OnceCell::from(Box::new(Shared::from(state))))
    }
}

impl From<MysqlState> for Shared {
    fn from(state: MysqlState) -> Self {
        Self {
            transaction: Rc::clone(&state.transaction),
            state: Mutex::new(state),
        }
    }
}

impl MysqlState {
    /// What was open on the target's connection is gone with it.
    pub(crate) fn lose_transaction(&self) {
        let mut transaction = self.transaction.get();
        transaction.lost();
        self.transaction.set(transaction);
    }

    /// The connection is gone, and with it every statement prepared on it.
    pub(crate) fn lost(&mut self) {
        self.connection = None;
        self.lose_transaction();
        self.standing.lost();
        for statement in self.statements.values_mut() {
            statement.lost();
        }
    }

    /// Whether the recorded session has set its time itself.
    pub(crate) fn has_own_clock(&self) -> bool {
        let set = self.standing.variables.get("timestamp");
        set.is_some_and(|value| !value.eq_ignore_ascii_case("DEFAULT"))
    }

    /// What has to be prepared again before `command` can be sent: the recorded id and the PREPARE.
    pub(crate) fn to_prepare(&self, command: &[u8]) -> Option<(u32, Vec<u8>)> {
        let recorded = statement_id(command)?;
        let statement = self.statements.get(&recorded)?;
        let lacks = match &statement.target {
            OnTarget::Prepared(_) => false,
            OnTarget::Nothing => true,
            refused @ OnTarget::Refused(_) => !refused.is_final(),
        };
        (lacks && !closes(command)).then(|| (recorded, statement.prepare.clone()))
    }

    /// Whether a command names a statement that the target has refused to prepare and always will; when it closes
    /// that, it is forgotten.
    pub(crate) fn is_refused_for_good(&mut self, command: &[u8]) -> bool {
        let Some(recorded) = statement_id(command) else {
            return false;
        };
        let statement = self.statements.get(&recorded);
        let refused = statement.is_some_and(|statement| statement.target.is_final());
        if refused && closes(command) {
            self.statements.remove(&recorded);
        }
        refused
    }

    /// Why the target has refused to prepare the statement that a command is about to execute.
    pub(crate) fn refusal(&self, command: &[u8]) -> Option<&ErrPacket> {
        let recorded = statement_id(command).filter(|_| !closes(command))?;
        if recorded == LAST_PREPARED {
            return self.last_refused.as_ref();
        }
        match &self.statements.get(&recorded)?.target {
            OnTarget::Refused(error) => Some(error),
            OnTarget::Prepared(_) | OnTarget::Nothing => None,
        }
    }

    /// The statement that a command sends or executes.
    pub(crate) fn sql_of<'a>(&'a self, command: &'a [u8]) -> Option<&'a [u8]> {
        if let Some(statement) = statement_id(command).and_then(|id| self.statements.get(&id)) {
            return statement.prepare.get(1..);
        }
        query_of(command)
    }

    /// A recorded command was answered, left out or kept from the target, after which the recorded session was in a
    /// transaction if it is `open`. Where it failed otherwise than recorded, that is `new_error`; `Some(None)` when
    /// it was not sent.
    pub(crate) fn passed(&mut self, command: &[u8], open: bool, new_error: Option<Option<u16>>) {
        let mut transaction = self.transaction.get();
        let matters = new_error.is_some() || transaction.is_open();
        let sql = matters.then(|| self.sql_of(command)).flatten();
        if let Some(error) = new_error {
            transaction.failed(sql.unwrap_or_default(), open, error);
        }
        transaction.passed(sql, open);
        self.transaction.set(transaction);
        if let Some(statement) = statement_id(command).and_then(|id| self.statements.get_mut(&id)) {
            statement.learn(command);
        }
    }

    /// The recorded server had been told these types for the parameters of the statement that a command executes.
    pub(crate) fn declared(&mut self, command: &[u8], types: &[u8]) {
        if let Some(statement) = statement_id(command).and_then(|id| self.statements.get_mut(&id)) {
            statement.declare(types);
        }
    }

    /// A PREPARE did not reach the target, or its answer did not come: what executes it prepares it first. `answer`
    /// is the recorded one.
    pub(crate) fn not_prepared(&mut self, recorded: u32, prepare: &[u8], answer: &[u8]) {
        let answer = summarise_reply(prepare, answer, &Dialect::UNKNOWN);
        let parameters = answer.prepared.map_or(0, |prepared| prepared.parameters);
        let statement = Statement::new(prepare.to_vec(), OnTarget::Nothing, parameters);
        self.statements.insert(recorded, statement);
    }

    /// Notes what the target answered to a PREPARE, whose statement the recorded server knew as `recorded`.
    pub(crate) fn prepared(&mut self, recorded: u32, prepare: &[u8], answer: &ReplySummary) {
        let parameters = answer.prepared.map_or(0, |prepared| prepared.parameters);
        // prepared anew, it is the same: what its executions have declared still holds
        let before = self.statements.remove(&recorded);
        let before = before.filter(|statement| statement.prepare == prepare);
        self.last_refused.clone_from(&answer.error);
        let mut statement = Statement::new(prepare.to_vec(), OnTarget::of(answer), parameters);
        if let Some(before) = before {
            statement.prepared_anew(before);
        }
        self.statements.insert(recorded, statement);
    }

    /// `payload`, which goes to the target in place of `command`, with the copy's own keys; and the keys that
    /// the server generates for it.
    pub(crate) fn with_own_keys(
        &mut self,
        (command, recorded): (&MysqlCommand, &Dialect),
        payload: Vec<u8>,
        dialect: &Dialect,
        (known, shift): (&Keys, Shift<'_>),
    ) -> (Vec<u8>, Option<Generates>) {
        let affected = || {
            let reply = summarise_reply(&command.payload, &command.answer, recorded);
            reply.affected_rows
        };
        let command = &command.payload;
        let generated = &mut self.generated;
        let mut replaced = |recorded, own| generated.note(recorded, own, 1);
        let code = command
            .first()
            .and_then(|byte| CommandCode::from_byte(*byte));
        match code {
            Some(CommandCode::Query) => {
                known.in_text(payload, dialect, shift, &affected, &mut replaced)
            }
            // what stands in its text stays for every execution
            Some(CommandCode::StmtPrepare) => {
                let (payload, _) = known.in_text(payload, dialect, shift, &affected, &mut replaced);
                (payload, None)
            }
            Some(CommandCode::StmtExecute | CommandCode::StmtSendLongData) => {
                let statement = statement_id(command).and_then(|id| self.statements.get_mut(&id));
                let Some(statement) = statement else {
                    return (payload, None);
                };
                let sql = statement.prepare.get(1..).unwrap_or_default();
                let parameters = statement.parameters;
                let found = || Box::new(StatementKeys::of(sql, parameters, shift));
                let keys = statement.keys.get_or_insert_with(found);
                if code == Some(CommandCode::StmtSendLongData) {
                    keys.has_long_data();
                    return (payload, None);
                }
                let payload = known.in_execution(payload, keys, shift, &affected, &mut replaced);
                let generates = keys.generates();
                statement.goes_as(&payload);
                (payload, generates)
            }
            _ => (payload, None),
        }
    }

    /// Takes what a command that was answered has changed for those after it.
    pub(crate) fn answered(&mut self, command: &[u8], recorded: &Dialect, reply: &ReplySummary) {
        let statement = statement_id(command).and_then(|id| self.statements.get(&id));
        let prepared_from = statement.and_then(|statement| statement.prepare.get(1..));
        self.standing
            .observe(command, prepared_from, recorded, reply, &[]);
        let code = command
            .first()
            .and_then(|byte| CommandCode::from_byte(*byte));
        let resets = matches!(
            code,
            Some(CommandCode::ResetConnection | CommandCode::ChangeUser)
        );
        if resets && reply.error.is_none() {
            self.statements.clear();
        }
    }

    /// `command` as the target has to get it: its own statement id, and query attributes only if both
    /// ends agreed on them.
    pub(crate) fn translated(
        &mut self,
        command: &[u8],
        recorded: &Dialect,
        target: &Dialect,
    ) -> Vec<u8> {
        let mut out = without_attributes(command, recorded, target);
        if let Some(id) = statement_id(command)
            && id != LAST_PREPARED
        {
            let known = match self.statements.get_mut(&id) {
                Some(statement) => {
                    statement.with_types(&mut out);
                    statement.target.id().unwrap_or(UNKNOWN)
                }
                None => UNKNOWN,
            };
            patch_statement_id(&mut out, known);
            if closes(command) {
                self.statements.remove(&id);
            }
        }
        out
    }
}

/// The statement that a command sends as text.
pub(crate) fn query_of(command: &[u8]) -> Option<&[u8]> {
    match Command::decode(command, &Dialect::UNKNOWN) {
        Ok(Command::Query(query)) => Some(query.sql),
        _ => None,
    }
}

/// Whether a command closes a statement.
fn closes(command: &[u8]) -> bool {
    command.first() == Some(&(CommandCode::StmtClose as u8))
}

/// A COM_QUERY recorded with attributes, for a target that does not take them, and the other way round.
fn without_attributes(command: &[u8], recorded: &Dialect, target: &Dialect) -> Vec<u8> {
    let is_query = command
        .first()
        .and_then(|byte| CommandCode::from_byte(*byte))
        == Some(CommandCode::Query);
    let takes = target.query_attributes == Some(true);
    if !is_query || recorded.query_attributes == Some(takes) {
        return command.to_vec();
    }
    match Command::decode(command, recorded) {
        Ok(Command::Query(query)) if takes => [
            &[CommandCode::Query as u8][..],
            reprise_wire::mysql::NO_QUERY_ATTRIBUTES,
            query.sql,
        ]
        .concat(),
        Ok(Command::Query(query)) => [&[CommandCode::Query as u8][..], query.sql].concat(),
        _ => command.to_vec(),
    }
}

#[cfg(test)]
mod tests;
