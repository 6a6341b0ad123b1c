//! A command without the connection it was sent on, as logs have it.

use super::pending::Pending;
use crate::mysql::{Dialect, Packet};
use crate::{Exchange, Timestamp};

/// The exchange of a command that was sent at `at`, whose answer is not known. `payload` begins with the command
/// byte.
pub fn unanswered(payload: &[u8], at: Timestamp) -> Exchange {
    let packet = Packet {
        sequence: 0,
        last_sequence: 0,
        payload,
        len: payload.len() as u64,
        missing: 0,
    };
    Pending::new(&packet, at, at, &Dialect::UNKNOWN, Vec::new()).into_exchange(None)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Flags;

    #[test]
    fn a_command_alone_has_its_operation_and_no_answer() {
        let at = Timestamp::from_micros(7);
        let exchange = unanswered(b"\x03SELECT * FROM item WHERE id = 7", at);
        assert_eq!(exchange.operation, "SELECT * FROM item WHERE id = ?");
        assert_eq!((exchange.response, exchange.status), (None, None));
        assert_eq!(exchange.times.request_last, at);
        assert_eq!(exchange.flags, Flags::empty());
        let quit = unanswered(b"\x01", at);
        assert_eq!(quit.flags, Flags::NO_ANSWER_EXPECTED);
    }
}
