//! Whether recordings still hold what the rules take: every exchange is gone through again, requests,
//! answers, decoded bodies and the lines that stand for them. The findings name places, never values.

use std::collections::BTreeMap;
use std::path::Path;

use reprise_store::Recording;
use reprise_wire::redact::{Hit, RedactionKey, Redactor, Rules};
use serde::Serialize;

use super::rules;
use crate::{Error, Library};

/// Findings that are listed; the rest is counted.
const MOST_FINDINGS: usize = 1_000;

/// What a scan found.
#[derive(Clone, Debug, Default, Serialize)]
pub struct ScanAnswer {
    /// The recordings that were gone through.
    pub recordings: Vec<String>,
    /// How many exchanges they have.
    pub exchanges: u64,
    /// Findings by rule; empty when there are none.
    pub found: BTreeMap<String, u64>,
    /// The first findings, in order.
    pub findings: Vec<FindingAnswer>,
}

/// A value that a rule would still replace.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct FindingAnswer {
    /// The recording's name.
    pub recording: String,
    /// The exchange's number.
    pub exchange: u32,
    /// The rule.
    pub rule: String,
    /// Where the value stands: `request header authorization`.
    pub place: String,
}

impl Library {
    /// Goes through one recording, or through all of them, with the rules of `file` or those in force.
    /// `tell` hears how many exchanges were done, now and then.
    ///
    /// # Errors
    /// The rules cannot be read, there is no such recording, or the file cannot be read.
    pub fn scan_for_secrets(
        &self,
        recording: Option<&str>,
        file: Option<&Path>,
        mut tell: impl FnMut(u64),
    ) -> Result<ScanAnswer, Error> {
        let rules = rules::load(file)?.rules;
        let recordings = match recording {
            Some(name) => vec![self.store.recording(name)?],
            None => self.store.recordings()?,
        };
        let mut answer = ScanAnswer::default();
        for recording in recordings {
            self.scan(&recording, &rules, &mut answer, &mut tell)?;
            answer.recordings.push(recording.name);
        }
        Ok(answer)
    }

    fn scan(
        &self,
        recording: &Recording,
        rules: &Rules,
        answer: &mut ScanAnswer,
        tell: &mut impl FnMut(u64),
    ) -> Result<(), Error> {
        // Nothing is kept of what it makes: any key does, also where the recording's own is not at hand.
        let mut redactor = Redactor::new(&RedactionKey::new([0; 32]), rules);
        for stored in self.stored_exchanges(recording)? {
            let mut stored = stored?;
            let connection = stored.connection.into();
            let hits = redactor.redact_and_tell(connection, &mut stored.exchange, !recording.raw);
            answer.take(&recording.name, stored.id, hits);
            answer.exchanges += 1;
            if answer.exchanges.is_multiple_of(1_000) {
                tell(answer.exchanges);
            }
        }
        Ok(())
    }
}

impl ScanAnswer {
    fn take(&mut self, recording: &str, exchange: u32, hits: Vec<Hit>) {
        for hit in hits {
            *self.found.entry(hit.rule.clone()).or_default() += 1;
            if self.findings.len() < MOST_FINDINGS {
                self.findings.push(FindingAnswer {
                    recording: recording.to_owned(),
                    exchange,
                    rule: hit.rule,
                    place: hit.place,
                });
            }
        }
    }

    /// Whether nothing was found.
    pub fn is_clean(&self) -> bool {
        self.found.is_empty()
    }
}
