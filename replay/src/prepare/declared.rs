//! Parameter types of prepared statements that were declared by an execution which is not sent. Drivers declare them
//! with the first execution and rely on that afterwards.

use reprise_wire::mysql::{Command, CommandCode, Dialect, statement_id, summarise_reply};
use rustc_hash::FxHashMap;

/// What executions of a lane rely on, by the first one sent that does.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct DeclaredTypes(Box<[(u32, Box<[u8]>)]>);

impl DeclaredTypes {
    /// The types that the recorded server knew when this exchange executed its statement, where what is sent before
    /// does not tell them.
    pub(crate) fn before(&self, exchange: u32) -> Option<&[u8]> {
        let at = self.0.binary_search_by_key(&exchange, |one| one.0).ok()?;
        self.0.get(at).map(|one| &*one.1)
    }
}

/// Learns them from a lane's commands, in order.
#[derive(Debug, Default)]
pub(super) struct Declarations {
    statements: FxHashMap<u32, Statement>,
    relied_on: Vec<(u32, Box<[u8]>)>,
}

#[derive(Debug, Default)]
struct Statement {
    parameters: Option<u16>,
    /// What the last execution that did so has declared, and whether the target is told.
    declared: Option<(Box<[u8]>, bool)>,
}

impl Declarations {
    /// Takes a command and its reply, sent or not. `statement` is the recorded id of one that was prepared.
    pub(super) fn learn(
        &mut self,
        (exchange, statement): (u32, Option<u32>),
        (command, reply): (&[u8], &[u8]),
        dialect: &Dialect,
        is_sent: bool,
    ) {
        match command
            .first()
            .and_then(|byte| CommandCode::from_byte(*byte))
        {
            Some(CommandCode::StmtPrepare) => {
                if let Some(id) = statement {
                    let answer = summarise_reply(command, reply, dialect);
                    let anew = Statement {
                        parameters: answer.prepared.map(|prepared| prepared.parameters),
                        declared: None,
                    };
                    self.statements.insert(id, anew);
                }
            }
            Some(CommandCode::StmtExecute) => self.executes(exchange, command, dialect, is_sent),
            Some(CommandCode::StmtClose) => {
                if let Some(id) = statement_id(command) {
                    self.statements.remove(&id);
                }
            }
            Some(CommandCode::ResetConnection | CommandCode::ChangeUser) => self.statements.clear(),
            _ => {}
        }
    }

    fn executes(&mut self, exchange: u32, command: &[u8], dialect: &Dialect, is_sent: bool) {
        let Ok(Command::StmtExecute(execute)) = Command::decode(command, dialect) else {
            return;
        };
        let statement = self.statements.entry(execute.statement_id).or_default();
        let count = statement
            .parameters
            .or_else(|| execute.recover_count())
            .unwrap_or(0);
        if let Some(types) = execute.declared_types(count) {
            statement.declared = Some((types.into(), is_sent));
        } else if let Some((types, told)) = &mut statement.declared
            && is_sent
            && !*told
        {
            *told = true;
            self.relied_on.push((exchange, types.clone()));
        }
    }

    /// What was learned, once all of the lane was seen.
    pub(super) fn finish(mut self) -> DeclaredTypes {
        self.relied_on.sort_unstable_by_key(|one| one.0);
        DeclaredTypes(self.relied_on.into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn execute(id: u8, parameters: &[u8]) -> Vec<u8> {
        [&[0x17, id, 0, 0, 0, 0, 1, 0, 0, 0][..], parameters].concat()
    }

    #[test]
    fn types_declared_by_what_is_left_out_are_known_to_the_first_that_relies_on_them() {
        // one parameter, no columns
        let prepared = b"\0\x07\0\0\0\0\0\x01\0\0\0\0";
        let packet = [&[12, 0, 0, 1][..], prepared].concat();
        let tiny = execute(7, &[0, 1, 1, 0, 5]);
        let text = execute(7, &[0, 1, 0xfd, 0, 1, b'x']);
        let again = execute(7, &[0, 0, 6]);
        let close = [0x19, 7, 0, 0, 0];
        let mut learned = Declarations::default();
        for (exchange, command, is_sent) in [
            (1, &b"\x16DO ?"[..], true),
            (2, &tiny, false),
            (3, &again, false),
            (4, &again, true),
            (5, &again, true),
            (6, &text, true),
            (7, &again, true),
            (8, &tiny, false),
            (9, &again, true),
            (10, &close, true),
            (11, &again, true),
        ] {
            let statement = (exchange == 1).then_some(7);
            let reply: &[u8] = if exchange == 1 { &packet } else { &[] };
            let said = (command, reply);
            learned.learn((exchange, statement), said, &Dialect::UNKNOWN, is_sent);
        }
        let types = learned.finish();
        let known: Vec<u32> = (1..12).filter(|at| types.before(*at).is_some()).collect();
        assert_eq!(known, [4, 9]);
        assert_eq!(types.before(4), Some(&[1, 0][..]));
    }
}
