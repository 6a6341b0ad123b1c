//! Names with values in a row, as in a query (`a=1&b=2`) and in a Cookie field (`a=1; b=2`): one set or
//! removed, the others as they are.

/// What parts the pairs, and what is written between them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Between {
    pub(super) byte: u8,
    pub(super) written: &'static [u8],
}

/// Between the parameters of a query.
pub(super) const AMPERSAND: Between = Between {
    byte: b'&',
    written: b"&",
};

/// Between cookies (RFC 6265 section 4.2.1).
pub(super) const SEMICOLON: Between = Between {
    byte: b';',
    written: b"; ",
};

/// `row` with the value of every pair called `name` replaced, or with a pair added where there is none.
pub(super) fn set(row: &[u8], between: Between, name: &[u8], value: &[u8]) -> Vec<u8> {
    let new = [name, b"=", value].concat();
    let mut found = false;
    let pairs: Vec<&[u8]> = split(row, between)
        .map(|pair| {
            let same = name_of(pair) == name;
            found |= same;
            if same { new.as_slice() } else { pair }
        })
        .collect();
    let mut pairs = pairs;
    if !found {
        pairs.push(&new);
    }
    pairs.join(between.written)
}

/// `row` without the pairs called `name`; `None` when there are none.
pub(super) fn remove(row: &[u8], between: Between, name: &[u8]) -> Option<Vec<u8>> {
    let mut removed = false;
    let kept: Vec<&[u8]> = split(row, between)
        .filter(|pair| {
            let same = name_of(pair) == name;
            removed |= same;
            !same
        })
        .collect();
    removed.then(|| kept.join(between.written))
}

fn split(row: &[u8], between: Between) -> impl Iterator<Item = &[u8]> {
    row.split(move |byte| *byte == between.byte)
        .map(<[u8]>::trim_ascii)
        .filter(|pair| !pair.is_empty())
}

fn name_of(pair: &[u8]) -> &[u8] {
    pair.split(|byte| *byte == b'=').next().unwrap_or(pair)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pair_is_replaced_where_it_stands_added_at_the_end_or_removed() {
        let with = |row: &str, name: &str| {
            String::from_utf8(set(row.as_bytes(), AMPERSAND, name.as_bytes(), b"9")).unwrap()
        };
        assert_eq!(with("a=1&b=2&a=3", "a"), "a=9&b=2&a=9");
        assert_eq!(with("a=1", "b"), "a=1&b=9");
        assert_eq!(with("", "b"), "b=9");
        assert_eq!(with("ab=1&a", "a"), "ab=1&a=9");
        let cookies = remove(b"a=1; b=2;c=3", SEMICOLON, b"b");
        assert_eq!(cookies.as_deref(), Some(&b"a=1; c=3"[..]));
        assert_eq!(remove(b"a=1", SEMICOLON, b"b"), None);
    }
}
