//! Reads a rule from the form a person writes. Grammar in [`super::Rewrite`].

use std::str::FromStr;

use regex::bytes::Regex;
use reprise_wire::JsonPath;
use reprise_wire::http::is_token;

use super::change::Change;
use super::replacement::Replacement;
use super::{Rewrite, RewriteError, Written};

impl FromStr for Rewrite {
    type Err = RewriteError;

    fn from_str(text: &str) -> Result<Self, RewriteError> {
        let text = text.trim();
        // `for` within an expression belongs to it
        let from = substitution(text).map_or(0, |(_, _, end)| end);
        let rest = text.get(from..).unwrap_or_default();
        let (rule, filter) = match rest.rfind(" for ") {
            Some(at) => (text.get(..from + at), rest.get(at + 5..)),
            None => (Some(text), None),
        };
        Self::try_from(Written {
            rule: rule.unwrap_or_default().trim_end().to_owned(),
            filter: filter.map(|filter| filter.trim().to_owned()),
        })
    }
}

/// Reads what comes before the filter.
pub(super) fn change(rule: &str) -> Result<Change, RewriteError> {
    let fail = |why: String| RewriteError::How {
        rule: rule.to_owned(),
        why,
    };
    let Some((what, how)) = rule.split_once(':') else {
        return Err(RewriteError::What(rule.to_owned()));
    };
    match what {
        "host" => named_host(how).map_err(fail),
        "path" => {
            let (regex, new) = expression(rule).map_err(fail)?;
            Ok(Change::Path(regex, new))
        }
        "body" => {
            let (regex, new) = expression(rule).map_err(fail)?;
            Ok(Change::Body(regex, new))
        }
        "query" => pair(how, "query:page=2 or query:-page", |_| true)
            .map(|(name, new)| Change::Query(name, new))
            .map_err(fail),
        "cookie" => pair(how, "cookie:theme=dark or cookie:-theme", is_token)
            .map(|(name, new)| Change::Cookie(name, new))
            .map_err(fail),
        "header" => header(how).map_err(fail),
        "json" => json(how).map_err(fail),
        _ => Err(RewriteError::What(rule.to_owned())),
    }
}

fn named_host(how: &str) -> Result<Change, String> {
    let odd = |c: char| c.is_whitespace() || c.is_control() || matches!(c, '/' | '@');
    if how.is_empty() || how.contains(odd) {
        return Err("write host:NAME, with its port if it needs one".to_owned());
    }
    Ok(Change::Host(Replacement::parse(how)))
}

fn header(how: &str) -> Result<Change, String> {
    let (name, new) = pair(how, "header:X-Env=staging or header:-X-Env", is_token)?;
    let framing = ["Content-Length", "Transfer-Encoding"];
    if framing.iter().any(|own| name.eq_ignore_ascii_case(own)) {
        return Err(format!(
            "{name} says where the body ends and follows from it; rewrite the body"
        ));
    }
    Ok(Change::Header(name, new))
}

fn json(how: &str) -> Result<Change, String> {
    let (path, new) = how
        .split_once('=')
        .ok_or("write json:$.PATH=VALUE, as in json:$.user.email=load{copy}@example.org")?;
    Ok(Change::Json(
        JsonPath::parse(path.trim())?,
        Replacement::parse(new),
    ))
}

/// `NAME=VALUE`, or `-NAME`.
fn pair(
    how: &str,
    example: &str,
    is_name: impl Fn(&[u8]) -> bool,
) -> Result<(String, Option<Replacement>), String> {
    let (name, new) = match (how.strip_prefix('-'), how.split_once('=')) {
        (Some(name), _) => (name, None),
        (None, Some((name, value))) => (name, Some(Replacement::parse(value))),
        (None, None) => return Err(format!("write {example}")),
    };
    if name.is_empty() || !is_name(name.as_bytes()) {
        return Err(format!("'{name}' is no name; write {example}"));
    }
    Ok((name.to_owned(), new))
}

fn expression(rule: &str) -> Result<(Regex, Replacement), String> {
    let (regex, new, end) = substitution(rule)
        .ok_or("write s/REGEX/NEW/, with any other character for / that is not in REGEX or NEW")?;
    if end != rule.len() {
        return Err(format!(
            "'{}' comes after the last sign of s/REGEX/NEW/",
            rule.get(end..).unwrap_or_default()
        ));
    }
    let regex = Regex::new(&regex).map_err(|error| error.to_string())?;
    Ok((regex, Replacement::parse(&new)))
}

/// The two parts of `WHAT:s/REGEX/NEW/`, and where it ends.
fn substitution(rule: &str) -> Option<(String, String, usize)> {
    let start = ["path:s", "body:s"]
        .iter()
        .find(|start| rule.starts_with(**start))?;
    let mut chars = rule.char_indices().skip(start.len());
    let (_, sign) = chars.next()?;
    if sign.is_alphanumeric() || sign.is_whitespace() || sign == '\\' {
        return None;
    }
    let mut part = || {
        let mut text = String::new();
        loop {
            match chars.next()? {
                (_, c) if c == sign => return Some(text),
                (_, '\\') => match chars.next()? {
                    (_, c) if c == sign => text.push(c),
                    (_, c) => text.extend(['\\', c]),
                },
                (_, c) => text.push(c),
            }
        }
    };
    let (regex, new) = (part()?, part()?);
    let end = chars.next().map_or(rule.len(), |(at, _)| at);
    Some((regex, new, end))
}
