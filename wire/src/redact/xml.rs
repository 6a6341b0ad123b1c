//! Secrets in XML, SOAP, XML-RPC and property lists: the text of elements and the values of attributes whose names
//! say so, also where a name is a text of its own: `<name>password</name><value>x</value>`.

use std::ops::Range;

use super::edits::Edits;
use super::pass::Place;
use super::{Pass, base64, html, inside};

const CDATA: &[u8] = b"<![CDATA[";
const CDATA_END: &[u8] = b"]]>";
/// Elements whose text names what comes in the next one, and attributes that name what the element holds.
const NAMES: [&[u8]; 2] = [b"name", b"key"];
/// Elements and attributes that hold what was named.
const VALUES: [&[u8]; 6] = [b"value", b"string", b"val", b"text", b"data", b"base64"];

/// A document being gone through.
struct Walk<'a, 'p> {
    document: &'a [u8],
    edits: Edits<'a>,
    pass: &'p mut Pass,
    /// The element at hand is inside one that a rule takes: its name, the rule, and how many are open since. It may
    /// be a whole message, so that only elements which are nothing but values are taken in it.
    taken: Option<(&'a [u8], usize, usize)>,
    /// What the last element with a name for its text said.
    said: Option<&'a [u8]>,
}

/// A document with its secrets replaced; `None` when there are none.
pub(super) fn redact(document: &[u8], pass: &mut Pass) -> Option<Vec<u8>> {
    let mut walk = Walk {
        document,
        edits: Edits::of(document),
        pass,
        taken: None,
        said: None,
    };
    let mut done = 0;
    for at in memchr::memchr_iter(b'<', document) {
        let Some(rest) = document.get(at + 1..).filter(|_| at >= done) else {
            continue;
        };
        match rest.first() {
            Some(b'/') => walk.closed(),
            None | Some(b'!' | b'?') => {}
            _ => done = walk.element(at + 1),
        }
    }
    walk.edits.finish()
}

impl<'a> Walk<'a, '_> {
    /// An element ends.
    fn closed(&mut self) {
        self.taken = self
            .taken
            .and_then(|(name, rule, open)| Some((name, rule, open.checked_sub(1)?)))
            .filter(|(_, _, open)| *open > 0);
    }

    /// The element whose tag begins at `start`; up to where it was gone through.
    fn element(&mut self, start: usize) -> usize {
        let rest = self.document.get(start..).unwrap_or_default();
        // A document may be cut off within a tag.
        let end = tag_len(rest);
        let tag = rest.get(..end).unwrap_or_default();
        let name = tag.split(|byte| byte.is_ascii_whitespace() || *byte == b'/');
        let name = name.into_iter().next().unwrap_or_default();
        let told = self.attributes(tag, name.len(), start);
        let done = start + end;
        let has_text = !tag.ends_with(b"/");
        let name = local(name);
        if let Some((_, _, open)) = self.taken.as_mut().filter(|_| has_text) {
            *open += 1;
        }
        if !has_text {
            return done;
        }
        let range = text_at(self.document, start + end + 1);
        let text = self.document.get(range.clone()).unwrap_or_default();
        let is_blank = text.trim_ascii().is_empty();
        // what stands in CDATA is no markup of this document
        let is_cdata = range.start > done + 1;
        let after = if is_cdata { range.end } else { done };
        if let Some((of, rule)) = self.rule(name, told, is_blank) {
            if !is_blank {
                return self.put(range, rule, of).unwrap_or(after);
            }
            if self.taken.is_none() {
                self.taken = Some((of, rule, 1));
            }
        } else if NAMES.contains(&name) {
            self.said = Some(text.trim_ascii());
        } else if (is_cdata || base64::may_be(text))
            && let Some(new) = inside::redact(text, self.pass)
        {
            self.edits.put(range, &new);
        }
        after
    }

