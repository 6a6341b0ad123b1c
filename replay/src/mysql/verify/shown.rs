//! A reply as text, for people to read: its rows as the `mysql` command prints them to a file.

use reprise_wire::mysql::{Answer, AnswerResult, ColumnDefinition};

use super::rows::row_text;

/// The beginning of a reply as text, `most` bytes at most; `columns` are those of a prepared statement, for a
/// reply that leaves out their definitions.
pub(crate) fn text(answer: &Answer, columns: &[ColumnDefinition], most: usize) -> String {
    let mut out = String::new();
    for result in &answer.results {
        if out.len() > most {
            break;
        }
        one(result, columns, most, &mut out);
    }
    if let Some(error) = &answer.error {
        let message = String::from_utf8_lossy(&error.message);
        out.push_str(&format!("ERROR {}: {message}\n", error.code));
    }
    let end = (0..=most.min(out.len()))
        .rev()
        .find(|at| out.is_char_boundary(*at));
    out.truncate(end.unwrap_or(0));
    out
}

fn one(result: &AnswerResult, known: &[ColumnDefinition], most: usize, out: &mut String) {
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
            Some(row) => out.push_str(&row_text(&row)),
            None => out.push_str(&row.escape_ascii().to_string()),
        }
        out.push('\n');
    }
}
