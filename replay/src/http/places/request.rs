//! What a request carries: every field of it that could have come from an answer, and every token within
//! one, with where it stands and how it is written there.

use std::ops::Range;

use reprise_wire::http::{Message, StartLine};

use super::guess::{Strength, nearest_name, strength};
use super::json::{Kind, leaves};
use super::url::{Url, parameters};
use super::{SEARCHED, is_json};
use crate::http::values::{Part, Place};
use crate::http::writing::{Alphabet, Writing};
use crate::prepare::session::cookie_pairs;

/// A value in a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Carried {
    /// The field.
    pub(crate) place: Place,
    /// The part of the message the field is in.
    pub(crate) part: Part,
    /// Where in that part it stands.
    pub(crate) range: Range<usize>,
    /// How it is written there.
    pub(crate) writing: Writing,
    /// What it means, decoded.
    pub(crate) value: Vec<u8>,
    /// What an id here is about: `order` in `/orders/7` and in `order_id=7`.
    pub(crate) stem: String,
    /// Whether it is all that the field holds.
    pub(crate) whole: bool,
}

/// Fields whose values come from the client's program, not from an answer.
const NEVER_VALUES: [&str; 17] = [
    "Host",
    "User-Agent",
    "Accept",
    "Accept-Encoding",
    "Accept-Language",
    "Connection",
    "Content-Length",
    "Content-Type",
    "Transfer-Encoding",
    "Origin",
    "Cache-Control",
    "Pragma",
    "Expect",
    "Date",
    "Range",
    "Keep-Alive",
    "Upgrade-Insecure-Requests",
];

/// Every value a request carries that could have come from an answer: first whole fields, then what stands
/// within them.
pub(crate) fn carried(request: &Message<'_>) -> Vec<Carried> {
    let mut search = Search {
        text: b"",
        part: Part::Target,
        about: String::new(),
        found: Vec::new(),
    };
    if let StartLine::Request { target, .. } = &request.start {
        search.target(target);
    }
    for (index, field) in request.headers.iter().enumerate() {
        let name = String::from_utf8_lossy(&field.name).to_ascii_lowercase();
        search.text = &field.value;
        search.part = Part::Header(u16::try_from(index).unwrap_or(u16::MAX));
        if field.is("Cookie") {
            search.cookies(&field.value);
        } else if !NEVER_VALUES.iter().any(|known| field.is(known)) {
            search.header(name);
        }
    }
    if request.body.len() <= SEARCHED {
        let kind = request.header("Content-Type").unwrap_or_default();
        search.text = &request.body;
        search.part = Part::Body;
        search.body(&kind.to_ascii_lowercase(), kind);
    }
    search.found
}

struct Search<'a> {
    text: &'a [u8],
    part: Part,
    /// What the request's path is about.
    about: String,
    found: Vec<Carried>,
}

impl<'a> Search<'a> {
    fn target(&mut self, target: &'a [u8]) {
        self.text = target;
        let Some(url) = Url::of(target) else { return };
        let segments: Vec<String> = url
            .segments()
            .map(|(segment, _)| String::from_utf8_lossy(segment).into_owned())
            .collect();
        let names = |count: usize| segments.iter().take(count).map(String::as_str);
        self.about = nearest_name(names(segments.len()));
        for part in url.parts() {
            let writing = part.writing();
            let (place, stem) = match part.name {
                Some(name) => {
                    let stem = self.stem_of(&name);
                    (Place::Query(name), stem)
                }
                None => (
                    Place::Path(u32::try_from(part.segment + 1).unwrap_or(u32::MAX)),
                    nearest_name(names(part.segment)),
                ),
            };
            self.field(place, stem, writing, part.range);
        }
    }

    fn cookies(&mut self, value: &'a [u8]) {
        for (name, pair) in cookie_pairs(value) {
            let start = offset(value, pair);
            let name = String::from_utf8_lossy(name).into_owned();
            let stem = self.stem_of(&name);
            let range = start..start + pair.len();
            self.field(Place::Cookie(name), stem, Writing::Plain, range);
        }
    }

    fn header(&mut self, name: String) {
        let all = self.text;
        // credentials follow the name of their scheme
        let start = match all.iter().position(|byte| *byte == b' ') {
            Some(at) if name.ends_with("authorization") => at + 1,
            _ => 0,
        };
        let stem = match name.as_str() {
            "if-none-match" | "if-match" => "etag".to_owned(),
            "if-modified-since" | "if-unmodified-since" => "lastmodified".to_owned(),
            name => self.stem_of(name),
        };
        if matches!(name.as_str(), "referer" | "location") {
            let Some(url) = Url::of(all) else { return };
            for part in url.parts() {
                let writing = part.writing();
                let stem = part.name.as_deref().map(stem_of_name).unwrap_or_default();
                self.field(Place::Header(name.clone()), stem, writing, part.range);
            }
            return;
        }
        self.field(Place::Header(name), stem, Writing::Plain, start..all.len());
    }

