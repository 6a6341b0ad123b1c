//! Digests: what a statement does, values removed, so that executions of one statement count together.
//!
//! The one canonical form: keywords in capitals, names as written (plain backticks dropped), one space
//! between words, literals and placeholders as `?`, `IN (...)` and `VALUES (...)` lists as `(?)`.

use super::keyword::keyword;
use super::token::{TokenKind, tokens};

/// The longest digest, in bytes; a longer one ends in `...`.
pub const LONGEST_DIGEST: usize = 1024;

/// The digest of a statement: ``select * from `item` where id=7`` gives `SELECT * FROM item WHERE id = ?`.
pub fn digest(sql: &[u8]) -> String {
    let mut writer = Writer {
        // most grow by some spaces
        out: Vec::with_capacity(sql.len().min(LONGEST_DIGEST) + 16),
        ..Writer::default()
    };
    for token in tokens(sql) {
        let Some(text) = sql.get(token.span) else {
            break;
        };
        match token.kind {
            TokenKind::Space | TokenKind::Comment => continue,
            TokenKind::Word => match keyword(text) {
                Some(operand @ ("NULL" | "TRUE" | "FALSE" | "END")) => {
                    writer.put(Kind::Name, operand.as_bytes());
                }
                Some(keyword) => writer.put(Kind::Keyword, keyword.as_bytes()),
                None => writer.put(Kind::Name, text),
            },
            TokenKind::QuotedName => writer.put(Kind::Name, unquoted(text)),
            TokenKind::Variable => writer.put(Kind::Variable, text),
            TokenKind::String | TokenKind::Number | TokenKind::Placeholder => writer.put_value(),
            TokenKind::Symbol => writer.put_symbol(text),
        }
        if writer.out.len() > LONGEST_DIGEST && writer.list.is_none() {
            break;
        }
    }
    writer.finish()
}

/// A plain name loses its backticks, so that both spellings are one operation.
fn unquoted(text: &[u8]) -> &[u8] {
    let inner = text
        .strip_prefix(b"`")
        .and_then(|rest| rest.strip_suffix(b"`"))
        .unwrap_or(text);
    let plain = !inner.is_empty()
        && inner
            .iter()
            .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'$'))
        && !inner.iter().all(u8::is_ascii_digit)
        && keyword(inner).is_none();
    if plain { inner } else { text }
}

/// What was written last, as far as it decides about spaces and signs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Kind {
    #[default]
    Nothing,
    Keyword,
    Name,
    Variable,
    Value,
    /// `(`, and `.` between names: what follows sticks to it.
    Opening,
    Closing,
    Comma,
    Operator,
}

/// A parenthesis opened after IN or VALUES, or after the comma that follows such a list.
#[derive(Clone, Copy, Debug)]
struct List {
    /// Where its `(` was written.
    start: usize,
    /// Where the list written before it starts, when it follows one.
    previous: Option<usize>,
    /// Whether everything in it so far is values and commas.
    only_values: bool,
    /// Parentheses open within it.
    depth: u32,
}

#[derive(Debug, Default)]
struct Writer {
    out: Vec<u8>,
    last: Kind,
    /// The last keyword was IN, VALUES or VALUE.
    list_may_begin: bool,
    list: Option<List>,
    /// The list written last, while only a comma came after it.
    finished: Option<usize>,
    /// The name being written is a table's (after INTO, TABLE, EXISTS): a parenthesis is no call.
    names_table: bool,
    /// A sign that may belong to the value after it.
    sign: Option<u8>,
}

impl Writer {
    /// Writes a space where the last thing written does not hold on to what follows.
    fn part(&mut self) {
        if !matches!(self.last, Kind::Nothing | Kind::Opening) {
            self.out.push(b' ');
        }
    }

    fn put(&mut self, kind: Kind, text: &[u8]) {
        self.put_pending_sign();
        if !matches!(text, b"NULL" | b"DEFAULT" | b"TRUE" | b"FALSE") {
            self.spoil();
        }
        self.part();
        self.out.extend_from_slice(text);
        self.last = kind;
        if kind != Kind::Name {
            self.names_table = matches!(text, b"INTO" | b"TABLE" | b"EXISTS");
        }
        self.list_may_begin =
            matches!(text, b"IN" | b"VALUES") || text.eq_ignore_ascii_case(b"value");
    }

