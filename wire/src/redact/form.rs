//! Secrets in pairs of names and values: the query of a URL and `application/x-www-form-urlencoded`; also in what
//! stands in a value: another URL, JSON, markup.

use super::detect::{self, Neighbours};
use super::edits::Edits;
use super::pass::Place;
use super::{Pass, deflated, inside, url};

/// Where pairs stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Pairs {
    Query,
    Form,
    /// Behind a segment of a path, with semicolons between them.
    Parameters,
}

/// Pairs with their secrets replaced; `None` when there are none.
pub(super) fn redact(pairs: &[u8], of: Pairs, pass: &mut Pass) -> Option<Vec<u8>> {
    let separator = if of == Pairs::Parameters { b';' } else { b'&' };
    let mut edits = Edits::of(pairs);
    let mut at = 0;
    while let Some(rest) = pairs.get(at..).filter(|rest| !rest.is_empty()) {
        let len = memchr::memchr(separator, rest).unwrap_or(rest.len());
        let pair = rest.get(..len).unwrap_or_default();
        if let Some(equals) = memchr::memchr(b'=', pair)
            && let Some((name, value)) = pair.split_at_checked(equals + 1)
            && let Some(new) = redact_value(name.get(..equals).unwrap_or(name), value, of, pass)
        {
            edits.put(at + equals + 1..at + len, &new);
        }
        at += len + 1;
    }
    edits.finish()
}

/// What takes the place of a pair's value, encoded.
fn redact_value(name: &[u8], value: &[u8], of: Pairs, pass: &mut Pass) -> Option<Vec<u8>> {
    let decoded_name = is_escaped(name).then(|| url::decode(name, true));
    let name = decoded_name.as_deref().unwrap_or(name);
    let (rule, place) = match of {
        Pairs::Query | Pairs::Parameters => (
            pass.rule(|table| &mut table.query, name, false),
            Place::Query(name),
        ),
        Pairs::Form => (
            pass.rule(|table| &mut table.form, name, false),
            Place::Form(name),
        ),
    };
    if let Some(new) = rule.and_then(|rule| pass.replace(rule, &url::decode(value, true), place)) {
        return Some(url::encode(&new));
    }
    if !is_escaped(value) {
        return inside::redact(value, pass).or_else(|| deflated::redact(value, pass));
    }
    let decoded = url::decode(value, true);
    let inside = inside::redact(&decoded, pass).or_else(|| deflated::redact(&decoded, pass));
    let changed = inside.is_some();
    let mut new = inside.unwrap_or(decoded);
    // Escapes hide secrets from the detectors, which look at what is written.
    let found = detect::redact(&mut new, Neighbours::Text, pass);
    (changed || found).then(|| url::encode(&new))
}

fn is_escaped(text: &[u8]) -> bool {
    memchr::memchr2(b'%', b'+', text).is_some()
}
