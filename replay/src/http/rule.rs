//! Rules that rewrite requests: what each changes, of which requests, and with what. The language of
//! `--rewrite` and of rewriting files.

mod change;
mod pairs;
mod parse;
mod replacement;

use std::fmt;

use reprise_wire::filter::{Candidate, Filter, FilterError};
use reprise_wire::http::Message;
use serde::{Deserialize, Serialize};
use thiserror::Error;

use change::Change;

pub(crate) use replacement::Moment;

/// A rule that rewrites requests, written `WHAT:HOW[ for FILTER]`.
///
/// | rule | what it does |
/// |---|---|
/// | `host:NAME` | names another host, in Origin and Referer too where they named the one before |
/// | `path:s/REGEX/NEW/` | replaces in the path; `$1` stands for the first group |
/// | `query:NAME=VALUE`, `query:-NAME` | sets a parameter of the query, or removes it |
/// | `header:NAME=VALUE`, `header:-NAME` | sets a header field, or removes it |
/// | `cookie:NAME=VALUE`, `cookie:-NAME` | sets a cookie, or removes it |
/// | `body:s/REGEX/NEW/` | replaces in the content |
/// | `json:$.PATH=VALUE` | sets what is at a place of a JSON document; a string stays a string |
///
/// Any other character can stand for the `/` of `s/REGEX/NEW/`. In what is put in, `{copy}` stands for the
/// number of the copy, from 0; `{random}` for 16 hexadecimal digits that the seed, the copy and the exchange
/// decide; `{now}` for the run's clock (RFC 3339), `{now:s}` and `{now:ms}` for it in Unix time;
/// `{secret.NAME}` for a secret of the plan.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(try_from = "Written", into = "Written")]
pub struct Rewrite {
    rule: String,
    filter: Option<Filter>,
    change: Change,
}

/// A rule as it is stored, and as a rewriting file has it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    rule: String,
    #[serde(rename = "for", default, skip_serializing_if = "Option::is_none")]
    filter: Option<String>,
}

/// Why a rule cannot be read.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum RewriteError {
    /// It begins with nothing known.
    #[error(
        "read the rule '{0}': it begins with host:, path:, query:, header:, cookie:, body: or json:, as in \
         header:X-Env=staging or path:s|^/v1/|/v2/|"
    )]
    What(String),
    /// What follows is not as it should be.
    #[error("read the rule '{rule}': {why}")]
    How {
        /// The rule.
        rule: String,
        /// What it should look like.
        why: String,
    },
    /// What follows ` for ` is no filter.
    #[error("read the rule '{rule}': {source}")]
    Filter {
        /// The rule.
        rule: String,
        /// What is wrong with it.
        source: FilterError,
    },
}

impl Rewrite {
    /// Whether it is meant for this exchange.
    pub(crate) fn is_for(&self, exchange: &Candidate<'_>) -> bool {
        self.filter
            .as_ref()
            .is_none_or(|filter| filter.matches(exchange))
    }

    /// Whether it must wait until the request is sent: its values differ from copy to copy, or it overrides
    /// the cookies the target gave.
    pub(crate) fn is_late(&self) -> bool {
        self.change.is_late()
    }

    /// The secrets it puts in.
    pub(crate) fn secrets(&self) -> Vec<&str> {
        self.change
            .replacement()
            .map_or_else(Vec::new, |new| new.secrets().collect())
    }

    /// Changes a request; whether there was anything to change.
    pub(crate) fn apply(&self, request: &mut Message<'_>, moment: &Moment<'_>) -> bool {
        self.change.apply(request, moment)
    }
}

impl fmt::Display for Rewrite {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.rule)?;
        match &self.filter {
            Some(filter) => write!(f, " for {filter}"),
            None => Ok(()),
        }
    }
}

impl PartialEq for Rewrite {
    fn eq(&self, other: &Self) -> bool {
        self.rule == other.rule && self.filter == other.filter
    }
}

impl TryFrom<Written> for Rewrite {
    type Error = RewriteError;

    fn try_from(written: Written) -> Result<Self, RewriteError> {
        let Written { rule, filter } = written;
        let change = parse::change(&rule)?;
        let filter = filter.map(|filter| {
            Filter::parse(&filter).map_err(|source| RewriteError::Filter {
                rule: rule.clone(),
                source,
            })
        });
        Ok(Self {
            filter: filter.transpose()?,
            change,
            rule,
        })
    }
}

impl From<Rewrite> for Written {
    fn from(rewrite: Rewrite) -> Self {
        Self {
            rule: rewrite.rule,
            filter: rewrite.filter.map(String::from),
        }
    }
}

/// Which rules of a plan are for a request, by their place, in order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Matching {
    rules: Box<[u16]>,
    /// How many of them can be applied once for all copies: those before the first that must wait.
    early: usize,
}

impl Matching {
    /// Those of `rules` that are for `exchange`.
    pub(crate) fn of(rules: &[Rewrite], exchange: &Candidate<'_>) -> Self {
        let matching = (0..).zip(rules).filter(|(_, rule)| rule.is_for(exchange));
        let matching: Vec<(u16, &Rewrite)> = matching.collect();
        let late = matching.iter().position(|(_, rule)| rule.is_late());
        Self {
            early: late.unwrap_or(matching.len()),
            rules: matching.iter().map(|(number, _)| *number).collect(),
        }
    }

    /// Those that can be applied once.
    pub(crate) fn early(&self) -> &[u16] {
        self.rules.get(..self.early).unwrap_or_default()
    }

    /// Those that must wait until the request is sent.
    pub(crate) fn late(&self) -> &[u16] {
        self.rules.get(self.early..).unwrap_or_default()
    }

    /// All of them.
    pub(crate) fn all(&self) -> &[u16] {
        &self.rules
    }
}

/// Applies rules, named by their place, to a request as bytes; `None` when none had anything to change.
pub(crate) fn apply(
    rules: &[Rewrite],
    places: &[u16],
    request: &[u8],
    moment: &Moment<'_>,
) -> Option<Vec<u8>> {
    if places.is_empty() {
        return None;
    }
    let mut message = Message::parse(request).ok()?;
    let mut changed = false;
    for rule in places.iter().filter_map(|at| rules.get(usize::from(*at))) {
        changed |= rule.apply(&mut message, moment);
    }
    changed.then(|| message.encode())
}

#[cfg(test)]
mod tests;
