//! The filter language of the command line, the window, plans and redaction:
//! `method:POST status:5xx operation:/cart -status:404 took:>100ms protocol:mysql /regex/`.
//! All terms must hold; `-` negates one; quotes hold blanks together.

mod error;
mod parse;
mod range;
mod term;

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::{Exchange, Flags, Protocol};
use term::Term;

pub use error::{FilterError, FilterProblem};
pub use term::flag_names;

/// Which exchanges are meant.
///
/// | term | holds for |
/// |---|---|
/// | `protocol:http` | the protocol: `http` or `mysql` |
/// | `method:POST` | the HTTP method, or the verb of an SQL statement |
/// | `status:404`, `status:5xx`, `status:>=400` | the HTTP status or MySQL error number (0 is success) |
/// | `status:none`, `status:error` | no answer; a 5xx or a MySQL error |
/// | `operation:/cart` | the operation contains this, in any case |
/// | `request:x=1` | the request line or SQL text contains this, in any case |
/// | `took:>100ms`, `took:10ms..1s` | the time from request to answer |
/// | `sent:>10kB`, `received:>1MB` | the size of the request, of the answer, on the wire |
/// | `connection:17` | the connection's number in its recording |
/// | `flag:truncated` | what is unusual about it |
/// | `word`, `"two words"` | operation or request contain this, in any case |
/// | `/regex/` | operation or request match this; a blank in it is written `\s` |
///
/// `method`, `status`, `protocol`, `flag` and `connection` take several values: `method:GET,HEAD`.
///
/// ```
/// use reprise_wire::filter::{Candidate, Filter};
/// use reprise_wire::{Flags, Protocol};
///
/// let filter = Filter::parse("method:GET operation:/cart -status:404 took:>100ms").unwrap();
/// assert!(filter.matches(&Candidate {
///     protocol: Protocol::Http,
///     operation: "GET /cart/{id}",
///     summary: "GET /cart/7?full=1",
///     status: Some(200),
///     latency_us: Some(150_000),
///     request_bytes: Some(310),
///     response_bytes: Some(2_048),
///     connection: Some(17),
///     flags: Flags::empty(),
/// }));
/// ```
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Filter {
    text: String,
    terms: Vec<Term>,
}

/// What a filter looks at: an exchange, or a row that stands for one.
#[derive(Clone, Copy, Debug)]
pub struct Candidate<'a> {
    /// What it is in.
    pub protocol: Protocol,
    /// What it does, values removed.
    pub operation: &'a str,
    /// What it asks for, in one line.
    pub summary: &'a str,
    /// HTTP status or MySQL error number; `None`: no answer.
    pub status: Option<u16>,
    /// From the first byte of the request to the last of the answer, microseconds.
    pub latency_us: Option<u64>,
    /// Bytes of the request on the wire; `None`: it is missing.
    pub request_bytes: Option<u64>,
    /// Bytes of the answer on the wire; `None`: it is missing.
    pub response_bytes: Option<u64>,
    /// The connection's number; `None`: it is not in a recording yet.
    pub connection: Option<u32>,
    /// What is unusual about it.
    pub flags: Flags,
}

impl<'a> From<&'a Exchange> for Candidate<'a> {
    fn from(exchange: &'a Exchange) -> Self {
        Self {
            protocol: exchange.protocol,
            operation: &exchange.operation,
            summary: &exchange.summary,
            status: exchange.status,
            latency_us: exchange.latency_us(),
            request_bytes: exchange.request.as_ref().map(|payload| payload.wire_len),
            response_bytes: exchange.response.as_ref().map(|payload| payload.wire_len),
            connection: None,
            flags: exchange.flags,
        }
    }
}

impl Filter {
    /// Reads a filter; an empty one matches everything.
    ///
    /// # Errors
    /// A term is not understood: the error names its position and what would be.
    pub fn parse(text: &str) -> Result<Self, FilterError> {
        Ok(Self {
            text: text.to_owned(),
            terms: parse::terms(text)?,
        })
    }

    /// Whether every term holds for `candidate`.
    pub fn matches(&self, candidate: &Candidate<'_>) -> bool {
        self.terms.iter().all(|term| term.holds_for(candidate))
    }

    /// The key of its first term that needs more than operation and summary, which are known before an exchange is
    /// answered, wherever it is; `None`: they decide alone.
    pub fn beyond_request(&self) -> Option<&'static str> {
        self.terms.iter().find_map(|term| term.beyond_request())
    }

    /// Whether it matches everything.
    pub const fn is_empty(&self) -> bool {
        self.terms.is_empty()
    }
}

impl TryFrom<String> for Filter {
    type Error = FilterError;

    fn try_from(text: String) -> Result<Self, FilterError> {
        Self::parse(&text)
    }
}

impl From<Filter> for String {
    fn from(filter: Filter) -> Self {
        filter.text
    }
}

/// The text it was read from.
impl fmt::Display for Filter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl PartialEq for Filter {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text
    }
}

impl Eq for Filter {}

#[cfg(test)]
mod tests;
