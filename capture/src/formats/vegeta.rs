//! Vegeta's JSON targets: one object a line, read by `vegeta attack -format=json`.
//! Source: vegeta, `lib/target.schema.json`.

use std::io::{self, Write};

use reprise_wire::Protocol;
use reprise_wire::http::{Message, StartLine};
use serde_json::{Map, Value, json};

use super::{ExchangeWriter, Exported, Written, base64, url};

/// Writes targets.
#[derive(Debug, Default)]
pub(crate) struct VegetaWriter;

impl ExchangeWriter for VegetaWriter {
    fn exchange(&mut self, out: &mut dyn Write, exchange: &Exported<'_>) -> io::Result<Written> {
        if exchange.row.protocol != Protocol::Http {
            return Ok(Written::No("MySQL exchanges (vegeta knows HTTP only)"));
        }
        if exchange.request_is_cut() {
            return Ok(Written::No("exchanges whose request is not whole"));
        }
        let request = exchange
            .request
            .and_then(|bytes| Message::parse(bytes).ok());
        let Some(target) = request.and_then(|request| target(exchange, &request)) else {
            return Ok(Written::No("exchanges without a request"));
        };
        serde_json::to_writer(&mut *out, &target)?;
        out.write_all(b"\n")?;
        Ok(Written::Yes)
    }
}

fn target(exchange: &Exported<'_>, request: &Message<'_>) -> Option<Value> {
    let StartLine::Request { method, target, .. } = &request.start else {
        return None;
    };
    let mut object = Map::new();
    object.insert("method".to_owned(), String::from_utf8_lossy(method).into());
    let url = url::absolute(exchange, request, target);
    object.insert("url".to_owned(), url.into());
    if !request.body.is_empty() {
        object.insert("body".to_owned(), base64::encode(&request.body).into());
    }
    let mut header: Map<String, Value> = Map::new();
    for field in &request.headers {
        // Vegeta frames bodies itself.
        if field.is("Content-Length") || field.is("Transfer-Encoding") {
            continue;
        }
        let name = String::from_utf8_lossy(&field.name).into_owned();
        let value = String::from_utf8_lossy(&field.value).into_owned();
        let values = header.entry(name).or_insert_with(|| json!([]));
        if let Value::Array(values) = values {
            values.push(value.into());
        }
    }
    if !header.is_empty() {
        object.insert("header".to_owned(), header.into());
    }
    Some(object.into())
}
