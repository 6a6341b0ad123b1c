//! UUIDs that the target's server made where the recorded server had made others (`SELECT UUID()`, a column's default,
//! a trigger): the copy's later statements say the target's, on whatever connection. Both are equally long, so that
//! one takes the other's place wherever it stands: in a literal, a parameter, within a text or JSON.

use std::borrow::Cow;
use std::ops::Range;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};

use reprise_wire::mysql::sql::{TokenKind, tokens};
use reprise_wire::mysql::{Answer, ColumnDefinition};
use rustc_hash::FxHashMap;

/// So many are remembered at least, and twice as many at most; the oldest go first.
const MOST: usize = 100_000;

/// Where a UUID has its hyphens.
const HYPHENS: [usize; 4] = [8, 13, 18, 23];

/// What the target made, by copy and recorded id. Shared by all workers, and touched only by statements that hold UUIDs.
#[derive(Debug, Default)]
pub(crate) struct MadeIds {
    kept: Mutex<Kept>,
    /// Whether there are any: until then statements need not be looked at.
    any: AtomicBool,
}

#[derive(Debug, Default)]
struct Kept {
    new: FxHashMap<(u32, Id), Id>,
    old: FxHashMap<(u32, Id), Id>,
}

/// A UUID as its bytes, however it is written.
type Id = [u8; 16];

impl MadeIds {
    /// Notes which ids stand side by side in both answers to a statement that [makes](makes_ids) them.
    pub(crate) fn note(
        &self,
        copy: u32,
        [recorded, answered]: [&Answer; 2],
        known: &[ColumnDefinition],
    ) {
        for (before, now) in recorded.results.iter().zip(&answered.results) {
            if before.rows.len() != now.rows.len() {
                return;
            }
            let columns = [&before.columns, &now.columns].into_iter();
            let told = columns.map(Vec::as_slice).find(|told| !told.is_empty());
            let columns = told.unwrap_or(known);
            for (one, other) in before.rows.iter().zip(&now.rows) {
                let both = before.texts(one, columns).zip(now.texts(other, columns));
                for (one, other) in both
                    .into_iter()
                    .flat_map(|(one, other)| one.into_iter().zip(other))
                {
                    self.pair(copy, &one.unwrap_or_default(), &other.unwrap_or_default());
                }
            }
        }
    }

    fn pair(&self, copy: u32, recorded: &[u8], answered: &[u8]) {
        let [recorded, answered] = [recorded, answered].map(|text| ids(text).collect::<Vec<_>>());
        if recorded.len() != answered.len() {
            return;
        }
        for ((_, recorded), (_, answered)) in recorded.into_iter().zip(answered) {
            if recorded != answered {
                self.keep((copy, recorded), answered);
            }
        }
    }

    fn keep(&self, key: (u32, Id), made: Id) {
        self.any.store(true, Ordering::Relaxed);
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.new.len() >= MOST {
            kept.old = std::mem::take(&mut kept.new);
        }
        kept.new.insert(key, made);
    }

    /// Puts the target's ids in place of the recorded ones.
    pub(crate) fn put_in(&self, copy: u32, payload: &mut [u8]) {
        if !self.any.load(Ordering::Relaxed) {
            return;
        }
        let found: Vec<(Range<usize>, Id)> = ids(payload).collect();
        if found.is_empty() {
            return;
        }
        let kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        for (span, id) in found {
            let key = (copy, id);
            if let Some(made) = kept.new.get(&key).or_else(|| kept.old.get(&key))
                && let Some(text) = payload.get_mut(span)
            {
                write(made, text);
            }
        }
    }

    /// A recorded value with the target's ids in it.
    pub(crate) fn in_place_of<'a>(&self, copy: u32, recorded: &'a [u8]) -> Cow<'a, [u8]> {
        if !self.any.load(Ordering::Relaxed) {
            return recorded.into();
        }
        let mut own = recorded.to_vec();
        self.put_in(copy, &mut own);
        own.into()
    }
}

/// Whether the rows that a statement is answered with are of its own making: what it inserts and returns, or what is
/// computed without a table. In other rows other ids stand for no more than another order.
pub(crate) fn makes_ids(sql: &[u8]) -> bool {
    let mut words = tokens(sql)
        .filter(|token| token.kind == TokenKind::Word)
        .filter_map(|token| sql.get(token.span));
    let is = |word: &[u8], other: &str| word.eq_ignore_ascii_case(other.as_bytes());
    match words.next() {
        Some(first) if is(first, "SELECT") => !words.any(|word| is(word, "FROM")),
        Some(first) if is(first, "INSERT") || is(first, "REPLACE") => {
            words.any(|word| is(word, "RETURNING"))
        }
        _ => false,
    }
}

