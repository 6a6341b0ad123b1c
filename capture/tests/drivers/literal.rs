//! A prepared statement with its values filled in, as MariaDB's general log writes it.

use reprise_wire::mysql::sql::{TokenKind, tokens};
use reprise_wire::mysql::{ColumnType, ParameterType, Value};

/// The statement with a literal for each `?`.
pub(crate) fn filled(sql: &[u8], values: &[(ParameterType, Value)]) -> Vec<u8> {
    let mut values = values.iter();
    let mut out = Vec::new();
    for token in tokens(sql) {
        let text = &sql[token.span.clone()];
        match (token.kind, values.as_slice()) {
            (TokenKind::Placeholder, [(parameter, value), ..]) => {
                out.extend(literal(*parameter, value));
                values.next();
            }
            _ => out.extend_from_slice(text),
        }
    }
    out
}

fn literal(parameter: ParameterType, value: &Value) -> Vec<u8> {
    let quoted = |text: &[u8]| [b"'", &escaped(text)[..], b"'"].concat();
    match value {
        Value::Null => b"NULL".to_vec(),
        Value::Bytes(text) if parameter.column_type == ColumnType::NEWDECIMAL => text.clone(),
        Value::Bytes(text) => quoted(text),
        Value::Date(date) => {
            let kind = match parameter.column_type {
                ColumnType::DATE => "DATE",
                _ => "TIMESTAMP",
            };
            let mut text = date.to_text();
            if kind == "TIMESTAMP" && text.len() == 10 {
                text += " 00:00:00";
            }
            if kind == "TIMESTAMP" && date.microsecond == 0 {
                text += ".000000";
            }
            format!("{kind}'{text}'").into_bytes()
        }
        Value::Time(span) => format!("TIME'{}'", span.to_text()).into_bytes(),
        other => other.to_text().unwrap_or_default(),
    }
}

/// As the server escapes on a connection in UTF-8: bytes that are no character get a backslash too.
fn escaped(text: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len());
    for chunk in text.utf8_chunks() {
        for byte in chunk.valid().bytes() {
            match byte {
                0 => out.extend_from_slice(b"\\0"),
                b'\n' => out.extend_from_slice(b"\\n"),
                b'\r' => out.extend_from_slice(b"\\r"),
                0x1A => out.extend_from_slice(b"\\Z"),
                b'\\' | b'\'' | b'"' => out.extend_from_slice(&[b'\\', byte]),
                _ => out.push(byte),
            }
        }
        for byte in chunk.invalid() {
            out.extend_from_slice(&[b'\\', *byte]);
        }
    }
    out
}
