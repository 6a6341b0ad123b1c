//! The strings and numbers that a script in a page sets: `var csrf = "x"`, `{"user": {"id": 7}}`, `useToken("x")`, with
//! what each is called. Forgiving, and no parser: what is no such literal is passed over.

/// A literal of a script.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Literal<'a> {
    /// What it is called: the key, variable or function before it, and the one around that, joined by a dot.
    pub(crate) path: &'a str,
    /// What stands there; escapes are left in it.
    pub(crate) raw: &'a [u8],
    /// Whether it is a number.
    pub(crate) is_number: bool,
    /// Whether it is an element of a list.
    pub(crate) in_array: bool,
}

/// Brackets within brackets are known so deep; what is deeper has the names of these.
const DEEPEST: usize = 64;

/// Longer strings are texts.
const LONGEST_NAME: usize = 64;

/// Calls `found` with every literal of `script` that stands under a name, in order.
pub(crate) fn literals(script: &[u8], found: &mut dyn FnMut(&Literal<'_>)) {
    let mut scan = Scan {
        script,
        at: 0,
        open: Vec::new(),
        word: b"",
        name: b"",
        before: 0,
        found,
    };
    while scan.piece().is_some() {}
}

struct Scan<'a, 'f> {
    script: &'a [u8],
    at: usize,
    /// The brackets around, each with the name before it.
    open: Vec<(u8, &'a [u8])>,
    /// The word or string that came last.
    word: &'a [u8],
    /// The name that the next literal would have.
    name: &'a [u8],
    /// The sign that came last.
    before: u8,
    found: &'f mut dyn FnMut(&Literal<'_>),
}

impl<'a> Scan<'a, '_> {
    /// Reads one piece; `None` at the end.
    fn piece(&mut self) -> Option<()> {
        let byte = *self.script.get(self.at)?;
        match byte {
            b' ' | b'\t' | b'\r' | b'\n' => self.at += 1,
            b'/' if self.follows(b"//") => self.skip_to(b"\n"),
            b'/' if self.follows(b"/*") => self.skip_to(b"*/"),
            b'"' | b'\'' | b'`' => self.string(byte),
            b'0'..=b'9' => self.number(),
            _ if is_of_word(byte) => {
                self.word = self.run();
                self.before = b'w';
            }
            sign => self.sign(sign),
        }
        Some(())
    }

    fn sign(&mut self, sign: u8) {
        self.at += 1;
        match sign {
            b':' | b'=' => self.name = self.word,
            b'(' | b'[' | b'{' => {
                if sign == b'(' {
                    self.name = if self.before == b'w' { self.word } else { b"" };
                }
                if self.open.len() < DEEPEST {
                    self.open.push((sign, self.name));
                }
            }
            b')' | b']' | b'}' => {
                let closed = self.open.pop();
                self.name = closed.map_or(b"".as_slice(), |(_, name)| name);
                // `x["name"] = "value"` goes on with its name
                if sign != b']' {
                    self.word = b"";
                }
            }
            // the argument after one that is a name is what that names
            b',' if self.opened_by(b'(') && self.before == b'"' => self.name = self.word,
            b';' => self.name = b"",
            _ => {}
        }
        self.before = sign;
    }

    fn string(&mut self, quote: u8) {
        let start = self.at + 1;
        let rest = self.script.get(start..).unwrap_or_default();
        let mut is_escaped = false;
        let end = rest.iter().position(|byte| {
            let ends = !is_escaped && (*byte == quote || (*byte == b'\n' && quote != b'`'));
            is_escaped = !is_escaped && *byte == b'\\';
            ends
        });
        let raw = end.and_then(|end| rest.get(..end)).unwrap_or_default();
        let end = start + raw.len();
        if self.script.get(end) != Some(&quote) {
            // an apostrophe in a comment or an expression: no string ends with its line
            self.at = start;
            return;
        }
        self.at = end + 1;
        let is_key = self.next_sign() == Some(b':');
        let holds = matches!(self.before, b':' | b'=' | b'(' | b',' | b'[');
        if holds && !is_key {
            self.literal(raw, false);
        }
        self.word = if raw.len() <= LONGEST_NAME { raw } else { b"" };
        self.before = b'"';
    }

    fn number(&mut self) {
        let raw = self.run();
        let is_held = matches!(self.before, b':' | b'=');
        let ends = matches!(
            self.next_sign(),
            None | Some(b',' | b';' | b'}' | b')' | b']')
        );
        if is_held && ends && raw.iter().all(u8::is_ascii_digit) {
            self.literal(raw, true);
        }
        self.word = b"";
        self.before = b'0';
    }

    fn literal(&mut self, raw: &[u8], is_number: bool) {
        if self.name.is_empty() || self.name.len() > LONGEST_NAME {
            return;
        }
        let in_array = self.open.iter().any(|(bracket, _)| *bracket == b'[');
        let around = self.open.iter().rev().map(|(_, name)| *name);
        let mut around = around.filter(|name| is_identifier(name) && *name != self.name);
        let name = String::from_utf8_lossy(self.name);
        let path = match around.next() {
            Some(around) => format!("{}.{name}", String::from_utf8_lossy(around)),
            None => name.into_owned(),
        };
        (self.found)(&Literal {
            path: &path,
            raw,
            is_number,
            in_array,
        });
    }

    /// Whether the innermost bracket is this one.
    fn opened_by(&self, bracket: u8) -> bool {
        self.open.last().is_some_and(|(open, _)| *open == bracket)
    }

    /// The letters and digits from here on.
    fn run(&mut self) -> &'a [u8] {
        let rest = self.script.get(self.at..).unwrap_or_default();
        let length = rest.iter().position(|byte| !is_of_word(*byte));
        let run = rest.get(..length.unwrap_or(rest.len())).unwrap_or_default();
        self.at += run.len().max(1);
        run
    }

    fn next_sign(&self) -> Option<u8> {
        let rest = self.script.get(self.at..)?;
        rest.iter()
            .find(|byte| !byte.is_ascii_whitespace())
            .copied()
    }

    fn follows(&self, text: &[u8]) -> bool {
        let rest = self.script.get(self.at..);
        rest.is_some_and(|rest| rest.starts_with(text))
    }

    fn skip_to(&mut self, end: &[u8]) {
        let rest = self.script.get(self.at..).unwrap_or_default();
        let found = rest.windows(end.len()).position(|part| part == end);
        self.at += found.map_or(rest.len(), |at| at + end.len());
    }
}

