//! Puts other values at a place in a JSON text; every byte around them stays as it is.

use serde::de::IgnoredAny;

use super::{JsonPath, Step};
use crate::redact::edits::Edits;

impl JsonPath {
    /// Replaces every value the path names by what `write` makes of it; `None` from `write` leaves it. The
    /// values are given and taken as they stand in the text: strings with their quotes. `None` when nothing
    /// was replaced, or `text` is not JSON.
    pub fn replace(
        &self,
        text: &[u8],
        write: &mut dyn FnMut(&[u8]) -> Option<Vec<u8>>,
    ) -> Option<Vec<u8>> {
        // from here on the text is known to be well-formed and not too deep
        serde_json::from_slice::<IgnoredAny>(text).ok()?;
        let mut walk = Walk {
            path: self,
            text,
            at: 0,
            place: Vec::new(),
            edits: Edits::of(text),
            write,
        };
        walk.value();
        walk.edits.finish()
    }
}

/// Where the reading is.
struct Walk<'a, 'w> {
    path: &'a JsonPath,
    text: &'a [u8],
    at: usize,
    place: Vec<Step<'a>>,
    edits: Edits<'a>,
    write: &'w mut dyn FnMut(&[u8]) -> Option<Vec<u8>>,
}

impl<'a> Walk<'a, '_> {
    /// Reads a value, replaced or not.
    fn value(&mut self) {
        self.blanks();
        let start = self.at;
        if !self.place.is_empty() && self.path.matches(&self.place) {
            self.skip_value();
            let old = self.text.get(start..self.at).unwrap_or_default();
            if let Some(new) = (self.write)(old) {
                self.edits.put(start..self.at, &new);
            }
            return;
        }
        match self.peek() {
            Some(b'{') => self.members(),
            Some(b'[') => self.elements(),
            _ => self.skip_value(),
        }
    }

    fn members(&mut self) {
        self.at += 1;
        loop {
            self.blanks();
            match self.peek() {
                Some(b'"') => {
                    let start = self.at + 1;
                    self.skip_string();
                    let name = self.text.get(start..self.at.saturating_sub(1));
                    self.blanks();
                    self.at += 1; // the colon
                    self.place.push(Step::Member(name.unwrap_or_default()));
                    self.value();
                    self.place.pop();
                }
                Some(b',') => self.at += 1,
                _ => {
                    self.at += 1;
                    return;
                }
            }
        }
    }

    fn elements(&mut self) {
        self.at += 1;
        let mut index = 0;
        loop {
            self.blanks();
            match self.peek() {
                Some(b',') => {
                    self.at += 1;
                    index += 1;
                }
                Some(b']') | None => {
                    self.at += 1;
                    return;
                }
                Some(_) => {
                    self.place.push(Step::Element(index));
                    self.value();
                    self.place.pop();
                }
            }
        }
    }

    /// Passes a value with all that is in it.
    fn skip_value(&mut self) {
        let mut open = 0_usize;
        while let Some(byte) = self.peek() {
            match byte {
                b'"' => self.skip_string(),
                b'{' | b'[' => {
                    open += 1;
                    self.at += 1;
                }
                b'}' | b']' if open > 0 => {
                    open -= 1;
                    self.at += 1;
                }
                b'}' | b']' | b',' if open == 0 => return,
                _ if open == 0 && byte.is_ascii_whitespace() => return,
                _ => {
                    self.at += 1;
                    continue;
                }
            }
            if open == 0 {
                return;
            }
        }
    }

    fn skip_string(&mut self) {
        self.at += 1;
        while let Some(byte) = self.peek() {
            self.at += if byte == b'\\' { 2 } else { 1 };
            if byte == b'"' {
                return;
            }
        }
    }

    fn blanks(&mut self) {
        while self.peek().is_some_and(|byte| byte.is_ascii_whitespace()) {
            self.at += 1;
        }
    }

    fn peek(&self) -> Option<u8> {
        self.text.get(self.at).copied()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn replaced(path: &str, text: &str) -> Option<String> {
        let path = JsonPath::parse(path).unwrap();
        let new = path.replace(text.as_bytes(), &mut |old| Some([b"<", old, b">"].concat()));
        new.map(|bytes| String::from_utf8(bytes).unwrap())
    }

    #[test]
    fn the_named_values_are_replaced_and_every_other_byte_is_kept() {
        let text =
            r#" { "user" : {"email":"a\"b", "n": 1.50e3 }, "l":[ 1 , {"n":[true,{}]},null] }"#;
        for (path, expected) in [
            ("$.user.email", text.replace(r#""a\"b""#, r#"<"a\"b">"#)),
            ("$.user.n", text.replace("1.50e3", "<1.50e3>")),
            ("$.l[0]", text.replace("[ 1 ,", "[ <1> ,")),
            ("$.l[1].n", text.replace("[true,{}]", "<[true,{}]>")),
            ("$.l[2]", text.replace("null", "<null>")),
            (
                "$..n",
                text.replace("1.50e3", "<1.50e3>")
                    .replace("[true,{}]", "<[true,{}]>"),
            ),
        ] {
            assert_eq!(replaced(path, text), Some(expected), "{path}");
        }
        for (path, text) in [("$.x", text), ("$.a", "{a:1}"), ("$.a", ""), ("$.a", "[1]")] {
            assert_eq!(replaced(path, text), None, "{path}");
        }
    }

    fn json() -> impl Strategy<Value = serde_json::Value> {
        let leaf = prop_oneof![
            Just(serde_json::Value::Null),
            any::<bool>().prop_map(Into::into),
            any::<i64>().prop_map(Into::into),
            "[a-z\"\\\\{}\\[\\], :]{0,8}".prop_map(Into::into),
        ];
        leaf.prop_recursive(4, 24, 4, |inner| {
            prop_oneof![
                proptest::collection::vec(inner.clone(), 0..4).prop_map(Into::into),
                proptest::collection::btree_map("[ab\"{]", inner, 0..4)
                    .prop_map(|map| serde_json::Value::Object(map.into_iter().collect())),
            ]
        })
    }

    proptest! {
        #[test]
        fn values_put_back_as_they_are_change_nothing(json in json(), pretty in any::<bool>()) {
            let text = if pretty { serde_json::to_string_pretty(&json) } else { serde_json::to_string(&json) };
            let text = text.unwrap();
            for path in ["$..a", "$.a", "$[0]", "$[*].b"] {
                let path = JsonPath::parse(path).unwrap();
                let mut seen = true;
                let same = path.replace(text.as_bytes(), &mut |old| {
                    seen &= serde_json::from_slice::<serde_json::Value>(old).is_ok();
                    Some(old.to_vec())
                });
                prop_assert!(seen);
                prop_assert!(same.is_none_or(|same| same == text.as_bytes()));
            }
        }
    }
}
