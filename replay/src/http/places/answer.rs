//! What an answer offers: values that a later request could carry, with where they stand; and the value at
//! such a place of another answer.

use std::borrow::Cow;

use reprise_wire::http::decode_content;
use rustc_hash::FxHashMap;

use super::guess::{Strength, names_an_id, nearest_name, strength};
use super::html::{Piece, attributes, pieces};
use super::json::{Kind, leaves};
use super::url::Url;
use super::{SEARCHED, is_html, is_json};
use crate::http::values::{Holder, Origin, Take};
use crate::http::writing::{Writing, html_text};

/// A value in an answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Offered {
    /// Where it stands.
    pub(crate) origin: Origin,
    /// What it is.
    pub(crate) value: Vec<u8>,
    /// How sure its equality is.
    pub(crate) strength: Strength,
    /// What an id here is about.
    pub(crate) stem: String,
    /// Whether the place says that it is an id: by its name, as a part of a URL, or as an entity tag.
    pub(crate) names_an_id: bool,
    /// Whether there is only one such place in an answer: it is no element of a list.
    pub(crate) single: bool,
}

/// An answer to be looked at.
#[derive(Clone, Copy)]
pub(crate) struct Shown<'a> {
    /// Its fields: names as sent and values.
    pub(crate) headers: &'a [(&'a [u8], &'a [u8])],
    /// Its content, still encoded.
    pub(crate) body: &'a [u8],
    /// What the path it answers is about: a bare `id` in it is that one's.
    pub(crate) about: &'a str,
}

impl<'a> Shown<'a> {
    pub(crate) fn header(&self, name: &str) -> Option<&'a [u8]> {
        let mut fields = self.headers.iter();
        let found = fields.find(|(field, _)| field.eq_ignore_ascii_case(name.as_bytes()));
        found.map(|(_, value)| *value)
    }

    /// The content, decoded as far as it is searched; `None` when it cannot be.
    pub(crate) fn plain_body(&self) -> Option<Cow<'a, [u8]>> {
        match self.header("Content-Encoding") {
            None => Some(Cow::Borrowed(
                self.body.get(..SEARCHED).unwrap_or(self.body),
            )),
            Some(coding) => {
                let decoded = decode_content(coding, self.body, SEARCHED).ok()?;
                Some(Cow::Owned(decoded.bytes.into_owned()))
            }
        }
    }
}

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

/// Every value of an answer that a later request could carry; cookies apart.
pub(crate) fn offered(answer: Shown<'_>) -> Vec<Offered> {
    let mut found = Vec::new();
    let mut seen = Seen::default();
    walk(answer, &mut |place, raw| {
        let name = place.name();
        for spot in spots(raw) {
            let value = spot.value;
            let strength = match place {
                // both exist to be sent back
                Spot::Header("etag" | "last-modified") => Some(Strength::Weak),
                _ => strength(&value, spot.name.as_deref().unwrap_or(name)),
            };
            let Some(strength) = strength else { continue };
            if matches!(place, Spot::Link) && spot.shape.is_none() {
                continue;
            }
            let is_part = spot.shape.is_some();
            let key = (place.holder(), spot.shape);
            let nth = seen.place(&key, &value);
            let stem = match (spot.stem, place) {
                (Some(stem), _) => stem,
                (None, place) => place.stem(answer.about),
            };
            found.push(Offered {
                origin: Origin {
                    holder: key.0,
                    shape: key.1,
                    nth,
                },
                value: value.into_owned(),
                strength,
                names_an_id: match &spot.name {
                    Some(name) => names_an_id(name),
                    None => is_part || place.names_an_id(),
                },
                stem,
                single: !place.is_in_array(),
            });
        }
    });
    for offered in &mut found {
        let key = (offered.origin.holder.clone(), offered.origin.shape.clone());
        offered.single &= seen.0.get(&key).is_some_and(|values| values.len() == 1);
    }
    found
}

/// Calls `found` with the number and the value of each of `takes` that this answer has.
pub(crate) fn take(takes: &[Take], answer: Shown<'_>, found: &mut dyn FnMut(usize, Vec<u8>)) {
    let mut seen = Seen::default();
    let mut open: Vec<&Take> = takes.iter().collect();
    walk(answer, &mut |place, raw| {
        open.retain(|wanted| {
            let origin = &wanted.origin;
            if !place.is(&origin.holder) {
                return true;
            }
            let value = match &origin.shape {
                None => Some(Cow::Borrowed(raw)),
                Some(shape) => Url::of(raw).and_then(|url| url.value_at(shape)),
            };
            // the words that share a shape with ids, `/items/new`, were not counted either
            let counted = |value: &Cow<'_, [u8]>| {
                !value.is_empty() && (origin.shape.is_none() || strength(value, "").is_some())
            };
            let Some(value) = value.filter(counted) else {
                return true;
            };
            let key = (origin.holder.clone(), origin.shape.clone());
            if seen.place(&key, &value) != origin.nth {
                return true;
            }
            found(wanted.value, value.into_owned());
            false
        });
    });
}

