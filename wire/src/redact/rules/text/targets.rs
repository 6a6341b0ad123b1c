//! From the keys of a rule to what it matches, with every error at its line.

use std::ops::Range;

use regex::bytes::RegexBuilder;
use toml::Spanned;

use super::RuleText;
use crate::json_path::JsonPath;
use crate::redact::name::NamePattern;
use crate::redact::rules::RulesError;
use crate::redact::rules::target::{
    ColumnPattern, Detector, DigestPattern, SegmentPattern, Target, Where,
};

/// What a name is the name of.
type Named = fn(NamePattern) -> Where;

/// A key of a rule, its patterns, and what they are about.
type Patterns<'a, T> = (&'static str, &'a [Spanned<String>], T);

impl RuleText {
    pub(super) fn targets(
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
