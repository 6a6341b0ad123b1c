//! What readers of passing messages share: they find where a message ends and keep next to nothing of it.

use thiserror::Error;

/// How far a message got with some bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Passed {
    /// How many of the bytes are of it. Less than all of them only when it ends.
    pub consumed: usize,
    /// Whether it ends with them.
    pub ends: bool,
}

/// The bytes are of something else.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("read the bytes: they are of another protocol")]
pub struct Foreign;

/// A number in plain digits, at most ten of them.
pub(crate) fn number(digits: &[u8]) -> Option<u64> {
    if digits.is_empty() || digits.len() > 10 || !digits.iter().all(u8::is_ascii_digit) {
        return None;
    }
    std::str::from_utf8(digits).ok()?.parse().ok()
}

/// A word of a command in capitals, as operations have it; empty where there is none.
pub(crate) fn in_capitals(word: Option<&[u8]>) -> String {
    let word = word.map(String::from_utf8_lossy);
    word.map_or_else(String::new, |word| word.to_ascii_uppercase())
}

/// A command in one line: its name, and the words behind it.
pub(crate) fn in_one_line<'a>(name: String, words: impl Iterator<Item = &'a [u8]>) -> String {
    let words = words.map(|word| String::from_utf8_lossy(word).into_owned());
    let all: Vec<String> = std::iter::once(name).chain(words).collect();
    all.join(" ")
}

/// Takes bytes up to the end of a line, its end included, and keeps at most `kept` of them in `line`. Whether it
/// has ended.
pub(crate) fn take_line(rest: &mut &[u8], line: &mut Vec<u8>, kept: usize) -> bool {
    let end = rest.iter().position(|byte| *byte == b'\n');
    let (part, after) = rest.split_at(end.map_or(rest.len(), |end| end + 1));
    let room = kept.saturating_sub(line.len()).min(part.len());
    line.extend_from_slice(part.get(..room).unwrap_or_default());
    *rest = after;
    end.is_some()
}

/// Passes over so many bytes of what follows.
pub(crate) fn pass_over(rest: &mut &[u8], left: &mut u64) {
    let taken = rest.len().min(usize::try_from(*left).unwrap_or(usize::MAX));
    *rest = rest.get(taken..).unwrap_or_default();
    *left -= taken as u64;
}

/// How much of `bytes` a reader takes until its message ends, when they come `size` at a time.
#[cfg(test)]
pub(crate) fn consumed_in_pieces(
    bytes: &[u8],
    size: usize,
    mut feed: impl FnMut(&[u8]) -> Result<Passed, Foreign>,
) -> usize {
    let mut consumed = 0;
    for piece in bytes.chunks(size) {
        let passed = feed(piece).unwrap();
        consumed += passed.consumed;
        if passed.ends {
            break;
        }
    }
    consumed
}
