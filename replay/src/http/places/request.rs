//! What a request carries: every field of it that could have come from an answer, and every token within
//! one, with where it stands and how it is written there.

mod documents;
mod tokens;

use std::ops::Range;

use reprise_wire::http::{Message, StartLine};

use super::guess::{field_stem, file, is_id, nearest_key, nearest_name};
use super::json::{Kind, leaves};
use super::url::{Url, parameters};
use super::{SEARCHED_REQUEST, is_json};
use crate::http::values::{Part, Place};
use crate::http::writing::{Alphabet, Writing};
use crate::prepare::session::cookie_pairs;
use documents::inner_values;
use tokens::{escaped_tokens, parts_of_pair, tokens};

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
        ids: Vec::new(),
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
    let kind = request.header("Content-Type").unwrap_or_default();
    search.text = &request.body;
    search.part = Part::Body;
    search.body(&kind.to_ascii_lowercase(), kind);
    search.found
}

/// The names of the files in a multipart form.
pub(crate) fn names_of_files<'a>(request: &'a Message<'_>) -> impl Iterator<Item = &'a [u8]> {
    let kind = request.header("Content-Type").unwrap_or_default();
    let is_form = kind.to_ascii_lowercase().starts_with(b"multipart/");
    let body: &[u8] = if is_form { &request.body } else { b"" };
    const NAME: &[u8] = b"; filename=\"";
    memchr::memmem::find_iter(body, NAME).filter_map(|at| {
        let rest = body.get(at + NAME.len()..)?;
        rest.get(..memchr::memchr(b'"', rest)?)
    })
}

