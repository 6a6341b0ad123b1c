//! Requests as commands for a POSIX shell with curl: what a person sends again by hand.
//!
//! Bodies that are text stand in quotes; binary and long ones come in base64 through a here-document, because
//! neither a shell's words nor its arguments hold every byte or any length.

use std::io::{self, Write};

use reprise_wire::Protocol;
use reprise_wire::http::{Field, Message, StartLine};

use super::{ExchangeWriter, Exported, Written, base64, url};

/// Longer bodies do not go into an argument: Linux allows 128 KiB.
const LONGEST_ARGUMENT: usize = 64 << 10;
/// The end of a here-document; base64 has no underscore.
const END: &str = "END_OF_BODY";

/// Writes a script.
#[derive(Debug, Default)]
pub(crate) struct CurlWriter;

impl ExchangeWriter for CurlWriter {
    fn begin(&mut self, out: &mut dyn Write) -> io::Result<()> {
        out.write_all(b"#!/bin/sh\n")
    }

    fn exchange(&mut self, out: &mut dyn Write, exchange: &Exported<'_>) -> io::Result<Written> {
        if exchange.row.protocol != Protocol::Http {
            return Ok(Written::No("MySQL exchanges (curl knows HTTP only)"));
        }
        if exchange.request_is_cut() {
            return Ok(Written::No("exchanges whose request is not whole"));
        }
        let request = exchange
            .request
            .and_then(|bytes| Message::parse(bytes).ok());
        let Some(command) = request.and_then(|request| command(exchange, &request)) else {
            return Ok(Written::No("exchanges without a request"));
        };
        out.write_all(&command)?;
        Ok(Written::Yes)
    }
}

fn command(exchange: &Exported<'_>, request: &Message<'_>) -> Option<Vec<u8>> {
    let StartLine::Request {
        method,
        target,
        version,
    } = &request.start
    else {
        return None;
    };
    let body = request.body.as_ref();
    let is_text = std::str::from_utf8(body).is_ok_and(|text| {
        let plain = |c: char| !c.is_control() || matches!(c, '\n' | '\t');
        text.chars().all(plain) && text.len() <= LONGEST_ARGUMENT
    });
    let mut out = Vec::new();
    if !is_text {
        out.extend_from_slice(format!("base64 -d <<'{END}' | ").as_bytes());
    }
    // The user's own settings, a proxy for one, and rewriting of the URL would change what is sent.
    out.extend_from_slice(b"curl -q -sS --globoff --path-as-is");
    let version = if version.minor == 0 { "0" } else { "1" };
    out.extend_from_slice(format!(" --http1.{version}").as_bytes());
    match method.as_ref() {
        b"GET" if body.is_empty() => {}
        b"HEAD" => out.extend_from_slice(b" --head"),
        method => option(&mut out, "-X", method),
    }
    fields(&mut out, &request.headers, !body.is_empty());
    if !target.starts_with(b"/") || target.contains(&b'#') {
        option(&mut out, "--request-target", target);
    }
    if !is_text {
        out.extend_from_slice(b" --data-binary @-");
    } else if !body.is_empty() {
        option(&mut out, "--data-raw", body);
    }
    out.push(b' ');
    let url = url::absolute(exchange, request, target);
    quote(&mut out, url.as_bytes());
    out.push(b'\n');
    if !is_text {
        document(&mut out, body);
    }
    Some(out)
}

/// The header, and nothing that curl would add of its own.
fn fields(out: &mut Vec<u8>, fields: &[Field<'_>], has_body: bool) {
    for field in fields {
        // The URL names the host; curl frames the body.
        let curls_own = ["Host", "Content-Length", "Transfer-Encoding"];
        if curls_own.iter().any(|name| field.is(name)) {
            continue;
        }
        // To curl a name with nothing after its colon is one to leave out.
        let value = match field.value.as_ref() {
            b"" => [field.name.as_ref(), b";"].concat(),
            value => [field.name.as_ref(), b": ", value].concat(),
        };
        option(out, "-H", &value);
    }
    let added: &[&str] = match has_body {
        true => &["User-Agent", "Accept", "Content-Type", "Expect"],
        false => &["User-Agent", "Accept"],
    };
    for name in added {
        if !fields.iter().any(|field| field.is(name)) {
            option(out, "-H", format!("{name}:").as_bytes());
        }
    }
}

fn option(out: &mut Vec<u8>, name: &str, value: &[u8]) {
    out.extend_from_slice(format!(" {name} ").as_bytes());
    quote(out, value);
}

/// A word in single quotes, within which a shell knows nothing but their end.
fn quote(out: &mut Vec<u8>, word: &[u8]) {
    out.push(b'\'');
    for byte in word {
        match byte {
            b'\'' => out.extend_from_slice(br"'\''"),
            byte => out.push(*byte),
        }
    }
    out.push(b'\'');
}

fn document(out: &mut Vec<u8>, body: &[u8]) {
    let encoded = base64::encode(body);
    for line in encoded.as_bytes().chunks(76) {
        out.extend_from_slice(line);
        out.push(b'\n');
    }
    out.extend_from_slice(format!("{END}\n").as_bytes());
}
