//! What passing bytes mean: where exchanges begin, what they ask for, where their answers end. Sans-I/O; what
//! is not understood is bytes.

mod alter;
mod burst;
mod commands;
mod framer;
mod http_answer;
mod http_requests;
mod line_answer;
mod memcached_commands;
mod mysql_answer;
mod mysql_commands;
mod mysql_session;
mod redis_commands;
mod reply;
mod smtp_commands;
mod uneven_tls;

use std::cell::{Cell, RefCell};

use crate::SpokenProtocol;

use super::ProxyProtocol;
use super::luck::Moment;
use super::tls::Upgrade;
use crate::turn::AnswerChanges;

use burst::Bursts;
use commands::Commands;
use http_answer::HttpAnswer;
use http_requests::HttpRequests;
use line_answer::LineAnswer;
use memcached_commands::Memcached;
use mysql_answer::MysqlAnswer;
use mysql_commands::MysqlCommands;
use mysql_session::MysqlSession;
use redis_commands::Redis;
use smtp_commands::Smtp;

pub(super) use alter::{Altered, Verdict};
pub(super) use reply::{ReplyTo, greeting_error, smtp_line};

/// What the client's bytes are, in order.
pub(super) enum Heard {
    /// An exchange begins; the bytes that follow are its request.
    Begin(Box<Asked>),
    /// Bytes of the exchange that began last.
    Bytes(Vec<u8>),
    /// The client has asked for TLS and gets it.
    Tls {
        /// What it has said of it already.
        ahead: Vec<u8>,
        /// On the other side it begins, too.
        behind: bool,
    },
    /// TLS begins on the other side alone.
    TlsBehind,
}

impl Heard {
    /// Whether what the client said only asks for TLS.
    pub(super) const fn is_tls(&self) -> bool {
        matches!(self, Self::Tls { .. })
    }
}

/// What an exchange asks for.
pub(super) struct Asked {
    pub(super) moment: Moment,
    pub(super) protocol: Option<SpokenProtocol>,
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
    /// MySQL: how it changes to TLS and is understood all the same.
    upgrade: Upgrade,
    mysql: RefCell<MysqlSession>,
    /// SMTP: what the client says next, by the server's last word.
    smtp: Cell<reprise_wire::smtp::Kind>,
}

impl Said {
    /// Nothing yet.
    pub(super) fn new(upgrade: Upgrade) -> Self {
        Self {
            upgrade,
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

    /// The server has said this while no exchange waits for an answer; what the client is told of it now.
    pub(super) fn server_spoke(&self, bytes: &[u8]) -> Vec<u8> {
        self.mysql.borrow_mut().greeted(bytes, self.upgrade)
    }

    /// The server says nothing more: what was held until it would make sense.
    pub(super) fn server_ended(&self) -> Vec<u8> {
        self.mysql.borrow_mut().held_greeting(self.upgrade)
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
    Redis(Commands<Redis>),
    Memcached(Commands<Memcached>),
    Smtp(Commands<Smtp>),
}

impl Requests {
    pub(super) fn new(protocol: ProxyProtocol) -> Self {
        match protocol {
            ProxyProtocol::Tcp => Self::Bursts(Bursts::default()),
            ProxyProtocol::Http => Self::Http(HttpRequests::new()),
            ProxyProtocol::Mysql => Self::Mysql(MysqlCommands::default()),
            ProxyProtocol::Redis => Self::Redis(Commands::default()),
            ProxyProtocol::Memcached => Self::Memcached(Commands::default()),
            ProxyProtocol::Smtp => Self::Smtp(Commands::default()),
        }
    }

    /// Takes the client's next bytes.
    pub(super) fn hear(&mut self, bytes: Vec<u8>, said: &Said, out: &mut Vec<Heard>) {
        let unknown = match self {
            Self::Bursts(bursts) => return bursts.hear(bytes, said, out),
            _ if said.is_opaque() => [self.end(), bytes].concat(),
            Self::Http(requests) => requests.hear(bytes, said, out),
            Self::Mysql(commands) => commands.hear(&bytes, said, out),
            Self::Redis(commands) => commands.hear(bytes, said, out),
            Self::Memcached(commands) => commands.hear(bytes, said, out),
            Self::Smtp(commands) => commands.hear(bytes, said, out),
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
            Self::Redis(commands) => commands.held(),
            Self::Memcached(commands) => commands.held(),
            Self::Smtp(commands) => commands.held(),
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
    Line(Box<LineAnswer>),
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
            Self::Line(answer) => answer.take(input, changes, said, out),
        }
    }

    /// The answer to a command of the proxy's own, said in place of what `reply_to` answers.
    pub(super) fn own_command(reply_to: ReplyTo, command: &[u8], said: &Said) -> Self {
        if matches!(reply_to, ReplyTo::Redis { .. }) {
            return Self::Line(Box::new(LineAnswer::redis()));
        }
        let payload = command.get(4..).unwrap_or_default();
        let dialect = said.mysql.borrow().dialect;
        Self::Mysql(Box::new(MysqlAnswer::new(payload, &dialect, None)))
    }

    /// Whether it ends only when the client speaks again.
    pub(super) const fn is_burst(&self) -> bool {
        matches!(self, Self::Burst(_))
    }
}
