//! Texts packed by deflate without a head and written in base64, as a redirect carries an assertion (SAML 2.0 Bindings,
//! section 3.4.4.1), a diagram or a state its URL. Nothing but unpacking tells one, which ends at a cap.

use std::io::Write as _;

use flate2::write::DeflateEncoder;
use flate2::{Compression, Decompress, FlushDecompress, Status};

use super::detect::{self, Neighbours};
use super::{Pass, base64, http};

/// What is shorter holds no name and secret.
const SHORTEST: usize = 20;
/// So much unpacked mostly tells that it is no text.
const TOLD_BY: usize = 64;
/// What comes after so much unpacked is not kept.
const MOST_UNPACKED: usize = 1 << 20;

/// The text with its secrets replaced; `None` when there are none, or it is something else.
pub(super) fn redact(text: &[u8], pass: &mut Pass) -> Option<Vec<u8>> {
    let letters = text.get(..SHORTEST)?;
    let is_letter = |byte: &u8| byte.is_ascii_alphanumeric() || b"+/-_ \r\n".contains(byte);
    if !letters.iter().all(is_letter) {
        return None;
    }
    let (packed, written) = base64::decode(text)?;
    let (unpacked, over_cap) = unpack(&packed)?;
    pass.over_cap |= over_cap;
    let named = pass.inside(|pass| http::redact_part(&unpacked, b"", pass));
    let mut changed = named.is_some() || over_cap;
    let mut new = named.unwrap_or(unpacked);
    changed |= detect::redact(&mut new, Neighbours::Text, pass);
    changed.then(|| pack(&new).map(|packed| written.encode(&packed)))?
}

/// The text, and whether it goes on beyond the cap; `None` when it is no text, or something else follows it.
fn unpack(packed: &[u8]) -> Option<(Vec<u8>, bool)> {
    let mut unpacker = Decompress::new(false);
    let mut text = Vec::with_capacity(TOLD_BY);
    let mut looked_at = 0;
    loop {
        let taken = usize::try_from(unpacker.total_in()).ok()?;
        let rest = packed.get(taken..)?;
        let status = unpacker.decompress_vec(rest, &mut text, FlushDecompress::None);
        let status = status.ok()?;
        let is_text = |byte: &u8| !byte.is_ascii_control() || byte.is_ascii_whitespace();
        if text.is_empty() || !text.get(looked_at..)?.iter().all(is_text) {
            return None;
        }
        looked_at = text.len();
        if status == Status::StreamEnd {
            let is_all = unpacker.total_in() == packed.len() as u64;
            return is_all.then_some((text, false));
        }
        if text.len() < text.capacity() {
            // its end is missing
            return None;
        }
        if text.len() >= MOST_UNPACKED {
            text.truncate(MOST_UNPACKED);
            return Some((text, true));
        }
        text.reserve_exact(text.len());
    }
}

fn pack(text: &[u8]) -> Option<Vec<u8>> {
    let mut packer = DeflateEncoder::new(Vec::new(), Compression::default());
    packer.write_all(text).ok()?;
    packer.finish().ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http::decode_content;
    use crate::redact::form::{self, Pairs};
    use crate::redact::{RedactionKey, Redactor, Rules, url};

    const SECRET: &str = "h1dden-s3cret";

    /// What the value of the only pair unpacks to after redaction by these rules; `None`: it stays.
    fn redacted(pair: &str, rules: &str, of: Pairs) -> Option<(String, bool)> {
        let rules = Rules::parse(rules).unwrap();
        let mut pass = Redactor::new(&RedactionKey::new([7; 32]), &rules).pass;
        let new = form::redact(pair.as_bytes(), of, &mut pass)?;
        let value = new.split(|byte| *byte == b'=').nth(1).unwrap();
        let (packed, _) = base64::decode(&url::decode(value, true)).unwrap();
        let text = decode_content(b"deflate", &packed, 8 << 20).unwrap();
        let text = String::from_utf8(text.bytes.into_owned()).unwrap();
        Some((text, pass.over_cap))
    }

    fn pair(name: &str, text: &str) -> String {
        use ::base64::Engine as _;
        let packed = pack(text.as_bytes()).unwrap();
        let text = ::base64::engine::general_purpose::STANDARD.encode(packed);
        format!(
            "{name}={}",
            String::from_utf8(url::encode(text.as_bytes())).unwrap()
        )
    }

    /// The assertion itself is looked into, instead of being taken as a whole.
    const LOOKED_INTO: &str =
        "[[rule]]\nname = \"saml\"\nkey = [\"saml_request\"]\naction = \"keep\"\n";

    #[test]
    fn the_assertion_of_a_redirect_holds_no_secret() {
        let assertion = format!(
            "<samlp:AuthnRequest ID=\"_1\"><Password>{SECRET}</Password><Key>AKIAIOSFODNN7EXAMPLE</Key></samlp:AuthnRequest>"
        );
        for of in [Pairs::Query, Pairs::Form, Pairs::Parameters] {
            let pair = pair("SAMLRequest", &assertion);
            let (text, over_cap) = redacted(&pair, LOOKED_INTO, of).unwrap();
            assert!(
                text.starts_with("<samlp:AuthnRequest ID=\"_1\"><Password>rp_"),
                "{text}"
            );
            assert!(
                !text.contains("AKIAIOSFODNN7EXAMPLE") && !over_cap,
                "{text}"
            );
        }
        // rules of one's own see it, too
        let rules = format!("{LOOKED_INTO}[[rule]]\nname = \"own\"\nform = [\"NameID\"]");
        let text = "<saml:Subject><saml:NameID>ada</saml:NameID></saml:Subject>";
        let (text, _) = redacted(&pair("SAMLRequest", text), &rules, Pairs::Query).unwrap();
        assert!(text.contains("<saml:NameID>rp_"), "{text}");
    }

    #[test]
    fn text_of_any_kind_packed_so_under_any_name_holds_no_secret() {
        for text in [
            format!("{{\"page\":7,\"password\":\"{SECRET}\"}}"),
            format!("user=ada&password={SECRET}&remember=1"),
            format!(
                "{{\"note\":\"{}\",\"password\":\"{SECRET}\"}}",
                "a long note ".repeat(999)
            ),
        ] {
            let (new, _) = redacted(&pair("state", &text), "", Pairs::Query).unwrap();
            assert!(!new.contains(SECRET) && new.contains("rp_"), "{new}");
        }
    }

    #[test]
    fn what_holds_no_secret_or_is_nothing_of_the_kind_stays() {
        for pair in [
            pair("state", "{\"page\":7,\"colour\":\"blue\"}"),
            "state=da39a3ee5e6b4b0d3255bfef95601890afd80709".to_owned(),
            "state=fZJNT8MwDIbv".to_owned(),
            "state=c0ffee00-1234-5678-9abc-def012345678".to_owned(),
        ] {
            assert_eq!(redacted(&pair, "", Pairs::Query), None, "{pair}");
        }
    }

    #[test]
    fn a_bomb_is_cut_at_the_cap() {
        let bomb = format!("{{\"a\":\"{}\"}}", "x".repeat(3 << 20));
        let (text, over_cap) = redacted(&pair("state", &bomb), "", Pairs::Query).unwrap();
        assert!(over_cap && text.len() <= MOST_UNPACKED, "{}", text.len());
    }
}
