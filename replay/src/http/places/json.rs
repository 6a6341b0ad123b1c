//! The leaves of a JSON document with their paths and where they stand. Goes on as far as the document is
//! well formed, so that a cut-off one still gives its beginning.

use std::ops::Range;

use memchr::memchr2;

/// Deeper documents are not searched further.
const DEEPEST: usize = 64;

/// A string, a number or a word of a document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Leaf<'a> {
    /// Keys and indices from the top, joined by dots.
    pub(crate) path: &'a str,
    /// Whether an array is on the way.
    pub(crate) in_array: bool,
    /// What it is.
    pub(crate) kind: Kind,
    /// Where it stands: a string without its quotes.
    pub(crate) range: Range<usize>,
}

/// What a leaf is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// A string.
    Text,
    /// A number.
    Number,
    /// `true`, `false` or `null`.
    Word,
}

/// Calls `found` with every leaf of `document`, in order.
pub(crate) fn leaves(document: &[u8], found: &mut dyn FnMut(&Leaf<'_>)) {
    let mut scan = Scan {
        document,
        at: 0,
        path: String::new(),
        arrays: 0,
        found,
    };
    scan.value(0);
}

/// The keys and indices of a path, the last first.
pub(crate) fn keys_from_the_last(path: &str) -> impl Iterator<Item = &str> {
    let mut rest = Some(path);
    std::iter::from_fn(move || {
        let text = rest?;
        match text.bytes().rposition(|byte| byte == b'.') {
            Some(at) => {
                rest = text.get(..at);
                text.get(at + 1..)
            }
            None => rest.take(),
        }
    })
}

/// The last key or index of a path.
pub(crate) fn last_key(path: &str) -> &str {
    keys_from_the_last(path).next().unwrap_or(path)
}

struct Scan<'a, 'f> {
    document: &'a [u8],
    at: usize,
    path: String,
    arrays: usize,
    found: &'f mut dyn FnMut(&Leaf<'_>),
}

impl Scan<'_, '_> {
    /// One value; `None` when the document ends or makes no sense.
    fn value(&mut self, depth: usize) -> Option<()> {
        if depth > DEEPEST {
            return None;
        }
        match self.peek()? {
            b'{' => self.members(depth),
            b'[' => self.elements(depth),
            b'"' => {
                let range = self.string()?;
                self.tell(Kind::Text, range);
                Some(())
            }
            first => {
                let start = self.at;
                let rest = self.document.get(start..)?;
                let length = rest
                    .iter()
                    .position(|byte| {
                        matches!(byte, b',' | b'}' | b']') || byte.is_ascii_whitespace()
                    })
                    .unwrap_or(rest.len());
                if length == 0 {
                    return None;
                }
                self.at += length;
                let kind = if first.is_ascii_digit() || first == b'-' {
                    Kind::Number
                } else {
                    Kind::Word
                };
                self.tell(kind, start..start + length);
                Some(())
            }
        }
    }

    fn members(&mut self, depth: usize) -> Option<()> {
        self.at += 1;
        if self.peek()? == b'}' {
            self.at += 1;
            return Some(());
        }
        loop {
            if self.peek()? != b'"' {
                return None;
            }
            let key = self.string()?;
            if self.peek()? != b':' {
                return None;
            }
            self.at += 1;
            let key = self.document.get(key)?;
            match std::str::from_utf8(key) {
                Ok(key) => self.under(key, depth)?,
                Err(_) => self.under(&String::from_utf8_lossy(key), depth)?,
            }
            if self.ended(b'}')? {
                return Some(());
            }
        }
    }

    fn elements(&mut self, depth: usize) -> Option<()> {
        self.at += 1;
        if self.peek()? == b']' {
            self.at += 1;
            return Some(());
        }
        self.arrays += 1;
        let mut digits = Digits::default();
        for index in 0_u32.. {
            self.under(digits.of(index), depth)?;
            if self.ended(b']')? {
                break;
            }
        }
        self.arrays -= 1;
        Some(())
    }

