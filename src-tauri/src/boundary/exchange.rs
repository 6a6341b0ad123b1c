//! Exchanges: a page of them, and one with its bytes as text.

use reprise_app::answer;
use serde::Serialize;
use specta::Type;
use specta_typescript::Number;

use super::{whole, word};

/// Some exchanges in the order they were seen.
#[derive(Clone, Debug, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ExchangePage {
    lines: Vec<ExchangeLine>,
    /// Where the next page goes on; null when this was the last.
    next: Option<u32>,
}

/// One exchange in a line.
#[derive(Clone, Debug, Serialize, Type)]
#[serde(rename_all = "camelCase")]
struct ExchangeLine {
    id: u32,
    connection: u32,
    protocol: String,
    /// From the start of the recording.
    #[specta(type = Number)]
    at_us: f64,
    operation: String,
    request: String,
    /// HTTP status, MySQL error number or 0; null without an answer.
    status: Option<u16>,
    latency_us: Option<u32>,
    #[specta(type = Number)]
    request_bytes: f64,
    #[specta(type = Number)]
    response_bytes: f64,
    flags: Vec<String>,
}

/// One exchange with its request and answer as text.
#[derive(Clone, Debug, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ExchangeDetail {
    line: ExchangeLine,
    client: String,
    server: String,
    request: Option<String>,
    response: Option<String>,
}

impl ExchangePage {
    /// A page that was asked to hold at most `limit`.
    pub(crate) fn new(answers: Vec<answer::ExchangeAnswer>, limit: usize) -> Self {
        let next = answers
            .last()
            .filter(|_| answers.len() >= limit)
            .map(|last| last.id);
        Self {
            lines: answers.into_iter().map(ExchangeLine::from).collect(),
            next,
        }
    }
}

impl From<answer::ExchangeAnswer> for ExchangeLine {
    fn from(answer: answer::ExchangeAnswer) -> Self {
        Self {
            id: answer.id,
            connection: answer.connection,
            protocol: word(&answer.protocol),
            at_us: answer.at_us as f64,
            operation: answer.operation,
            request: answer.request,
            status: answer.status,
            latency_us: answer.latency_us.map(whole),
            request_bytes: answer.request_bytes as f64,
            response_bytes: answer.response_bytes as f64,
            flags: answer.flags,
        }
    }
}

impl From<answer::ExchangeDetail> for ExchangeDetail {
    fn from(detail: answer::ExchangeDetail) -> Self {
        Self {
            line: detail.exchange.into(),
            client: detail.client,
            server: detail.server,
            request: detail.request,
            response: detail.response,
        }
    }
}
