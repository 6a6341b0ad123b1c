//! What a GraphQL document is called: its operation's name, else the first field that it asks for.

/// The name of the first operation of `document`, or of the first field of one without a name; `None`: it is no
/// document, or its beginning alone was kept.
pub(super) fn name(document: &[u8]) -> Option<&str> {
    let mut tokens = Tokens(document);
    loop {
        match tokens.next()? {
            Token::Sign(b'{') => return first_field(tokens),
            Token::Name("query" | "mutation" | "subscription") => return named(tokens),
            Token::Name("fragment") => tokens.pass_selection()?,
            _ => return None,
        }
    }
}

/// Whether `text` is a name as the language has it.
pub(super) fn is_name(text: &[u8]) -> bool {
    text.first().is_some_and(|byte| begins_name(*byte)) && text.iter().all(|byte| goes_on(*byte))
}

/// Behind the word that says which kind it is.
fn named(mut tokens: Tokens<'_>) -> Option<&str> {
    let mut name = None;
    let mut within = 0_usize;
    for (index, token) in tokens.by_ref().enumerate() {
        match token {
            Token::Name(word) if index == 0 => name = Some(word),
            Token::Sign(b'{') if within == 0 => break,
            Token::Sign(b'(' | b'[' | b'{') => within += 1,
            Token::Sign(b')' | b']' | b'}') => within = within.checked_sub(1)?,
            // two words: a sentence
            Token::Name(_) if within == 0 && index == 1 => return None,
            _ => {}
        }
    }
    let field = first_field(tokens)?;
    Some(name.unwrap_or(field))
}

/// Behind the brace that begins a selection.
fn first_field(mut tokens: Tokens<'_>) -> Option<&str> {
    match tokens.next()? {
        Token::Name(field) => {
            let mut field = field;
            let mut after = tokens.next()?;
            if matches!(after, Token::Sign(b':')) {
                let Token::Name(aliased) = tokens.next()? else {
                    return None;
                };
                (field, after) = (aliased, tokens.next()?);
            }
            let is_field = match after {
                Token::Name(_) | Token::Spread => true,
                Token::Sign(sign) => b"({@}".contains(&sign),
                Token::Value => false,
            };
            is_field.then_some(field)
        }
        Token::Spread => match tokens.next()? {
            Token::Name(fragment) if fragment != "on" => Some(fragment),
            _ => Some("anonymous"),
        },
        _ => None,
    }
}

/// What is left of a document.
struct Tokens<'a>(&'a [u8]);

enum Token<'a> {
    Name(&'a str),
    /// `...`
    Spread,
    Sign(u8),
    /// A string or a number.
    Value,
}

impl Tokens<'_> {
    /// Goes behind the selection that comes next.
    fn pass_selection(&mut self) -> Option<()> {
        let mut depth = 0_usize;
        loop {
            match self.next()? {
                Token::Sign(b'{') => depth += 1,
                Token::Sign(b'}') => {
                    depth = depth.checked_sub(1)?;
                    if depth == 0 {
                        return Some(());
                    }
                }
                _ => {}
            }
        }
    }
}

impl<'a> Iterator for Tokens<'a> {
    type Item = Token<'a>;

    fn next(&mut self) -> Option<Token<'a>> {
        self.0 = without_blanks(self.0);
        let (first, rest) = self.0.split_first()?;
        let (token, length) = match first {
            b'"' => (Token::Value, string_length(self.0)),
            b'.' if rest.starts_with(b"..") => (Token::Spread, 3),
            byte if begins_name(*byte) => {
                let length = self.0.iter().take_while(|byte| goes_on(**byte)).count();
                let name = std::str::from_utf8(self.0.get(..length)?).ok()?;
                (Token::Name(name), length)
            }
            byte if byte.is_ascii_digit() => {
                let is_number = |byte: &&u8| byte.is_ascii_alphanumeric() || **byte == b'.';
                (Token::Value, self.0.iter().take_while(is_number).count())
            }
            byte => (Token::Sign(*byte), 1),
        };
        self.0 = self.0.get(length..).unwrap_or_default();
        Some(token)
    }
}

/// Blanks, commas, comments and a byte order mark say nothing.
fn without_blanks(mut text: &[u8]) -> &[u8] {
    loop {
        text = match text {
            [b' ' | b'\t' | b'\r' | b'\n' | b',', rest @ ..] | [0xef, 0xbb, 0xbf, rest @ ..] => {
                rest
            }
            [b'#', ..] => {
                let end = memchr::memchr2(b'\n', b'\r', text).unwrap_or(text.len());
                text.get(end..).unwrap_or_default()
            }
            _ => return text,
        };
    }
}

/// How long the string is that `text` begins with.
fn string_length(text: &[u8]) -> usize {
    let quotes: &[u8] = if text.starts_with(b"\"\"\"") {
        b"\"\"\""
    } else {
        b"\""
    };
    let mut at = quotes.len();
    while let Some(rest) = text.get(at..).filter(|rest| !rest.is_empty()) {
        if rest.starts_with(quotes) {
            return at + quotes.len();
        }
        at += if rest.first() == Some(&b'\\') { 2 } else { 1 };
    }
    text.len()
}

const fn begins_name(byte: u8) -> bool {
    byte.is_ascii_alphabetic() || byte == b'_'
}

const fn goes_on(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_'
}
