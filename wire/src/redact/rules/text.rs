//! The TOML of rules: what may be written, and from there to rules with every error at its line.

mod targets;

use std::ops::Range;

use serde::Deserialize;
use toml::Spanned;

use super::{Action, Rule, RulesError};
use crate::filter::Filter;

/// The whole text.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Text {
    /// Whether the built-in rules follow.
    defaults: Option<bool>,
    /// Built-in rules that are off.
    #[serde(default)]
    off: Vec<Spanned<String>>,
    #[serde(default)]
    rule: Vec<RuleText>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RuleText {
    name: Spanned<String>,
    #[serde(default)]
    header: Vec<Spanned<String>>,
    #[serde(default)]
    cookie: Vec<Spanned<String>>,
    #[serde(default)]
    query: Vec<Spanned<String>>,
    #[serde(default)]
    form: Vec<Spanned<String>>,
    #[serde(default)]
    json: Vec<Spanned<String>>,
    #[serde(default)]
    key: Vec<Spanned<String>>,
    #[serde(default)]
    segment: Vec<Spanned<String>>,
    #[serde(default)]
    segment_at: Vec<Spanned<usize>>,
    #[serde(default)]
    column: Vec<Spanned<String>>,
    #[serde(default)]
    literal_column: Vec<Spanned<String>>,
    #[serde(default)]
    parameter_column: Vec<Spanned<String>>,
    #[serde(default)]
    result_column: Vec<Spanned<String>>,
    #[serde(default)]
    digest: Vec<Spanned<String>>,
    #[serde(default)]
    positions: Vec<Spanned<usize>>,
    #[serde(default)]
    detector: Vec<Spanned<String>>,
    #[serde(rename = "where")]
    filter: Option<Spanned<String>>,
    action: Option<Spanned<String>>,
    text: Option<Spanned<String>>,
    numbers: Option<bool>,
}

/// Reads rules; those of `defaults` follow unless the text turns them off.
pub(super) fn parse(text: &str, defaults: Option<&str>) -> Result<Vec<Rule>, RulesError> {
    let read: Text = toml::from_str(text).map_err(|error| {
        let at = error.span().map_or(0, |span| span.start);
        RulesError {
            line: line_of(text, at),
            rule: rule_at(text, at),
            problem: error.message().replace('\n', " "),
        }
    })?;
    let mut rules: Vec<Rule> = Vec::with_capacity(read.rule.len());
    for rule in &read.rule {
        let made = rule.rule(text)?;
        if rules.iter().any(|other| other.name == made.name) {
            let problem = "two rules have this name; give each its own".to_owned();
            return Err(error(text, Some(&made.name), rule.name.span(), problem));
        }
        rules.push(made);
    }
    let built_in = match defaults {
        Some(defaults) => parse(defaults, None)?,
        None => Vec::new(),
    };
    for off in &read.off {
        if !built_in.iter().any(|rule| rule.name == *off.get_ref()) {
            let known: Vec<&str> = built_in.iter().map(|rule| rule.name.as_str()).collect();
            let problem = format!(
                "`off` names {:?}, which is no built-in rule; they are {}",
                off.get_ref(),
                known.join(", ")
            );
            return Err(error(text, None, off.span(), problem));
        }
    }
    if read.defaults.unwrap_or(true) {
        let stays = |rule: &Rule| {
            !read.off.iter().any(|off| *off.get_ref() == rule.name)
                && !read.rule.iter().any(|own| *own.name.get_ref() == rule.name)
        };
        let kept = built_in.into_iter().filter(stays).map(|rule| Rule {
            built_in: true,
            ..rule
        });
        rules.extend(kept.collect::<Vec<_>>());
    }
    Ok(rules)
}

impl RuleText {
    fn rule(&self, text: &str) -> Result<Rule, RulesError> {
        let name = self.name.get_ref();
        if name.trim().is_empty() || name.len() > 64 {
            let problem = "a rule's name has 1 to 64 characters".to_owned();
            return Err(error(text, None, self.name.span(), problem));
        }
        let fail = |span, problem| error(text, Some(name), span, problem);
        let targets = self.targets(&fail)?;
        if targets.is_empty() {
            let problem = "it matches nothing; give it one of header, cookie, query, form, json, key, segment, \
                           segment_at, column, literal_column, parameter_column, result_column, digest, detector"
                .to_owned();
            return Err(fail(self.name.span(), problem));
        }
        let filter =
            match &self.filter {
                None => None,
                Some(filter) => Some(Filter::parse(filter.get_ref()).map_err(|problem| {
                    fail(filter.span(), format!("`where`: failed to {problem}"))
                })?),
            };
        Ok(Rule {
            name: name.clone(),
            targets,
            action: self.action(&fail)?,
            filter,
            numbers: self.numbers.unwrap_or(true),
            built_in: false,
        })
    }

    fn action(
        &self,
        fail: &impl Fn(Range<usize>, String) -> RulesError,
    ) -> Result<Action, RulesError> {
        let word = self
            .action
            .as_ref()
            .map_or("", |action| action.get_ref().as_str());
        let action = match (word, &self.text) {
            ("fixed", Some(text)) => return Ok(Action::Fixed(text.get_ref().clone())),
            ("fixed", None) => {
                let span = self.action.as_ref().map_or(0..0, Spanned::span);
                return Err(fail(
                    span,
                    "the action `fixed` needs `text = \"...\"`".to_owned(),
                ));
            }
            ("pseudonym", _) => Action::Pseudonym,
            ("shape", _) => Action::Shape,
            ("keep_last_4", _) => Action::KeepLast4,
            ("drop", _) => Action::Drop,
            ("keep", _) => Action::Keep,
            // What is told by its shape keeps it, unless it is a credential, which has none.
            ("", _) if self.action.is_none() && self.detector.is_empty() => Action::Pseudonym,
            ("", _) if self.action.is_none() => Action::Shape,
            (other, _) => {
                let span = self.action.as_ref().map_or(0..0, Spanned::span);
                let problem = format!(
                    "there is no action {other:?}; it is one of pseudonym, shape, keep_last_4, fixed, drop, keep"
                );
                return Err(fail(span, problem));
            }
        };
        match &self.text {
            Some(text) => Err(fail(
                text.span(),
                "`text` goes with the action `fixed`; write `action = \"fixed\"` or leave it out"
                    .to_owned(),
            )),
            None => Ok(action),
        }
    }
}

fn error(text: &str, rule: Option<&str>, span: Range<usize>, problem: String) -> RulesError {
    RulesError {
        line: line_of(text, span.start),
        rule: rule.map(str::to_owned),
        problem,
    }
}

/// The line that byte `at` is on, from 1.
fn line_of(text: &str, at: usize) -> usize {
    let before = text.as_bytes().get(..at).unwrap_or(text.as_bytes());
    1 + memchr::memchr_iter(b'\n', before).count()
}

/// The name of the rule that byte `at` is in, for errors of the TOML itself.
fn rule_at(text: &str, at: usize) -> Option<String> {
    let at = text.floor_char_boundary(at.min(text.len()));
    let start = text
        .get(..text.len().min(at + 1))
        .unwrap_or(text)
        .rfind("[[rule]]")?;
    let rest = text.get(start + "[[rule]]".len()..)?;
    let rule = rest.split("[[rule]]").next().unwrap_or(rest);
    let line = rule.lines().map(str::trim).find_map(|line| {
        line.strip_prefix("name")?
            .trim_start()
            .strip_prefix('=')
            .map(str::trim)
    })?;
    Some(line.trim_matches(['"', '\'']).to_owned())
}
