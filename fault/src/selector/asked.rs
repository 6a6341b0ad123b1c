//! What an exchange is asked for: a pattern (`/api/*`, `UPDATE`), or a filter after `where`.

use std::fmt;

use reprise_wire::filter::{Candidate, Filter};
use reprise_wire::{Flags, Protocol};

use super::Subject;
use crate::{FaultError, SpokenProtocol};

/// What begins a filter.
const WHERE: &str = "where";

/// What the operation or the request must be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Asked {
    /// Text in which `*` is any text.
    Pattern(String),
    /// Terms of the filter language that are known before the answer.
    Filter(Filter),
}

impl Asked {
    /// What is asked by `text`; `None`: nothing.
    pub(super) fn read(text: &str) -> Result<Option<Self>, FaultError> {
        let (first, rest) = text.split_once(' ').unwrap_or((text, ""));
        if first != WHERE {
            return Ok((!text.is_empty()).then(|| Self::Pattern(text.to_owned())));
        }
        let filter = Filter::parse(rest.trim())?;
        if filter.is_empty() {
            return Err(FaultError::BadSelector {
                selector: text.to_owned(),
                why: "says nothing: write a filter behind it, as in where method:POST request:x=1",
            });
        }
        match filter.beyond_request() {
            None => Ok(Some(Self::Filter(filter))),
            Some(key @ ("protocol" | "connection")) => Err(FaultError::BadSelector {
                selector: key.to_owned(),
                why: "is no term of a selector's filter: write http, mysql or connection:N before `where`",
            }),
            Some(key) => Err(FaultError::BadSelector {
                selector: key.to_owned(),
                why: "is not known before an exchange is answered: a selector's filter has method, operation, request, \
                      words and /expressions/",
            }),
        }
    }

    pub(super) fn holds(&self, subject: &Subject<'_>) -> bool {
        match self {
            Self::Pattern(pattern) => is_like(pattern.as_bytes(), subject),
            Self::Filter(filter) => filter.matches(&candidate(subject)),
        }
    }
}

impl fmt::Display for Asked {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Pattern(pattern) => f.write_str(pattern),
            Self::Filter(filter) => write!(f, "{WHERE} {filter}"),
        }
    }
}

/// What a filter is asked about; it looks at operation and summary alone.
const fn candidate<'a>(subject: &Subject<'a>) -> Candidate<'a> {
    Candidate {
        protocol: Protocol::Http,
        operation: subject.operation,
        summary: subject.summary,
        status: None,
        latency_us: None,
        request_bytes: None,
        response_bytes: None,
        connection: None,
        flags: Flags::empty(),
    }
}

fn is_like(pattern: &[u8], subject: &Subject<'_>) -> bool {
    let whole = |text: &str| glob(pattern, text.as_bytes());
    whole(subject.operation)
        || whole(subject.summary)
        || (subject.protocol == Some(SpokenProtocol::Http)
            && (whole(path(subject.operation)) || whole(path(subject.summary))))
        || begins_with_word(subject.operation.as_bytes(), pattern)
}

/// The target of `METHOD TARGET` without its query.
fn path(line: &str) -> &str {
    let target = line.split_once(' ').map_or(line, |(_, target)| target);
    target.split_once('?').map_or(target, |(path, _)| path)
}

fn begins_with_word(text: &[u8], word: &[u8]) -> bool {
    let Some((start, rest)) = text.split_at_checked(word.len()) else {
        return false;
    };
    start.eq_ignore_ascii_case(word)
        && rest
            .first()
            .is_none_or(|next| !next.is_ascii_alphanumeric() && *next != b'_' && *next != b'/')
}

/// Whether `text` is `pattern`, where `*` stands for any run of bytes; case is ignored.
/// Linear but for one step back per `*`: quadratic at worst, on texts of at most some hundred bytes.
pub(super) fn glob(pattern: &[u8], text: &[u8]) -> bool {
    let (mut p, mut t) = (0, 0);
    let mut star: Option<(usize, usize)> = None;
    while let Some(byte) = text.get(t) {
        match pattern.get(p) {
            Some(b'*') => {
                star = Some((p, t));
                p += 1;
            }
            Some(wanted) if wanted.eq_ignore_ascii_case(byte) => {
                p += 1;
                t += 1;
            }
            _ => {
                let Some((star_p, star_t)) = star else {
                    return false;
                };
                star = Some((star_p, star_t + 1));
                p = star_p + 1;
                t = star_t + 1;
            }
        }
    }
    pattern.iter().skip(p).all(|byte| *byte == b'*')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn many_stars_end_in_reasonable_time() {
        let text = "a".repeat(256);
        assert!(!glob(b"*a*a*a*a*a*a*a*a*b", text.as_bytes()));
    }
}
