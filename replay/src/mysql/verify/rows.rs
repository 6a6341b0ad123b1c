//! Compares the rows of two results: those that both have are taken out, whatever their order, and the rest
//! is held side by side.

use reprise_wire::mysql::{AnswerResult, ColumnDefinition};
use reprise_wire::redact::find_pseudonyms;
use rustc_hash::FxHashMap;

use super::shown::unreadable;
use super::{Known, ORDER, ROWS, at, column};
use crate::http::verify::Difference;
use crate::mysql::made_ids::MadeIds;

/// A value as a text; `None`: NULL.
type Cell = Option<Vec<u8>>;

/// A row's values.
type Row = Vec<Cell>;

/// Of more rows each is held against the one in its place only: this is done while other requests wait to be sent.
const MOST_PAIRS: usize = 4_096;

/// What of a value is shown; bytes.
const SHOWN: usize = 200;

pub(super) fn compare(
    before: &AnswerResult,
    now: &AnswerResult,
    known: Known<'_>,
) -> Option<Difference> {
    let noise = known.noise;
    if noise.holds_named(ROWS) {
        return None;
    }
    if before.rows.len() != now.rows.len() {
        let count = |result: &AnswerResult| match result.rows.len() {
            1 => "1 row".to_owned(),
            many => format!("{many} rows"),
        };
        return at(ROWS, [before, now].map(count));
    }
    if before.rows == now.rows || is_blanked(before) {
        return None;
    }
    // a result may rely on definitions that were sent before
    let columns = [&before.columns, &now.columns, known.columns]
        .into_iter()
        .find(|columns| !columns.is_empty())
        .unwrap_or_default();
    if columns.is_empty() {
        return at(ROWS, [before, now].map(first_row));
    }
    let read = |result: &AnswerResult| -> Option<Vec<Row>> {
        let rows = result.rows.iter();
        rows.map(|row| result.texts(row, columns)).collect()
    };
    let (Some(before), Some(now)) = (read(before), read(now)) else {
        return at(ROWS, [before, now].map(first_row));
    };
    let names: Vec<String> = columns.iter().map(name).collect();
    let quiet: Vec<bool> = names
        .iter()
        .enumerate()
        .map(|(at, name)| noise.holds_named(&column(name)) || is_redacted(&before, at))
        .collect();
    let ids = Ids::of(columns, known);
    let same = |one: &Row, other: &Row| differing(one, other, &quiet, &ids).next().is_none();
    if before.iter().zip(&now).all(|(one, other)| same(one, other)) {
        return None;
    }
    let (only_before, only_now) = unpaired(&before, &now, &quiet);
    let (only_before, only_now) = without_same(only_before, only_now, same);
    let found = only_before.iter().zip(&only_now).flat_map(|(one, other)| {
        let differing = differing(one, other, &quiet, &ids);
        differing.map(|at| (at, one.get(at), other.get(at)))
    });
    if let Some(difference) = in_columns(found, &names) {
        return Some(difference);
    }
    let shown = |rows: &[Row]| rows.first().map(row_text).unwrap_or_default();
    (!noise.holds_named(ORDER))
        .then(|| at(ORDER, [shown(&before), shown(&now)]))
        .flatten()
}

/// What differs in columns of these names, each value by the number of its column; `None`: nothing.
fn in_columns<'a>(
    mut found: impl Iterator<Item = (usize, Option<&'a Cell>, Option<&'a Cell>)>,
    names: &[String],
) -> Option<Difference> {
    let (first, one, other) = found.next()?;
    let mut columns = vec![first];
    for (at, ..) in found {
        if !columns.contains(&at) {
            columns.push(at);
        }
    }
    let place = |at: &usize| {
        names
            .get(*at)
            .map_or_else(|| ROWS.to_owned(), |name| column(name))
    };
    let places: Vec<String> = columns.iter().map(place).collect();
    Some(Difference {
        place: places.first().cloned().unwrap_or_default(),
        recorded: one.map(cell_text).unwrap_or_default(),
        answered: other.map(cell_text).unwrap_or_default(),
        places,
    })
}