/// The different values seen at each place, in order: the number of a value among them is its `nth`.
#[derive(Default)]
struct Seen(FxHashMap<(Holder, Option<String>), Vec<Vec<u8>>>);

impl Seen {
    fn place(&mut self, key: &(Holder, Option<String>), value: &[u8]) -> u32 {
        if !self.0.contains_key(key) {
            self.0.insert(key.clone(), Vec::new());
        }
        let Some(values) = self.0.get_mut(key) else {
            return 0;
        };
        let at = values.iter().position(|known| known == value);
        let at = at.unwrap_or_else(|| {
            values.push(value.to_vec());
            values.len() - 1
        });
        u32::try_from(at).unwrap_or(u32::MAX)
    }
}

/// A place of an answer while it is walked.
#[derive(Clone, Copy)]
enum Spot<'a> {
    Header(&'a str),
    Html(&'a str),
    Link,
    Json { path: &'a str, in_array: bool },
}

impl Spot<'_> {
    fn holder(&self) -> Holder {
        match self {
            Self::Header(name) => Holder::Header((*name).to_owned()),
            Self::Html(name) => Holder::Html((*name).to_owned()),
            Self::Link => Holder::Link,
            Self::Json { path, .. } => Holder::Json((*path).to_owned()),
        }
    }

    fn is(&self, holder: &Holder) -> bool {
        match (self, holder) {
            (Self::Header(name), Holder::Header(known))
            | (Self::Html(name), Holder::Html(known)) => name == known,
            (Self::Json { path, .. }, Holder::Json(known)) => path == known,
            (Self::Link, Holder::Link) => true,
            _ => false,
        }
    }

    fn name(&self) -> &str {
        match self {
            Self::Header(name) | Self::Html(name) => name,
            Self::Link => "",
            Self::Json { path, .. } => path.rsplit('.').next().unwrap_or(path),
        }
    }

    fn stem(&self, about: &str) -> String {
        let stem = match self {
            Self::Header("last-modified") => "lastmodified".to_owned(),
            Self::Header(name) | Self::Html(name) => nearest_name(std::iter::once(*name)),
            Self::Link => String::new(),
            Self::Json { path, .. } => nearest_name(path.split('.')),
        };
        if stem.is_empty() {
            about.to_owned()
        } else {
            stem
        }
    }

    fn names_an_id(&self) -> bool {
        matches!(self, Self::Header("etag" | "last-modified")) || names_an_id(self.name())
    }

    fn is_in_array(&self) -> bool {
        matches!(self, Self::Json { in_array: true, .. })
    }
}

/// A value at a place: all of it, or a part of the URL it is.
struct Value<'a> {
    value: Cow<'a, [u8]>,
    shape: Option<String>,
    name: Option<String>,
    stem: Option<String>,
}

fn spots(raw: &[u8]) -> Vec<Value<'_>> {
    let mut found = vec![Value {
        value: Cow::Borrowed(raw),
        shape: None,
        name: None,
        stem: None,
    }];
    let Some(url) = Url::of(raw) else {
        return found;
    };
    let segments: Vec<String> = url
        .segments()
        .map(|(segment, _)| String::from_utf8_lossy(segment).into_owned())
        .collect();
    for part in url.parts() {
        let value = part
            .writing()
            .read(raw.get(part.range.clone()).unwrap_or_default());
        let name = part.name.clone();
        if strength(&value, name.as_deref().unwrap_or("")).is_none() {
            continue;
        }
        let before = segments.iter().take(part.segment).map(String::as_str);
        let stem = match &name {
            Some(name) => nearest_name(std::iter::once(name.as_str())),
            None => nearest_name(before),
        };
        found.push(Value {
            value,
            shape: Some(url.shape(&part)),
            name,
            stem: Some(stem),
        });
    }
    found
}

