//! Names without quotes, strings in single quotes and in three: GraphQL, scripts, what languages print.

use std::ops::Range;

/// A longer word is no name.
const LONGEST_WORD: usize = 64;
/// A text of a script that has no digit is taken for one that people read up to this length.
const LONGEST_WORDING: usize = 15;
/// What is shorter is no secret of a script, whatever it is set to.
const SHORTEST_RANDOM: usize = 6;
/// What block strings of GraphQL begin and end with.
const BLOCK: &[u8] = b"\"\"\"";

/// The word before the colon or the equals sign at `at`, if a value comes behind: `Some(None)` where there is no
/// such word or value, `None` where quotes, or a hole in what was captured, stand before it.
pub(super) fn unquoted_name(text: &[u8], at: usize, in_script: bool) -> Option<Option<&[u8]>> {
    let before = text.get(..at).unwrap_or_default().trim_ascii_end();
    if matches!(before.last(), Some(b'"' | b'\'' | 0)) {
        return None;
    }
    let after = text.get(at + 1..).unwrap_or_default().trim_ascii_start();
    let is_value = match after.first() {
        Some(b'"' | b'\'') => true,
        Some(b'0'..=b'9' | b'[' | b'{') => !in_script && text.get(at) == Some(&b':'),
        _ => false,
    };
    if !is_value {
        return Some(None);
    }
    let len = before
        .iter()
        .rev()
        .take(LONGEST_WORD + 1)
        .take_while(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'$'))
        .count();
    let word = before.get(before.len() - len..).unwrap_or_default();
    Some((1..=LONGEST_WORD).contains(&len).then_some(word))
}

/// Whether the single quote at `at` stands where a string may begin: others are apostrophes.
pub(super) fn opens_single_quoted(text: &[u8], at: usize) -> bool {
    let before = text.get(..at).unwrap_or_default();
    let opens = |before: &[u8]| {
        matches!(
            before.trim_ascii_end().last(),
            None | Some(b'{' | b'[' | b'(' | b',' | b':' | b'=')
        )
    };
    match before {
        // as Python prints it
        [before @ .., b'u' | b'b' | b'r'] => opens(before),
        before => opens(before),
    }
}

/// The inside of the block string that opens at `open`, and where its last quote is.
pub(super) fn block(text: &[u8], open: usize) -> Option<(Range<usize>, usize)> {
    let start = open + BLOCK.len();
    if !text.get(open..)?.starts_with(BLOCK) {
        return None;
    }
    let rest = text.get(start..)?;
    let end = memchr::memmem::find(rest, BLOCK).map_or(text.len(), |len| start + len);
    Some((start..end, (end + BLOCK.len() - 1).min(text.len())))
}

/// Whether a value in a script is a token rather than a word that people read, or a name of its own.
pub(super) fn looks_random(value: &[u8]) -> bool {
    value.len() >= SHORTEST_RANDOM
        && !value.iter().any(u8::is_ascii_whitespace)
        && (value.len() > LONGEST_WORDING || value.iter().any(u8::is_ascii_digit))
}
