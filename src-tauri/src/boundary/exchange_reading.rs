//! One exchange taken apart, and pieces of its bytes.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use reprise_app as app;
use serde::{Deserialize, Serialize};
use specta::Type;
use specta_typescript::Number;

use super::exchange::ExchangeLine;
use super::whole;

/// One exchange with its request and answer taken apart.
#[derive(Clone, Debug, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ExchangeDetail {
    line: ExchangeLine,
    /// From the request's first byte to its last.
    request_us: u32,
    request: Option<Side>,
    answer: Option<Side>,
}

/// A request or an answer: one of the three, or none when its bytes do not read as what they should be.
#[derive(Clone, Debug, Serialize, Type)]
#[serde(rename_all = "camelCase")]
struct Side {
    #[specta(type = Number)]
    kept_bytes: f64,
    #[specta(type = Number)]
    wire_bytes: f64,
    http: Option<HttpMessage>,
    command: Option<Command>,
    reply: Option<Reply>,
}

/// A message of HTTP.
#[derive(Clone, Debug, Serialize, Type)]
#[serde(rename_all = "camelCase")]
struct HttpMessage {
    start: String,
    fields: Vec<Field>,
    more_fields: u32,
    media_type: String,
    coding: String,
    /// Of the content, once decoded.
    #[specta(type = Number)]
    content_bytes: f64,
    /// The content, if it is text.
    text: Option<String>,
    /// Whether all of the content is in the text.
    is_whole: bool,
    /// Why the content could not be decoded.
    problem: Option<String>,
}

/// A field of a message.
#[derive(Clone, Debug, Serialize, Type)]
#[serde(rename_all = "camelCase")]
struct Field {
    name: String,
    value: String,
    /// Bytes of the value that are left out.
    cut_bytes: u32,
}

/// A command of MySQL.
#[derive(Clone, Debug, Serialize, Type)]
#[serde(rename_all = "camelCase")]
struct Command {
    name: String,
    sql: Option<String>,
    parameters: Vec<CommandParameter>,
    note: Option<String>,
}

/// A parameter of an execution; without a value it is NULL.
#[derive(Clone, Debug, Serialize, Type)]
#[serde(rename_all = "camelCase")]
struct CommandParameter {
    kind: String,
    value: Option<String>,
}

/// A reply of MySQL.
#[derive(Clone, Debug, Serialize, Type)]
#[serde(rename_all = "camelCase")]
struct Reply {
    results: Vec<ReplyResult>,
    error: Option<String>,
    is_whole: bool,
}

/// Rows, or what a statement did.
#[derive(Clone, Debug, Serialize, Type)]
#[serde(rename_all = "camelCase")]
struct ReplyResult {
    columns: Vec<ReplyColumn>,
    /// A value that is null is NULL.
    rows: Vec<Vec<Option<String>>>,
    /// How many rows there are; more than are here, perhaps.
    row_count: u32,
    done: Option<String>,
}

/// A column of rows.
#[derive(Clone, Debug, Serialize, Type)]
#[serde(rename_all = "camelCase")]
struct ReplyColumn {
    name: String,
    kind: String,
}

/// A side of an exchange.
#[derive(Clone, Copy, Debug, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub(crate) enum SideName {
    Request,
    Answer,
}

/// Some bytes, and how many there are.
#[derive(Clone, Debug, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub(crate) struct PieceOfBytes {
    base64: String,
    total: u32,
}

impl SideName {
    /// Whether it is the answer.
    pub(crate) const fn is_answer(self) -> bool {
        matches!(self, Self::Answer)
    }
}

impl From<app::PieceOfBytes> for PieceOfBytes {
    fn from(piece: app::PieceOfBytes) -> Self {
        Self {
            base64: STANDARD.encode(&piece.bytes),
            total: whole(piece.total),
        }
    }
}

impl From<app::Reading> for ExchangeDetail {
    fn from(reading: app::Reading) -> Self {
        Self {
            line: reading.listed.into(),
            request_us: whole(u64::try_from(reading.request_last_us).unwrap_or(0)),
            request: reading.request.map(Side::from),
            answer: reading.answer.map(Side::from),
        }
    }
}

impl From<app::ExchangeSide> for Side {
    fn from(side: app::ExchangeSide) -> Self {
        let mut shown = Self {
            kept_bytes: side.kept_bytes as f64,
            wire_bytes: side.wire_bytes as f64,
            http: None,
            command: None,
            reply: None,
        };
        match side.kind {
            app::SideKind::Http(message) => shown.http = Some(message.into()),
            app::SideKind::Command(command) => shown.command = Some(command.into()),
            app::SideKind::Reply(reply) => shown.reply = Some(reply.into()),
            app::SideKind::Unreadable => {}
        }
        shown
    }
}

impl From<app::HttpMessage> for HttpMessage {
    fn from(message: app::HttpMessage) -> Self {
        let content = message.content;
        let fields = message.fields.into_iter().map(|field| Field {
            name: field.name,
            value: field.value,
            cut_bytes: whole(field.cut_bytes),
        });
        Self {
            start: message.start,
            fields: fields.collect(),
            more_fields: whole(message.more_fields),
            media_type: content.media_type,
            coding: content.coding,
            content_bytes: content.bytes as f64,
            text: content.text,
            is_whole: content.is_whole,
            problem: content.problem,
        }
    }
}

impl From<app::Command> for Command {
    fn from(command: app::Command) -> Self {
        let parameters = command.parameters.into_iter().map(|one| CommandParameter {
            kind: one.kind,
            value: one.value,
        });
        Self {
            name: command.name,
            sql: command.sql,
            parameters: parameters.collect(),
            note: command.note,
        }
    }
}

impl From<app::Reply> for Reply {
    fn from(reply: app::Reply) -> Self {
        let results = reply.results.into_iter().map(|result| ReplyResult {
            columns: result
                .columns
                .into_iter()
                .map(|column| ReplyColumn {
                    name: column.name,
                    kind: column.kind,
                })
                .collect(),
            rows: result.rows,
            row_count: whole(result.row_count),
            done: result.done,
        });
        Self {
            results: results.collect(),
            error: reply.error,
            is_whole: reply.is_whole,
        }
    }
}