/// Calls `found` with every place of an answer that holds a value, and the value.
fn walk(answer: Shown<'_>, found: &mut dyn FnMut(Spot<'_>, &[u8])) {
    for (name, value) in answer.headers {
        let name = String::from_utf8_lossy(name).to_ascii_lowercase();
        if !name.starts_with("content-") && !NEVER_OFFERED.contains(&name.as_str()) {
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
        html(&body, found);
        return;
    }
    leaves(&body, &mut |leaf| {
        let raw = body.get(leaf.range.clone()).unwrap_or_default();
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

fn html(page: &[u8], found: &mut dyn FnMut(Spot<'_>, &[u8])) {
    pieces(page, &mut |piece| {
        let Piece::Tag {
            name,
            attributes: inside,
        } = piece
        else {
            return;
        };
        let holds = match name.to_ascii_lowercase().as_slice() {
            b"input" | b"button" => "value",
            b"meta" => "content",
            _ => "",
        };
        let (mut named, mut held) = (None, None);
        for (attribute, raw) in attributes(inside) {
            let attribute = String::from_utf8_lossy(attribute).to_ascii_lowercase();
            let value = html_text(raw);
            match attribute.as_str() {
                "name" | "property" if !holds.is_empty() => named = Some(value),
                attribute if attribute == holds => held = Some(value),
                "href" | "action" | "formaction" | "src" => found(Spot::Link, &value),
                attribute if attribute.starts_with("data-") => found(Spot::Html(attribute), &value),
                _ => {}
            }
        }
        if let (Some(name), Some(value)) = (named, held) {
            found(Spot::Html(&String::from_utf8_lossy(&name)), &value);
        }
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown<'a>(kind: &'a str, more: &[(&'a [u8], &'a [u8])], body: &'a str) -> Vec<Offered> {
        let mut headers: Vec<(&[u8], &[u8])> = vec![(b"Content-Type", kind.as_bytes())];
        headers.extend(more);
        offered(Shown {
            headers: &headers,
            body: body.as_bytes(),
            about: "order",
        })
    }

    fn named(all: &[Offered]) -> Vec<(String, String, String, bool)> {
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        all.iter()
            .map(|one| {
                (
                    one.origin.to_string(),
                    one.stem.clone(),
                    text(&one.value),
                    one.single,
                )
            })
            .collect()
    }

    fn expect(all: &[Offered], expected: &[(&str, &str, &str, bool)]) {
        let expected: Vec<_> = expected
            .iter()
            .map(|(origin, stem, value, single)| {
                (
                    (*origin).to_owned(),
                    (*stem).to_owned(),
                    (*value).to_owned(),
                    *single,
                )
            })
            .collect();
        assert_eq!(named(all), expected);
    }

    #[test]
    fn a_page_offers_inputs_metas_data_and_links() {
        let page = "<meta name=\"csrf-token\" content='from-meta'><INPUT type=hidden data-value=\"wrong\" \
            value=\"a&amp;b-token\" name=\"csrf\"><a href=\"/orders/57?cart=8\">one</a>\
            <a href=/items/7>a</a><a href=/items/8>b</a><a href=/about>words</a>";
        expect(
            &shown("text/html", &[], page),
            &[
                ("html:csrf-token", "csrftoken", "from-meta", true),
                ("html:csrf", "csrf", "a&b-token", true),
                ("link:/orders/{}", "order", "57", true),
                ("link:/orders/*?cart={}", "cart", "8", true),
                ("link:/items/{}", "item", "7", false),
                ("link:/items/{}", "item", "8", false),
            ],
        );
    }

    #[test]
    fn json_and_headers_offer_ids_and_tokens_and_no_words() {
        let location: (&[u8], &[u8]) = (b"Location", b"http://shop/orders/10001");
        let body = r#"{"id":10001,"kind":"notebooks","lines":[{"item":7}],"next":"/carts/3","at":"2026-11-21"}"#;
        expect(
            &shown("application/json", &[location], body),
            &[
                ("header:location=/orders/{}", "order", "10001", true),
                ("json:id", "order", "10001", true),
                ("json:lines.0.item", "item", "7", false),
                ("json:next=/carts/{}", "cart", "3", true),
            ],
        );
    }

    #[test]
    fn what_was_offered_is_taken_from_another_answer_at_the_same_place() {
        let page =
            "<a href=/items/7>a</a><a href=/items/7>a</a><a href='/items/8?a=1&amp;b=x'>b</a>";
        let all = shown("text/html", &[], page);
        let second = all.iter().find(|one| one.value == b"8").unwrap();
        let takes = [Take {
            step: 1,
            origin: second.origin.clone().into(),
            value: 5,
        }];
        let mut taken = Vec::new();
        let answer = |body| Shown {
            headers: &[(b"content-type", b"text/html; charset=utf-8")],
            body,
            about: "",
        };
        let other = b"<a href=/items/40>a</a><a href=/items/40>a</a><a href=/items/41>b</a>";
        take(&takes, answer(other), &mut |number, value| {
            taken.push((number, value))
        });
        take(
            &takes,
            answer(b"<a href=/items/40>"),
            &mut |number, value| taken.push((number, value)),
        );
        assert_eq!(taken, [(5, b"41".to_vec())]);
    }
}
