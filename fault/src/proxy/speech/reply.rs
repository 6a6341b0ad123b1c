//! Answers in the server's place, as a server would give them.

use reprise_wire::mysql::{ErrPacket, write_packet};

use crate::behaviour::has_no_body;
use crate::{Fields, Injected};

/// How an exchange is answered in the server's place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::proxy) enum ReplyTo {
    /// An HTTP request.
    Http {
        /// Its answer has no body.
        is_head: bool,
        /// The connection is of no use after it.
        closes: bool,
    },
    /// A MySQL command, or a login.
    Mysql {
        /// The number of its last packet.
        sequence: u8,
        /// It is a login: the server closes after refusing it.
        is_login: bool,
        /// COM_QUERY begins with attributes on this connection.
        query_attributes: bool,
        /// A transaction is open.
        in_transaction: bool,
    },
    /// A Redis command.
    Redis {
        /// Commands are being queued, since MULTI.
        in_transaction: bool,
    },
    /// A memcached command.
    Memcached,
    /// An SMTP command, or a message.
    Smtp {
        /// It is a message, of which the server does not hear: the two no longer agree on what comes next.
        is_message: bool,
    },
}

/// What is said in the server's place.
#[derive(Debug, PartialEq, Eq)]
pub(in crate::proxy) struct Answer {
    pub(in crate::proxy) bytes: Vec<u8>,
    /// The server closes the connection after it.
    pub(in crate::proxy) closes: bool,
    /// What the server is told first, so that it has done what the answer says.
    pub(in crate::proxy) tell_server: Option<Vec<u8>>,
}

impl ReplyTo {
    /// The answer a fault gives; `None` when it is of the other protocol.
    pub(in crate::proxy) fn answer(self, injected: &Injected) -> Option<Answer> {
        match (self, injected) {
            (
                Self::Http { is_head, closes },
                Injected::Http {
                    status,
                    body,
                    headers,
                },
            ) => {
                let bytes = http((*status, body.as_deref(), headers), is_head, closes);
                Some(Answer {
                    bytes,
                    closes,
                    tell_server: None,
                })
            }
            (
                Self::Mysql {
                    sequence,
                    is_login,
                    query_attributes,
                    in_transaction,
                },
                Injected::Mysql {
                    code,
                    sqlstate,
                    message,
                },
            ) => Some(Answer {
                bytes: error(sequence.wrapping_add(1), *code, Some(*sqlstate), message),
                closes: is_login || ends_connection(*code),
                tell_server: (in_transaction && rolls_back(*code))
                    .then(|| rollback(query_attributes)),
            }),
            (Self::Redis { in_transaction }, Injected::Line { reply }) => Some(Answer {
                bytes: redis_line(reply.as_deref()),
                closes: false,
                // a server that refuses to queue a command refuses the EXEC, too: it is told one it does not know
                tell_server: in_transaction.then(|| NO_REDIS_COMMAND.to_vec()),
            }),
            (Self::Memcached, Injected::Line { reply }) => Some(Answer {
                bytes: memcached_line(reply.as_deref()),
                closes: false,
                tell_server: None,
            }),
            (Self::Smtp { is_message }, Injected::Line { reply }) => {
                let bytes = smtp_line(reply.as_deref());
                Some(Answer {
                    closes: is_message || bytes.starts_with(b"421"),
                    bytes,
                    tell_server: None,
                })
            }
            _ => None,
        }
    }
}

/// A command that no Redis server knows.
const NO_REDIS_COMMAND: &[u8] = b"*1\r\n$16\r\nREPRISE.INJECTED\r\n";

/// A Redis error: `-ERR ...`.
fn redis_line(reply: Option<&str>) -> Vec<u8> {
    let reply = reply.unwrap_or("-ERR injected fault");
    let dash = if reply.starts_with('-') { "" } else { "-" };
    format!("{dash}{reply}\r\n").into_bytes()
}

/// A memcached error: `SERVER_ERROR ...`, unless it is one of the others.
fn memcached_line(reply: Option<&str>) -> Vec<u8> {
    let reply = reply.unwrap_or("SERVER_ERROR out of memory storing object");
    let is_error = ["ERROR", "CLIENT_ERROR ", "SERVER_ERROR "]
        .iter()
        .any(|error| reply.starts_with(error));
    let error = if is_error { "" } else { "SERVER_ERROR " };
    format!("{error}{reply}\r\n").into_bytes()
}

