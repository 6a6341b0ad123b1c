//! `error`: an answer in the server's place; the request never reaches it. Vaurien's and Envoy's abort, but
//! with the status, the MySQL error or the line that is wanted.

use crate::SpokenProtocol;

use super::Acts;
use crate::FaultError;
use crate::draw::Dice;
use crate::options::{Options, Written};
use crate::sqlstate;
use crate::turn::{Ending, Turn};

/// The answer a fault gives instead of the server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Injected {
    /// An HTTP answer.
    Http {
        /// Its status, 400 to 599.
        status: u16,
        /// Its body; `None`: the status in words.
        body: Option<String>,
    },
    /// A MySQL ERR packet.
    Mysql {
        /// The error number, 1 to 65535.
        code: u16,
        /// The five-character SQLSTATE.
        sqlstate: [u8; 5],
        /// The message text.
        message: String,
    },
    /// A line of a protocol of lines: Redis, memcached, SMTP.
    Line {
        /// What it says, without its end; `None`: what a server of the protocol says most often.
        reply: Option<String>,
    },
}

impl Injected {
    /// The status a sample keeps: the HTTP status or the MySQL error number; 0 of what no replay sends.
    pub const fn status(&self) -> u16 {
        match self {
            Self::Line { .. } => 0,
            Self::Http { status, .. } => *status,
            Self::Mysql { code, .. } => *code,
        }
    }
}

/// Whether a server gives this error in place of its greeting: the client has not even logged in.
pub(crate) const fn is_before_greeting(code: u16) -> bool {
    // too many connections; host unknown, blocked, not allowed
    matches!(code, 1040 | 1042 | 1129 | 1130)
}

/// What an error may be.
const ONE_OF: &str = "one of status, as in error(status=503), code, as in error(code=1213), and reply, as in \
                      error(reply=\"-LOADING\"); body goes with status, sqlstate and message with code";

impl Acts for Injected {
    const NAME: &'static str = "error";
    const OPTIONS: &'static str = "status and body (HTTP), code, sqlstate and message (MySQL), or reply (Redis, memcached, SMTP)";

    fn read(options: &mut Options) -> Result<Self, FaultError> {
        let status = options.number("status", 400..=599, "an HTTP status, 400 to 599")?;
        let code = options.number("code", 1..=65_535, "a MySQL error number, 1 to 65535")?;
        let state = options.value("sqlstate", "five letters or digits, as in 40001", |text| {
            let state = <[u8; 5]>::try_from(text.as_bytes()).ok();
            state.filter(|state| state.iter().all(u8::is_ascii_alphanumeric))
        })?;
        let reply = options.value("reply", "one line of text", |text| {
            let is_line = !text.is_empty() && !text.contains(char::is_control);
            is_line.then(|| text.to_owned())
        })?;
        let (message, body) = (options.text("message"), options.text("body"));
        let of_line = state.is_none() && message.is_none() && body.is_none();
        match (status, code) {
            (None, None) if of_line => Ok(Self::Line { reply }),
            _ if reply.is_some() => Err(options.missing(ONE_OF)),
            (Some(status), None) if state.is_none() && message.is_none() => Ok(Self::Http {
                status: status as u16,
                body,
            }),
            (None, Some(code)) if body.is_none() => {
                let code = code as u16;
                let (usual_state, usual_message) = sqlstate::of(code);
                Ok(Self::Mysql {
                    code,
                    sqlstate: state.unwrap_or(*usual_state),
                    message: message.unwrap_or_else(|| usual_message.to_owned()),
                })
            }
            _ => Err(options.missing(ONE_OF)),
        }
    }

    fn write(&self, out: &mut Written) {
        match self {
            Self::Line { reply } => {
                if let Some(reply) = reply {
                    out.put_text("reply", reply);
                }
            }
            Self::Http { status, body } => {
                out.put("status", status);
                if let Some(body) = body {
                    out.put_text("body", body);
                }
            }
            Self::Mysql {
                code,
                sqlstate,
                message,
            } => {
                let (usual_state, usual_message) = sqlstate::of(*code);
                out.put("code", code);
                if sqlstate != usual_state {
                    out.put("sqlstate", String::from_utf8_lossy(sqlstate));
                }
                if message != usual_message {
                    out.put_text("message", message);
                }
            }
        }
    }

    fn only_in(&self) -> &'static [SpokenProtocol] {
        match self {
            Self::Http { .. } => &[SpokenProtocol::Http],
            Self::Mysql { .. } => &[SpokenProtocol::Mysql],
            Self::Line { .. } => &[
                SpokenProtocol::Redis,
                SpokenProtocol::Memcached,
                SpokenProtocol::Smtp,
            ],
        }
    }

    fn not_in_replay(&self) -> Option<&'static str> {
        matches!(self, Self::Line { .. }).then_some(
            "answers in Redis, memcached or SMTP, which are not replayed: give it a status or a code, or put it into a \
             `reprise proxy`",
        )
    }

    fn strike(&self, turn: &mut Turn, _dice: Dice<'_>) {
        turn.ending = Some(Ending::Answer(self.clone()));
    }
}