    /// The rule for an element's text, and what it is called.
    fn rule(
        &mut self,
        name: &'a [u8],
        told: Option<&'a [u8]>,
        is_blank: bool,
    ) -> Option<(&'a [u8], usize)> {
        if let Some(rule) = self.pass.rule(|table| &mut table.form, name, false) {
            return Some((name, rule));
        }
        let is_value = VALUES.contains(&name);
        if let Some((of, rule, _)) = self.taken.filter(|_| is_value) {
            return Some((of, rule));
        }
        let said = if is_value && !is_blank {
            self.said.take()
        } else {
            None
        };
        // names of things that people read are no names of members
        let is_name = |said: &&[u8]| !said.is_empty() && !said.iter().any(u8::is_ascii_whitespace);
        let said = told.or(said).filter(is_name)?;
        let rule = self.pass.rule(|table| &mut table.form, said, false)?;
        Some((said, rule))
    }

    /// Replaces the values of a tag's attributes; the name that one of them tells of what the element holds.
    fn attributes(&mut self, tag: &'a [u8], name_len: usize, start: usize) -> Option<&'a [u8]> {
        let all = attributes(tag, name_len);
        let told = all
            .iter()
            .find(|(name, _)| NAMES.contains(name))
            .and_then(|(_, range)| tag.get(range.clone()));
        for (name, range) in all {
            let named = told.filter(|_| VALUES.contains(&name));
            let name = named.unwrap_or_else(|| local(name));
            if let Some(rule) = self.pass.rule(|table| &mut table.form, name, false) {
                self.put(start + range.start..start + range.end, rule, name);
            }
        }
        told
    }

    /// Replaces what stands there; where it ends, if it was replaced.
    fn put(&mut self, range: Range<usize>, rule: usize, name: &[u8]) -> Option<usize> {
        let value = self.document.get(range.clone())?;
        let new = self
            .pass
            .replace(rule, &html::unescape(value), Place::Element(name))?;
        let end = range.end;
        self.edits.put(range, &html::escape(&new));
        Some(end)
    }
}

/// A name without the namespace before it.
fn local(name: &[u8]) -> &[u8] {
    name.rsplit(|byte| *byte == b':').next().unwrap_or(name)
}

/// How long a tag is, up to its `>` outside quotes.
fn tag_len(rest: &[u8]) -> usize {
    let mut quote = None;
    let ends = |byte: &u8| {
        match (quote, byte) {
            (None, b'>') => return true,
            (None, b'"' | b'\'') => quote = Some(*byte),
            (Some(open), byte) if open == *byte => quote = None,
            _ => {}
        }
        false
    };
    rest.iter().position(ends).unwrap_or(rest.len())
}

/// The attributes of a tag, whose name is so long, with where their values stand in it.
fn attributes(tag: &[u8], name_len: usize) -> Vec<(&[u8], Range<usize>)> {
    let mut found = Vec::new();
    let mut at = name_len;
    while let Some(equals) = tag.get(at..).and_then(|rest| memchr::memchr(b'=', rest)) {
        let name = tag.get(at..at + equals).unwrap_or_default().trim_ascii();
        let value = tag.get(at + equals + 1..).unwrap_or_default();
        let open = value.len() - value.trim_ascii_start().len();
        let Some(quote) = value.get(open).filter(|byte| matches!(byte, b'"' | b'\'')) else {
            break;
        };
        let start = at + equals + 1 + open + 1;
        let rest = tag.get(start..).unwrap_or_default();
        let len = memchr::memchr(*quote, rest).unwrap_or(rest.len());
        found.push((name, start..start + len));
        at = start + len + 1;
    }
    found
}

/// Where the text of an element stands that begins at `start`.
fn text_at(document: &[u8], start: usize) -> Range<usize> {
    let rest = document.get(start..).unwrap_or_default();
    if let Some(text) = rest.strip_prefix(CDATA) {
        let len = memchr::memmem::find(text, CDATA_END).unwrap_or(text.len());
        let start = start + CDATA.len();
        return start..start + len;
    }
    start..start + memchr::memchr(b'<', rest).unwrap_or(rest.len())
}
