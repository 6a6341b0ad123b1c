//! A reply as text, for people to read: its rows as the `mysql` command prints them to a file.

use std::borrow::Cow;

use reprise_wire::mysql::{Answer, AnswerResult, ColumnDefinition};

use super::rows::row_text;
use crate::veil::{Veil, cut};

/// The beginning of a reply as text, `most` bytes at most; `columns` are those of a prepared statement, for a
/// reply that leaves out their definitions. `veil` hides its secrets.
pub(crate) fn text(
    answer: &Answer,
    columns: &[ColumnDefinition],
    most: usize,
    veil: Option<&Veil>,
) -> String {
    let mut out = String::new();
    for result in &answer.results {
        if out.len() > most {
            break;
        }
        one(result, columns, most, veil, &mut out);
    }
    if let Some(error) = &answer.error {
        let mut message = String::from_utf8_lossy(&error.message);
        if let Some(veil) = veil {
            message = Cow::Owned(veil.told("message", &message));
        }
        out.push_str(&format!("ERROR {}: {message}\n", error.code));
    }
    cut(&mut out, most);
    out
}

fn one(
    result: &AnswerResult,
    known: &[ColumnDefinition],
    most: usize,
    veil: Option<&Veil>,
    out: &mut String,
) {
    if let Some(ok) = &result.ok {
        out.push_str(&format!("OK, {} affected", ok.affected_rows));
        if ok.last_insert_id != 0 {
            out.push_str(&format!(", id {}", ok.last_insert_id));
        }
        out.push('\n');
        return;
    }
    let columns = if result.columns.is_empty() {
        known
    } else {
        &result.columns
    };
    let names: Vec<_> = columns
        .iter()
        .map(|column| String::from_utf8_lossy(&column.name))
        .collect();
    if !names.is_empty() {
        out.push_str(&names.join("\t"));
        out.push('\n');
    }
    for row in &result.rows {
        if out.len() > most {
            return;
        }
        match result.texts(row, columns).filter(|row| !row.is_empty()) {
            Some(mut texts) => {
                if let Some(veil) = veil {
                    veil.row(columns, &mut texts);
                }
                out.push_str(&row_text(&texts));
            }
            None if veil.is_some() => out.push_str(&unreadable(row)),
            None => out.push_str(&row.escape_ascii().to_string()),
        }
        out.push('\n');
    }
}

/// A row of which nothing tells how to read it.
pub(super) fn unreadable(row: &[u8]) -> String {
    format!("a row of {} bytes that cannot be read", row.len())
}
