//! Redaction rules: those in force, what a text of rules comes to, and what it would do to a recording.

use reprise_app::{PreviewAnswer, PreviewExample, RuleAnswer, RulesAnswer, RulesProblem};
use serde::Serialize;
use specta::Type;

use super::whole;

/// The rules in force.
#[derive(Clone, Debug, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub(crate) struct RedactionRules {
    /// The file they come from; null when the built-in ones hold alone.
    source: Option<String>,
    /// Where the user's file is, or would be.
    file: String,
    /// The file's text, or what a new one would say.
    text: String,
    /// In the order in which they are tried.
    rules: Vec<RedactionRule>,
}

/// One rule, for people.
#[derive(Clone, Debug, Serialize, Type)]
#[serde(rename_all = "camelCase")]
struct RedactionRule {
    name: String,
    /// What it matches: `header Authorization`.
    matches: Vec<String>,
    /// What takes a value's place.
    action: String,
    /// The exchanges it holds for; null for all.
    filter: Option<String>,
    built_in: bool,
}

/// What a text of rules comes to.
#[derive(Clone, Debug, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub(crate) struct RulesReading {
    /// All that would be in force; empty with a problem.
    rules: Vec<RedactionRule>,
    /// Why the text cannot be read; null when it can.
    problem: Option<RulesFault>,
}

/// Why a text of rules cannot be read.
#[derive(Clone, Debug, Serialize, Type)]
#[serde(rename_all = "camelCase")]
struct RulesFault {
    /// From 1.
    line: u32,
    rule: Option<String>,
    problem: String,
}

/// What rules would do to a recording.
#[derive(Clone, Debug, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub(crate) struct RedactionPreview {
    recording: String,
    /// Whether it holds secrets as they were captured.
    raw: bool,
    /// How many exchanges were looked at.
    exchanges: u32,
    /// Whether the recording has more.
    more: bool,
    rules: Vec<RulePreview>,
}

/// What one rule would do.
#[derive(Clone, Debug, Serialize, Type)]
#[serde(rename_all = "camelCase")]
struct RulePreview {
    rule: RedactionRule,
    hits: u32,
    /// The first that differ.
    examples: Vec<RedactionExample>,
}

/// A value before and after, with the text around it.
#[derive(Clone, Debug, Serialize, Type)]
#[serde(rename_all = "camelCase")]
struct RedactionExample {
    exchange: u32,
    /// Where it stands: `request header authorization`.
    place: String,
    lead: String,
    before: String,
    after: String,
    tail: String,
}

impl From<RulesAnswer> for RedactionRules {
    fn from(answer: RulesAnswer) -> Self {
        Self {
            source: answer.source.map(|path| path.display().to_string()),
            file: answer.file.display().to_string(),
            text: answer.text,
            rules: answer.rules.into_iter().map(RedactionRule::from).collect(),
        }
    }
}

impl From<RuleAnswer> for RedactionRule {
    fn from(answer: RuleAnswer) -> Self {
        Self {
            name: answer.name,
            matches: answer.matches,
            action: answer.action,
            filter: answer.filter,
            built_in: answer.built_in,
        }
    }
}

impl From<reprise_app::RulesReading> for RulesReading {
    fn from(answer: reprise_app::RulesReading) -> Self {
        Self {
            rules: answer.rules.into_iter().map(RedactionRule::from).collect(),
            problem: answer.problem.map(RulesFault::from),
        }
    }
}

impl From<RulesProblem> for RulesFault {
    fn from(answer: RulesProblem) -> Self {
        Self {
            line: whole(answer.line as u64),
            rule: answer.rule,
            problem: answer.problem,
        }
    }
}

impl From<PreviewAnswer> for RedactionPreview {
    fn from(answer: PreviewAnswer) -> Self {
        let rules = answer.rules.into_iter().map(|preview| RulePreview {
            rule: preview.rule.into(),
            hits: whole(preview.hits),
            examples: preview
                .examples
                .into_iter()
                .map(RedactionExample::from)
                .collect(),
        });
        Self {
            recording: answer.recording,
            raw: answer.raw,
            exchanges: answer.exchanges,
            more: answer.more,
            rules: rules.collect(),
        }
    }
}

impl From<PreviewExample> for RedactionExample {
    fn from(answer: PreviewExample) -> Self {
        Self {
            exchange: answer.exchange,
            place: answer.place,
            lead: answer.lead,
            before: answer.before,
            after: answer.after,
            tail: answer.tail,
        }
    }
}
