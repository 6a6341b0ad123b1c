//! Compares an answer with the recorded one, part by part: where does it say something else? Values that
//! the target generates, times and what is known to vary are no difference.

mod elapsed;
pub(crate) mod noise;
mod part;
mod recorded;
mod word;
mod written_date;

use std::borrow::Cow;

use reprise_wire::http::{ContentDigest, decode_content};
use rustc_hash::FxHashMap;

use noise::Noise;
use part::{Part, name_of, parts, walk};
use word::same_text;

use crate::http::judge::refuses;
use crate::http::places::{is_html, is_json};
use crate::http::writing::html_text;
use crate::veil::Veil;

pub(crate) use part::KeyHash;
pub(crate) use recorded::{LONGEST, RecordedAnswer};

/// Longer bodies are compared as a whole, not part by part; bytes, their coding undone.
const COMPARED: usize = 256 << 10;

/// The place of a difference where the target says nothing but errors and the recording said something.
const REFUSED: &str = "errors";

/// Places of one difference that are named; more make no more noise known.
const MOST_PLACES: usize = 50;

/// An answer as far as it is compared.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Answered<'a> {
    /// The status code.
    pub(crate) status: u16,
    /// The Content-Type field.
    pub(crate) content_type: Option<&'a [u8]>,
    /// The Content-Encoding field.
    pub(crate) content_encoding: Option<&'a [u8]>,
    /// The Location field.
    pub(crate) location: Option<&'a [u8]>,
    /// The body, content coding still applied, as far as it was kept.
    pub(crate) body: &'a [u8],
    /// What all of it is, when it is too long to be kept.
    pub(crate) digest: Option<ContentDigest>,
    /// Values of its lane that the server generated.
    pub(crate) known: &'a [&'a [u8]],
}

/// Where two answers differ.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Difference {
    /// The first place: `json:order.total`, `html:h1`, `header:location`, `body`.
    pub(crate) place: String,
    /// What the recording has there.
    pub(crate) recorded: String,
    /// What the target answered.
    pub(crate) answered: String,
    /// Every place that differs, the first among them.
    pub(crate) places: Vec<String>,
}

impl Answered<'_> {
    /// The beginning of its body as text.
    pub(crate) fn text(&self, most: usize) -> String {
        let (plain, _) = self.plain();
        String::from_utf8_lossy(plain.get(..most).unwrap_or(&plain)).into_owned()
    }

    /// The body with its coding undone, as far as it is compared part by part, and whether that is all of it.
    fn plain(&self) -> (Cow<'_, [u8]>, bool) {
        let coding = self.content_encoding.unwrap_or_default();
        let kept_whole = self.digest.is_none();
        match decode_content(coding, self.body, COMPARED) {
            Ok(decoded) => (decoded.bytes, decoded.complete && kept_whole),
            Err(_) => match self.body.get(..COMPARED) {
                Some(beginning) => (Cow::Borrowed(beginning), false),
                None => (Cow::Borrowed(self.body), kept_whole),
            },
        }
    }

    /// What all of the body is, its coding undone; `None` when that is not possible.
    fn digest(&self) -> Option<ContentDigest> {
        let coding = self.content_encoding.unwrap_or_default();
        self.digest.or_else(|| ContentDigest::of(coding, self.body))
    }
}

/// What `answered` says otherwise than `recorded` but for `noise`; their statuses are not looked at. What of the
/// recorded one was replaced the `veil` replaces in the other, too.
pub(crate) fn compare(
    recorded: Answered<'_>,
    answered: Answered<'_>,
    noise: Noise<'_>,
    veil: Option<&Veil>,
) -> Option<Difference> {
    let same_body = recorded.body == answered.body && recorded.digest == answered.digest;
    if same_body && recorded.location == answered.location {
        return None;
    }
    let (kinds, places) = (
        [media_type(recorded), media_type(answered)],
        [recorded.location, answered.location].map(|url| url.map(without_host)),
    );
    for (name, [before, now]) in [
        ("header:content-type", kinds.map(Some)),
        ("header:location", places.map(Some)),
    ] {
        let text = |value: Option<Option<&[u8]>>| value.flatten().unwrap_or_default().to_vec();
        let (before, now) = (text(before), text(now));
        let (before_id, now_id) = (without_id(&before), without_id(&now));
        let same = same_text(before_id, recorded.known, now_id, answered.known);
        if !same && !noise.holds_named(name) {
            return Some(Difference::at(name.to_owned(), &before, &now));
        }
    }
    let ((before, all_before), (now, all_now)) = (recorded.plain(), answered.plain());
    if !(all_before && all_now) {
        return as_a_whole(recorded, answered, noise);
    }
    if before == now {
        return None;
    }
    let kind = media_type(recorded)
        .unwrap_or_default()
        .to_ascii_lowercase();
    let compared = Compared {
        kind: &kind,
        recorded,
        answered,
        before: &before,
        now: &now,
        noise,
        veil,
    };
    compared.difference()
}

