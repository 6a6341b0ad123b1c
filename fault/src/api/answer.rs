//! What is answered: a status with a JSON value, a text, or nothing.

use serde_json::{Value, json};

/// The status of an answer without a body (RFC 9110 section 15.3.5).
const NO_CONTENT: u16 = 204;

/// An answer.
#[derive(Debug, PartialEq, Eq)]
pub struct Answer {
    status: u16,
    media_type: &'static str,
    body: String,
}

impl Answer {
    /// A JSON value, a line of its own.
    pub fn json(status: u16, value: &Value) -> Self {
        Self {
            status,
            media_type: "application/json",
            body: format!("{value}\n"),
        }
    }

    /// A JSON value, with the status that all is well.
    pub fn ok(value: &Value) -> Self {
        Self::json(200, value)
    }

    /// A text of this media type (RFC 9110 section 8.3.1).
    pub const fn text(media_type: &'static str, body: String) -> Self {
        Self {
            status: 200,
            media_type,
            body,
        }
    }

    /// That it is done, and nothing is left to say.
    pub const fn done() -> Self {
        Self {
            status: NO_CONTENT,
            media_type: "",
            body: String::new(),
        }
    }

    /// Why it is refused: `{"error": "..."}`.
    pub fn error(status: u16, why: impl ToString) -> Self {
        Self::json(status, &json!({ "error": why.to_string() }))
    }

    /// As it is sent; `closes` says that no other follows on its connection, `is_for_head` leaves the body out
    /// (RFC 9110 section 9.3.2).
    pub(super) fn written(&self, closes: bool, is_for_head: bool) -> Vec<u8> {
        let reason = match self.status {
            200 => "OK",
            201 => "Created",
            NO_CONTENT => "No Content",
            401 => "Unauthorized",
            403 => "Forbidden",
            404 => "Not Found",
            405 => "Method Not Allowed",
            409 => "Conflict",
            413 => "Content Too Large",
            500 => "Internal Server Error",
            _ => "Bad Request",
        };
        let (status, media_type, length) = (self.status, self.media_type, self.body.len());
        let mut answer = format!("HTTP/1.1 {status} {reason}\r\n");
        if status != NO_CONTENT {
            answer += &format!("Content-Type: {media_type}\r\nContent-Length: {length}\r\n");
        }
        answer += if closes {
            "Connection: close\r\n\r\n"
        } else {
            "\r\n"
        };
        answer += if is_for_head { "" } else { &self.body };
        answer.into_bytes()
    }
}
