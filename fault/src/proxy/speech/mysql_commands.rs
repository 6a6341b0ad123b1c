//! Commands in what a MySQL client says: each begins a packet with number 0.

use crate::SpokenProtocol;
use reprise_wire::mysql::{
    Command, CommandCode, Expect, HEADER_LEN, digest, is_tls_request, statement_id,
};

use super::framer::{Framed, Framer, header};
use super::mysql_answer::MysqlAnswer;
use super::mysql_session::MysqlSession;
use super::{Answering, Asked, Heard, ReplyTo, Said};
use crate::proxy::luck::Moment;
use crate::proxy::tls::Upgrade;

/// Bytes of a command that are looked at before it goes on; the rest passes as it comes.
const LOOKED_AT: usize = 16 << 10;

/// Bytes of a statement that selectors see.
const SUMMARY: usize = 256;

/// The operation of a login, as selectors name it.
const LOGIN: &str = "LOGIN";

/// Finds commands.
#[derive(Debug, Default)]
pub(in crate::proxy) struct MysqlCommands {
    framer: Framer,
}

impl MysqlCommands {
    pub(super) fn held(&mut self) -> Vec<u8> {
        self.framer.held()
    }

    /// What cannot be read, from where it begins.
    pub(super) fn hear(&mut self, bytes: &[u8], said: &Said, out: &mut Vec<Heard>) -> Vec<u8> {
        let mut input = bytes;
        while let Some(framed) = self.framer.next(&mut input, LOOKED_AT) {
            let mut packet = match framed {
                Framed::More(bytes) => {
                    out.push(Heard::Bytes(bytes));
                    continue;
                }
                Framed::Beginning(packet) => packet,
            };
            let mut session = said.mysql.borrow_mut();
            match judge(&packet, &mut session) {
                Judged::Upgrades if said.upgrade == Upgrade::WhereAsked => {
                    let behind = session.client_upgrades();
                    if behind {
                        out.push(Heard::Bytes(packet));
                    }
                    let ahead = input.to_vec();
                    out.push(Heard::Tls { ahead, behind });
                    return Vec::new();
                }
                Judged::Goes => {
                    session.number_for_server(&mut packet);
                    out.push(Heard::Bytes(packet));
                }
                Judged::Begins(asked) => {
                    if asked.moment == Moment::Login {
                        if said.upgrade == Upgrade::Behind {
                            out.push(Heard::Bytes(session.server_upgrades(&packet)));
                            out.push(Heard::TlsBehind);
                        }
                        session.log_in_for_server(&mut packet);
                    }
                    out.push(Heard::Begin(asked));
                    out.push(Heard::Bytes(packet));
                }
                Judged::Upgrades | Judged::Unreadable => {
                    said.opaque();
                    return [&packet, input].concat();
                }
            }
        }
        Vec::new()
    }
}

/// What a packet of the client is.
enum Judged {
    /// It goes on with the exchange that began last.
    Goes,
    Begins(Box<Asked>),
    /// What comes after it is TLS.
    Upgrades,
    /// Nothing after it can be read: compression, something else.
    Unreadable,
}

fn judge(packet: &[u8], session: &mut MysqlSession) -> Judged {
    let Some((length, sequence)) = header(packet) else {
        return Judged::Unreadable;
    };
    let payload = packet.get(HEADER_LEN..).unwrap_or_default();
    if !session.logged_in {
        if is_tls_request(payload) {
            return Judged::Upgrades;
        }
        if !session.log_in(payload) {
            return Judged::Unreadable;
        }
        return Judged::Begins(Box::new(login(sequence, session)));
    }
    if session.in_file {
        session.in_file = length > 0;
        return Judged::Goes;
    }
    if sequence != 0 {
        return Judged::Goes;
    }
    match Expect::reply_to(payload) {
        Expect::Stream => Judged::Unreadable,
        expect => Judged::Begins(Box::new(command(payload, expect, session))),
    }
}

fn login(sequence: u8, session: &MysqlSession) -> Asked {
    // the answer to a login goes like that to a change of user
    let change_user = [CommandCode::ChangeUser as u8];
    Asked {
        moment: Moment::Login,
        protocol: Some(SpokenProtocol::Mysql),
        operation: LOGIN.to_owned(),
        summary: LOGIN.to_owned(),
        in_transaction: Some(false),
        reply_to: Some(ReplyTo::Mysql {
            sequence,
            is_login: true,
            query_attributes: false,
            in_transaction: false,
        }),
        answer: Answering::Mysql(Box::new(MysqlAnswer::new(
            &change_user,
            &session.dialect,
            None,
        ))),
    }
}

fn command(payload: &[u8], expect: Expect, session: &mut MysqlSession) -> Asked {
    let code = payload
        .first()
        .and_then(|byte| CommandCode::from_byte(*byte));
    let name = code.map_or("COM_UNKNOWN", CommandCode::name);
    let known = statement_id(payload).and_then(|id| session.statement(id));
    let mut prepares = None;
    let (operation, summary) = match Command::decode(payload, &session.dialect) {
        Ok(Command::Query(query)) => (digest(query.sql), line(query.sql)),
        Ok(Command::StmtPrepare(sql)) => {
            let operation = digest(sql);
            prepares = Some(operation.clone());
            (format!("PREPARE {operation}"), line(sql))
        }
        _ if code == Some(CommandCode::StmtExecute) => {
            let operation = known.unwrap_or(name).to_owned();
            (operation.clone(), operation)
        }
        _ => (name.to_owned(), name.to_owned()),
    };
    match code {
        Some(CommandCode::StmtClose) => {
            statement_id(payload).inspect(|id| session.close(*id));
        }
        Some(CommandCode::ResetConnection | CommandCode::ChangeUser) => session.reset(),
        _ => {}
    }
    let reply_to = ReplyTo::Mysql {
        sequence: 0,
        is_login: false,
        query_attributes: session.dialect.query_attributes == Some(true),
        in_transaction: session.in_transaction,
    };
    Asked {
        moment: Moment::Exchange,
        protocol: Some(SpokenProtocol::Mysql),
        operation,
        summary,
        in_transaction: Some(session.in_transaction),
        reply_to: (expect != Expect::Nothing).then_some(reply_to),
        answer: Answering::Mysql(Box::new(MysqlAnswer::new(
            payload,
            &session.dialect,
            prepares,
        ))),
    }
}

/// The beginning of a statement, as text.
fn line(sql: &[u8]) -> String {
    String::from_utf8_lossy(sql.get(..SUMMARY).unwrap_or(sql)).into_owned()
}
