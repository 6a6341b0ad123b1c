//! Binary bodies as text (RFC 4648), read however they are padded.

use base64::Engine as _;
use base64::alphabet::STANDARD;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};

const LENIENT: GeneralPurpose = GeneralPurpose::new(
    &STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

pub(crate) fn encode(bytes: &[u8]) -> String {
    LENIENT.encode(bytes)
}

/// The bytes of `text`, blanks and line ends ignored.
pub(crate) fn decode(text: &str) -> Option<Vec<u8>> {
    let text = text.trim_ascii();
    if text.bytes().any(|byte| byte.is_ascii_whitespace()) {
        let whole: String = text.split_ascii_whitespace().collect();
        return LENIENT.decode(whole).ok();
    }
    LENIENT.decode(text).ok()
}