/// The UUIDs in a text, with hyphens or as 32 digits alone, and where they stand.
fn ids(text: &[u8]) -> impl Iterator<Item = (Range<usize>, Id)> + '_ {
    let mut from = 0;
    std::iter::from_fn(move || {
        while from < text.len() {
            let start = from;
            from += 1;
            let joined = start.checked_sub(1).and_then(|before| text.get(before));
            if joined.is_some_and(u8::is_ascii_alphanumeric) {
                continue;
            }
            for length in [36, 32] {
                let end = start + length;
                let ends = text
                    .get(end)
                    .is_none_or(|byte| !byte.is_ascii_alphanumeric());
                if let Some(id) = text.get(start..end).filter(|_| ends).and_then(read) {
                    from = end;
                    return Some((start..end, id));
                }
            }
        }
        None
    })
}

/// The bytes that 32 hexadecimal digits stand for, between which a UUID has its hyphens.
fn read(text: &[u8]) -> Option<Id> {
    let is_uuid = text.len() == 36;
    let mut id = [0; 16];
    let mut digits = 0;
    for (at, byte) in text.iter().enumerate() {
        if is_uuid && HYPHENS.contains(&at) {
            if *byte != b'-' {
                return None;
            }
            continue;
        }
        let digit = char::from(*byte).to_digit(16)? as u8;
        let half = id.get_mut(digits / 2)?;
        *half = *half << 4 | digit;
        digits += 1;
    }
    (digits == 32).then_some(id)
}

/// Writes an id over another, as that was written.
fn write(id: &Id, over: &mut [u8]) {
    let upper = over.iter().any(|byte| matches!(byte, b'A'..=b'F'));
    let digits = id.iter().flat_map(|byte| [byte >> 4, byte & 15]);
    let places = over.iter_mut().filter(|byte| **byte != b'-');
    for (place, digit) in places.zip(digits) {
        let sign = char::from_digit(digit.into(), 16).unwrap_or('0') as u8;
        *place = if upper {
            sign.to_ascii_uppercase()
        } else {
            sign
        };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const RECORDED: &str = "3f2b8c1e-9d4a-4f6b-8e2d-7a1c5b9f0e3d";
    const MADE: &str = "01f32efd-48c7-478f-93f7-0211f9692c1b";

    fn known() -> MadeIds {
        let made = MadeIds::default();
        made.pair(1, RECORDED.as_bytes(), MADE.as_bytes());
        made
    }

    fn said(made: &MadeIds, copy: u32, text: &str) -> String {
        String::from_utf8(made.in_place_of(copy, text.as_bytes()).into_owned()).unwrap()
    }

    #[test]
    fn a_made_id_is_said_however_the_recorded_one_is_written_and_by_its_copy_only() {
        let made = known();
        let written = |id: &str| {
            let bare = id.replace('-', "");
            format!(
                r#"x={id}, '{}' {{"id":"{bare}"}} ord-{id}"#,
                id.to_uppercase()
            )
        };
        assert_eq!(said(&made, 1, &written(RECORDED)), written(MADE));
        assert_eq!(said(&made, 2, &written(RECORDED)), written(RECORDED));
    }

    #[test]
    fn what_only_holds_the_digits_of_an_id_is_left() {
        let made = known();
        let longer = RECORDED.replace('-', "") + "0";
        for text in [
            &longer,
            &format!("a{RECORDED}"),
            &format!("{RECORDED}7"),
            "",
        ] {
            assert_eq!(&said(&made, 1, text), text);
        }
    }

    #[test]
    fn texts_with_more_ids_on_one_side_tell_nothing() {
        let made = MadeIds::default();
        made.pair(1, format!("{RECORDED} {MADE}").as_bytes(), MADE.as_bytes());
        assert_eq!(said(&made, 1, RECORDED), RECORDED);
    }

    #[test]
    fn ids_are_made_where_no_table_is_read_and_where_rows_are_inserted() {
        for sql in [
            "SELECT UUID()",
            "select json_object('id', uuid())",
            "SELECT @id",
            "INSERT INTO token (id) VALUES (UUID()) RETURNING id",
            "/* app */ REPLACE INTO token SET n = 1 RETURNING id, n",
        ] {
            assert!(makes_ids(sql.as_bytes()), "{sql}");
        }
        for sql in [
            "SELECT id FROM token ORDER BY made DESC LIMIT 1",
            "INSERT INTO token (id) VALUES (UUID())",
            "DELETE FROM token ORDER BY id LIMIT 1 RETURNING id",
            "UPDATE token SET id = UUID()",
            "",
        ] {
            assert!(!makes_ids(sql.as_bytes()), "{sql}");
        }
    }
}
