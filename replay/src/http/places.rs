//! Where values stand in HTTP messages: what a request carries, what an answer offers. Only looks, changes
//! nothing.

mod answer;
pub(crate) mod beside;
pub(crate) mod guess;
pub(crate) mod html;
pub(crate) mod json;
mod request;
mod script;
pub(crate) mod url;
pub(crate) mod word;

pub(crate) use answer::{Choice, Chosen, Looks, Offered, Shown, fields_of, offered, take};
pub(crate) use request::{Carried, carried, names_of_files};

/// What is beyond this in an answer is not searched; bytes, its coding undone.
pub(crate) const SEARCHED: usize = 4 << 20;

/// Longer requests are not searched, but for multipart forms: what is long in those are files; bytes.
const SEARCHED_REQUEST: usize = 1 << 20;

/// Whether a Content-Type, in lower case, is JSON.
pub(crate) fn is_json(kind: &[u8]) -> bool {
    let plus = kind.windows(5).any(|part| part == b"+json");
    kind.starts_with(b"application/json") || plus
}

/// Whether a Content-Type, in lower case, is HTML.
pub(crate) fn is_html(kind: &[u8]) -> bool {
    kind.starts_with(b"text/html") || kind.starts_with(b"application/xhtml")
}
