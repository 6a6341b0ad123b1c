//! The changes of the session that an OK packet reports (CLIENT_SESSION_TRACK).
//! Source: MySQL "OK_Packet", "Session State Information"; MariaDB "OK_Packet".

use super::text;
use crate::mysql::fields::Fields;

/// One change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Change {
    /// A system variable has this value now, as the server prints it.
    Variable(String, String),
    /// The default database; empty when there is none any more.
    Schema(String),
}

const SYSTEM_VARIABLES: u8 = 0;
const SCHEMA: u8 = 1;

/// The changes in what follows an OK packet's counts: info text, then the block. What is garbled ends them.
pub(super) fn changes(info: &[u8]) -> Vec<Change> {
    let mut found = Vec::new();
    let mut fields = Fields::new(info, "session changes");
    let block = fields.string().and_then(|_| fields.string());
    let mut block = Fields::new(block.unwrap_or_default(), "session changes");
    while let (Ok(kind), Ok(data)) = (block.u8(), block.string()) {
        let mut data = Fields::new(data, "session change");
        match kind {
            // MariaDB puts several variables into one
            SYSTEM_VARIABLES => {
                while let (Ok(name), Ok(value)) = (data.string(), data.string()) {
                    found.push(Change::Variable(text(name), text(value)));
                }
            }
            SCHEMA => found.extend(data.string().map(|name| Change::Schema(text(name)))),
            _ => {}
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn variables_and_the_schema_are_read_and_the_rest_is_passed_over() {
        // as a MariaDB 10.11 answered `SET autocommit = 0` and `USE mysql`
        let info = b"\0\x14\0\x0f\x0aautocommit\x03OFF\x02\x02\x011";
        let off = Change::Variable("autocommit".to_owned(), "OFF".to_owned());
        assert_eq!(changes(info), [off]);
        let info = b"\0\x08\x01\x06\x05mysql";
        assert_eq!(changes(info), [Change::Schema("mysql".to_owned())]);
    }

    proptest! {
        #[test]
        fn any_bytes_are_read(bytes in prop::collection::vec(any::<u8>(), 0..80)) {
            let _ = changes(&bytes);
        }
    }
}
