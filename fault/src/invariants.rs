//! What must hold for any input whatever, asserted: called by the fuzz targets and by property tests. Not
//! part of the crate otherwise.

pub use crate::proxy::invariants::{control_body, conversation};

use crate::Fault;

/// A fault as a person writes it: refused with a reason, or written back so that it reads as the same.
pub fn fault(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    match text.parse::<Fault>() {
        Ok(fault) => {
            let written = fault.to_string();
            assert_eq!(written.parse().as_ref(), Ok(&fault), "{written}");
            // asked at the edges of its span, and far behind it
            for at_us in [0, 1, 1_000_000, u64::MAX - 1] {
                fault.is_on(at_us);
                fault.window.and_then(|window| window.next_edge_us(at_us));
            }
        }
        Err(error) => assert!(!error.to_string().is_empty()),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn any_text_is_a_fault_or_refused(text in "[0-9]{0,3}:?[a-z_]{0,9}[(a-z=0-9,)@. ]{0,30}") {
            super::fault(text.as_bytes());
        }

        #[test]
        fn any_conversation_passes_as_it_is(data in prop::collection::vec(any::<u8>(), 0..300)) {
            super::conversation(&data);
        }

        #[test]
        fn any_body_is_understood_or_refused(
            text in "\\{\"(fault|on|name|type|toxicity|attributes|sleep)\": ?[\"a-z0-9.:(){}-]{0,30}\\}"
        ) {
            super::control_body(text.as_bytes());
        }
    }
}
