//! The pieces of an HTML page: tags with their attributes, and the text between them. Forgiving as browsers
//! are, but no parser: nothing is nested.

/// A piece of a page, in order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Piece<'a> {
    /// A start tag: its name as written, and what follows the name.
    Tag {
        /// `input`
        name: &'a [u8],
        /// ` type="hidden" name="a"`
        attributes: &'a [u8],
    },
    /// An end tag.
    End(&'a [u8]),
    /// Text, references unresolved; also what a script or style element holds.
    Text(&'a [u8]),
}

/// Calls `found` with every piece of `page`, in order; comments are left out.
pub(crate) fn pieces<'a>(page: &'a [u8], found: &mut dyn FnMut(Piece<'a>)) {
    let mut rest = page;
    while !rest.is_empty() {
        let at = rest
            .iter()
            .position(|byte| *byte == b'<')
            .unwrap_or(rest.len());
        let (text, tag) = rest.split_at_checked(at).unwrap_or((rest, b""));
        if !text.trim_ascii().is_empty() {
            found(Piece::Text(text));
        }
        rest = match tag {
            [] => return,
            [b'<', b'!', b'-', b'-', comment @ ..] => after(comment, b"-->"),
            [b'<', b'/', inside @ ..] => {
                let (inside, rest) = until_end(inside);
                found(Piece::End(name_of(inside)));
                rest
            }
            [b'<', inside @ ..] if inside.first().is_some_and(u8::is_ascii_alphabetic) => {
                let (inside, rest) = until_end(inside);
                let name = name_of(inside);
                let attributes = inside.get(name.len()..).unwrap_or_default();
                found(Piece::Tag { name, attributes });
                raw_text(name, rest, found)
            }
            [b'<', b'!' | b'?', inside @ ..] => until_end(inside).1,
            // a bare `<` is text
            [_, inside @ ..] => inside,
        };
    }
}

/// The content of a script or style element is not markup; what follows it.
fn raw_text<'a>(name: &[u8], rest: &'a [u8], found: &mut dyn FnMut(Piece<'a>)) -> &'a [u8] {
    let end: &[u8] = match name.to_ascii_lowercase().as_slice() {
        b"script" => b"</script",
        b"style" => b"</style",
        _ => return rest,
    };
    let at = rest
        .windows(end.len())
        .position(|part| part.eq_ignore_ascii_case(end))
        .unwrap_or(rest.len());
    let (text, rest) = rest.split_at_checked(at).unwrap_or((rest, b""));
    if !text.trim_ascii().is_empty() {
        found(Piece::Text(text));
    }
    rest
}

fn name_of(tag: &[u8]) -> &[u8] {
    let end = tag
        .iter()
        .position(|byte| byte.is_ascii_whitespace() || matches!(byte, b'/' | b'>'))
        .unwrap_or(tag.len());
    tag.get(..end).unwrap_or_default()
}

/// The inside of a tag, quotes respected, and what follows its `>`.
fn until_end(tag: &[u8]) -> (&[u8], &[u8]) {
    let mut quote = None;
    for (at, byte) in tag.iter().enumerate() {
        match (quote, byte) {
            (None, b'>') => {
                let rest = tag.get(at + 1..).unwrap_or_default();
                return (tag.get(..at).unwrap_or_default(), rest);
            }
            (None, b'"' | b'\'') => quote = Some(*byte),
            (Some(open), byte) if open == *byte => quote = None,
            _ => {}
        }
    }
    (tag, b"")
}

fn after<'a>(text: &'a [u8], wanted: &[u8]) -> &'a [u8] {
    let at = text.windows(wanted.len()).position(|part| part == wanted);
    at.and_then(|at| text.get(at + wanted.len()..))
        .unwrap_or_default()
}

/// The names and values of a tag's attributes, references unresolved.
pub(crate) fn attributes(inside: &[u8]) -> impl Iterator<Item = (&[u8], &[u8])> {
    let mut rest = inside;
    std::iter::from_fn(move || {
        loop {
            let space = |byte: &u8| byte.is_ascii_whitespace() || *byte == b'/';
            let start = rest.iter().position(|byte| !space(byte))?;
            rest = rest.get(start..)?;
            let end = rest
                .iter()
                .position(|byte| space(byte) || *byte == b'=')
                .unwrap_or(rest.len());
            let name = rest.get(..end)?;
            rest = rest.get(end..)?.trim_ascii_start();
            let Some(value) = rest.strip_prefix(b"=") else {
                if name.is_empty() {
                    return None;
                }
                // an attribute without a value
                continue;
            };
            let value = value.trim_ascii_start();
            let (value, after) = match value.first() {
                Some(quote @ (b'"' | b'\'')) => {
                    let inside = value.get(1..)?;
                    let end = inside.iter().position(|byte| byte == quote)?;
                    (inside.get(..end)?, inside.get(end + 1..)?)
                }
                _ => {
                    let end = value.iter().position(u8::is_ascii_whitespace);
                    value.split_at_checked(end.unwrap_or(value.len()))?
                }
            };
            rest = after;
            return Some((name, value));
        }
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_page_is_tags_and_text() {
        let page =
            b"<!doctype html><P class=a>1 < 2<br/><!-- <b> --><script>if (a<b) {}</script></p>";
        let mut all = Vec::new();
        pieces(page, &mut |piece| all.push(piece));
        let tag = |name, attributes| Piece::Tag { name, attributes };
        let text = Piece::Text;
        assert_eq!(
            all[..4],
            [
                tag(b"P", b" class=a"),
                text(b"1 "),
                text(b" 2"),
                tag(b"br", b"/")
            ]
        );
        assert!(all.contains(&Piece::Text(b"if (a<b) {}")));
        assert_eq!(all.last(), Some(&Piece::End(b"p")));
    }

    #[test]
    fn attributes_are_quoted_or_not() {
        let all: Vec<_> =
            attributes(b" type=hidden disabled name='a b' data-x=\"1>2\" / value = \"v\"")
                .collect();
        let expected: [(&[u8], &[u8]); 4] = [
            (b"type", b"hidden"),
            (b"name", b"a b"),
            (b"data-x", b"1>2"),
            (b"value", b"v"),
        ];
        assert_eq!(all, expected);
    }

    proptest! {
        #[test]
        fn any_bytes_are_taken(page in "[<>a=\"'/ !-]{0,60}") {
            pieces(page.as_bytes(), &mut |piece| {
                if let Piece::Tag { attributes: inside, .. } = piece {
                    assert!(attributes(inside).count() <= inside.len());
                }
            });
        }
    }
}
