//! `error`: an answer in the server's place; the request never reaches it. Vaurien's and Envoy's abort, but
//! with the status, the MySQL error or the line that is wanted.

mod fields;

use crate::SpokenProtocol;

use super::Acts;
use crate::FaultError;
use crate::draw::Dice;
use crate::options::{Options, Written};
use crate::sqlstate;
use crate::turn::{Ending, Turn};

pub use fields::Fields;

/// The answer a fault gives instead of the server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Injected {
    /// An HTTP answer.
    Http {
        /// Its status, 200 to 599.
        status: u16,
        /// Its body; `None`: the status in words.
        body: Option<String>,
        /// Its header fields besides those that say how long it is.
        headers: Fields,
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

/// Whether an answer of this status has no body, RFC 9110 sections 15.3.5, 15.3.6 and 15.4.5.
pub(crate) const fn has_no_body(status: u16) -> bool {
    matches!(status, 204 | 205 | 304)
}

/// How `headers` is written.
const HEADERS: &str = "header fields, as in headers=\"Retry-After: 30 | X-Cause: test\"; Content-Length, Transfer-Encoding and \
                       Connection are the answer's own";

/// What an error may be.
const ONE_OF: &str = "one of status, as in error(status=503), code, as in error(code=1213), and reply, as in \
                      error(reply=\"-LOADING\"); body and headers go with status, sqlstate and message with code";

impl Acts for Injected {
    const NAME: &'static str = "error";
    const OPTIONS: &'static str = "status, body and headers (HTTP), code, sqlstate and message (MySQL), or reply (Redis, memcached, SMTP)";

    fn read(options: &mut Options) -> Result<Self, FaultError> {
        let status = options.number("status", 200..=599, "an HTTP status, 200 to 599")?;
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
        if let (Some(status), Some(body)) = (status, &body)
            && has_no_body(status as u16)
        {
            return Err(FaultError::BadValue {
                option: "body".to_owned(),
                value: body.clone(),
                allowed: "nothing with a status of 204, 205 or 304, whose answers have no body",
            });
        }
        let headers = options.value("headers", HEADERS, Fields::read)?;
        let of_http = body.is_some() || headers.is_some();
        let of_mysql = state.is_some() || message.is_some();
        match (status, code) {
            (None, None) if !of_http && !of_mysql => Ok(Self::Line { reply }),
            _ if reply.is_some() => Err(options.missing(ONE_OF)),
            (Some(status), None) if !of_mysql => Ok(Self::Http {
                status: status as u16,
                body,
                headers: headers.unwrap_or_default(),
            }),
            (None, Some(code)) if !of_http => {
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
            Self::Http {
                status,
                body,
                headers,
            } => {
                out.put("status", status);
                if let Some(body) = body {
                    out.put_text("body", body);
                }
                if !headers.is_empty() {
                    out.put_text("headers", &headers.to_string());
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
        match self {
            Self::Line { .. } => Some(
                "answers in Redis, memcached or SMTP, which are not replayed: give it a status or a code, or put it into \
                 a `reprise proxy`",
            ),
            Self::Http { status: ..=399, .. } => Some(
                "answers as if all were well, which a replay would count as the target's: give it a status from 400, or \
                 put it into a `reprise proxy`",
            ),
            Self::Http { .. } | Self::Mysql { .. } => None,
        }
    }

    fn strike(&self, turn: &mut Turn, _dice: Dice<'_>) {
        turn.ending = Some(Ending::Answer(self.clone()));
    }
}
