//! Commands in what a memcached client says; any number of them may be under way.

use reprise_wire::memcached::CommandReader;

use super::line_answer::LineAnswer;
use super::{Answering, Asked, Heard, ReplyTo, Said};
use crate::SpokenProtocol;
use crate::proxy::luck::Moment;

/// A command longer than this goes on before it is complete; bytes.
const LOOKED_AT: usize = 16 << 10;

/// Finds commands.
#[derive(Debug, Default)]
pub(in crate::proxy) struct MemcachedCommands {
    reader: CommandReader,
    /// Bytes of a command that has not begun to go on.
    held: Vec<u8>,
    begun: bool,
}

impl MemcachedCommands {
    pub(super) fn held(&mut self) -> Vec<u8> {
        std::mem::take(&mut self.held)
    }

    /// What cannot be read, from where it begins.
    pub(super) fn hear(
        &mut self,
        mut bytes: Vec<u8>,
        said: &Said,
        out: &mut Vec<Heard>,
    ) -> Vec<u8> {
        while !bytes.is_empty() {
            let Ok(passed) = self.reader.feed(&bytes) else {
                said.opaque();
                return [self.held(), bytes].concat();
            };
            let rest = bytes.split_off(passed.consumed.min(bytes.len()));
            self.held.append(&mut bytes);
            bytes = rest;
            if !self.begun && (passed.ends || self.held.len() > LOOKED_AT) {
                if self.reader.leaves_exchanges() {
                    said.opaque();
                    return [self.held(), bytes].concat();
                }
                self.begun = true;
                out.push(Heard::Begin(Box::new(self.asked())));
            }
            if self.begun {
                out.push(Heard::Bytes(self.held()));
            }
            if passed.ends {
                self.reader.reset();
                self.begun = false;
            }
        }
        Vec::new()
    }

    fn asked(&self) -> Asked {
        Asked {
            moment: Moment::Exchange,
            protocol: Some(SpokenProtocol::Memcached),
            operation: self.reader.name(),
            summary: self.reader.summary(),
            in_transaction: None,
            reply_to: self.reader.is_answered().then_some(ReplyTo::Memcached),
            answer: Answering::Line(Box::new(LineAnswer::memcached())),
        }
    }
}