/// An SMTP error: what begins with a code as it is, anything else with 421 (RFC 5321 section 3.8), after which the
/// server closes.
pub(in crate::proxy) fn smtp_line(reply: Option<&str>) -> Vec<u8> {
    let reply = reply.unwrap_or("421 4.3.2 Service not available, closing transmission channel");
    let has_code = reply.len() >= 3
        && reply.bytes().take(3).all(|byte| byte.is_ascii_digit())
        && reply.as_bytes().get(3).is_none_or(|byte| *byte == b' ');
    let code = if has_code { "" } else { "421 " };
    format!("{code}{reply}\r\n").into_bytes()
}

/// The ERR packet in place of a greeting: capabilities are not known yet, so it has no SQLSTATE.
pub(in crate::proxy) fn greeting_error(code: u16, message: &str) -> Vec<u8> {
    error(0, code, None, message)
}

fn error(mut sequence: u8, code: u16, sql_state: Option<[u8; 5]>, message: &str) -> Vec<u8> {
    let packet = ErrPacket {
        code,
        sql_state,
        message: message.as_bytes().to_vec(),
    };
    let mut out = Vec::new();
    write_packet(&mut out, &mut sequence, &packet.encode());
    out
}

/// Whether a server that answers so has rolled the whole transaction back: a deadlock, a certification that
/// failed. Not 1205, which by default undoes the statement alone.
const fn rolls_back(code: u16) -> bool {
    matches!(code, 1213 | 3101)
}

/// Whether a server that answers so closes the connection: it shuts down, or the connection was killed.
const fn ends_connection(code: u16) -> bool {
    matches!(code, 1053 | 1152 | 1927)
}

fn rollback(query_attributes: bool) -> Vec<u8> {
    let attributes: &[u8] = if query_attributes { &[0, 1] } else { &[] };
    let payload = [&[3], attributes, b"ROLLBACK"].concat();
    let mut out = Vec::new();
    write_packet(&mut out, &mut 0, &payload);
    out
}

fn http(
    (status, body, headers): (u16, Option<&str>, &Fields),
    is_head: bool,
    closes: bool,
) -> Vec<u8> {
    let reason = reason(status);
    let connection = if closes { "Connection: close\r\n" } else { "" };
    let given: String = headers.lines().map(|line| format!("{line}\r\n")).collect();
    if has_no_body(status) {
        // a length is not to be said where there can be no body, RFC 9110 section 8.6; 205 says that it has none
        let length = if status == 205 {
            "Content-Length: 0\r\n"
        } else {
            ""
        };
        return format!("HTTP/1.1 {status} {reason}\r\n{given}{length}{connection}\r\n")
            .into_bytes();
    }
    let usual = format!("{status} {reason}\n");
    let body = body.unwrap_or(&usual);
    let kind = match headers.has("Content-Type") {
        true => "",
        false => "Content-Type: text/plain\r\n",
    };
    let mut answer = format!(
        "HTTP/1.1 {status} {reason}\r\n{given}{kind}Content-Length: {}\r\n{connection}\r\n",
        body.len()
    );
    if !is_head {
        answer.push_str(body);
    }
    answer.into_bytes()
}

/// What a status means, in words. RFC 9110 section 15, RFC 6585.
const fn reason(status: u16) -> &'static str {
    match status {
        200 => "OK",
        201 => "Created",
        202 => "Accepted",
        204 => "No Content",
        205 => "Reset Content",
        206 => "Partial Content",
        301 => "Moved Permanently",
        302 => "Found",
        303 => "See Other",
        304 => "Not Modified",
        307 => "Temporary Redirect",
        308 => "Permanent Redirect",
        400 => "Bad Request",
        401 => "Unauthorized",
        403 => "Forbidden",
        404 => "Not Found",
        405 => "Method Not Allowed",
        408 => "Request Timeout",
        409 => "Conflict",
        410 => "Gone",
        413 => "Content Too Large",
        422 => "Unprocessable Content",
        429 => "Too Many Requests",
        500 => "Internal Server Error",
        501 => "Not Implemented",
        502 => "Bad Gateway",
        503 => "Service Unavailable",
        504 => "Gateway Timeout",
        507 => "Insufficient Storage",
        _ if status < 300 => "Success",
        _ if status < 400 => "Redirection",
        _ if status < 500 => "Client Error",
        _ => "Server Error",
    }
}
