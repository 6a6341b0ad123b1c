//! Answers without their secrets: what a target answered is kept as it came, and a comparison is handed on.

use reprise_wire::redact::{RedactionKey, Redactor, Rules};
use reprise_wire::{Exchange, ExchangeTimes, Flags, Payload, Protocol, Timestamp};

use crate::Error;
use crate::redaction::rules_in_force;

/// Replaces secrets by the rules in force.
pub(super) struct Veil {
    rules: Rules,
}

impl Veil {
    pub(super) fn new() -> Result<Self, Error> {
        Ok(Self {
            rules: rules_in_force()?,
        })
    }

    /// The body of an answer with what the rules find in it replaced. Any key will do: nobody looks these up.
    pub(super) fn over(&self, body: &str) -> String {
        let kind = match body.trim_start().as_bytes().first() {
            Some(b'{' | b'[') => "application/json",
            Some(b'<') => "text/html",
            _ => "text/plain",
        };
        let head = format!("HTTP/1.1 200 OK\r\ncontent-type: {kind}\r\n\r\n");
        let bytes = format!("{head}{body}").into_bytes();
        let at = Timestamp::from_micros(0);
        let mut exchange = Exchange {
            protocol: Protocol::Http,
            request: None,
            response: Some(Payload {
                wire_len: bytes.len() as u64,
                bytes,
            }),
            times: ExchangeTimes {
                request_first: at,
                request_last: at,
                response_first: Some(at),
                response_last: Some(at),
            },
            operation: String::new(),
            summary: String::new(),
            status: Some(200),
            // only its beginning is kept
            flags: Flags::RESPONSE_TRUNCATED,
            statement_id: None,
        };
        let key = RedactionKey::new([0; 32]);
        Redactor::new(&key, &self.rules).redact(0, &mut exchange);
        let bytes = exchange
            .response
            .map(|response| response.bytes)
            .unwrap_or_default();
        let text = String::from_utf8_lossy(&bytes);
        let body = text.split_once("\r\n\r\n").map(|(_, body)| body);
        body.unwrap_or_default().to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_in_an_answer_is_not_shown() {
        let veil = Veil {
            rules: Rules::default(),
        };
        let shown =
            veil.over(r#"{"total":1200,"access_token":"9f8e7d6c5b4a39281706f5e4d3c2b1a0"}"#);
        assert!(shown.contains("1200"), "{shown}");
        assert!(!shown.contains("9f8e7d6c5b4a"), "{shown}");
    }

    #[test]
    fn an_answer_without_secrets_is_shown_as_it_is() {
        let veil = Veil {
            rules: Rules::default(),
        };
        for body in [
            "",
            "<h1>Shop</h1>\n<p>42 items</p>",
            "id\tprice\n1\t1200",
            r#"{"a":[1,"#,
        ] {
            assert_eq!(veil.over(body), body);
        }
    }
}
