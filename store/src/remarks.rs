//! What a person wrote beside a recording or a run: a note, and tags to find it by.

use rusqlite::{OptionalExtension as _, Row, params};
use serde::{Deserialize, Serialize};

use crate::{Error, Kept, Store};

/// Longest note, in bytes.
const LONGEST_NOTE: usize = 10_000;
/// Longest tag, in bytes.
const LONGEST_TAG: usize = 50;
/// Most tags of one thing.
const MOST_TAGS: usize = 20;

/// A note and tags.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Remarks {
    /// Free text; empty when nothing was noted.
    #[serde(default)]
    pub note: String,
    /// Words, in the order they were given.
    #[serde(default)]
    pub tags: Vec<String>,
}

/// What becomes of the remarks on one thing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RemarkChange {
    /// The note from now on; `None` leaves it.
    pub note: Option<String>,
    /// Tags that it gets, those it has left out.
    pub tag: Vec<String>,
    /// Tags that it loses.
    pub untag: Vec<String>,
}

impl Store {
    /// Changes the remarks on a recording or run, also while it is written; answers what they are then.
    ///
    /// # Errors
    /// There is none of that name, a tag or the note is unusable, or the file cannot be written.
    pub fn remark(&self, kind: Kept, name: &str, change: RemarkChange) -> Result<Remarks, Error> {
        check(&change)?;
        let (kind, name) = (kind.name(), name.to_owned());
        self.transact(move |transaction| {
            let found = transaction
                .query_row(
                    &format!(
                        "SELECT id, note, tags FROM {kind} WHERE name = ?1 AND deleted_at_ms IS NULL"
                    ),
                    [&name],
                    |row| Ok((row.get::<_, i64>(0)?, remarks_of(row, 1)?)),
                )
                .optional()?;
            let Some((id, remarks)) = found else {
                return Err(Error::Unknown { kind, name });
            };
            let remarks = change.of(remarks)?;
            transaction.execute(
                &format!("UPDATE {kind} SET note = ?2, tags = ?3 WHERE id = ?1"),
                params![id, remarks.note, serde_json::to_string(&remarks.tags)?],
            )?;
            Ok(remarks)
        })
    }
}

/// The remarks in a row, the note at `column` and the tags after it. Tags that cannot be read are none.
pub(crate) fn remarks_of(row: &Row<'_>, column: usize) -> rusqlite::Result<Remarks> {
    let tags = row.get_ref(column + 1)?.as_str()?;
    Ok(Remarks {
        note: row.get(column)?,
        tags: serde_json::from_str(tags).unwrap_or_default(),
    })
}

impl RemarkChange {
    fn of(self, mut remarks: Remarks) -> Result<Remarks, Error> {
        if let Some(note) = self.note {
            note.trim().clone_into(&mut remarks.note);
        }
        remarks.tags.retain(|tag| !self.untag.contains(tag));
        for tag in self.tag {
            if !remarks.tags.contains(&tag) {
                remarks.tags.push(tag);
            }
        }
        if remarks.tags.len() > MOST_TAGS {
            return Err(Error::BadRemark("more than 20 tags; take some off"));
        }
        Ok(remarks)
    }
}

/// A tag is one word, so that tags can be typed one after the other.
fn check(change: &RemarkChange) -> Result<(), Error> {
    if change
        .note
        .as_ref()
        .is_some_and(|note| note.len() > LONGEST_NOTE)
    {
        return Err(Error::BadRemark(
            "a note longer than 10,000 bytes; write less",
        ));
    }
    let bad = |tag: &String| {
        tag.is_empty()
            || tag.len() > LONGEST_TAG
            || tag.starts_with('-')
            || tag.contains([',', '"'])
            || tag
                .chars()
                .any(|letter| letter.is_whitespace() || letter.is_control())
    };
    if change.tag.iter().any(bad) {
        return Err(Error::BadRemark(
            "a tag that is no word: use 1 to 50 bytes without blanks, commas or quotes, and no leading '-'",
        ));
    }
    Ok(())
}