    fn body(&mut self, kind: &[u8], kind_as_sent: &[u8]) {
        if kind.starts_with(b"application/x-www-form-urlencoded") {
            for (name, range) in parameters(self.text, 0..self.text.len()) {
                let stem = self.stem_of(&name);
                self.field(Place::Form(name), stem, Writing::Form, range);
            }
        } else if is_json(kind) {
            leaves(self.text, &mut |leaf| {
                let writing = match leaf.kind {
                    Kind::Text => Writing::JsonText,
                    Kind::Number => Writing::JsonNumber,
                    Kind::Word => return,
                };
                let mut stem = nearest_name(leaf.path.split('.'));
                if stem.is_empty() {
                    stem.clone_from(&self.about);
                }
                let place = Place::Json(leaf.path.to_owned());
                self.field(place, stem, writing, leaf.range.clone());
            });
        } else if kind.starts_with(b"multipart/form-data") {
            self.multipart(kind_as_sent);
        }
    }

    /// The plain fields of a multipart form (RFC 7578): those without a file name.
    fn multipart(&mut self, kind: &[u8]) {
        let Some(boundary) = boundary(kind) else {
            return;
        };
        let end = [b"\r\n--", boundary].concat();
        let body = self.text;
        let mut at = 0;
        while let Some(found) = find(body.get(at..).unwrap_or_default(), b"form-data; name=\"") {
            at += found + 17;
            let rest = body.get(at..).unwrap_or_default();
            let Some(quote) = rest.iter().position(|byte| *byte == b'"') else {
                return;
            };
            let after = rest.get(quote + 1..).unwrap_or_default();
            if let Some(content) = after.strip_prefix(b"\r\n\r\n")
                && let Some(length) = find(content, &end)
            {
                let name = rest.get(..quote).unwrap_or_default();
                let name = String::from_utf8_lossy(name).into_owned();
                let start = at + quote + 5;
                let stem = self.stem_of(&name);
                self.field(
                    Place::Multipart(name),
                    stem,
                    Writing::Plain,
                    start..start + length,
                );
            }
        }
    }

    /// What an id in a field of this name is about; a bare `id` is about what the path is about.
    fn stem_of(&self, name: &str) -> String {
        let stem = stem_of_name(name);
        if stem.is_empty() {
            self.about.clone()
        } else {
            stem
        }
    }

    /// A whole field, and the tokens within it.
    fn field(&mut self, place: Place, stem: String, writing: Writing, range: Range<usize>) {
        let Some(raw) = self.text.get(range.clone()) else {
            return;
        };
        let value = writing.read(raw).into_owned();
        let base64 = Alphabet::of(&value).filter(|_| *value == *raw);
        if let Some((alphabet, decoded)) = base64 {
            for inner in tokens(&decoded).chain(parts_of_pair(&decoded)) {
                let value = decoded.get(inner.clone()).unwrap_or_default().to_vec();
                self.found.push(Carried {
                    place: place.clone(),
                    part: self.part,
                    range: range.clone(),
                    writing: Writing::Base64(alphabet, inner),
                    value,
                    stem: stem.clone(),
                    whole: false,
                });
            }
        }
        for inner in escaped_tokens(raw, &writing) {
            if inner.len() == raw.len() {
                continue;
            }
            let value = raw.get(inner.clone()).unwrap_or_default().to_vec();
            self.found.push(Carried {
                place: place.clone(),
                part: self.part,
                range: range.start + inner.start..range.start + inner.end,
                writing: writing.clone(),
                value,
                stem: stem.clone(),
                whole: false,
            });
        }
        self.found.push(Carried {
            place,
            part: self.part,
            range,
            writing,
            value,
            stem,
            whole: true,
        });
    }
}

/// Runs of token characters that look random.
fn tokens(text: &[u8]) -> impl Iterator<Item = Range<usize>> {
    runs(text, |byte| {
        byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_')
    })
    .filter(|range| {
        let token = text.get(range.clone()).unwrap_or_default();
        strength(token, "") == Some(Strength::Strong)
    })
}

/// `user:password`, as in Basic credentials (RFC 7617).
fn parts_of_pair(text: &[u8]) -> impl Iterator<Item = Range<usize>> {
    let at = text.iter().position(|byte| *byte == b':');
    at.map(|at| at + 1..text.len()).into_iter()
}

/// The tokens of a field as it is written: an escape sequence ends a token and is part of none.
fn escaped_tokens(raw: &[u8], writing: &Writing) -> Vec<Range<usize>> {
    let skipped = match writing {
        Writing::Percent | Writing::Form => (b'%', 3),
        Writing::JsonText => (b'\\', 2),
        Writing::Plain | Writing::JsonNumber | Writing::Base64(..) => return tokens(raw).collect(),
    };
    let mut found = Vec::new();
    let mut start = 0;
    while let Some(rest) = raw.get(start..) {
        let escape = rest.iter().position(|byte| *byte == skipped.0);
        let end = start + escape.unwrap_or(rest.len());
        let clear = raw.get(start..end).unwrap_or_default();
        found.extend(tokens(clear).map(|range| start + range.start..start + range.end));
        if escape.is_none() {
            break;
        }
        start = end + skipped.1;
    }
    found
}

