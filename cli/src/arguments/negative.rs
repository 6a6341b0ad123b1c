//! Values that begin with a minus: `--duration -1s` is a duration that cannot be, and not a flag named `-1s`;
//! `--where -status:2xx` is a filter that can.

use std::ffi::{OsStr, OsString};

/// Puts such values behind a `=`, so that the flag itself says what it takes.
pub(crate) fn joined(words: impl Iterator<Item = OsString>) -> Vec<OsString> {
    let mut joined: Vec<OsString> = Vec::new();
    let mut flags_end = false;
    for word in words {
        match joined.last_mut() {
            Some(flag) if !flags_end && is_value(&word, flag) => {
                flag.push("=");
                flag.push(word);
            }
            _ => {
                flags_end |= word == "--";
                joined.push(word);
            }
        }
    }
    joined
}

/// Whether this is the value of the word before it, if that is a flag.
fn is_value(word: &OsStr, flag: &OsStr) -> bool {
    match (flag.as_encoded_bytes(), word.as_encoded_bytes()) {
        (b"--where", [b'-', next, ..]) => *next != b'-',
        ([b'-', b'-', _, ..], [b'-', b'0'..=b'9' | b'.', ..]) => {
            !flag.as_encoded_bytes().contains(&b'=')
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn after(words: &[&str]) -> Vec<String> {
        let joined = joined(words.iter().map(OsString::from));
        joined
            .iter()
            .map(|word| word.to_string_lossy().into_owned())
            .collect()
    }

    #[test]
    fn a_negative_value_goes_to_the_flag_before_it() {
        assert_eq!(
            after(&["replay", "x", "--duration", "-1s", "--rate", "-.5x", "-y"]),
            ["replay", "x", "--duration=-1s", "--rate=-.5x", "-y"]
        );
    }

    #[test]
    fn a_filter_may_begin_with_what_must_not_be() {
        assert_eq!(
            after(&["trim", "x", "--where", "-operation:/health", "--json"]),
            ["trim", "x", "--where=-operation:/health", "--json"]
        );
        let without = ["trim", "x", "--where", "--json"];
        assert_eq!(after(&without), without);
    }

    #[test]
    fn other_words_stay_as_they_are() {
        for words in [
            &["record", "-i", "lo", "--port", "80"][..],
            &["report", "five", "--samples", "-"],
            &["note", "--tag=x", "-1"],
            &["find", "--", "-1"],
            &["find", "--limit", "5", "--", "--x", "-1"],
        ] {
            assert_eq!(after(words), words);
        }
    }
}
