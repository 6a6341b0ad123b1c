//! The prepared statements of a lane, as far as their executions are to be read: text and numbers.

use std::sync::Arc;

use reprise_wire::mysql::{Command, CommandCode, Execute, ParameterType, summarise_reply};
use rustc_hash::FxHashMap;

use super::Heard;
use crate::mysql::keys::whole_number;

/// So many statements of a lane are known; one that has more prepares each anew.
const MOST: usize = 1_000;

/// MariaDB: "the statement prepared last", instead of an id.
const LAST_PREPARED: u32 = u32::MAX;

#[derive(Debug, Default)]
pub(super) struct Prepared {
    by_id: FxHashMap<u32, Statement>,
    last: u32,
}

#[derive(Debug)]
struct Statement {
    sql: Arc<[u8]>,
    parameters: u16,
    /// The types that the last execution declared.
    types: Vec<ParameterType>,
}

/// An execution of a statement.
#[derive(Debug)]
pub(super) struct Executed {
    pub(super) sql: Arc<[u8]>,
    /// Its parameters, those that are whole numbers; none when they cannot be read.
    pub(super) numbers: Vec<Option<u64>>,
}

impl Prepared {
    /// Takes a command that makes or forgets statements; `false`: it is another.
    pub(super) fn observe(&mut self, command: &Command<'_>, heard: Heard<'_>) -> bool {
        match command {
            Command::StmtPrepare(sql) => {
                let reply = summarise_reply(heard.command, heard.reply, heard.dialect);
                if let Some(prepared) = reply.prepared {
                    self.keep(prepared.statement_id, prepared.parameters, sql);
                }
                true
            }
            Command::StmtClose(id) => {
                self.by_id.remove(id);
                true
            }
            _ => {
                let code = CommandCode::from_byte(command.code());
                let forgets = matches!(
                    code,
                    Some(
                        CommandCode::ResetConnection | CommandCode::ChangeUser | CommandCode::Quit
                    )
                );
                if forgets {
                    self.by_id.clear();
                }
                forgets
            }
        }
    }

    fn keep(&mut self, id: u32, parameters: u16, sql: &[u8]) {
        if self.by_id.len() >= MOST {
            self.by_id.clear();
        }
        self.last = id;
        self.by_id.insert(
            id,
            Statement {
                sql: sql.into(),
                parameters,
                types: Vec::new(),
            },
        );
    }

    /// What is executed; `None` when its PREPARE was not seen.
    pub(super) fn executed(&mut self, execute: &Execute<'_>) -> Option<Executed> {
        let id = match execute.statement_id {
            LAST_PREPARED => self.last,
            id => id,
        };
        let statement = self.by_id.get_mut(&id)?;
        let sql = Arc::clone(&statement.sql);
        let read = execute.parameters(statement.parameters, &statement.types, |_| false);
        let Ok(parameters) = read else {
            return Some(Executed {
                sql,
                numbers: Vec::new(),
            });
        };
        statement.types = parameters.types;
        let numbers = parameters.values.iter().map(whole_number);
        Some(Executed {
            sql,
            numbers: numbers.collect(),
        })
    }
}