const fn is_of_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'$') || byte >= 0x80
}

/// Whether a name is one that a programmer gave: no path and no id, which are others on the target.
fn is_identifier(name: &[u8]) -> bool {
    !name.is_empty()
        && name.len() <= LONGEST_NAME
        && name
            .iter()
            .all(|byte| byte.is_ascii_alphabetic() || matches!(byte, b'_' | b'$'))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn all(script: &str) -> Vec<String> {
        let mut all = Vec::new();
        literals(script.as_bytes(), &mut |one| {
            let list = if one.in_array { "[]" } else { "" };
            let raw = String::from_utf8_lossy(one.raw);
            all.push(format!("{}{list}={raw}", one.path));
        });
        all
    }

    #[test]
    fn a_literal_is_called_what_stands_before_it_and_around_that() {
        for (script, expected) in [
            ("var csrf = \"a\";", "csrf=a"),
            ("window.csrfToken='a'", "csrfToken=a"),
            (
                "var api = {\"root\":1, \"nonce\":\"a\"};",
                "api.root=1 api.nonce=a",
            ),
            ("api.use( api.createNonce( \"a\" ) );", "use.createNonce=a"),
            (
                "xhr.setRequestHeader('X-CSRF', 'a')",
                "setRequestHeader=X-CSRF setRequestHeader.X-CSRF=a",
            ),
            ("x[\"token\"] = \"a\"", "token=a"),
            (
                "{\"post\":{\"id\":45,\"n\":\"b\"},\"u\":{\"id\":2}}",
                "post.id=45 post.n=b u.id=2",
            ),
            ("{\"/posts/46\":{\"body\":{\"id\":46}}}", "body.id=46"),
            (
                "tags: [\"a\", \"b\"], n: 'c\\'d'",
                "tags[]=a tags[]=b n=c\\'d",
            ),
            ("// var a = \"b\"\nvar c = \"d\" /* e = \"f\" */", "c=d"),
            ("if (a < 5) { b = it's; }\nc = 'd'", "c=d"),
            ("f(\"a\" + b, 7); x = 1;", "f=a x=1"),
        ] {
            assert_eq!(all(script).join(" "), expected, "{script}");
        }
    }

    proptest! {
        #[test]
        fn any_bytes_are_taken(script in "[a\"'`:=(){}\\[\\],;/*\\\\\n 7-]{0,80}") {
            literals(script.as_bytes(), &mut |one| assert!(!one.path.is_empty()));
        }
    }
}
