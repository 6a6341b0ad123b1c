//! Compares a reply with the recorded one, column by column: where does it say something else? Ids that the
//! target generated, and what is known to vary, are no difference.

mod rows;
mod shown;

use reprise_wire::mysql::{Answer, AnswerResult, ColumnDefinition};

use crate::http::verify::Difference;
use crate::http::verify::noise::Noise;
use crate::mysql::generated::Generated;
use crate::mysql::keys::{Keys, Shift};
use crate::mysql::made_ids::MadeIds;

pub(crate) use shown::text;

/// Replies are compared up to here; bytes.
pub(crate) const COMPARED: usize = 64 << 10;

/// The place of rows that are more, fewer, or others where no column tells which.
pub(crate) const ROWS: &str = "rows";

/// The place of rows that are the same in another order.
pub(crate) const ORDER: &str = "order";

/// The place of a column's values.
pub(crate) fn column(name: &str) -> String {
    format!("column:{name}")
}

/// What is known of both replies besides what they say.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Known<'a> {
    /// The ids that the target generated in place of the recorded ones.
    pub(crate) generated: &'a Generated,
    /// The keys that all lanes of the copy know, where the plan shifts some.
    pub(crate) keys: Option<(&'a Keys, Shift<'a>)>,
    /// The UUIDs that the target made, and whose they are: the copy.
    pub(crate) made_ids: Option<(&'a MadeIds, u32)>,
    /// What varies by itself.
    pub(crate) noise: Noise<'a>,
    /// The columns of a prepared statement, for executions that leave out their definitions.
    pub(crate) columns: &'a [ColumnDefinition],
}

/// What `answered` says otherwise than `recorded`; both succeeded.
pub(crate) fn compare(
    recorded: &Answer,
    answered: &Answer,
    known: Known<'_>,
) -> Option<Difference> {
    let both = recorded.is_whole && answered.is_whole;
    if both && recorded.results.len() != answered.results.len() {
        let counts = [recorded, answered].map(|answer| answer.results.len());
        return at("results", counts.map(|count| count.to_string()));
    }
    let mut pairs = recorded.results.iter().zip(&answered.results);
    let found = pairs.find_map(|(before, now)| result(before, now, known));
    // of what is longer, only the beginning is compared: the rest differs, or varies as the beginning does
    let unseen = !both && known.noise.is_empty();
    found.or_else(|| {
        let beyond = || format!("after the first {} KiB", COMPARED >> 10);
        unseen.then(|| at(ROWS, [beyond(), beyond()])).flatten()
    })
}

fn result(before: &AnswerResult, now: &AnswerResult, known: Known<'_>) -> Option<Difference> {
    match (&before.ok, &now.ok) {
        (Some(one), Some(other)) => {
            let affected = [one, other].map(|ok| ok.affected_rows);
            let differs = affected[0] != affected[1] && !known.noise.holds_named("affected");
            return differs
                .then(|| at("affected", affected.map(|count| count.to_string())))
                .flatten();
        }
        (None, None) => {}
        _ => {
            let kind = |result: &AnswerResult| if result.ok.is_some() { "OK" } else { "rows" };
            return at("results", [kind(before), kind(now)].map(str::to_owned));
        }
    }
    if before.column_count != now.column_count {
        let counts = [before, now].map(|result| result.column_count.to_string());
        return at("columns", counts);
    }
    types(before, now, known.noise).or_else(|| rows::compare(before, now, known))
}

/// The first column that has another type.
fn types(before: &AnswerResult, now: &AnswerResult, noise: Noise<'_>) -> Option<Difference> {
    let mut columns = before.columns.iter().zip(&now.columns);
    columns.find_map(|(one, other)| {
        let kinds = [one, other].map(|column| (column.column_type.0, column.unsigned()));
        let place = format!("type:{}", String::from_utf8_lossy(&one.name));
        let differs = kinds[0] != kinds[1] && !noise.holds_named(&place);
        let said = |(number, unsigned): (u8, bool)| {
            format!(
                "type {number:#04x}{}",
                if unsigned { " unsigned" } else { "" }
            )
        };
        differs.then(|| at(&place, kinds.map(said))).flatten()
    })
}

/// A difference in one place.
#[expect(clippy::unnecessary_wraps, reason = "what callers return")]
fn at(place: &str, [recorded, answered]: [String; 2]) -> Option<Difference> {
    Some(Difference {
        place: place.to_owned(),
        recorded,
        answered,
        places: vec![place.to_owned()],
    })
}

#[cfg(test)]
mod tests;
