//! Cuts SQL into tokens: every byte belongs to exactly one, and nothing is an error.
//! Units: byte offsets. Source: MySQL manual, "Language Structure".

use std::ops::Range;

/// What a token is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TokenKind {
    /// Blanks and line ends.
    Space,
    /// `-- x`, `# x`, `/* x */` and optimizer hints; also the two ends of `/*!40001 x */`.
    Comment,
    /// A keyword or a name.
    Word,
    /// A name in backticks.
    QuotedName,
    /// A string in single or double quotes, with its introducer or prefix; an unclosed one runs to the end.
    String,
    /// A number, a hexadecimal or a bit literal.
    Number,
    /// `@x` or `@@x`.
    Variable,
    /// `?`.
    Placeholder,
    /// Everything else: operators (up to three bytes) and punctuation (one byte).
    Symbol,
}

/// One token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Token {
    /// What it is.
    pub kind: TokenKind,
    /// Where it is in the SQL.
    pub span: Range<usize>,
}

/// The tokens of one SQL text.
#[derive(Clone, Debug)]
pub struct Tokens<'a> {
    sql: &'a [u8],
    at: usize,
    /// Within `/*! ... */`, whose inside is SQL.
    in_conditional: bool,
}

/// The tokens of `sql`, in order and without holes.
pub const fn tokens(sql: &[u8]) -> Tokens<'_> {
    Tokens {
        sql,
        at: 0,
        in_conditional: false,
    }
}

impl Iterator for Tokens<'_> {
    type Item = Token;

    fn next(&mut self) -> Option<Token> {
        let rest = self.sql.get(self.at..)?;
        let first = *rest.first()?;
        let (kind, len) = self.scan(first, rest);
        let start = self.at;
        self.at = start + len.clamp(1, rest.len());
        Some(Token {
            kind,
            span: start..self.at,
        })
    }
}

impl Tokens<'_> {
    fn scan(&mut self, first: u8, rest: &[u8]) -> (TokenKind, usize) {
        let second = rest.get(1).copied().unwrap_or(0);
        match first {
            b' ' | b'\t' | b'\n' | b'\r' | 0x0B | 0x0C => {
                (TokenKind::Space, length_of(rest, is_space))
            }
            b'#' => (TokenKind::Comment, to_line_end(rest)),
            b'-' if second == b'-' && rest.get(2).is_none_or(|third| *third <= b' ') => {
                (TokenKind::Comment, to_line_end(rest))
            }
            b'/' if second == b'*' => (TokenKind::Comment, self.comment(rest)),
            b'*' if second == b'/' && self.in_conditional => {
                self.in_conditional = false;
                (TokenKind::Comment, 2)
            }
            b'\'' | b'"' => (TokenKind::String, quoted(rest, first, true)),
            b'`' => (TokenKind::QuotedName, quoted(rest, b'`', false)),
            b'?' => (TokenKind::Placeholder, 1),
            b'@' => (TokenKind::Variable, variable(rest)),
            b'0'..=b'9' => number(rest),
            b'.' if second.is_ascii_digit() => (TokenKind::Number, decimal(rest)),
            _ if is_name(first) => word(first, second, rest),
            _ => (TokenKind::Symbol, symbol(rest)),
        }
    }

    /// The length of a comment; for `/*!` only that of its opening, and its inside is SQL.
    fn comment(&mut self, rest: &[u8]) -> usize {
        let opening = match rest.get(2) {
            Some(b'!') => 3,
            Some(b'M') if rest.get(3) == Some(&b'!') => 4,
            _ => {
                let end = memchr::memmem::find(rest.get(2..).unwrap_or_default(), b"*/");
                return end.map_or(rest.len(), |end| end + 4);
            }
        };
        self.in_conditional = true;
        let digits = rest.get(opening..).unwrap_or_default();
        opening + length_of(digits, |byte| byte.is_ascii_digit()).min(6)
    }
}

fn length_of(bytes: &[u8], belongs: impl Fn(u8) -> bool) -> usize {
    bytes
        .iter()
        .position(|byte| !belongs(*byte))
        .unwrap_or(bytes.len())
}

const fn is_space(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\n' | b'\r' | 0x0B | 0x0C)
}

const fn is_name(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'$') || byte >= 0x80
}

fn to_line_end(bytes: &[u8]) -> usize {
    memchr::memchr(b'\n', bytes).map_or(bytes.len(), |end| end + 1)
}

/// The length of a quoted run; the quote doubled stays inside, and so does one after a backslash.
fn quoted(bytes: &[u8], quote: u8, escapes: bool) -> usize {
    let mut at = 1;
    while let Some(rest) = bytes.get(at..) {
        let found = if escapes {
            memchr::memchr2(quote, b'\\', rest)
        } else {
            memchr::memchr(quote, rest)
        };
        let Some(found) = found else { break };
        let after = at + found + 1;
        if rest.get(found) == Some(&quote) && bytes.get(after) != Some(&quote) {
            return after;
        }
        at = after + 1;
    }
    bytes.len()
}

fn variable(bytes: &[u8]) -> usize {
    let ats = if bytes.get(1) == Some(&b'@') { 2 } else { 1 };
    match bytes.get(ats) {
        Some(quote @ (b'`' | b'\'' | b'"')) => {
            ats + quoted(bytes.get(ats..).unwrap_or_default(), *quote, *quote != b'`')
        }
        _ => {
            ats + length_of(bytes.get(ats..).unwrap_or_default(), |byte| {
                is_name(byte) || byte == b'.'
            })
        }
    }
}