fn runs(text: &[u8], of: fn(&u8) -> bool) -> impl Iterator<Item = Range<usize>> {
    let mut at = 0;
    std::iter::from_fn(move || {
        let rest = text.get(at..)?;
        let start = at + rest.iter().position(of)?;
        let run = text.get(start..)?;
        let end = start + run.iter().position(|byte| !of(byte)).unwrap_or(run.len());
        at = end;
        Some(start..end)
    })
}

fn stem_of_name(name: &str) -> String {
    // `order[id]` of PHP and Rails forms
    let names = name
        .split(['[', '.'])
        .map(|part| part.trim_end_matches(']'));
    nearest_name(names)
}

fn boundary(kind: &[u8]) -> Option<&[u8]> {
    let at = find(&kind.to_ascii_lowercase(), b"boundary=")?;
    let rest = kind.get(at + 9..)?;
    let end = rest.iter().position(|byte| *byte == b';');
    let boundary = rest.get(..end.unwrap_or(rest.len()))?.trim_ascii();
    let unquoted = boundary
        .strip_prefix(b"\"")
        .and_then(|inside| inside.strip_suffix(b"\""));
    Some(unquoted.unwrap_or(boundary))
}

/// Where `part`, which is borrowed from `whole`, begins in it.
fn offset(whole: &[u8], part: &[u8]) -> usize {
    part.as_ptr().addr().saturating_sub(whole.as_ptr().addr())
}

fn find(text: &[u8], wanted: &[u8]) -> Option<usize> {
    text.windows(wanted.len()).position(|part| part == wanted)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(request: &str) -> Vec<(String, String, String)> {
        carried(&Message::parse(request.as_bytes()).unwrap())
            .into_iter()
            .map(|carried| {
                (
                    carried.place.to_string(),
                    carried.stem,
                    String::from_utf8_lossy(&carried.value).into_owned(),
                )
            })
            .collect()
    }

    fn has(request: &str, place: &str, stem: &str, value: &str) {
        let all = found(request);
        let wanted = (place.to_owned(), stem.to_owned(), value.to_owned());
        assert!(all.contains(&wanted), "{wanted:?} in {all:?}");
    }

    #[test]
    fn values_are_found_in_path_query_header_cookie_and_form() {
        let request = "POST /orders/10001/pay?cart=57&id=3&token=abc%2Bdefgh HTTP/1.1\r\nHost: shop.example\r\n\
            X-CSRF-Token: 0123456789\r\nAuthorization: Bearer rp_bearer\r\nCookie: a=b; sid=s1\r\n\
            Content-Type: application/x-www-form-urlencoded\r\n\r\ncsrf=rp_x&order%5Bid%5D=1+2";
        has(request, "path:2", "order", "10001");
        has(request, "query:cart", "cart", "57");
        has(request, "query:id", "pay", "3");
        has(request, "query:token", "token", "abc+defgh");
        has(request, "header:x-csrf-token", "csrftoken", "0123456789");
        has(
            request,
            "header:authorization",
            "authorization",
            "rp_bearer",
        );
        has(request, "cookie:sid", "sid", "s1");
        has(request, "form:order[id]", "order", "1 2");
        assert!(
            !found(request)
                .iter()
                .any(|(place, ..)| place == "header:host")
        );
    }

    #[test]
    fn values_are_found_in_json_and_multipart() {
        let json = "POST /api/carts HTTP/1.1\r\nContent-Type: application/json\r\n\r\n\
            {\"cart\":{\"id\":57},\"token\":\"a\\/b\",\"gift\":false,\"id\":8}";
        has(json, "json:cart.id", "cart", "57");
        has(json, "json:token", "token", "a/b");
        has(json, "json:id", "cart", "8");
        let form = "POST / HTTP/1.1\r\nContent-Type: multipart/form-data; boundary=x-Y\r\n\r\n--x-Y\r\n\
            Content-Disposition: form-data; name=\"csrf\"\r\n\r\n0123\r\n--4\r\n--x-Y\r\n\
            Content-Disposition: form-data; name=\"f\"; filename=\"n\"\r\n\r\ncontent\r\n--x-Y--\r\n";
        has(form, "multipart:csrf", "csrf", "0123\r\n--4");
        assert_eq!(found(form).len(), 1);
    }

    #[test]
    fn tokens_within_fields_are_found_escaped_or_in_base64() {
        let token = "9f8e7d6c5b4a3928";
        has(
            &format!("GET /go?next=%2Fconfirm%2F{token}%3Fx HTTP/1.1\r\n\r\n"),
            "query:next",
            "next",
            token,
        );
        has(
            &format!(
                "POST / HTTP/1.1\r\nContent-Type: application/json\r\n\r\n{{\"q\":\"a\\n{token}\\\"\"}}"
            ),
            "json:q",
            "q",
            token,
        );
        // me:9f8e7d6c5b4a3928
        has(
            "GET / HTTP/1.1\r\nAuthorization: Basic bWU6OWY4ZTdkNmM1YjRhMzkyOA==\r\n\r\n",
            "header:authorization",
            "authorization",
            token,
        );
    }
}
