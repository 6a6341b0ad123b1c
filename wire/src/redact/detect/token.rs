//! Tokens that begin with words of their own: JWTs, keys of clouds and forges, private keys.

use std::ops::Range;

use super::{Neighbours, is_word, run, run_before};
use crate::redact::rules::Detector;

/// What each token begins with; of a private key, what ends its first line.
pub(super) const HINTS: [(&str, Detector); 18] = [
    ("eyJ", Detector::Jwt),
    ("AKIA", Detector::AwsKey),
    ("ASIA", Detector::AwsKey),
    ("ghp_", Detector::GithubToken),
    ("gho_", Detector::GithubToken),
    ("ghu_", Detector::GithubToken),
    ("ghs_", Detector::GithubToken),
    ("ghr_", Detector::GithubToken),
    ("github_pat_", Detector::GithubToken),
    ("xoxa-", Detector::SlackToken),
    ("xoxb-", Detector::SlackToken),
    ("xoxp-", Detector::SlackToken),
    ("xoxr-", Detector::SlackToken),
    ("xoxs-", Detector::SlackToken),
    ("AIza", Detector::GoogleKey),
    ("sk_live_", Detector::StripeKey),
    ("rk_live_", Detector::StripeKey),
    ("PRIVATE KEY-----", Detector::PrivateKey),
];

/// The token of this kind whose hint stands at `at`, if there is one.
pub(super) fn at(
    detector: Detector,
    bytes: &[u8],
    at: usize,
    neighbours: Neighbours,
) -> Option<Range<usize>> {
    if detector == Detector::PrivateKey {
        return private_key(bytes, at);
    }
    let begins_word = at
        .checked_sub(1)
        .and_then(|before| bytes.get(before))
        .is_none_or(|before| !is_word(*before));
    if !begins_word && neighbours == Neighbours::Text {
        return None;
    }
    let len = match detector {
        Detector::Jwt => jwt(bytes, at)?,
        Detector::AwsKey => fixed(bytes, at, 20, |byte| {
            byte.is_ascii_uppercase() || byte.is_ascii_digit()
        })?,
        Detector::GoogleKey => fixed(bytes, at, 39, is_base64url)?,
        Detector::GithubToken => at_least(bytes, at, 33, is_word)?,
        Detector::SlackToken => at_least(bytes, at, 15, |byte| {
            byte.is_ascii_alphanumeric() || byte == b'-'
        })?,
        Detector::StripeKey => at_least(bytes, at, 24, is_word)?,
        _ => return None,
    };
    Some(at..at + len)
}

fn fixed(bytes: &[u8], at: usize, len: usize, belongs: impl Fn(u8) -> bool) -> Option<usize> {
    (run(bytes, at, belongs) >= len).then_some(len)
}

fn at_least(bytes: &[u8], at: usize, least: usize, belongs: impl Fn(u8) -> bool) -> Option<usize> {
    let len = run(bytes, at, belongs);
    (len >= least).then_some(len)
}

const fn is_base64url(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-')
}

/// Three parts or more, parted by points (RFC 7515 section 7.1, RFC 7516 section 7.1); the signature may
/// be cut off.
fn jwt(bytes: &[u8], at: usize) -> Option<usize> {
    let header = run(bytes, at, is_base64url);
    if header < 11 {
        return None;
    }
    let mut len = header;
    let mut parts = 1;
    while bytes.get(at + len) == Some(&b'.') {
        let part = run(bytes, at + len + 1, is_base64url);
        if part < 8 && parts < 2 {
            return None;
        }
        if part == 0 {
            break;
        }
        len += 1 + part;
        parts += 1;
    }
    (parts >= 3).then_some(len)
}

/// From `-----BEGIN` to the end of its block, or as far as the key goes when its end is cut off. Its line
/// ends may be escaped.
fn private_key(bytes: &[u8], at: usize) -> Option<Range<usize>> {
    const BEGIN: &[u8] = b"-----BEGIN ";
    let kind = run_before(bytes, at, |byte| byte.is_ascii_uppercase() || byte == b' ');
    let word = at.checked_sub(kind)?;
    // The words of the kind reach back to the dashes, and the blank and BEGIN are capitals too.
    let start = word.checked_sub(5)?;
    if !bytes.get(start..)?.starts_with(BEGIN) {
        return None;
    }
    let inside = at + b"PRIVATE KEY-----".len();
    let rest = bytes.get(inside..)?;
    let body = run(bytes, inside, |byte| {
        byte.is_ascii_alphanumeric()
            || byte.is_ascii_whitespace()
            || b"+/=\\:,%&;#".contains(&byte)
            || byte == b'-'
    });
    let end = memchr::memmem::find(rest, b"-----END ").and_then(|end| {
        let closing = end + b"-----END ".len();
        let dashes = memchr::memmem::find(rest.get(closing..)?, b"-----")?;
        Some(closing + dashes + 5)
    });
    Some(start..inside + end.unwrap_or(body))
}
