//! Every place of an answer that holds a value: header fields, what HTML holds for its forms and scripts,
//! links, the strings and numbers of JSON documents.

use std::borrow::Cow;
use std::hash::Hasher;

use rustc_hash::FxHasher;

use super::super::guess::{field_stem, names_an_id, nearest_key};
use super::super::html::{Piece, attributes, pieces};
use super::super::json::{Kind, last_key, leaves};
use super::super::script::literals;
use super::super::url::from_root;
use super::super::{is_html, is_json};
use super::Shown;
use crate::http::values::Holder;
use crate::http::writing::{Writing, html_text};
use crate::prepare::session::set_cookie;

/// Fields that say nothing a later request repeats.
const NEVER_OFFERED: [&str; 14] = [
    "date",
    "server",
    "set-cookie",
    "cache-control",
    "vary",
    "age",
    "expires",
    "connection",
    "keep-alive",
    "transfer-encoding",
    "accept-ranges",
    "allow",
    "via",
    "strict-transport-security",
];

/// A place of an answer while it is walked.
#[derive(Clone, Copy)]
pub(super) enum Spot<'a> {
    Header(&'a str),
    Cookie {
        name: &'a str,
        decoded: bool,
    },
    Html(&'a str),
    /// A hidden field of a form, by its name.
    Hidden(&'a str),
    Link,
    /// A form begins, with its action; nothing that is sent back.
    Form,
    /// The form ends, if there is one.
    EndOfForm,
    /// A tag begins that holds something for scripts.
    Tag,
    /// That tag ends: what it contains is not in it.
    EndOfTag,
    /// What a script of a page sets, by its path.
    Script {
        path: &'a str,
        in_array: bool,
    },
    Json {
        path: &'a str,
        in_array: bool,
    },
}

impl Spot<'_> {
    pub(super) fn holder(&self) -> Holder {
        match self {
            Self::Header(name) => Holder::Header((*name).to_owned()),
            Self::Cookie { name, decoded } => Holder::Cookie {
                name: (*name).to_owned(),
                decoded: *decoded,
            },
            Self::Html(name) | Self::Hidden(name) => Holder::Html((*name).to_owned()),
            Self::Link | Self::Form | Self::EndOfForm | Self::Tag | Self::EndOfTag => Holder::Link,
            Self::Script { path, .. } => Holder::Script((*path).to_owned()),
            Self::Json { path, .. } => Holder::Json((*path).to_owned()),
        }
    }

    /// The hash of its holder and the shape of the URL there.
    pub(super) fn key(&self, shape: Option<&str>) -> u64 {
        let (kind, name) = match self {
            Self::Header(name) => (0, *name),
            Self::Cookie {
                name,
                decoded: false,
            } => (1, *name),
            Self::Cookie {
                name,
                decoded: true,
            } => (2, *name),
            Self::Html(name) | Self::Hidden(name) => (3, *name),
            Self::Link | Self::Form | Self::EndOfForm | Self::Tag | Self::EndOfTag => (4, ""),
            Self::Json { path, .. } => (5, *path),
            Self::Script { path, .. } => (6, *path),
        };
        let mut hasher = FxHasher::default();
        hasher.write_u8(kind);
        hasher.write(name.as_bytes());
        if let Some(shape) = shape {
            hasher.write_u8(0xff);
            hasher.write(shape.as_bytes());
        }
        hasher.finish()
    }

    pub(super) fn is(&self, holder: &Holder) -> bool {
        match (self, holder) {
            (Self::Header(name), Holder::Header(known))
            | (Self::Html(name) | Self::Hidden(name), Holder::Html(known))
            | (Self::Hidden(name), Holder::Field(known)) => name == known,
            (
                Self::Cookie { name, decoded },
                Holder::Cookie {
                    name: known,
                    decoded: as_known,
                },
            ) => name == known && decoded == as_known,
            (Self::Json { path, .. }, Holder::Json(known))
            | (Self::Script { path, .. }, Holder::Script(known)) => path == known,
            (Self::Link, Holder::Link) => true,
            _ => false,
        }
    }

    /// Whether it is the place of a holder, but in another object of its list.
    pub(super) fn is_in_another_row(&self, holder: &Holder) -> bool {
        let (
            Self::Json {
                path,
                in_array: true,
            },
            Holder::Json(known),
        ) = (self, holder)
        else {
            return false;
        };
        let is_index = |key: &str| key.bytes().all(|byte| byte.is_ascii_digit());
        let mut keys = known.split('.');
        let mut same = path.split('.').map(|key| (key, keys.next()));
        same.all(|(key, known)| {
            known.is_some_and(|known| key == known || (is_index(key) && is_index(known)))
        }) && keys.next().is_none()
    }

    pub(super) fn name(&self) -> &str {
        match self {
            Self::Header(name)
            | Self::Html(name)
            | Self::Hidden(name)
            | Self::Cookie { name, .. } => name,
            Self::Link | Self::Form | Self::EndOfForm | Self::Tag | Self::EndOfTag => "",
            Self::Json { path, .. } | Self::Script { path, .. } => last_key(path),
        }
    }

    pub(super) fn stem(&self, about: &str) -> String {
        let stem = match self {
            Self::Header("last-modified") => "lastmodified".to_owned(),
            Self::Html(name) => field_stem(name.strip_prefix("data-").unwrap_or(name)),
            Self::Header(name) | Self::Hidden(name) | Self::Cookie { name, .. } => field_stem(name),
            Self::Link | Self::Form | Self::EndOfForm | Self::Tag | Self::EndOfTag => String::new(),
            Self::Json { path, .. } | Self::Script { path, .. } => nearest_key(path),
        };
        if stem.is_empty() {
            about.to_owned()
        } else {
            stem
        }
    }

    pub(super) fn names_an_id(&self) -> bool {
        // a bare `id` in a script may be anything's
        let is_bare = matches!(self, Self::Script { path, .. } if nearest_key(path).is_empty());
        let is_revision = matches!(self, Self::Header("etag" | "last-modified"));
        is_revision || (!is_bare && names_an_id(self.name()))
    }

    /// Whether a URL here leads to what a request that writes has made.
    pub(super) fn leads_to_what_was_made(&self) -> bool {
        let in_document = matches!(
            self,
            Self::Json {
                in_array: false,
                ..
            }
        );
        in_document || matches!(self, Self::Header("location"))
    }

    pub(super) fn is_in_array(&self) -> bool {
        matches!(
            self,
            Self::Json { in_array: true, .. } | Self::Script { in_array: true, .. }
        )
    }
}

/// Calls `found` with every place of an answer that holds a value, and the value.
pub(super) fn walk(answer: Shown<'_>, found: &mut dyn FnMut(Spot<'_>, &[u8])) {
    for (name, value) in answer.headers {
        let name = String::from_utf8_lossy(name).to_ascii_lowercase();
        if name == "set-cookie" {
            cookie(value, found);
        } else if !name.starts_with("content-") && !NEVER_OFFERED.contains(&name.as_str()) {
            found(Spot::Header(&name), value);
        }
    }
    let kind = answer
        .header("Content-Type")
        .unwrap_or_default()
        .to_ascii_lowercase();
    if !(is_html(&kind) || is_json(&kind)) {
        return;
    }
    let Some(body) = answer.plain_body() else {
        return;
    };
    if is_html(&kind) {
        html(&body, answer.path, found);
        return;
    }
    json(&body, found);
}

