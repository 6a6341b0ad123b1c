//! Redaction rules as both faces use them: which are in force, changing them, what they would do to a
//! recording, and whether a recording still holds what they take.

mod exchanges;
mod preview;
mod rules;
mod scan;

pub use preview::{PreviewAnswer, PreviewExample, RulePreview};
pub use rules::{
    RuleAnswer, RulesAnswer, RulesProblem, RulesReading, init_redaction_rules,
    read_redaction_rules, redaction_rules, redaction_rules_file, save_redaction_rules,
};
pub use scan::{FindingAnswer, ScanAnswer};

use std::path::PathBuf;

use reprise_capture::Redaction;
use reprise_store::Recording;
use reprise_wire::redact::Rules;
use serde::{Deserialize, Serialize};

use crate::redaction_key::redaction_key;
use crate::{Error, Library};

/// Which secrets a recording or an import replaces.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RedactionChoice {
    /// What the rules in force say: the user's file, else the built-in ones.
    #[default]
    InForce,
    /// What the rules in this file say.
    Rules(PathBuf),
    /// None. The recording is marked as raw.
    StoreRaw,
}

impl Library {
    /// What the capture engines are told.
    pub(crate) fn redaction(&self, choice: &RedactionChoice) -> Result<Option<Redaction>, Error> {
        let file = match choice {
            RedactionChoice::StoreRaw => return Ok(None),
            RedactionChoice::InForce => None,
            RedactionChoice::Rules(file) => Some(file.as_path()),
        };
        Ok(Some(Redaction {
            rules: rules::load(file)?.rules,
            key: redaction_key(self.store.file_id())?,
        }))
    }

    /// How the secrets of what a target answers are replaced where a run of this recording keeps it: by the rules in
    /// force, or not at all where the recording was stored raw.
    pub(crate) fn redaction_of_answers(
        &self,
        recording: &Recording,
    ) -> Result<Option<Redaction>, Error> {
        self.redaction(if recording.raw {
            &RedactionChoice::StoreRaw
        } else {
            &RedactionChoice::InForce
        })
    }
}

/// The rules by which this user's recordings are redacted.
pub(crate) fn rules_in_force() -> Result<Rules, Error> {
    Ok(rules::load(None)?.rules)
}
