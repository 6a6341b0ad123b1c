//! The ids that a server gave to the rows that a statement made: what its OK says, or the rows of
//! `INSERT ... RETURNING`.

use reprise_wire::mysql::{AUTO_INCREMENT_FLAG, Answer, summarise_reply};

use super::{Heard, REMEMBERED};

/// The ids that the server gave, when the statement made so many rows; `None`: it does not say how many.
pub(super) fn ids_given(heard: Heard<'_>, rows: Option<u64>) -> Vec<u64> {
    let reply = summarise_reply(heard.command, heard.reply, heard.dialect);
    if reply.error.is_some() {
        return Vec::new();
    }
    if reply.rows > 0 {
        return returned(heard);
    }
    let rows = rows.unwrap_or(1).min(reply.affected_rows).max(1);
    let first = Some(reply.last_insert_id).filter(|id| *id > 0);
    let following = first
        .into_iter()
        .flat_map(|first| (first..).take(REMEMBERED));
    following
        .take(usize::try_from(rows).unwrap_or(REMEMBERED))
        .collect()
}

/// The AUTO_INCREMENT values in the rows that were answered.
fn returned(heard: Heard<'_>) -> Vec<u64> {
    let answer = Answer::stored(heard.command, heard.reply, heard.dialect);
    let Some(result) = answer.results.first() else {
        return Vec::new();
    };
    let mut columns = result.columns.iter();
    let Some(place) = columns.position(|column| column.flags & AUTO_INCREMENT_FLAG != 0) else {
        return Vec::new();
    };
    let values = result.rows.iter().take(REMEMBERED).filter_map(|row| {
        let texts = result.texts(row, &result.columns)?;
        let text = texts.get(place)?.as_deref()?;
        std::str::from_utf8(text).ok()?.parse().ok()
    });
    values.collect()
}
