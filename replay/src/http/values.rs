//! Values a lane's requests carry that only the target can supply: where each comes from in its answers,
//! and where each stands in later requests. Found when the plan is made, used while it runs.

use std::fmt;
use std::sync::Arc;

use super::places::beside::Slot;
use super::places::json::last_key;
use super::writing::Writing;

/// What is known about the values of one lane.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct LaneValues {
    /// How many values the lane takes from answers; they are numbered from 0.
    pub(crate) count: usize,
    /// Where the plan's notes have what each of them was when recorded: that of the last; 0 for none.
    pub(crate) recorded_at: u64,
    /// Which of the recorded accounts logs in, when the plan's users do in its stead.
    pub(crate) account: Option<u32>,
    /// Its recorded name.
    pub(crate) user: Option<Box<[u8]>>,
    /// Values it carries that another lane's answer gives, by their numbers in the run.
    pub(crate) of_others: Vec<u32>,
}

/// A value to take from an answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Take {
    /// Where in the answer it stands.
    pub(crate) origin: Arc<Origin>,
    /// The number it is kept under.
    pub(crate) value: Number,
    /// What tells the link or form that it is to be taken from.
    pub(crate) beside: Box<[Beside]>,
    /// The recorded word, which the target's has to stand for; empty: whatever is there is the value.
    pub(crate) word: Box<[u8]>,
}

/// What the link or form of a value had beside it, and the request that carries the value has as well: by it the right
/// one of many is known, wherever on its page it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Beside {
    /// The hash of where it was and what it was when recorded.
    pub(crate) recorded: u64,
    /// Where it is, and what the request has there in its stead.
    pub(crate) filled: Option<(Slot, Fill)>,
}

/// The number of a value that an answer gives.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Number {
    /// Of those that the lane itself carries.
    Own(u32),
    /// Of those that other lanes carry: one count for the whole run.
    Shared(u32),
}

/// What the target answered another lane: the value's number in the run, and the value.
pub(crate) type Shared = (u32, Box<[u8]>);

/// Where in an answer a value stands.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Origin {
    /// What holds it.
    pub(crate) holder: Holder,
    /// The part of a URL it is, `/orders/{}`; `None`: all that the holder holds.
    pub(crate) shape: Option<String>,
    /// How many such places with other values come before it in the answer.
    pub(crate) nth: u32,
}

impl Origin {
    /// The parameter of a URL's query that it is.
    pub(crate) fn parameter(&self) -> Option<&str> {
        let (_, query) = self.shape.as_deref()?.split_once('?')?;
        query.strip_suffix("={}")
    }
}

/// What in an answer holds a value.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Holder {
    /// This header field, its name in lower case.
    Header(String),
    /// The cookie of this name that the answer sets; percent-decoded, as scripts read cookies that they send
    /// back elsewhere, or as it stands.
    Cookie {
        /// Its name.
        name: String,
        /// Whether it is decoded.
        decoded: bool,
    },
    /// The `value` of an HTML input or button, or the `content` of a meta element, with this name; or an
    /// attribute `data-...`.
    Html(String),
    /// A hidden field of this name, in the one form that leads where the request goes.
    Field(String),
    /// A link, a form's action or a source in HTML.
    Link,
    /// What a script in HTML sets: the key, variable or function before the literal, and the one around that.
    Script(String),
    /// The string or number at this path of a JSON document: keys and indices, joined by dots.
    Json(String),
}

/// A value within a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Carry {
    /// Which part of the message that is in.
    pub(crate) part: Part,
    /// How far before the part's end it begins; bytes. What comes before it may name another host by now.
    pub(crate) before_end: u32,
    /// How it is written there.
    pub(crate) writing: Writing,
    /// The bytes there, as recorded.
    pub(crate) recorded: Box<[u8]>,
    /// What goes in its stead.
    pub(crate) fill: Fill,
}

/// The part of a request that is searched and rewritten as one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Part {
    /// The target: path and query.
    Target,
    /// The value of the field at this place among the headers.
    Header(u16),
    /// The body, chunk framing removed.
    Body,
}

/// The field of a request that holds a value, as the plan names it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Place {
    /// The segment of the path with this number, from 1.
    Path(u32),
    /// A parameter of the query.
    Query(String),
    /// A header field, its name in lower case.
    Header(String),
    /// A cookie.
    Cookie(String),
    /// A field of a URL-encoded form.
    Form(String),
    /// The string or number at this path of a JSON document.
    Json(String),
    /// A plain field of a multipart form.
    Multipart(String),
}

/// What replaces a recorded value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fill {
    /// What the target answered, by the value's number in the lane.
    Value(usize),
    /// What the target answered another lane, by the value's number in the run.
    OfAnother(u32),
    /// A secret, by its place among the plan's names.
    Secret(usize),
    /// The name of the copy's own account.
    User,
    /// The password of the copy's own account.
    Password,
}

impl Holder {
    /// Whether it is in the content of an answer.
    pub(crate) const fn is_in_content(&self) -> bool {
        !matches!(self, Self::Header(_) | Self::Cookie { .. })
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (&self.holder, &self.shape) {
            (Holder::Link, Some(shape)) => write!(f, "link:{shape}"),
            (Holder::Link, None) => f.write_str("link"),
            (Holder::Cookie { name, .. }, _) => write!(f, "cookie:{name}"),
            (Holder::Header(name), shape) => with_shape(f, "header", name, shape.as_deref()),
            (Holder::Html(name) | Holder::Field(name), shape) => {
                with_shape(f, "html", name, shape.as_deref())
            }
            (Holder::Script(path), shape) => with_shape(f, "script", path, shape.as_deref()),
            (Holder::Json(path), shape) => with_shape(f, "json", path, shape.as_deref()),
        }
    }
}

fn with_shape(
    f: &mut fmt::Formatter<'_>,
    holder: &str,
    name: &str,
    shape: Option<&str>,
) -> fmt::Result {
    match shape {
        Some(shape) => write!(f, "{holder}:{name}={shape}"),
        None => write!(f, "{holder}:{name}"),
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Path(number) => write!(f, "path:{number}"),
            Self::Query(name) => write!(f, "query:{name}"),
            Self::Header(name) => write!(f, "header:{name}"),
            Self::Cookie(name) => write!(f, "cookie:{name}"),
            Self::Form(name) => write!(f, "form:{name}"),
            Self::Json(path) => write!(f, "json:{path}"),
            Self::Multipart(name) => write!(f, "multipart:{name}"),
        }
    }
}

impl Place {
    /// The field's own name; empty for a segment of the path.
    pub(crate) fn name(&self) -> &str {
        match self {
            Self::Path(_) => "",
            Self::Json(path) => last_key(path),
            Self::Query(name)
            | Self::Header(name)
            | Self::Cookie(name)
            | Self::Form(name)
            | Self::Multipart(name) => name,
        }
    }
}
