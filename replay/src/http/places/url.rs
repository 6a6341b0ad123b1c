//! The parts of a URL that carry values, and the shape that finds the same part in another URL:
//! `/carts/*/orders/{}` is the fourth segment where the second is an id too.

use std::borrow::Cow;
use std::ops::Range;

use super::guess::{is_id, is_word_id};
use crate::http::writing::Writing;

/// A path and a query within a URL; what stands before and after them is left off.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Url<'a> {
    whole: &'a [u8],
    path: Range<usize>,
    query: Range<usize>,
}

/// A part of a URL that may be a value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Part {
    /// The name of the parameter; `None` for a segment of the path.
    pub(crate) name: Option<String>,
    /// The number of the segment; the last one's for a parameter.
    pub(crate) segment: usize,
    /// Where it stands in the URL.
    pub(crate) range: Range<usize>,
}

impl Part {
    /// How it is encoded.
    pub(crate) const fn writing(&self) -> Writing {
        if self.name.is_some() {
            Writing::Form
        } else {
            Writing::Percent
        }
    }
}

impl<'a> Url<'a> {
    /// Takes a URL apart: absolute, or from the root.
    pub(crate) fn of(whole: &'a [u8]) -> Option<Self> {
        let scheme = [&b"http://"[..], b"https://"];
        let authority = scheme.iter().find(|scheme| whole.starts_with(scheme));
        let start = match authority {
            Some(scheme) => {
                let rest = whole.get(scheme.len()..)?;
                scheme.len() + rest.iter().position(|byte| *byte == b'/')?
            }
            None if whole.starts_with(b"/") => 0,
            None => return None,
        };
        let position = |wanted: u8| whole.iter().position(|byte| *byte == wanted);
        let end = position(b'#').unwrap_or(whole.len());
        let (path, query) = match position(b'?') {
            Some(at) if at < end => (start..at.max(start), at + 1..end),
            _ => (start..end.max(start), end..end),
        };
        Some(Self { whole, path, query })
    }

    /// The segments of its path, with where they stand in the URL.
    pub(crate) fn segments(&self) -> impl Iterator<Item = (&'a [u8], Range<usize>)> {
        split(self.whole, self.path.clone(), b'/').filter(|(segment, _)| !segment.is_empty())
    }

    /// The parameters of its query: names, decoded, and where their values stand.
    pub(crate) fn parameters(&self) -> impl Iterator<Item = (String, Range<usize>)> {
        parameters(self.whole, self.query.clone())
    }

    /// Everything in it that may be a value.
    pub(crate) fn parts(&self) -> Vec<Part> {
        let mut found: Vec<Part> = self
            .segments()
            .enumerate()
            .map(|(segment, (_, range))| Part {
                name: None,
                segment,
                range,
            })
            .collect();
        let last = found.len().saturating_sub(1);
        found.extend(self.parameters().map(|(name, range)| Part {
            name: Some(name),
            segment: last,
            range,
        }));
        found
    }

    /// The shape that leads to `part` in URLs like this one, in which words may be ids where it is one itself.
    pub(crate) fn shape(&self, part: &Part, is_word: bool) -> String {
        let mut shape = String::new();
        for (index, (segment, _)) in self.segments().enumerate() {
            shape.push('/');
            if part.name.is_none() && index == part.segment {
                shape.push_str("{}");
            } else if is_id(segment) || (is_word && is_word_id(segment)) {
                shape.push('*');
            } else {
                shape.push_str(&String::from_utf8_lossy(segment));
            }
        }
        if let Some(name) = &part.name {
            shape.push('?');
            shape.push_str(name);
            shape.push_str("={}");
        }
        shape
    }

    /// What stands in this URL where `shape` has its `{}`; `None` when it has another shape.
    pub(crate) fn value_at(&self, shape: &str) -> Option<Cow<'a, [u8]>> {
        let (path, name) = match shape.split_once('?') {
            Some((path, query)) => (path, query.strip_suffix("={}")),
            None => (shape, None),
        };
        let mut wanted = path.split('/').filter(|segment| !segment.is_empty());
        let mut value = None;
        for (segment, _) in self.segments() {
            match wanted.next()? {
                "{}" => value = Some(Writing::Percent.read(segment)),
                "*" => {}
                text if text.as_bytes() == segment => {}
                _ => return None,
            }
        }
        if wanted.next().is_some() {
            return None;
        }
        let Some(name) = name else { return value };
        let (_, range) = self.parameters().find(|(known, _)| known == name)?;
        Some(Writing::Form.read(self.whole.get(range)?))
    }
}

/// `name=value&...`: the names, decoded, and where the values stand.
pub(crate) fn parameters(
    text: &[u8],
    within: Range<usize>,
) -> impl Iterator<Item = (String, Range<usize>)> {
    split(text, within, b'&').filter_map(|(pair, range)| {
        let at = pair.iter().position(|byte| *byte == b'=')?;
        let name = Writing::Form.read(pair.get(..at)?);
        let name = String::from_utf8_lossy(&name).into_owned();
        Some((name, range.start + at + 1..range.end))
    })
}

fn split(text: &[u8], within: Range<usize>, at: u8) -> impl Iterator<Item = (&[u8], Range<usize>)> {
    let mut start = within.start;
    text.get(within)
        .unwrap_or_default()
        .split(move |byte| *byte == at)
        .map(move |part| {
            let range = start..start + part.len();
            start = range.end + 1;
            (part, range)
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_shape_finds_its_part_in_another_url() {
        let url = Url::of(b"/carts/57/orders/10001?page=2&t=a%20b#top").unwrap();
        let parts = url.parts();
        let shapes: Vec<String> = parts.iter().map(|part| url.shape(part, false)).collect();
        assert_eq!(shapes[3], "/carts/*/orders/{}");
        assert_eq!(shapes[5], "/carts/*/orders/*?t={}");
        let other = Url::of(b"http://shop/carts/8/orders/77?t=x%2Fy").unwrap();
        assert_eq!(other.value_at(&shapes[3]).as_deref(), Some(&b"77"[..]));
        assert_eq!(other.value_at(&shapes[5]).as_deref(), Some(&b"x/y"[..]));
        assert_eq!(
            Url::of(b"/carts/8/items/77").unwrap().value_at(&shapes[3]),
            None
        );
        assert_eq!(Url::of(b"/carts/8").unwrap().value_at(&shapes[3]), None);
    }

    #[test]
    fn what_is_no_url_has_no_parts() {
        for text in ["", "#x", "javascript:void(0)", "mailto:a@b", "http://host"] {
            assert_eq!(Url::of(text.as_bytes()), None, "{text}");
        }
        assert!(Url::of(b"/#?").unwrap().parts().is_empty());
    }
}
