//! Exchanges as the table lists them, and those of one connection.

use reprise_app::answer::ListedExchange;
use reprise_app::{Close, ListingPage, ListingQuery, RecordedConnection, SortBy, SortOrder};
use serde::{Deserialize, Serialize};
use specta::Type;
use specta_typescript::Number;

use super::{whole, word};

/// Which exchanges are listed, and in which order.
#[derive(Clone, Debug, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ListingForm {
    /// In the filter language; empty for all.
    filter: String,
    sort: SortColumn,
    descending: bool,
}

/// What exchanges can be sorted by.
#[derive(Clone, Copy, Debug, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
enum SortColumn {
    Number,
    At,
    Connection,
    Protocol,
    Operation,
    Status,
    Latency,
    FirstByte,
    RequestBytes,
    ResponseBytes,
}

/// Some exchanges of a listing.
#[derive(Clone, Debug, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ExchangePage {
    lines: Vec<ExchangeLine>,
    /// How many the listing has, as far as the recording was looked through.
    total: u32,
    /// How many exchanges were looked at.
    looked_at: u32,
    /// Whether all were looked at.
    complete: bool,
    /// The place of the exchange that was asked for.
    place: Option<u32>,
}

/// One exchange in a line.
#[derive(Clone, Debug, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ExchangeLine {
    id: u32,
    connection: u32,
    client: String,
    server: String,
    protocol: String,
    /// From the start of the recording.
    #[specta(type = Number)]
    at_us: f64,
    operation: String,
    request: String,
    /// HTTP status, MySQL error number or 0; null without an answer.
    status: Option<u16>,
    latency_us: Option<u32>,
    first_byte_us: Option<u32>,
    #[specta(type = Number)]
    request_bytes: f64,
    #[specta(type = Number)]
    response_bytes: f64,
    flags: Vec<String>,
}

/// A value that a filter can ask for, and how many exchanges have it.
#[derive(Clone, Debug, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub(crate) struct FilterValue {
    key: &'static str,
    value: String,
    count: u32,
}

/// Some exchanges of a connection.
#[derive(Clone, Debug, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ConnectionPage {
    /// When it opened, from the start of the recording.
    #[specta(type = Option<Number>)]
    opened_us: Option<f64>,
    #[specta(type = Option<Number>)]
    closed_us: Option<f64>,
    /// How it ended, in words; null when that was not seen.
    close: Option<String>,
    /// Whether it was open before the capture began.
    midstream: bool,
    lines: Vec<ExchangeLine>,
    total: u32,
    /// The place of the exchange that was asked for.
    place: Option<u32>,
}

impl From<ListingForm> for ListingQuery {
    fn from(form: ListingForm) -> Self {
        let by = match form.sort {
            SortColumn::Number => SortBy::Number,
            SortColumn::At => SortBy::At,
            SortColumn::Connection => SortBy::Connection,
            SortColumn::Protocol => SortBy::Protocol,
            SortColumn::Operation => SortBy::Operation,
            SortColumn::Status => SortBy::Status,
            SortColumn::Latency => SortBy::Latency,
            SortColumn::FirstByte => SortBy::FirstByte,
            SortColumn::RequestBytes => SortBy::RequestBytes,
            SortColumn::ResponseBytes => SortBy::ResponseBytes,
        };
        Self {
            filter: form.filter,
            order: SortOrder {
                by,
                descending: form.descending,
            },
        }
    }
}

impl From<reprise_app::FilterValue> for FilterValue {
    fn from(value: reprise_app::FilterValue) -> Self {
        Self {
            key: value.key,
            value: value.value,
            count: whole(value.count),
        }
    }
}

impl ExchangePage {
    /// A page, with the place of an exchange.
    pub(crate) fn new(page: ListingPage, place: Option<u32>) -> Self {
        Self {
            lines: page.exchanges.into_iter().map(ExchangeLine::from).collect(),
            total: page.total,
            looked_at: page.looked_at,
            complete: page.complete,
            place,
        }
    }
}

impl ConnectionPage {
    /// Some of a connection's exchanges, of so many.
    pub(crate) fn new(
        connection: Option<RecordedConnection>,
        exchanges: Vec<ListedExchange>,
        total: usize,
        place: Option<usize>,
    ) -> Self {
        let known = connection.as_ref();
        Self {
            opened_us: known.map(|one| one.opened_us as f64),
            closed_us: known.and_then(|one| one.closed_us).map(|us| us as f64),
            close: known
                .and_then(|one| one.close)
                .map(|close| ending(close).to_owned()),
            midstream: known.is_some_and(|one| one.midstream),
            lines: exchanges.into_iter().map(ExchangeLine::from).collect(),
            total: whole(total as u64),
            place: place.map(|place| whole(place as u64)),
        }
    }
}

/// How a connection ended, in words.
const fn ending(close: Close) -> &'static str {
    match close {
        Close::Fin => "closed",
        Close::Reset => "reset",
        Close::Evicted => "no longer followed",
        Close::CaptureEnd => "still open at the end",
    }
}

impl From<ListedExchange> for ExchangeLine {
    fn from(listed: ListedExchange) -> Self {
        let exchange = listed.exchange;
        Self {
            id: exchange.id,
            connection: exchange.connection,
            client: listed.client,
            server: listed.server,
            protocol: word(&exchange.protocol),
            at_us: exchange.at_us as f64,
            operation: exchange.operation,
            request: exchange.request,
            status: exchange.status,
            latency_us: exchange.latency_us.map(whole),
            first_byte_us: listed.first_byte_us.map(whole),
            request_bytes: exchange.request_bytes as f64,
            response_bytes: exchange.response_bytes as f64,
            flags: exchange.flags,
        }
    }
}