/// Whether two answers of which one is too long to be taken apart are the same.
fn as_a_whole(
    recorded: Answered<'_>,
    answered: Answered<'_>,
    noise: Noise<'_>,
) -> Option<Difference> {
    const PLACE: &str = "body";
    let (before, now) = (recorded.digest()?, answered.digest()?);
    if before == now || noise.holds_named(PLACE) {
        return None;
    }
    let told = |digest: ContentDigest| {
        let beginning = digest.sha256.iter().take(4);
        let hex: String = beginning.map(|byte| format!("{byte:02x}")).collect();
        format!("{} bytes, SHA-256 {hex}...", digest.length)
    };
    let (before, now) = (told(before), told(now));
    Some(Difference::at(
        PLACE.to_owned(),
        before.as_bytes(),
        now.as_bytes(),
    ))
}

/// Calls `found` with the place and the text of every part of an answer's body that is `wanted`: by whether it is in
/// a list, and by its text.
pub(crate) fn named_parts(
    answered: Answered<'_>,
    wanted: &dyn Fn(bool, &[u8]) -> bool,
    found: &mut dyn FnMut(&str, &[u8]),
) {
    let kind = media_type(answered)
        .unwrap_or_default()
        .to_ascii_lowercase();
    let (plain, _) = answered.plain();
    walk(&plain, &kind, wanted, &mut |place, value| {
        found(place, value)
    });
}

/// Path and query of a URL: recorded and target have hosts of their own.
fn without_host(url: &[u8]) -> &[u8] {
    let after_scheme = ["http://", "https://", "//"]
        .iter()
        .find_map(|scheme| url.strip_prefix(scheme.as_bytes()));
    match after_scheme {
        Some(rest) => {
            let path = rest.iter().position(|byte| *byte == b'/');
            path.and_then(|path| rest.get(path..)).unwrap_or(b"/")
        }
        None => url,
    }
}

/// A URL without the number at the end of its fragment, `#comment_76`: it names what was just made on the page that the
/// path leads to, and is never sent.
fn without_id(url: &[u8]) -> &[u8] {
    let digits = url.iter().rev().take_while(|byte| byte.is_ascii_digit());
    let start = url.len() - digits.count();
    match url.split_at_checked(start) {
        Some((before, _)) if before.contains(&b'#') => before,
        _ => url,
    }
}

/// `text/html` of `text/html; charset=utf-8`.
fn media_type(answered: Answered<'_>) -> Option<&[u8]> {
    let whole = answered.content_type?;
    let end = whole.iter().position(|byte| *byte == b';');
    whole
        .get(..end.unwrap_or(whole.len()))
        .map(<[u8]>::trim_ascii)
}

impl Difference {
    fn at(place: String, recorded: &[u8], answered: &[u8]) -> Self {
        let text = |bytes: &[u8]| {
            const SHOWN: usize = 200;
            String::from_utf8_lossy(bytes.get(..SHOWN).unwrap_or(bytes)).into_owned()
        };
        Self {
            recorded: text(recorded),
            answered: text(answered),
            places: vec![place.clone()],
            place,
        }
    }
}

struct Compared<'a> {
    kind: &'a [u8],
    recorded: Answered<'a>,
    answered: Answered<'a>,
    before: &'a [u8],
    now: &'a [u8],
    noise: Noise<'a>,
    veil: Option<&'a Veil>,
}

