//! Commands in what a memcached client says; any number of them may be under way.

use reprise_wire::memcached::CommandReader;

use super::held::Held;
use super::line_answer::LineAnswer;
use super::{Answering, Asked, Heard, ReplyTo, Said};
use crate::SpokenProtocol;
use crate::proxy::luck::Moment;

/// Finds commands.
#[derive(Debug, Default)]
pub(in crate::proxy) struct MemcachedCommands {
    reader: CommandReader,
    held: Held,
}

impl MemcachedCommands {
    pub(super) fn held(&mut self) -> Vec<u8> {
        self.held.take()
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
                return self.held.give_up(bytes, said);
            };
            if self.held.add(&mut bytes, passed) {
                if self.reader.leaves_exchanges() {
                    return self.held.give_up(bytes, said);
                }
                self.held.begin(Some(self.asked()), out);
            }
            self.held.pass_on(passed.ends, out);
            if passed.ends {
                self.reader.reset();
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