/// The rows that only one side has, in order, and those that only the other has.
fn unpaired<'a>(before: &'a [Row], now: &'a [Row], quiet: &[bool]) -> (Vec<&'a Row>, Vec<&'a Row>) {
    let key = |row: &'a Row| -> Vec<Option<&'a [u8]>> {
        let cells = row.iter().zip(quiet);
        cells
            .map(|(cell, quiet)| cell.as_deref().filter(|_| !quiet))
            .collect()
    };
    let mut counts: FxHashMap<Vec<Option<&[u8]>>, usize> = FxHashMap::default();
    for row in now {
        *counts.entry(key(row)).or_default() += 1;
    }
    let mut take = |row: &'a Row| match counts.get_mut(&key(row)) {
        Some(count) if *count > 0 => {
            *count -= 1;
            true
        }
        _ => false,
    };
    let only_before: Vec<&Row> = before.iter().filter(|row| !take(row)).collect();
    // what is still counted is only in the other
    let only_now = now.iter().filter(|row| match counts.get_mut(&key(row)) {
        Some(count) if *count > 0 => {
            *count -= 1;
            true
        }
        _ => false,
    });
    (only_before, only_now.collect())
}

/// Those of them that the other side does not have under ids of its own either, in any order.
fn without_same<'a>(
    before: Vec<&'a Row>,
    mut now: Vec<&'a Row>,
    same: impl Fn(&Row, &Row) -> bool,
) -> (Vec<&'a Row>, Vec<&'a Row>) {
    if before.len().saturating_mul(now.len()) > MOST_PAIRS {
        return (before, now);
    }
    let is_alone = |row: &&Row| match now.iter().position(|other| same(row, other)) {
        Some(at) => {
            now.remove(at);
            false
        }
        None => true,
    };
    let before = before.into_iter().filter(is_alone).collect();
    (before, now)
}

/// The columns in which two rows differ.
fn differing<'a>(
    one: &'a Row,
    other: &'a Row,
    quiet: &'a [bool],
    ids: &'a Ids<'_>,
) -> impl Iterator<Item = usize> + 'a {
    let cells = one.iter().zip(other).zip(quiet).enumerate();
    cells
        .filter(|(_, ((one, other), quiet))| !**quiet && one != other)
        .filter(|(at, ((one, other), _))| !ids.same(*at, [one.as_deref(), other.as_deref()]))
        .map(|(at, _)| at)
}

/// What is known of the ids in a result's columns.
struct Ids<'a> {
    known: Known<'a>,
    /// For each column the place of the key that decides for it.
    roots: Vec<Option<usize>>,
}

impl<'a> Ids<'a> {
    fn of(columns: &[ColumnDefinition], known: Known<'a>) -> Self {
        let root = |column| known.keys.and_then(|(_, shift)| shift.root_of(column));
        Self {
            known,
            roots: columns.iter().map(root).collect(),
        }
    }

    /// Whether two values of a column are ids of the same row, as recorded and as answered.
    fn same(&self, column: usize, values: [Option<&[u8]>; 2]) -> bool {
        let root = self.roots.get(column).copied().flatten();
        let known = root.zip(self.known.keys);
        let made = |(ids, copy): (&MadeIds, u32)| Some(ids.in_place_of(copy, values[0]?));
        let own = self.known.made_ids.and_then(made);
        let values = [own.as_deref().or(values[0]), values[1]];
        values[0] == values[1]
            || self.known.generated.same(values[0], values[1])
            || known.is_some_and(|(root, (keys, shift))| keys.same(shift, root, values))
            || (self.known.keys).is_some_and(|(keys, shift)| keys.same_text(shift, values))
    }
}

/// Whether recorded values of a column have something else in a secret's place: nobody knows what the target should
/// say there.
fn is_redacted(recorded: &[Row], column: usize) -> bool {
    let mut values = recorded
        .iter()
        .filter_map(|row| row.get(column)?.as_deref());
    values.any(|value| find_pseudonyms(value).next().is_some())
}

/// Whether redaction blanked the recorded rows, because nothing had told what their columns are: only their number is
/// known.
fn is_blanked(recorded: &AnswerResult) -> bool {
    let mut bytes = recorded.rows.iter().flatten();
    recorded.columns.is_empty() && bytes.all(|byte| *byte == 0)
}

fn name(column: &ColumnDefinition) -> String {
    String::from_utf8_lossy(&column.name).into_owned()
}

/// The first row, where nothing tells how to read it, and so nothing which of it is secret.
fn first_row(result: &AnswerResult) -> String {
    unreadable(result.rows.first().map(Vec::as_slice).unwrap_or_default())
}

/// A value as it is shown.
pub(super) fn cell_text(cell: &Option<Vec<u8>>) -> String {
    cell.as_ref().map_or_else(
        || "NULL".to_owned(),
        |bytes| String::from_utf8_lossy(bytes.get(..SHOWN).unwrap_or(bytes)).into_owned(),
    )
}

/// A row as it is shown.
pub(super) fn row_text(row: &Row) -> String {
    let cells: Vec<String> = row.iter().map(cell_text).collect();
    cells.join("\t")
}
