//! What redaction leaves in a secret's place, recognised.

/// Whether `value` is a pseudonym that redaction put in a secret's place.
pub(crate) fn is_pseudonym(value: &[u8]) -> bool {
    value.starts_with(b"rp_")
}
