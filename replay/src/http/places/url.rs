//! The parts of a URL that carry values, and the shape that finds the same part in another URL:
//! `/carts/*/orders/{}` is the fourth segment where the second is an id too.

use std::borrow::Cow;
use std::ops::Range;

use super::guess::{file, is_id, is_word_id};
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

/// The day that something is kept under: `/2026/11/23/my-title`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Day<'a> {
    /// The segments that are the year, the month and maybe the day.
    pub(crate) segments: Range<usize>,
    /// The segment after them.
    pub(crate) word: &'a [u8],
    /// The path up to that.
    path: &'a [u8],
}

impl Day<'_> {
    /// What a segment of it is about: its place in the day of this one page, and of no other page.
    pub(crate) fn stem(&self, segment: usize) -> String {
        format!("{segment}:{}", String::from_utf8_lossy(self.path))
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

    /// The day in its path, if something is kept under one.
    pub(crate) fn day(&self) -> Option<Day<'a>> {
        let all: Vec<_> = self.segments().collect();
        let is = |at: usize, fits: fn(&[u8]) -> bool| all.get(at).is_some_and(|(one, _)| fits(one));
        let year = (0..all.len()).find(|at| is(*at, is_year) && is(at + 1, is_month))?;
        let end = year + 2 + usize::from(is(year + 2, is_day));
        let (word, range) = all.get(end)?;
        Some(Day {
            segments: year..end,
            word,
            path: self.whole.get(self.path.start..range.end)?,
        })
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
            } else if is_id(segment) || (is_word && may_be_made(segment)) {
                shape.push('*');
            } else if let Some(format) = format_of_id(segment) {
                shape.push_str("*.");
                shape.push_str(&String::from_utf8_lossy(format));
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
                text => {
                    let format = text.strip_prefix("*.")?;
                    format_of_id(segment).filter(|one| *one == format.as_bytes())?;
                }
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

/// Whether a segment may be a word or a file that a server has given a name.
fn may_be_made(segment: &[u8]) -> bool {
    is_word_id(segment) || file(segment).is_some()
}

fn is_year(segment: &[u8]) -> bool {
    segment.len() == 4 && segment.starts_with(b"20") && segment.iter().all(u8::is_ascii_digit)
}

fn is_month(segment: &[u8]) -> bool {
    matches!(segment, [b'0', b'1'..=b'9'] | [b'1', b'0'..=b'2'])
}

fn is_day(segment: &[u8]) -> bool {
    matches!(
        segment,
        [b'0', b'1'..=b'9'] | [b'1' | b'2', b'0'..=b'9'] | [b'3', b'0' | b'1']
    )
}

/// The format of a file that is named like an id: `png` of `lamp-2.png`.
fn format_of_id(segment: &[u8]) -> Option<&[u8]> {
    let (name, format) = file(segment)?;
    is_id(name).then_some(format)
}

/// A link as it stands in the page at `base`, which is a path: from the root, where it is relative (RFC 3986 section 5.2).
/// What is no link to another page stays as it is.
pub(crate) fn from_root<'a>(link: &'a [u8], base: &[u8]) -> Cow<'a, [u8]> {
    let is_sign = |byte: &u8| matches!(byte, b':' | b'/' | b'?' | b'#');
    let sign = link.iter().position(is_sign);
    let first = sign.and_then(|at| link.get(at));
    let has_scheme = first == Some(&b':');
    if link.is_empty() || has_scheme || matches!(link.first(), Some(b'/' | b'#')) {
        return Cow::Borrowed(link);
    }
    if link.starts_with(b"?") {
        return Cow::Owned([base, link].concat());
    }
    let path_len = link.iter().position(|byte| matches!(byte, b'?' | b'#'));
    let (path, after) = link.split_at(path_len.unwrap_or(link.len()));
    let folder = base.iter().rposition(|byte| *byte == b'/').unwrap_or(0);
    let mut segments: Vec<&[u8]> = Vec::new();
    let of_folder = base
        .get(..folder)
        .unwrap_or_default()
        .split(|byte| *byte == b'/');
    let mut all = of_folder
        .skip(1)
        .chain(path.split(|byte| *byte == b'/'))
        .peekable();
    while let Some(segment) = all.next() {
        let is_last = all.peek().is_none();
        match segment {
            b"." => {}
            b".." => {
                segments.pop();
            }
            segment => {
                segments.push(segment);
                continue;
            }
        }
        if is_last {
            segments.push(b"");
        }
    }
    let mut whole = Vec::with_capacity(base.len() + link.len() + 1);
    for segment in segments {
        whole.push(b'/');
        whole.extend_from_slice(segment);
    }
    whole.extend_from_slice(after);
    Cow::Owned(whole)
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
    use proptest::prelude::*;

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
    fn a_file_that_is_named_like_an_id_may_be_another_of_its_format() {
        let url = Url::of(b"/users/57/lamp-2.png?t=x").unwrap();
        let shapes: Vec<String> = url
            .parts()
            .iter()
            .map(|part| url.shape(part, false))
            .collect();
        assert_eq!(shapes[1], "/users/{}/*.png");
        assert_eq!(shapes[3], "/users/*/*.png?t={}");
        let value = |url: &'static [u8]| Url::of(url).unwrap().value_at(&shapes[1]);
        assert_eq!(value(b"/users/8/lamp-2-1.png").as_deref(), Some(&b"8"[..]));
        for other in ["/users/8/lamp-2.jpg", "/users/8/logo.png", "/users/8/2"] {
            assert_eq!(value(other.as_bytes()), None, "{other}");
        }
    }

    #[test]
    fn a_day_is_a_year_and_a_month_with_something_under_it() {
        for (path, segments, word) in [
            ("/2026/11/23/my-title/", 0..3, "my-title"),
            ("/wp-content/uploads/2026/01/lamp.png", 2..4, "lamp.png"),
            ("/2026/11/23/my-title/feed/", 0..3, "my-title"),
            ("/2026/11/32/x", 0..2, "32"),
        ] {
            let url = Url::of(path.as_bytes()).unwrap();
            let day = url.day().unwrap();
            assert_eq!(
                (day.segments, day.word),
                (segments, word.as_bytes()),
                "{path}"
            );
        }
        let title = Url::of(b"http://shop/2026/11/my-title/feed?x=1").unwrap();
        assert_eq!(title.day().unwrap().stem(1), "1:/2026/11/my-title");
        for path in [
            "/2026/11/",
            "/2026/13/x",
            "/1926/11/x",
            "/orders/2026/edit",
            "/2026/1/x",
        ] {
            assert_eq!(Url::of(path.as_bytes()).unwrap().day(), None, "{path}");
        }
    }

    #[test]
    fn a_link_is_from_the_root_whatever_page_it_stands_in() {
        for (link, base, whole) in [
            (
                "plugins.php?a=1&t=x",
                "/wp-admin/plugins.php",
                "/wp-admin/plugins.php?a=1&t=x",
            ),
            ("?page=2", "/admin/posts/", "/admin/posts/?page=2"),
            ("12/delete/", "/admin/posts/", "/admin/posts/12/delete/"),
            (
                "../../tags/7?x=/..",
                "/admin/posts/12/change",
                "/admin/tags/7?x=/..",
            ),
            ("../..", "/a/b/c", "/"),
            ("../../../x", "/a/b", "/x"),
            ("./x#top", "/a", "/x#top"),
            ("x", "", "/x"),
            ("/cart", "/a/b", "/cart"),
            ("http://shop/cart", "/a/b", "http://shop/cart"),
            ("mailto:a@b", "/a/b", "mailto:a@b"),
            ("#top", "/a/b", "#top"),
            ("", "/a/b", ""),
        ] {
            let found = from_root(link.as_bytes(), base.as_bytes());
            assert_eq!(String::from_utf8_lossy(&found), whole, "{link} {base}");
        }
    }

    proptest! {
        #[test]
        fn any_link_is_taken(link in "[a.:/?#]{0,12}", base in "[a./]{0,12}") {
            from_root(link.as_bytes(), base.as_bytes());
        }
    }

    #[test]
    fn what_is_no_url_has_no_parts() {
        for text in ["", "#x", "javascript:void(0)", "mailto:a@b", "http://host"] {
            assert_eq!(Url::of(text.as_bytes()), None, "{text}");
        }
        assert!(Url::of(b"/#?").unwrap().parts().is_empty());
    }
}