/// A token that begins with a digit: a number, or a name such as `2fa`.
fn number(bytes: &[u8]) -> (TokenKind, usize) {
    if let [b'0', b'x' | b'X', digit, ..] = bytes
        && digit.is_ascii_hexdigit()
    {
        let digits = bytes.get(2..).unwrap_or_default();
        return (
            TokenKind::Number,
            2 + length_of(digits, |byte| byte.is_ascii_hexdigit()),
        );
    }
    if let [b'0', b'b', b'0' | b'1', ..] = bytes {
        let digits = bytes.get(2..).unwrap_or_default();
        return (
            TokenKind::Number,
            2 + length_of(digits, |byte| matches!(byte, b'0' | b'1')),
        );
    }
    let len = decimal(bytes);
    let is_name_after = bytes.get(len).is_some_and(|byte| is_name(*byte));
    // `1abc` is a name, unless a point made it a number already.
    if is_name_after
        && !bytes
            .iter()
            .take(len)
            .any(|byte| matches!(byte, b'.' | b'+' | b'-'))
    {
        return (TokenKind::Word, length_of(bytes, is_name));
    }
    (TokenKind::Number, len)
}

/// The length of digits, point, digits, exponent.
fn decimal(bytes: &[u8]) -> usize {
    let digits_from = |at: usize| {
        length_of(bytes.get(at..).unwrap_or_default(), |byte| {
            byte.is_ascii_digit()
        })
    };
    let mut len = digits_from(0);
    if bytes.get(len) == Some(&b'.') {
        len += 1 + digits_from(len + 1);
    }
    if matches!(bytes.get(len), Some(b'e' | b'E')) {
        let sign = usize::from(matches!(bytes.get(len + 1), Some(b'+' | b'-')));
        let exponent = digits_from(len + 1 + sign);
        if exponent > 0 {
            len += 1 + sign + exponent;
        }
    }
    len
}

/// A token that begins with a letter: a word, or a literal with a prefix (`N'x'`, `x'ff'`, `_utf8'x'`).
fn word(first: u8, second: u8, bytes: &[u8]) -> (TokenKind, usize) {
    let prefix = matches!(first, b'n' | b'N' | b'x' | b'X' | b'b' | b'B') && second == b'\'';
    let len = if prefix { 1 } else { length_of(bytes, is_name) };
    let introducer = first == b'_' && matches!(bytes.get(len), Some(b'\'' | b'"'));
    if prefix || introducer {
        let text = bytes.get(len..).unwrap_or_default();
        let quote = text.first().copied().unwrap_or(b'\'');
        let kind = match first {
            b'x' | b'X' | b'b' | b'B' => TokenKind::Number,
            _ => TokenKind::String,
        };
        return (kind, len + quoted(text, quote, true));
    }
    (TokenKind::Word, len)
}

fn symbol(bytes: &[u8]) -> usize {
    const LONG: [&[u8]; 12] = [
        b"->>", b"<=>", b"->", b"<=", b">=", b"<>", b"!=", b":=", b"||", b"&&", b"<<", b">>",
    ];
    LONG.iter()
        .find(|operator| bytes.starts_with(operator))
        .map_or(1, |operator| operator.len())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn kinds(sql: &str) -> Vec<(TokenKind, &str)> {
        tokens(sql.as_bytes())
            .filter(|token| token.kind != TokenKind::Space)
            .map(|token| (token.kind, &sql[token.span]))
            .collect()
    }

    #[test]
    fn quotes_may_be_doubled_or_escaped() {
        use TokenKind::{QuotedName, String, Symbol};
        assert_eq!(
            kinds(r#"'it''s','a\'b',"x""y",`a``b`"#),
            [
                (String, "'it''s'"),
                (Symbol, ","),
                (String, r"'a\'b'"),
                (Symbol, ","),
                (String, r#""x""y""#),
                (Symbol, ","),
                (QuotedName, "`a``b`"),
            ]
        );
    }

    #[test]
    fn literals_keep_their_prefixes() {
        use TokenKind::{Number, String};
        for (sql, kind) in [
            ("_utf8mb4'z'", String),
            ("N'x'", String),
            ("x'ff'", Number),
            ("0xDEAD", Number),
            ("b'01'", Number),
            ("1.5e-10", Number),
            (".5", Number),
        ] {
            assert_eq!(kinds(sql), [(kind, sql)]);
        }
    }

    #[test]
    fn comments_end_where_mysql_ends_them() {
        use TokenKind::{Comment, Number, Symbol, Word};
        assert_eq!(
            kinds("a--1 -- x\nb # y\n/* z */c/*!40001 d */"),
            [
                (Word, "a"),
                (Symbol, "-"),
                (Symbol, "-"),
                (Number, "1"),
                (Comment, "-- x\n"),
                (Word, "b"),
                (Comment, "# y\n"),
                (Comment, "/* z */"),
                (Word, "c"),
                (Comment, "/*!40001"),
                (Word, "d"),
                (Comment, "*/"),
            ]
        );
    }

    #[test]
    fn a_name_may_begin_with_a_digit() {
        assert_eq!(kinds("2fa"), [(TokenKind::Word, "2fa")]);
    }

    proptest! {
        #[test]
        fn every_byte_belongs_to_exactly_one_token(sql in prop::collection::vec(any::<u8>(), 0..200)) {
            let mut end = 0;
            for token in tokens(&sql) {
                prop_assert_eq!(token.span.start, end);
                prop_assert!(token.span.end > token.span.start);
                end = token.span.end;
            }
            prop_assert_eq!(end, sql.len());
        }
    }
}