fn json(document: &[u8], found: &mut dyn FnMut(Spot<'_>, &[u8])) {
    leaves(document, &mut |leaf| {
        let raw = document.get(leaf.range.clone()).unwrap_or_default();
        let writing = match leaf.kind {
            Kind::Text => Writing::JsonText,
            Kind::Number => Writing::JsonNumber,
            Kind::Word => return,
        };
        let spot = Spot::Json {
            path: leaf.path,
            in_array: leaf.in_array,
        };
        found(spot, &writing.read(raw));
    });
}

/// A cookie, decoded and as it stands.
fn cookie(field: &[u8], found: &mut dyn FnMut(Spot<'_>, &[u8])) {
    let Some((name, value)) = set_cookie(field) else {
        return;
    };
    let name = &*String::from_utf8_lossy(name);
    let decoded = Writing::Percent.read(value);
    found(
        Spot::Cookie {
            name,
            decoded: true,
        },
        &decoded,
    );
    found(
        Spot::Cookie {
            name,
            decoded: false,
        },
        value,
    );
}

fn html(page: &[u8], base: &[u8], found: &mut dyn FnMut(Spot<'_>, &[u8])) {
    let mut is_script = false;
    pieces(page, &mut |piece| match piece {
        Piece::Tag { name, attributes } => {
            is_script = name.eq_ignore_ascii_case(b"script") && !holds_markup(attributes);
            tag(name, (attributes, base), found);
        }
        Piece::Text(text) if is_script => script(text, found),
        Piece::Text(_) => is_script = false,
        Piece::End(name) => {
            is_script = false;
            if name.eq_ignore_ascii_case(b"form") {
                found(Spot::EndOfForm, b"");
            }
        }
    });
    found(Spot::EndOfForm, b"");
}

/// Whether a script element holds a template of a page and no script.
fn holds_markup(inside: &[u8]) -> bool {
    attributes(inside).any(|(name, value)| {
        let holds = |word: &[u8]| value.windows(word.len()).any(|part| part == word);
        name.eq_ignore_ascii_case(b"type") && (holds(b"html") || holds(b"template"))
    })
}

/// What a script sets.
fn script(text: &[u8], found: &mut dyn FnMut(Spot<'_>, &[u8])) {
    literals(text, &mut |literal| {
        let spot = Spot::Script {
            path: literal.path,
            in_array: literal.in_array,
        };
        if literal.is_number {
            found(spot, literal.raw);
        } else {
            found(spot, &Writing::JsonText.read(literal.raw));
        }
    });
}

/// What a tag holds for forms and scripts, and its links.
fn tag(name: &[u8], (inside, base): (&[u8], &[u8]), found: &mut dyn FnMut(Spot<'_>, &[u8])) {
    let holds = match name.to_ascii_lowercase().as_slice() {
        b"input" | b"button" => "value",
        b"meta" => "content",
        b"form" => return form(inside, base, found),
        _ => "",
    };
    let holds_data = memchr::memmem::find(inside, b"data-").is_some();
    if holds_data {
        found(Spot::Tag, b"");
    }
    let (mut named, mut held, mut is_hidden) = (None, None, false);
    for (attribute, raw) in attributes(inside) {
        let attribute = String::from_utf8_lossy(attribute).to_ascii_lowercase();
        let value = html_text(raw);
        match attribute.as_str() {
            "name" | "property" if !holds.is_empty() => named = Some(value),
            attribute if attribute == holds => held = Some(value),
            "type" => is_hidden = value.eq_ignore_ascii_case(b"hidden"),
            name => linked(name, (&value, base), found),
        }
    }
    if let (Some(name), Some(value)) = (named, held) {
        let name = &*String::from_utf8_lossy(&name);
        let spot = if is_hidden {
            Spot::Hidden(name)
        } else {
            Spot::Html(name)
        };
        found(spot, &value);
    }
    if holds_data {
        found(Spot::EndOfTag, b"");
    }
}

/// A form begins: where it leads is a link as others are.
fn form(inside: &[u8], base: &[u8], found: &mut dyn FnMut(Spot<'_>, &[u8])) {
    let mut all = attributes(inside);
    let action = all.find(|(name, _)| name.eq_ignore_ascii_case(b"action"));
    let action = action.map(|(_, raw)| html_text(raw)).unwrap_or_default();
    // without an action it leads to its own page
    let action = if action.is_empty() {
        Cow::Borrowed(base)
    } else {
        from_root(&action, base)
    };
    found(Spot::Form, &action);
    for (name, raw) in attributes(inside) {
        let name = String::from_utf8_lossy(name).to_ascii_lowercase();
        linked(&name, (&html_text(raw), base), found);
    }
}

/// What an attribute of any tag holds: a link, or something for scripts.
fn linked(attribute: &str, (value, base): (&[u8], &[u8]), found: &mut dyn FnMut(Spot<'_>, &[u8])) {
    match attribute {
        "href" | "action" | "formaction" | "src" => {
            found(Spot::Link, &from_root(value, base));
        }
        attribute if attribute.starts_with("data-") => {
            if value.starts_with(b"{") {
                json(value, found);
            }
            found(Spot::Html(attribute), value);
        }
        _ => {}
    }
}