    fn put_value(&mut self) {
        self.sign = None;
        // Strings side by side are one string; a value after a value is nothing else in SQL.
        if self.last == Kind::Value {
            return;
        }
        if self.list.is_none() {
            self.finished = None;
        }
        self.part();
        self.out.push(b'?');
        self.last = Kind::Value;
        self.list_may_begin = false;
    }

    fn put_symbol(&mut self, symbol: &[u8]) {
        let operand_before = matches!(
            self.last,
            Kind::Name | Kind::Variable | Kind::Value | Kind::Closing
        );
        if let [sign @ (b'-' | b'+')] = symbol
            && !operand_before
        {
            // A sign before a value belongs to it; before anything else it is written. Of several
            // signs in a row one is kept, or the digest would read otherwise when digested again.
            self.sign = Some(*sign);
            return;
        }
        self.put_pending_sign();
        match symbol {
            b"(" => return self.open(),
            b")" => self.close(),
            b"," => {
                self.out.push(b',');
                self.last = Kind::Comma;
            }
            b"." | b";" => {
                self.spoil();
                self.out.extend_from_slice(symbol);
                self.last = if symbol == b"." {
                    Kind::Opening
                } else {
                    Kind::Operator
                };
            }
            _ => {
                self.spoil();
                self.part();
                self.out.extend_from_slice(symbol);
                self.last = Kind::Operator;
            }
        }
        self.list_may_begin = false;
    }

    fn put_pending_sign(&mut self) {
        if let Some(sign) = self.sign.take() {
            self.spoil();
            self.part();
            self.out.push(sign);
            self.last = Kind::Opening;
        }
    }

    fn spoil(&mut self) {
        if let Some(list) = &mut self.list {
            list.only_values = false;
        } else {
            self.finished = None;
        }
    }

    fn open(&mut self) {
        if let Some(list) = &mut self.list {
            list.depth += 1;
            list.only_values = false;
        }
        // A call has no space before its parenthesis.
        if self.last != Kind::Name || self.list_may_begin || self.names_table {
            self.part();
        }
        let follows = self.last == Kind::Comma && self.finished.is_some();
        if self.list.is_none() && (self.list_may_begin || follows) {
            self.list = Some(List {
                start: self.out.len(),
                previous: if follows { self.finished } else { None },
                only_values: true,
                depth: 0,
            });
        }
        self.out.push(b'(');
        self.last = Kind::Opening;
        self.list_may_begin = false;
        self.names_table = false;
    }

    fn close(&mut self) {
        self.out.push(b')');
        self.last = Kind::Closing;
        let Some(list) = &mut self.list else {
            self.finished = None;
            return;
        };
        if list.depth > 0 {
            list.depth -= 1;
            return;
        }
        let list = *list;
        self.list = None;
        self.finished = Some(list.start);
        if list.only_values && self.out.len() > list.start + 2 {
            self.out.truncate(list.start);
            self.out.extend_from_slice(b"(?)");
        }
        // A tuple like the one before it, values aside, says nothing new.
        if let Some(previous) = list.previous {
            let written = self.out.get(list.start..).unwrap_or_default();
            let before = self.out.get(previous..list.start).unwrap_or_default();
            if before.strip_suffix(b", ") == Some(written) {
                self.out.truncate(list.start - 2);
                self.finished = Some(previous);
            }
        }
    }

    fn finish(mut self) -> String {
        while self
            .out
            .last()
            .is_some_and(|byte| matches!(byte, b';' | b' '))
        {
            self.out.pop();
        }
        let cut = self.out.len() > LONGEST_DIGEST;
        if cut {
            self.out.truncate(LONGEST_DIGEST - 3);
        }
        let mut text = match String::from_utf8(self.out) {
            Ok(text) => text,
            Err(error) => String::from_utf8_lossy(error.as_bytes()).into_owned(),
        };
        if cut {
            while text.ends_with('\u{FFFD}') {
                text.pop();
            }
            text.push_str("...");
        }
        text
    }
}

#[cfg(test)]
mod tests;
