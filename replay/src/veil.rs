//! What a run keeps of the target's answers, without their secrets: they are replaced before anything is stored, by
//! the rules that recordings are made with. What is compared are the answers as they came.

use std::cell::RefCell;

use reprise_wire::mysql::ColumnDefinition;
use reprise_wire::redact::{Hit, Redaction, Redactor};

/// So much more than what is kept is looked at: a secret may be cut where it ends.
const BEYOND: usize = 2 << 10;

/// Replaces the secrets of answers, one after another.
#[derive(Debug)]
pub(crate) struct Veil {
    redactor: RefCell<Redactor>,
    /// What was replaced in the answer at hand.
    hits: RefCell<Vec<Hit>>,
}

impl Veil {
    pub(crate) fn new(redaction: &Redaction) -> Self {
        Self {
            redactor: RefCell::new(Redactor::new(&redaction.key, &redaction.rules)),
            hits: RefCell::default(),
        }
    }

    /// Begins another answer.
    pub(crate) fn begin(&self) {
        self.hits.borrow_mut().clear();
    }

    /// The first `most` bytes of a body of this media type; `text` gives as much of it as is asked for.
    pub(crate) fn body(
        &self,
        kind: &[u8],
        most: usize,
        text: impl FnOnce(usize) -> String,
    ) -> String {
        let text = text(most + BEYOND);
        let (mut shown, hits) = self.redactor.borrow_mut().redact_body(kind, &text);
        self.hits.borrow_mut().extend(hits);
        cut(&mut shown, most);
        shown
    }

    /// A text that is no answer, whole.
    pub(crate) fn text(&self, text: &str) -> String {
        self.redactor
            .borrow_mut()
            .redact_body(b"text/plain", text)
            .0
    }

    /// The values of a row.
    pub(crate) fn row(&self, columns: &[ColumnDefinition], row: &mut [Option<Vec<u8>>]) {
        let hits = self.redactor.borrow_mut().redact_row(columns, row);
        self.hits.borrow_mut().extend(hits);
    }

    /// A row as it is shown, in one line.
    pub(crate) fn line(&self, columns: &[ColumnDefinition], line: &str) -> String {
        let cells = line.split('\t').map(|cell| Some(cell.as_bytes().to_vec()));
        let mut row: Vec<Option<Vec<u8>>> = cells.collect();
        if row.len() != columns.len() {
            // with a tab in a value nobody knows which columns they are of
            return String::new();
        }
        self.row(columns, &mut row);
        let texts = row.iter().flatten();
        let texts: Vec<_> = texts.map(|text| String::from_utf8_lossy(text)).collect();
        texts.join("\t")
    }

    /// What the answer says at a place of it.
    pub(crate) fn told(&self, place: &str, text: &str) -> String {
        let name = place.split_once(':').map_or("", |(_, name)| name);
        let name = name.rsplit(['.', '@']).next().unwrap_or(name);
        let hits = self.hits.borrow();
        self.redactor.borrow_mut().redact_told(name, text, &hits)
    }
}

/// Cuts a text at so many bytes, or before the character there.
pub(crate) fn cut(text: &mut String, most: usize) {
    let ends = (0..=most.min(text.len())).rev();
    let end = ends.into_iter().find(|at| text.is_char_boundary(*at));
    text.truncate(end.unwrap_or(0));
}

#[cfg(test)]
mod tests {
    use reprise_wire::mysql::ColumnType;
    use reprise_wire::redact::{RedactionKey, Rules};

    use super::*;

    fn veil() -> Veil {
        Veil::new(&Redaction {
            key: RedactionKey::new([7; 32]),
            rules: Rules::default(),
        })
    }

    fn columns() -> [ColumnDefinition; 2] {
        [&b"id"[..], b"password"].map(|name| ColumnDefinition::new(name, ColumnType::VAR_STRING))
    }

    #[test]
    fn a_row_is_shown_without_its_secrets_and_not_at_all_when_it_cannot_be_parted() {
        let veil = veil();
        let shown = veil.line(&columns(), "7\thunter2-of-staging");
        assert!(shown.starts_with("7\trp_"), "{shown}");
        assert_eq!(veil.told("column:id", "7"), "7");
        assert!(
            veil.told("column:note", "hunter2-of-staging")
                .starts_with("rp_")
        );
        assert_eq!(veil.line(&columns(), "7\thunter2\tof staging"), "");
    }

    #[test]
    fn what_was_replaced_in_one_answer_is_not_looked_for_in_the_next() {
        let veil = veil();
        veil.line(&columns(), "7\tblue");
        assert!(veil.told("json:colour", "blue").starts_with("rp_"));
        veil.begin();
        assert_eq!(veil.told("json:colour", "blue"), "blue");
    }

    #[test]
    fn a_secret_that_is_cut_where_what_is_kept_ends_is_replaced_whole() {
        let text = format!(
            "{{\"a\":\"{}\",\"token\":\"{}\"}}",
            "x".repeat(80),
            "s3".repeat(40)
        );
        let shown = veil().body(b"application/json", 110, |most| {
            text.get(..most).unwrap_or(&text).to_owned()
        });
        assert!(shown.len() <= 110 && !shown.contains("s3"), "{shown}");
    }
}
