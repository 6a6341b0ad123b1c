//! The TOML of rules: what may be written, and from there to rules with every error at its line.

use std::ops::Range;

use regex::bytes::RegexBuilder;
use serde::Deserialize;
use toml::Spanned;

use super::json_path::JsonPath;
use super::target::{ColumnPattern, Detector, DigestPattern, SegmentPattern, Target, Where};
use super::{Action, Rule, RulesError};
use crate::filter::Filter;
use crate::redact::name::NamePattern;

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

/// What a name is the name of.
type Named = fn(NamePattern) -> Where;

/// A key of a rule, its patterns, and what they are about.
type Patterns<'a, T> = (&'static str, &'a [Spanned<String>], T);

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

    fn targets(
        &self,
        fail: &impl Fn(Range<usize>, String) -> RulesError,
    ) -> Result<Vec<Target>, RulesError> {
        let mut targets = Vec::new();
        let named: [Patterns<'_, Named>; 5] = [
            ("header", &self.header, Where::Header),
            ("cookie", &self.cookie, Where::Cookie),
            ("query", &self.query, Where::Query),
            ("form", &self.form, Where::Form),
            ("key", &self.key, Where::Key),
        ];
        for (kind, patterns, place) in named {
            for pattern in patterns {
                let name = name(pattern, fail)?;
                targets.push(target(kind, pattern.get_ref(), place(name)));
            }
        }
        for path in &self.json {
            targets.push(target(
                "json",
                path.get_ref(),
                Where::Json(json(path, fail)?),
            ));
        }
        self.segments(&mut targets, fail)?;
        let columns: [Patterns<'_, [bool; 3]>; 4] = [
            ("column", &self.column, [true; 3]),
            ("literal_column", &self.literal_column, [true, false, false]),
            (
                "parameter_column",
                &self.parameter_column,
                [false, true, false],
            ),
            ("result_column", &self.result_column, [false, false, true]),
        ];
        for (kind, patterns, places) in columns {
            for pattern in patterns {
                let place = Where::Column(column(pattern, places, fail)?);
                targets.push(target(kind, pattern.get_ref(), place));
            }
        }
        self.digests(&mut targets, fail)?;
        for detector in &self.detector {
            let found = Detector::named(detector.get_ref()).ok_or_else(|| {
                let known: Vec<&str> = Detector::ALL.iter().map(|(_, name)| *name).collect();
                let name = detector.get_ref();
                let problem = format!(
                    "there is no detector {name:?}; they are {}",
                    known.join(", ")
                );
                fail(detector.span(), problem)
            })?;
            targets.push(target(
                "detector",
                detector.get_ref(),
                Where::Detector(found),
            ));
        }
        Ok(targets)
    }

    fn segments(
        &self,
        targets: &mut Vec<Target>,
        fail: &impl Fn(Range<usize>, String) -> RulesError,
    ) -> Result<(), RulesError> {
        for pattern in &self.segment {
            let regex = RegexBuilder::new(pattern.get_ref())
                .size_limit(1 << 20)
                .build()
                .map_err(|problem| {
                    let last = problem.to_string();
                    let last = last.lines().last().unwrap_or_default();
                    fail(
                        pattern.span(),
                        format!("`segment` is no regular expression: {last}"),
                    )
                })?;
            let place = Where::Segment(SegmentPattern::Matching(regex));
            targets.push(target("segment", pattern.get_ref(), place));
        }
        for position in &self.segment_at {
            if *position.get_ref() == 0 {
                return Err(fail(
                    position.span(),
                    "segments are counted from 1".to_owned(),
                ));
            }
            let place = Where::Segment(SegmentPattern::At(*position.get_ref()));
            targets.push(target("segment_at", &position.get_ref().to_string(), place));
        }
        Ok(())
    }

    fn digests(
        &self,
        targets: &mut Vec<Target>,
        fail: &impl Fn(Range<usize>, String) -> RulesError,
    ) -> Result<(), RulesError> {
        if let Some(zero) = self
            .positions
            .iter()
            .find(|position| *position.get_ref() == 0)
        {
            return Err(fail(zero.span(), "positions are counted from 1".to_owned()));
        }
        if let (Some(position), true) = (self.positions.first(), self.digest.is_empty()) {
            let problem =
                "`positions` goes with `digest`; add the statement's digest or leave it out";
            return Err(fail(position.span(), problem.to_owned()));
        }
        for digest in &self.digest {
            let pattern = DigestPattern {
                parts: digest.get_ref().split('*').map(str::to_owned).collect(),
                positions: self.positions.iter().map(|at| *at.get_ref()).collect(),
            };
            targets.push(target("digest", digest.get_ref(), Where::Digest(pattern)));
        }
        Ok(())
    }
}

fn target(kind: &'static str, text: &str, place: Where) -> Target {
    Target {
        kind,
        text: text.to_owned(),
        place,
    }
}

fn name(
    pattern: &Spanned<String>,
    fail: &impl Fn(Range<usize>, String) -> RulesError,
) -> Result<NamePattern, RulesError> {
    NamePattern::parse(pattern.get_ref()).ok_or_else(|| {
        let problem = "a name has letters or digits; `*` stands for any part of it".to_owned();
        fail(pattern.span(), problem)
    })
}

/// A path, or a name that counts at any depth.
fn json(
    path: &Spanned<String>,
    fail: &impl Fn(Range<usize>, String) -> RulesError,
) -> Result<JsonPath, RulesError> {
    let text = path.get_ref();
    let anywhere = format!("$..{text}");
    let is_path = text.starts_with('$') || text.contains(['.', '[']);
    JsonPath::parse(if is_path { text } else { &anywhere })
        .map_err(|problem| fail(path.span(), problem))
}

fn column(
    pattern: &Spanned<String>,
    [literals, parameters, rows]: [bool; 3],
    fail: &impl Fn(Range<usize>, String) -> RulesError,
) -> Result<ColumnPattern, RulesError> {
    let (table, column) = match pattern.get_ref().rsplit_once('.') {
        Some((table, column)) => (Some(table), column),
        None => (None, pattern.get_ref().as_str()),
    };
    let read = |part: &str| {
        NamePattern::parse(part).ok_or_else(|| {
            let problem =
                "a column is `column` or `table.column`; `*` stands for any part".to_owned();
            fail(pattern.span(), problem)
        })
    };
    Ok(ColumnPattern {
        table: table.map(read).transpose()?,
        column: read(column)?,
        literals,
        parameters,
        rows,
    })
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
