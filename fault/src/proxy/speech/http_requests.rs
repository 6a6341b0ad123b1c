//! Requests in what an HTTP client says. A head is held until it is complete; a body passes as it comes.

use crate::SpokenProtocol;
use reprise_wire::http::{ReadCaps, RequestReader};
use reprise_wire::operation::{http_operation, http_summary};

use super::http_answer::HttpAnswer;
use super::{Answering, Asked, Heard, ReplyTo, Said};
use crate::proxy::luck::Moment;

/// Finds requests.
#[derive(Debug)]
pub(in crate::proxy) struct HttpRequests {
    reader: RequestReader,
    /// Bytes of a head that is not complete yet.
    held: Vec<u8>,
    begun: bool,
}

impl HttpRequests {
    pub(super) fn new() -> Self {
        let caps = ReadCaps {
            body: 0,
            ..ReadCaps::default()
        };
        Self {
            reader: RequestReader::new(caps),
            held: Vec::new(),
            begun: false,
        }
    }

    pub(super) fn held(&mut self) -> Vec<u8> {
        std::mem::take(&mut self.held)
    }

    /// What is no HTTP, from where it begins.
    pub(super) fn hear(
        &mut self,
        mut bytes: Vec<u8>,
        said: &Said,
        out: &mut Vec<Heard>,
    ) -> Vec<u8> {
        while !bytes.is_empty() {
            let Ok(progress) = self.reader.feed(&bytes) else {
                said.opaque();
                return [self.held(), bytes].concat();
            };
            let rest = bytes.split_off(progress.consumed.min(bytes.len()));
            if !self.begun && self.reader.is_simple() {
                // the client of HTTP/0.9 waits for its answer now, which has no head
                said.opaque();
                return [self.held(), bytes, rest].concat();
            } else if !progress.head_done {
                self.held.append(&mut bytes);
            } else if !self.begun && self.is_http_2() {
                said.opaque();
                return [self.held(), bytes, rest].concat();
            } else {
                if !self.begun {
                    self.begun = true;
                    out.extend(self.asked().map(|asked| Heard::Begin(Box::new(asked))));
                    bytes = [self.held(), bytes].concat();
                }
                out.push(Heard::Bytes(bytes));
            }
            if progress.done {
                self.reader.reset();
                self.begun = false;
            }
            bytes = rest;
        }
        Vec::new()
    }

    /// Whether it is what HTTP/2 begins with, which only looks like a request (RFC 9113 section 3.4).
    fn is_http_2(&self) -> bool {
        let head = self.reader.head();
        head.is_some_and(|head| head.method == b"PRI" && head.target == b"*")
    }

    fn asked(&self) -> Option<Asked> {
        let head = self.reader.head()?;
        let closes = !self.reader.keep_alive() || self.reader.expects_continue();
        Some(Asked {
            moment: Moment::Exchange,
            protocol: Some(SpokenProtocol::Http),
            operation: http_operation(head.method, head.target),
            summary: http_summary(head.method, head.target),
            in_transaction: None,
            reply_to: Some(ReplyTo::Http {
                is_head: head.method == b"HEAD",
                closes,
            }),
            answer: Answering::Http(Box::new(HttpAnswer::new(head.method))),
        })
    }
}