impl<'a> Compared<'a> {
    fn difference(&self) -> Option<Difference> {
        let (before, now) = (parts(self.before, self.kind), parts(self.now, self.kind));
        let quiet = |all: Vec<Part<'a>>| -> Vec<Part<'a>> {
            all.into_iter()
                .filter(|part| !self.noise.holds(part.key))
                .collect()
        };
        let (before, now) = (quiet(before), quiet(now));
        let mut first = None;
        let mut places = Vec::new();
        for (one, other) in before.iter().zip(&now) {
            if one.key != other.key {
                break;
            }
            if self.same(one, other) {
                continue;
            }
            first.get_or_insert((one, other));
            let name = name_of(self.before, self.kind, one);
            if places.len() < MOST_PLACES && !places.contains(&name) {
                places.push(name);
            }
        }
        let same_keys = before.len() == now.len()
            && before
                .iter()
                .zip(&now)
                .all(|(one, other)| one.key == other.key);
        if same_keys && first.is_none() {
            return None;
        }
        if self.reordered(&before, &now) {
            return self.noted("order", first);
        }
        if !same_keys {
            return self.uneven(&before, &now);
        }
        let (one, other) = first?;
        let mut difference = Difference::at(String::new(), one.value, other.value);
        difference.place = places.first().cloned().unwrap_or_default();
        difference.places = places;
        Some(difference)
    }

    /// Other parts, more of them or fewer: the first that has no partner.
    fn uneven(&self, before: &[Part<'a>], now: &[Part<'a>]) -> Option<Difference> {
        let is_refused = is_json(self.kind) && refuses(self.now) && !refuses(self.before);
        let varies = self.noise.holds_named("parts");
        if varies && (!is_refused || self.noise.holds_named(REFUSED)) {
            return None;
        }
        let at = before
            .iter()
            .zip(now)
            .position(|(one, other)| one.key != other.key)
            .unwrap_or_else(|| before.len().min(now.len()));
        let (one, other) = (before.get(at), now.get(at));
        let name = match (one, other) {
            (Some(one), _) => name_of(self.before, self.kind, one),
            (None, Some(other)) => name_of(self.now, self.kind, other),
            (None, None) => "body".to_owned(),
        };
        let text = |part: Option<&Part<'a>>| part.map_or(&b""[..], |part| part.value);
        let mut difference = Difference::at(name, text(one), text(other));
        difference.places.push("parts".to_owned());
        if is_refused {
            difference.places.push(REFUSED.to_owned());
        }
        Some(difference)
    }

    fn noted(&self, name: &str, first: Option<(&Part<'a>, &Part<'a>)>) -> Option<Difference> {
        if self.noise.holds_named(name) {
            return None;
        }
        let (one, other) = first?;
        let mut difference =
            Difference::at(name_of(self.before, self.kind, one), one.value, other.value);
        difference.places = vec![name.to_owned()];
        Some(difference)
    }

    fn same(&self, one: &Part<'_>, other: &Part<'_>) -> bool {
        one.value == other.value
            || (one.is_secret && !one.value.is_empty() && !other.value.is_empty())
            || self.same_text(one.value, other.value)
            || self.same_characters(one.value, other.value)
            || self.same_veiled(one.value, other.value)
    }

    fn same_text(&self, one: &[u8], other: &[u8]) -> bool {
        same_text(one, self.recorded.known, other, self.answered.known)
    }

    /// Whether two texts of pages are the same once their character references are read: some pages write addresses in
    /// another mixture of them every time, so that they are not gathered.
    fn same_characters(&self, one: &[u8], other: &[u8]) -> bool {
        let refers = |text: &[u8]| text.contains(&b'&');
        let differ = is_html(self.kind) && (refers(one) || refers(other));
        differ && self.same_text(&html_text(one), &html_text(other))
    }

    /// Whether the target's text is the recorded one once its secrets are replaced as those of the recording were: a
    /// card's number in a sentence has the place of another.
    fn same_veiled(&self, one: &[u8], other: &[u8]) -> bool {
        let text = self.veil.zip(std::str::from_utf8(other).ok());
        text.is_some_and(|(veil, text)| {
            let veiled = veil.text(text);
            veiled != text && self.same_text(one, veiled.as_bytes())
        })
    }

    /// Whether both have the same parts, in another order.
    fn reordered(&self, before: &[Part<'_>], now: &[Part<'_>]) -> bool {
        if before.len() != now.len() {
            return false;
        }
        let mut counts: FxHashMap<(KeyHash, &[u8]), i64> = FxHashMap::default();
        for part in before {
            *counts.entry((part.key, part.value)).or_default() += 1;
        }
        for part in now {
            *counts.entry((part.key, part.value)).or_default() -= 1;
        }
        counts.values().all(|count| *count == 0)
    }
}

#[cfg(test)]
mod tests;
