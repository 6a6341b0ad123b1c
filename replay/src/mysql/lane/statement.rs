//! A recorded prepared statement, and what the target has of it.

use reprise_wire::mysql::{ErrPacket, ReplySummary};

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

    /// Whether preparing it once more comes to the same.
    pub(super) fn is_final(&self) -> bool {
        matches!(self, Self::Refused(error) if FOR_GOOD.contains(&error.code))
    }
}

/// Refusals for what a statement says, whatever is in the database: not to be parsed, not supported, not supported in
/// prepared statements.
const FOR_GOOD: [u16; 3] = [1064, 1235, 1295];
