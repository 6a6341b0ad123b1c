//! Text to terms: words at blanks (quotes hold them together), then keys and values.

use regex::RegexBuilder;

use super::error::{FilterError, FilterProblem};
use super::range::{Range, size_bytes, time_us};
use super::term::{FLAG_NAMES, StatusTest, Term, Test};
use crate::{Flags, Protocol};

/// Every key, in the order errors name them.
pub(super) const KEYS: [&str; 10] = [
    "method",
    "status",
    "operation",
    "request",
    "took",
    "sent",
    "received",
    "connection",
    "protocol",
    "flag",
];

/// The most memory a compiled regular expression may take, bytes.
const REGEX_SIZE: usize = 1 << 20;

/// A word of the text: what it says with its quotes removed, and where it begins.
struct Word {
    /// In characters from 1.
    position: usize,
    negated: bool,
    /// What stands before a colon outside quotes.
    key: Option<String>,
    value: String,
    quoted: bool,
}

/// All terms of `text`.
pub(super) fn terms(text: &str) -> Result<Vec<Term>, FilterError> {
    words(text)?
        .into_iter()
        .map(|word| {
            let Word {
                position, negated, ..
            } = word;
            let test = test(word).map_err(|problem| FilterError { position, problem })?;
            Ok(Term { negated, test })
        })
        .collect()
}

/// Cuts `text` at blanks outside quotes.
fn words(text: &str) -> Result<Vec<Word>, FilterError> {
    let mut words = Vec::new();
    let mut chars = text.chars().zip(1_usize..).peekable();
    while let Some((first, position)) = chars.next() {
        if first.is_whitespace() {
            continue;
        }
        let negated = first == '-' && chars.peek().is_some_and(|(next, _)| !next.is_whitespace());
        let mut word = Word {
            position,
            negated,
            key: None,
            value: String::new(),
            quoted: false,
        };
        let mut next = if negated {
            chars.next()
        } else {
            Some((first, position))
        };
        while let Some((c, at)) = next {
            match c {
                '"' => {
                    word.quoted = true;
                    let closed = quoted(&mut chars, &mut word.value);
                    if !closed {
                        let problem = FilterProblem::OpenQuote;
                        return Err(FilterError {
                            position: at,
                            problem,
                        });
                    }
                }
                ':' if word.key.is_none() && !word.quoted && !word.value.starts_with('/') => {
                    word.key = Some(std::mem::take(&mut word.value));
                }
                _ => word.value.push(c),
            }
            next = chars.next_if(|(c, _)| !c.is_whitespace());
        }
        words.push(word);
    }
    Ok(words)
}

/// Takes text up to the closing quote (`\"` stands for a quote within): whether there is one.
fn quoted(chars: &mut impl Iterator<Item = (char, usize)>, value: &mut String) -> bool {
    while let Some((c, _)) = chars.next() {
        match c {
            '"' => return true,
            '\\' => match chars.next() {
                Some((escaped @ ('"' | '\\'), _)) => value.push(escaped),
                Some((other, _)) => value.extend(['\\', other]),
                None => return false,
            },
            _ => value.push(c),
        }
    }
    false
}

fn test(word: Word) -> Result<Test, FilterProblem> {
    let Word {
        key, value, quoted, ..
    } = word;
    let Some(key) = key else {
        return bare(value, quoted);
    };
    let key = key.to_ascii_lowercase();
    if !KEYS.contains(&key.as_str()) {
        return Err(FilterProblem::UnknownKey(key));
    }
    if value.is_empty() {
        return Err(FilterProblem::Missing(format!("{key}:")));
    }
    let values = || value.split(',');
    match key.as_str() {
        "method" => Ok(Test::Method(values().map(str::to_owned).collect())),
        "status" => values()
            .map(status)
            .collect::<Result<_, _>>()
            .map(Test::Status),
        "operation" => Ok(Test::Operation(value.to_lowercase())),
        "request" => Ok(Test::Request(value.to_lowercase())),
        "took" => match Range::parse(&value, time_us) {
            Some(range) => Ok(Test::Took(range)),
            None => Err(FilterProblem::BadTime(value)),
        },
        "sent" => size(value).map(Test::Sent),
        "received" => size(value).map(Test::Received),
        "connection" => values()
            .map(connection)
            .collect::<Result<_, _>>()
            .map(Test::Connection),
        "protocol" => values()
            .map(protocol)
            .collect::<Result<_, _>>()
            .map(Test::Protocol),
        _ => values().map(flag).collect::<Result<_, _>>().map(Test::Flag),
    }
}

/// A word without a key: a regular expression between slashes, else text.
fn bare(value: String, quoted: bool) -> Result<Test, FilterProblem> {
    if value.is_empty() {
        return Err(FilterProblem::Missing("\"\"".to_owned()));
    }
    let pattern = value
        .strip_prefix('/')
        .and_then(|rest| rest.strip_suffix('/'));
    match pattern {
        Some(pattern) if !quoted && !pattern.is_empty() => {
            match RegexBuilder::new(pattern).size_limit(REGEX_SIZE).build() {
                Ok(regex) => Ok(Test::Regex(regex)),
                Err(error) => {
                    let why = error.to_string();
                    let why = why.lines().last().unwrap_or_default();
                    let why = why.trim_start_matches("error: ").to_owned();
                    Err(FilterProblem::BadRegex {
                        pattern: pattern.to_owned(),
                        why,
                    })
                }
            }
        }
        _ => Ok(Test::Text(value.to_lowercase())),
    }
}

fn status(text: &str) -> Result<StatusTest, FilterProblem> {
    let number = |text: &str| text.parse::<u16>().ok().map(u64::from);
    let class = || {
        let digit = text
            .to_ascii_lowercase()
            .strip_suffix("xx")?
            .parse::<u64>()
            .ok()?;
        (1..=9).contains(&digit).then(|| Range {
            low: digit * 100,
            high: digit * 100 + 99,
        })
    };
    let exact = || {
        number(text).map(|status| Range {
            low: status,
            high: status,
        })
    };
    match text {
        "none" => Ok(StatusTest::None),
        "error" => Ok(StatusTest::Error),
        _ => Range::parse(text, number)
            .or_else(class)
            .or_else(exact)
            .map(StatusTest::Within)
            .ok_or_else(|| FilterProblem::BadStatus(text.to_owned())),
    }
}

fn size(text: String) -> Result<Range, FilterProblem> {
    let exact = || {
        size_bytes(&text).map(|bytes| Range {
            low: bytes,
            high: bytes,
        })
    };
    Range::parse(&text, size_bytes)
        .or_else(exact)
        .ok_or(FilterProblem::BadSize(text))
}

fn connection(text: &str) -> Result<u32, FilterProblem> {
    text.parse()
        .map_err(|_| FilterProblem::BadConnection(text.to_owned()))
}

fn protocol(text: &str) -> Result<Protocol, FilterProblem> {
    match text.to_ascii_lowercase().as_str() {
        "http" => Ok(Protocol::Http),
        "mysql" => Ok(Protocol::Mysql),
        _ => Err(FilterProblem::UnknownProtocol(text.to_owned())),
    }
}

fn flag(text: &str) -> Result<Flags, FilterProblem> {
    FLAG_NAMES
        .iter()
        .find(|(name, _)| text.eq_ignore_ascii_case(name))
        .map(|(_, flags)| *flags)
        .ok_or_else(|| FilterProblem::UnknownFlag(text.to_owned()))
}
