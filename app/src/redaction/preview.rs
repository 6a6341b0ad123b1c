//! What rules would do to a recording: their hits, and a few values before and after. Nothing is changed.

use std::path::Path;

use reprise_wire::redact::{Hit, Redactor, Rules};
use reprise_wire::{Exchange, Payload};
use serde::Serialize;

use super::rules::{self, RuleAnswer};
use crate::redaction_key::redaction_key;
use crate::{Error, Library};

/// Exchanges that are looked at, from the first on.
const MOST_EXCHANGES: u32 = 20_000;
/// Examples shown of one rule.
const EXAMPLES: usize = 3;
/// Characters shown before and after a value.
const AROUND: usize = 32;
/// Characters shown of a value.
const LONGEST_VALUE: usize = 120;

/// What rules would do to a recording.
#[derive(Clone, Debug, Serialize)]
pub struct PreviewAnswer {
    /// The recording's name.
    pub recording: String,
    /// Whether it holds secrets as they were captured; else what it holds was redacted when it was
    /// stored, and a rule only hits what the rules of that day left.
    pub raw: bool,
    /// How many exchanges were looked at.
    pub exchanges: u32,
    /// Whether the recording has more.
    pub more: bool,
    /// Every rule with its hits, in the order in which they are tried.
    pub rules: Vec<RulePreview>,
}

/// What one rule would do.
#[derive(Clone, Debug, Serialize)]
pub struct RulePreview {
    /// The rule.
    #[serde(flatten)]
    pub rule: RuleAnswer,
    /// How many values it would replace.
    pub hits: u64,
    /// The first of them that differ.
    pub examples: Vec<PreviewExample>,
}

/// A value before and after, with the text around it. Shown on this machine only: it holds the secret.
#[derive(Clone, Debug, Serialize)]
pub struct PreviewExample {
    /// The exchange's number.
    pub exchange: u32,
    /// Where the value stands: `request header authorization`.
    pub place: String,
    /// The text right before the value, its own secrets replaced; empty when the value is coded where it stands,
    /// or nothing takes its place.
    pub lead: String,
    /// The value.
    pub before: String,
    /// What would take its place.
    pub after: String,
    /// The text right after the value, likewise.
    pub tail: String,
}

impl Library {
    /// What the rules of `text` (or of those in force) would do to a recording.
    ///
    /// # Errors
    /// The rules cannot be read, there is no such recording, or the file cannot be read.
    pub fn preview_redaction(
        &self,
        recording: &str,
        text: Option<&str>,
    ) -> Result<PreviewAnswer, Error> {
        let rules = match text {
            Some(text) => {
                Rules::parse(text).map_err(|error| Error::Usage(format!("failed to {error}")))?
            }
            None => rules::load(None)?.rules,
        };
        self.preview(recording, &rules)
    }

    /// What the rules of a file (or those in force) would do to a recording.
    ///
    /// # Errors
    /// As [`Self::preview_redaction`].
    pub fn preview_redaction_file(
        &self,
        recording: &str,
        file: Option<&Path>,
    ) -> Result<PreviewAnswer, Error> {
        self.preview(recording, &rules::load(file)?.rules)
    }

    fn preview(&self, recording: &str, rules: &Rules) -> Result<PreviewAnswer, Error> {
        let recording = self.store.recording(recording)?;
        let key = redaction_key(self.store.file_id())?;
        let mut redactor = Redactor::new(&key, rules);
        let mut previews: Vec<RulePreview> = rules
            .iter()
            .map(|rule| RulePreview {
                rule: rule.into(),
                hits: 0,
                examples: Vec::new(),
            })
            .collect();
        let mut exchanges = 0;
        let mut more = false;
        for stored in self.stored_exchanges(&recording)? {
            let mut stored = stored?;
            if exchanges == MOST_EXCHANGES {
                more = true;
                break;
            }
            exchanges += 1;
            let hits = redactor.redact_and_tell(
                stored.connection.into(),
                &mut stored.exchange,
                !recording.raw,
            );
            for hit in hits {
                if let Some(preview) = previews
                    .iter_mut()
                    .find(|preview| preview.rule.name == hit.rule)
                {
                    preview.take(stored.id, &hit, &stored.exchange);
                }
            }
        }
        Ok(PreviewAnswer {
            recording: recording.name,
            raw: recording.raw,
            exchanges,
            more,
            rules: previews,
        })
    }
}

impl RulePreview {
    fn take(&mut self, exchange: u32, hit: &Hit, redacted: &Exchange) {
        self.hits += 1;
        let value = shown(&hit.before, LONGEST_VALUE);
        if self.examples.len() >= EXAMPLES
            || self.examples.iter().any(|other| other.before == value)
        {
            return;
        }
        let (lead, tail) = around(&hit.after, redacted);
        self.examples.push(PreviewExample {
            exchange,
            place: hit.place.clone(),
            lead,
            before: value,
            after: shown(&hit.after, LONGEST_VALUE),
            tail,
        });
    }
}

/// The text around the first place where the value stands as it is.
fn around(value: &[u8], exchange: &Exchange) -> (String, String) {
    if value.is_empty() {
        return Default::default();
    }
    let payloads = [&exchange.request, &exchange.response];
    payloads
        .into_iter()
        .flatten()
        .find_map(|payload: &Payload| {
            let at = memchr::memmem::find(&payload.bytes, value)?;
            let lead = payload.bytes.get(at.saturating_sub(AROUND)..at)?;
            let rest = payload.bytes.get(at + value.len()..)?;
            Some((shown(lead, AROUND), shown(rest, AROUND)))
        })
        .unwrap_or_default()
}

/// Bytes as one line of at most so many characters.
fn shown(bytes: &[u8], most: usize) -> String {
    let part = bytes.get(..most * 4).unwrap_or(bytes);
    String::from_utf8_lossy(part)
        .chars()
        .take(most)
        .map(|character| {
            if character.is_control() {
                '·'
            } else {
                character
            }
        })
        .collect()
}
