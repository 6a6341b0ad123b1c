//! Finding things by words: in the names, notes and tags of recordings, runs and plans, and in the operations of
//! recordings, SQL among them.

use reprise_store::Remarks;

use crate::answer::{FoundAnswer, FoundKind};
use crate::{Error, Library};

impl Library {
    /// What has every word of `text` in it, recordings and runs first, operations last; at most `limit`.
    /// Upper and lower case are the same; `tag:WORD` asks for that tag alone.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn find(&self, text: &str, limit: usize) -> Result<Vec<FoundAnswer>, Error> {
        let words = Words::of(text);
        let mut found = Vec::new();
        if words.0.is_empty() {
            return Ok(found);
        }
        let recordings = self.store.recordings()?;
        for recording in &recordings {
            let texts = [recording.name.as_str(), &recording.source];
            if let Some(hit) = words.in_remarks(&texts, &recording.remarks) {
                found.push(FoundAnswer::new(FoundKind::Recording, &recording.name, hit));
            }
        }
        for run in self.store.runs()? {
            let texts = [run.name.as_str(), &run.recording_name];
            if let Some(hit) = words.in_remarks(&texts, &run.remarks) {
                found.push(FoundAnswer::new(FoundKind::Run, &run.name, hit));
            }
        }
        for plan in self.plans()? {
            if words.are_in(&plan.name) {
                found.push(FoundAnswer::new(FoundKind::Plan, &plan.name, String::new()));
            }
        }
        for recording in &recordings {
            if found.len() >= limit {
                break;
            }
            for operation in self.store.operations(recording.id)? {
                if words.are_in(&operation.text) {
                    let kind = FoundKind::Operation;
                    found.push(FoundAnswer::new(kind, &recording.name, operation.text));
                }
            }
        }
        found.truncate(limit);
        Ok(found)
    }
}

/// What is looked for, in lower case.
struct Words(Vec<String>);

impl Words {
    fn of(text: &str) -> Self {
        Self(text.split_whitespace().map(str::to_lowercase).collect())
    }

    fn are_in(&self, text: &str) -> bool {
        let text = text.to_lowercase();
        self.0.iter().all(|word| text.contains(word))
    }

    /// Where they are, if all are in one of the texts, the note or a tag: the line of the note, the tag with `tag:`
    /// before it, nothing for the texts alone.
    fn in_remarks(&self, texts: &[&str], remarks: &Remarks) -> Option<String> {
        let tags: Vec<String> = remarks
            .tags
            .iter()
            .map(|tag| format!("tag:{}", tag.to_lowercase()))
            .collect();
        let named = texts.join(" ").to_lowercase();
        let note = remarks.note.to_lowercase();
        let mut hit = String::new();
        for word in &self.0 {
            if named.contains(word.as_str()) {
                continue;
            }
            let exact = word.starts_with("tag:");
            let has = |tag: &str| {
                tag.strip_prefix("tag:")
                    .is_some_and(|tag| tag.contains(word))
            };
            let tag = tags
                .iter()
                .find(|tag| if exact { *tag == word } else { has(tag) });
            if let Some(tag) = tag {
                tag.clone_into(&mut hit);
            } else if let (false, Some(at)) = (exact, note.find(word.as_str())) {
                hit = line_around(&remarks.note, at);
            } else {
                return None;
            }
        }
        Some(hit)
    }
}

/// The line of a text that byte `at` of its lower-case form is in; lower case keeps the number of lines.
fn line_around(text: &str, at: usize) -> String {
    let lower = text.to_lowercase();
    let number = lower
        .get(..at)
        .map_or(0, |before| before.matches('\n').count());
    text.lines()
        .nth(number)
        .unwrap_or_default()
        .trim()
        .to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn remarks() -> Remarks {
        Remarks {
            note: "Taken at noon\nBefore the INDEX on stock".to_owned(),
            tags: vec!["Peak".to_owned(), "peak-2".to_owned()],
        }
    }

    fn hit(text: &str) -> Option<String> {
        Words::of(text).in_remarks(&["friday", "eth0"], &remarks())
    }

    #[test]
    fn every_word_is_looked_for_in_name_note_and_tags() {
        assert_eq!(hit("FRI"), Some(String::new()));
        assert_eq!(
            hit("friday index"),
            Some("Before the INDEX on stock".to_owned())
        );
        assert_eq!(hit("noon eak-2"), Some("tag:peak-2".to_owned()));
        assert_eq!(hit("friday stockings"), None);
    }

    #[test]
    fn a_tag_asked_for_by_its_name_is_that_tag() {
        assert_eq!(hit("tag:peak"), Some("tag:peak".to_owned()));
        assert_eq!(hit("tag:pea"), None);
        assert_eq!(hit("tag:index"), None);
    }
}