struct Search<'a> {
    text: &'a [u8],
    part: Part,
    /// What the request's path is about.
    about: String,
    /// The ids in the path, each with what it is about.
    ids: Vec<(Vec<u8>, String)>,
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
        let day = url.day();
        for part in url.parts() {
            let writing = part.writing();
            let (place, stem) = match part.name {
                Some(name) => {
                    let stem = stem_of(&name);
                    (Place::Query(name), stem)
                }
                None => {
                    let number = u32::try_from(part.segment + 1).unwrap_or(u32::MAX);
                    let of_day = day
                        .as_ref()
                        .filter(|day| day.segments.contains(&part.segment));
                    let stem = match of_day {
                        Some(day) => day.stem(part.segment),
                        None => nearest_name(names(part.segment)),
                    };
                    self.note_id(target.get(part.range.clone()), &stem);
                    (Place::Path(number), Some(stem))
                }
            };
            if let (Place::Path(_), Some(id)) = (&place, id_before_extension(target, &part.range)) {
                self.field(place.clone(), stem.clone(), writing.clone(), id);
            }
            self.field(place, stem, writing, part.range);
        }
    }

    fn cookies(&mut self, value: &'a [u8]) {
        for (name, pair) in cookie_pairs(value) {
            let start = offset(value, pair);
            let name = String::from_utf8_lossy(name).into_owned();
            let stem = stem_of(&name);
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
            "if-none-match" | "if-match" => Some("etag".to_owned()),
            "if-modified-since" | "if-unmodified-since" => Some("lastmodified".to_owned()),
            name => stem_of(name),
        };
        if matches!(name.as_str(), "referer" | "location") {
            let Some(url) = Url::of(all) else { return };
            for part in url.parts() {
                let writing = part.writing();
                let stem = part.name.as_deref().map(field_stem).unwrap_or_default();
                let place = Place::Header(name.clone());
                self.field(place, Some(stem), writing, part.range);
            }
            return;
        }
        self.field(Place::Header(name), stem, Writing::Plain, start..all.len());
    }

    /// What a body carries. A form is searched however long it is: beside a file that is uploaded stands its token.
    fn body(&mut self, kind: &[u8], kind_as_sent: &[u8]) {
        let is_short = self.text.len() <= SEARCHED_REQUEST;
        if kind.starts_with(b"multipart/form-data") {
            self.multipart(kind_as_sent);
        } else if is_short && kind.starts_with(b"application/x-www-form-urlencoded") {
            for (name, range) in parameters(self.text, 0..self.text.len()) {
                let stem = stem_of(&name);
                self.field(Place::Form(name), stem, Writing::Form, range);
            }
        } else if is_short && is_json(kind) {
            leaves(self.text, &mut |leaf| {
                let writing = match leaf.kind {
                    Kind::Text => Writing::JsonText,
                    Kind::Number => Writing::JsonNumber,
                    Kind::Word => return,
                };
                let stem = Some(nearest_key(leaf.path)).filter(|stem| !stem.is_empty());
                let place = Place::Json(leaf.path.to_owned());
                self.field(place, stem, writing, leaf.range.clone());
            });
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
            let head = plain_part_head(after);
            let content = head.and_then(|head| after.get(head..));
            if let Some((head, content)) = head.zip(content)
                && let Some(length) = find(content, &end)
            {
                let name = rest.get(..quote).unwrap_or_default();
                let name = String::from_utf8_lossy(name).into_owned();
                let start = at + quote + 1 + head;
                let stem = stem_of(&name);
                self.field(
                    Place::Multipart(name),
                    stem,
                    Writing::Plain,
                    start..start + length,
                );
            }
        }
    }

    /// Notes an id of the path. One sign says too little: it is many things' id.
    fn note_id(&mut self, segment: Option<&[u8]>, stem: &str) {
        const SHORTEST: usize = 2;
        if let Some(id) = segment.filter(|id| id.len() >= SHORTEST && is_id(id)) {
            self.ids.push((id.to_vec(), stem.to_owned()));
        }
    }

    /// What a bare `id` is about: the id in the path that it repeats, or what the path is about.
    fn about_of(&self, value: &[u8]) -> String {
        let mut ids = self.ids.iter().rev();
        let same = ids.find(|(id, _)| id == value);
        same.map_or(&self.about, |(_, stem)| stem).clone()
    }

    /// A whole field, and the tokens within it. Its name says what an id in it is about, if it has a `stem`.
    fn field(&mut self, place: Place, stem: Option<String>, writing: Writing, range: Range<usize>) {
        let raw = self.text.get(range.clone());
        let Some(raw) = raw.filter(|raw| raw.len() <= SEARCHED_REQUEST) else {
            return;
        };
        let value = writing.read(raw).into_owned();
        let stem = stem.unwrap_or_else(|| self.about_of(&value));
        let base64 = Alphabet::of(&value).filter(|_| *value == *raw);
        let documents = match &place {
            Place::Query(name) | Place::Form(name) | Place::Multipart(name) => {
                inner_values(name, raw, &value, &writing)
            }
            _ => Vec::new(),
        };
        let is_inner = |token: &Range<usize>| documents.iter().any(|one| one.range == *token);
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
            if inner.len() == raw.len() || is_inner(&inner) {
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
        let within = match &writing {
            Writing::Plain => Writing::JsonText,
            escaped => escaped.clone(),
        };
        for inner in documents {
            let (from, to) = (inner.range.start, inner.range.end);
            let stem = Some(nearest_key(&inner.path)).filter(|stem| !stem.is_empty());
            let value = raw.get(inner.range).unwrap_or_default().to_vec();
            self.found.push(Carried {
                place: Place::Json(inner.path),
                part: self.part,
                range: range.start + from..range.start + to,
                writing: within.clone(),
                stem: stem.unwrap_or_else(|| self.about_of(&value)),
                value,
                whole: true,
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

/// What an id in a field of this name is about; a bare `id` does not say.
fn stem_of(name: &str) -> Option<String> {
    Some(field_stem(name)).filter(|stem| !stem.is_empty())
}

/// Where the id in a segment stands that names a format after it: `45` of `/articles/45.json`.
fn id_before_extension(target: &[u8], segment: &Range<usize>) -> Option<Range<usize>> {
    let (id, _) = file(target.get(segment.clone())?)?;
    is_id(id).then(|| segment.start..segment.start + id.len())
}

/// How much of the head of a part stands between its name and its content, where it has no file: some clients give each
/// part a length and a type.
fn plain_part_head(after_name: &[u8]) -> Option<usize> {
    const LONGEST: usize = 512;
    let near = after_name.get(..LONGEST).unwrap_or(after_name);
    let length = find(near, b"\r\n\r\n")?;
    let has_file = find(near.get(..length)?, b"filename").is_some();
    (!has_file).then_some(length + 4)
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
    memchr::memmem::find(text, wanted)
}

#[cfg(test)]
mod tests;
