//! A recording's HTTP exchanges as GoReplay keeps them: each request, then its answer.

use std::io::{self, Write};

use reprise_wire::{Protocol, Timestamp};

use super::SEPARATOR;
use super::id::Id;
use crate::formats::{ExchangeWriter, Exported, Written};

/// Writes records.
#[derive(Debug, Default)]
pub(crate) struct GorWriter;

impl ExchangeWriter for GorWriter {
    fn exchange(&mut self, out: &mut dyn Write, exchange: &Exported<'_>) -> io::Result<Written> {
        let row = exchange.row;
        if row.protocol != Protocol::Http {
            return Ok(Written::No("MySQL exchanges (GoReplay knows HTTP only)"));
        }
        let Some(request) = exchange.request else {
            return Ok(Written::No("exchanges without a request"));
        };
        let connection = exchange.connection;
        let id = Id {
            client: connection.client,
            server_port: connection.server.port(),
            number: row.id.0,
        };
        let id = id.digits();
        let sent = [exchange.at(0), exchange.at(row.request_last_us)];
        record(out, '1', &id, sent, request)?;
        if let (Some(response), Some(first)) = (exchange.response, row.response_first_us) {
            let last = row.response_last_us.unwrap_or(first);
            record(
                out,
                '2',
                &id,
                [exchange.at(first), exchange.at(last)],
                response,
            )?;
        }
        Ok(Written::Yes)
    }
}

fn record(
    out: &mut dyn Write,
    kind: char,
    id: &str,
    [first, last]: [Timestamp; 2],
    bytes: &[u8],
) -> io::Result<()> {
    let (at, took) = (first.nanos(), last.nanos().saturating_sub(first.nanos()));
    writeln!(out, "{kind} {id} {at} {took}")?;
    out.write_all(bytes)?;
    out.write_all(SEPARATOR)
}
