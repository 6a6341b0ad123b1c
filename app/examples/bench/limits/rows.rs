//! A row for each exchange, as a plain table would have it. The import packs rows in blocks; this is what it
//! is held against.

use std::path::Path;

use reprise_store::{ExchangeRow, Store};
use reprise_wire::Protocol;
use rusqlite::{Statement, params};

use crate::Failure;

pub(super) const TABLE: &str = "CREATE TABLE exchange (recording INTEGER NOT NULL, \
    id INTEGER NOT NULL, connection INTEGER NOT NULL, protocol INTEGER NOT NULL, \
    operation INTEGER NOT NULL, at_us INTEGER NOT NULL, request_last_us INTEGER NOT NULL, \
    response_first_us INTEGER, response_last_us INTEGER, status INTEGER, flags INTEGER NOT NULL, \
    statement INTEGER, request_bytes INTEGER, request_kept INTEGER, request_segment INTEGER, \
    request_offset INTEGER, response_bytes INTEGER, response_kept INTEGER, \
    response_segment INTEGER, response_offset INTEGER, summary TEXT NOT NULL, \
    PRIMARY KEY (recording, id)) STRICT, WITHOUT ROWID";

pub(super) const INSERT: &str = "INSERT INTO exchange VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, \
    ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20, ?21)";

/// The rows of a file's first recording.
pub(super) fn of(file: &Path) -> Result<Vec<ExchangeRow>, Failure> {
    let store = Store::open_existing(file)?;
    let recording = store.recordings()?;
    let recording = recording.first().ok_or("nothing was recorded")?;
    Ok(store
        .all_exchanges(recording.id)
        .collect::<Result<_, _>>()?)
}

pub(super) fn insert(statement: &mut Statement<'_>, row: &ExchangeRow) -> Result<(), Failure> {
    let protocol = match row.protocol {
        Protocol::Http => 1,
        Protocol::Mysql => 2,
    };
    let [request, response] =
        [row.request_bytes, row.response_bytes].map(|bytes| bytes.map(u64::cast_signed));
    // Where bytes lie is the store's own; numbers as large stand for it.
    let segment = row.id.0 / 500;
    let offset = row.id.0 % 500 * 130;
    statement.execute(params![
        1,
        row.id.0,
        row.connection.0,
        protocol,
        row.operation.0,
        row.at_us,
        row.request_last_us,
        row.response_first_us,
        row.response_last_us,
        row.status,
        row.flags.bits(),
        row.statement_id,
        request,
        request,
        request.map(|_| segment),
        request.map(|_| offset),
        response,
        response,
        response.map(|_| segment),
        response.map(|_| offset),
        row.summary,
    ])?;
    Ok(())
}
