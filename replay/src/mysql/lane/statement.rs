//! A recorded prepared statement, and what the target has of it.

use reprise_wire::mysql::{Command, CommandCode, ErrPacket, Execute, ReplySummary};

use crate::mysql::keys::StatementKeys;

#[derive(Debug)]
pub(super) struct Statement {
    /// The PREPARE that made it, for a connection that has to be opened anew.
    pub(super) prepare: Vec<u8>,
    pub(super) target: OnTarget,
    /// How many parameters it takes.
    pub(super) parameters: u16,
    /// The keys in it, once they have been looked for.
    pub(super) keys: Option<Box<StatementKeys>>,
    /// The parameters' types as the recorded executions have declared them so far.
    types: Option<Box<[u8]>>,
    /// The target's statement has been told these types.
    told: bool,
}

impl Statement {
    /// A statement that no execution has declared types for.
    pub(super) fn new(prepare: Vec<u8>, target: OnTarget, parameters: u16) -> Self {
        Self {
            prepare,
            target,
            parameters,
            keys: None,
            types: None,
            told: false,
        }
    }

    /// The same statement, prepared anew: what its executions have declared still holds, and has to be said again.
    pub(super) fn prepared_anew(&mut self, before: Self) {
        self.keys = before.keys;
        self.types = before.types;
    }

    /// The target has nothing of it any more.
    pub(super) fn lost(&mut self) {
        self.told = false;
        if !self.target.is_final() {
            self.target = OnTarget::Nothing;
        }
    }

    /// The recorded server knew these types from here on; the target has not been told.
    pub(super) fn declare(&mut self, types: &[u8]) {
        if self.types.as_deref() != Some(types) {
            self.types = Some(types.into());
            self.told = false;
        }
    }

    /// Learns what an execution declares, whether or not it is sent.
    pub(super) fn learn(&mut self, execution: &[u8]) {
        let execute = execute_of(execution);
        if let Some(types) = execute.and_then(|execute| execute.declared_types(self.parameters)) {
            self.declare(types);
        }
    }

    /// Declares the types in an execution about to be sent that relies on one the target's statement has not seen.
    pub(super) fn with_types(&mut self, execution: &mut Vec<u8>) {
        self.learn(execution);
        let (false, Some(types)) = (self.told, self.types.as_deref()) else {
            return;
        };
        self.told = true;
        let declared = execute_of(execution).and_then(|execute| {
            let parameters = execute.declaring(self.parameters, types)?;
            Some(
                Command::StmtExecute(Execute {
                    parameters: &parameters,
                    ..execute
                })
                .encode(),
            )
        });
        if let Some(declared) = declared {
            *execution = declared;
        }
    }

    /// An execution goes out with other types than the recorded ones, which the next one must say again.
    pub(super) fn goes_as(&mut self, execution: &[u8]) {
        let execute = execute_of(execution);
        let types = execute.and_then(|execute| execute.declared_types(self.parameters));
        if types.is_some() {
            self.told = types == self.types.as_deref();
        }
    }
}

/// What a COM_STMT_EXECUTE says.
fn execute_of(command: &[u8]) -> Option<Execute<'_>> {
    Execute::decode(command.strip_prefix(&[CommandCode::StmtExecute as u8])?).ok()
}

/// What the target has of a recorded statement.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum OnTarget {
    /// A statement of this id.
    Prepared(u32),
    /// Nothing yet, or nothing any more: the connection it was prepared on went.
    Nothing,
    /// It did not prepare it.
    Refused(ErrPacket),
}

impl OnTarget {
    pub(super) fn of(answer: &ReplySummary) -> Self {
        match (answer.statement_id(), &answer.error) {
            (Some(id), _) => Self::Prepared(id),
            (None, Some(error)) => Self::Refused(error.clone()),
            (None, None) => Self::Nothing,
        }
    }

    /// The target's id of it.
    pub(super) const fn id(&self) -> Option<u32> {
        match self {
            Self::Prepared(id) => Some(*id),
            Self::Nothing | Self::Refused(_) => None,
        }
    }

    /// Whether preparing it once more comes to the same.
    pub(super) fn is_final(&self) -> bool {
        matches!(self, Self::Refused(error) if FOR_GOOD.contains(&error.code))
    }
}

/// Refusals for what a statement says, whatever is in the database: not to be parsed, not supported, not supported in
/// prepared statements.
const FOR_GOOD: [u16; 3] = [1064, 1235, 1295];
