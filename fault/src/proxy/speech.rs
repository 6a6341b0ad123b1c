//! What passing bytes mean: where exchanges begin, what they ask for, where their answers end. Sans-I/O; what
//! is not understood is bytes.

mod alter;
mod burst;
mod framer;
mod http_answer;
mod http_requests;
mod mysql_answer;
mod mysql_commands;
mod mysql_session;
mod reply;

use std::cell::{Cell, RefCell};

use reprise_wire::Protocol;

use super::ProxyProtocol;
use super::luck::Moment;
use crate::turn::AnswerChanges;

use burst::Bursts;
use http_answer::HttpAnswer;
use http_requests::HttpRequests;
use mysql_answer::MysqlAnswer;
use mysql_commands::MysqlCommands;
use mysql_session::MysqlSession;

pub(super) use alter::{Altered, Verdict};
pub(super) use reply::{ReplyTo, greeting_error};

/// What the client's bytes are, in order.
pub(super) enum Heard {
    /// An exchange begins; the bytes that follow are its request.
    Begin(Box<Asked>),
    /// Bytes of the exchange that began last.
    Bytes(Vec<u8>),
    /// The client has asked for TLS and gets it, here and on the other side; it has said this much of it.
    Tls(Vec<u8>),
}

impl Heard {
    pub(super) const fn is_tls(&self) -> bool {
        matches!(self, Self::Tls(_))
    }
}

/// What an exchange asks for.
pub(super) struct Asked {
    pub(super) moment: Moment,
    pub(super) protocol: Option<Protocol>,
    pub(super) operation: String,
    pub(super) summary: String,
    pub(super) in_transaction: Option<bool>,
    /// How to answer it in the server's place; `None`: nobody answers it.
    pub(super) reply_to: Option<ReplyTo>,
    /// Reads its answer.
    pub(super) answer: Answering,
}

/// What both directions know of the conversation.
#[derive(Debug, Default)]
pub(super) struct Said {
    /// The server has spoken since the client began its last burst.
    server_spoke: Cell<bool>,
    /// It is not understood: encrypted, compressed, something else.
    opaque: Cell<bool>,
    /// A MySQL client that asks for TLS gets it, and is understood all the same.
    upgrades: bool,
    mysql: RefCell<MysqlSession>,
}

impl Said {
    /// Nothing yet. `upgrades`: a MySQL client that asks for TLS gets it.
    pub(super) fn new(upgrades: bool) -> Self {
        Self {
            upgrades,
            ..Self::default()
        }
    }

    /// From now on it is bytes.
    pub(super) fn opaque(&self) {
        self.opaque.set(true);
    }

    pub(super) const fn is_opaque(&self) -> bool {
        self.opaque.get()
    }

    /// The server has said this while no exchange waits for an answer.
    pub(super) fn server_spoke(&self, bytes: &[u8]) {
        self.mysql.borrow_mut().greeted(bytes);
    }

    /// The server has said something.
    pub(super) fn note_server(&self) {
        self.server_spoke.set(true);
    }
}

/// Finds exchanges in what the client says.
#[derive(Debug)]
pub(super) enum Requests {
    Bursts(Bursts),
    Http(HttpRequests),
    Mysql(MysqlCommands),
}

impl Requests {
    pub(super) fn new(protocol: ProxyProtocol) -> Self {
        match protocol {
            ProxyProtocol::Tcp => Self::Bursts(Bursts::default()),
            ProxyProtocol::Http => Self::Http(HttpRequests::new()),
            ProxyProtocol::Mysql => Self::Mysql(MysqlCommands::default()),
        }
    }

    /// Takes the client's next bytes.
    pub(super) fn hear(&mut self, bytes: Vec<u8>, said: &Said, out: &mut Vec<Heard>) {
        let unknown = match self {
            Self::Bursts(bursts) => return bursts.hear(bytes, said, out),
            Self::Http(requests) if said.is_opaque() => [requests.held(), bytes].concat(),
            Self::Mysql(commands) if said.is_opaque() => [commands.held(), bytes].concat(),
            Self::Http(requests) => requests.hear(bytes, said, out),
            Self::Mysql(commands) => commands.hear(&bytes, said, out),
        };
        if said.is_opaque() {
            let mut bursts = Bursts::default();
            bursts.hear(unknown, said, out);
            *self = Self::Bursts(bursts);
        }
    }

    /// The client says nothing more: what was held until it would make sense.
    pub(super) fn end(&mut self) -> Vec<u8> {
        match self {
            Self::Bursts(_) => Vec::new(),
            Self::Http(requests) => requests.held(),
            Self::Mysql(commands) => commands.held(),
        }
    }
}

/// Finds the end of an answer in what the server says.
#[derive(Debug)]
pub(super) enum Answering {
    /// It ends when the client speaks again.
    Burst(burst::BurstAnswer),
    Http(Box<HttpAnswer>),
    Mysql(Box<MysqlAnswer>),
}

impl Answering {
    /// Takes bytes of the answer off the front of `input` and passes them on, changed as the faults want it.
    pub(super) fn take(
        &mut self,
        input: &mut &[u8],
        changes: &AnswerChanges,
        said: &Said,
        out: &mut Altered,
    ) -> Verdict {
        match self {
            Self::Burst(answer) => answer.take(input, changes, out),
            Self::Http(answer) => answer.take(input, changes, out),
            Self::Mysql(answer) => answer.take(input, changes, &mut said.mysql.borrow_mut(), out),
        }
    }

    /// The answer to a command of the proxy's own.
    pub(super) fn own_command(payload: &[u8], said: &Said) -> Self {
        let dialect = said.mysql.borrow().dialect;
        Self::Mysql(Box::new(MysqlAnswer::new(payload, &dialect, None)))
    }

    /// Whether it ends only when the client speaks again.
    pub(super) const fn is_burst(&self) -> bool {
        matches!(self, Self::Burst(_))
    }
}