    /// The value under a key or an index.
    fn under(&mut self, name: &str, depth: usize) -> Option<()> {
        let length = self.path.len();
        if length > 0 {
            self.path.push('.');
        }
        self.path.push_str(name);
        self.value(depth + 1)?;
        self.path.truncate(length);
        Some(())
    }

    /// After a value: whether its container ends here, or goes on after a comma.
    fn ended(&mut self, end: u8) -> Option<bool> {
        let next = self.peek()?;
        self.at += 1;
        match next {
            b',' => Some(false),
            next if next == end => Some(true),
            _ => None,
        }
    }

    /// The string that begins here, without its quotes.
    fn string(&mut self) -> Option<Range<usize>> {
        let start = self.at + 1;
        let mut at = start;
        loop {
            let rest = self.document.get(at..)?;
            at += memchr2(b'"', b'\\', rest)?;
            if self.document.get(at) == Some(&b'"') {
                self.at = at + 1;
                return Some(start..at);
            }
            // whatever is escaped is no end
            at += 2;
        }
    }

    /// The next byte that is no white space.
    fn peek(&mut self) -> Option<u8> {
        while self.document.get(self.at)?.is_ascii_whitespace() {
            self.at += 1;
        }
        self.document.get(self.at).copied()
    }

    fn tell(&mut self, kind: Kind, range: Range<usize>) {
        let leaf = Leaf {
            path: &self.path,
            in_array: self.arrays > 0,
            kind,
            range,
        };
        (self.found)(&leaf);
    }
}

/// A number as text, without taking memory for it.
#[derive(Default)]
struct Digits([u8; 10]);

impl Digits {
    fn of(&mut self, number: u32) -> &str {
        let mut rest = number;
        let mut from = self.0.len();
        for place in self.0.iter_mut().rev() {
            *place = b'0' + (rest % 10) as u8;
            rest /= 10;
            from -= 1;
            if rest == 0 {
                break;
            }
        }
        let digits = self.0.get(from..).unwrap_or_default();
        std::str::from_utf8(digits).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn found(document: &str) -> Vec<(String, String)> {
        let mut all = Vec::new();
        leaves(document.as_bytes(), &mut |leaf| {
            all.push((
                leaf.path.to_owned(),
                document[leaf.range.clone()].to_owned(),
            ));
        });
        all
    }

    #[test]
    fn leaves_have_paths_and_places() {
        let all = found(r#" {"a": {"b": "x\"y"}, "c": [1, {"d": null}], "e": -2.5e3} "#);
        let expected = [
            ("a.b", "x\\\"y"),
            ("c.0", "1"),
            ("c.1.d", "null"),
            ("e", "-2.5e3"),
        ];
        assert_eq!(all, expected.map(|(path, text)| (path.into(), text.into())));
    }

    #[test]
    fn a_document_cut_off_gives_its_beginning() {
        assert_eq!(found(r#"{"a": "x", "b": "y"#), [("a".into(), "x".into())]);
        for broken in ["", "{", "[", "{\"a\"", "{\"a\":}", "[,]", "{\"a\" 1}", "\""] {
            assert_eq!(found(broken), [], "{broken}");
        }
        found(&"[".repeat(100_000));
    }

    #[test]
    fn numbers_are_written_as_they_are_elsewhere() {
        for number in [0, 9, 10, 407, 1_000_000, u32::MAX] {
            assert_eq!(Digits::default().of(number), number.to_string());
        }
    }

    proptest! {
        #[test]
        fn keys_come_from_the_last_to_the_first(path in "[a-zé0-9.]{0,20}") {
            let keys: Vec<&str> = keys_from_the_last(&path).collect();
            let expected: Vec<&str> = path.rsplit('.').collect();
            prop_assert_eq!(keys, expected);
        }

        #[test]
        fn any_bytes_are_taken(bytes in proptest::collection::vec(any::<u8>(), 0..80)) {
            leaves(&bytes, &mut |leaf| assert!(leaf.range.end <= bytes.len()));
        }
    }
}
