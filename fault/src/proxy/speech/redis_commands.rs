//! Commands in what a Redis client says; any number of them may be under way.

use reprise_wire::redis::CommandReader;

use super::held::Held;
use super::line_answer::LineAnswer;
use super::{Answering, Asked, Heard, ReplyTo, Said};
use crate::SpokenProtocol;
use crate::proxy::luck::Moment;

/// Finds commands.
#[derive(Debug, Default)]
pub(in crate::proxy) struct RedisCommands {
    reader: CommandReader,
    held: Held,
    in_transaction: bool,
}

impl RedisCommands {
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
                if self.leaves_exchanges() {
                    return self.held.give_up(bytes, said);
                }
                let asked = self.asked();
                self.held.begin(asked, out);
            }
            self.held.pass_on(passed.ends, out);
            if passed.ends {
                self.reader.reset();
            }
        }
        Vec::new()
    }

    /// Whether after the command replies come by themselves, or not at all.
    fn leaves_exchanges(&self) -> bool {
        match self.reader.name().as_str() {
            "SUBSCRIBE" | "PSUBSCRIBE" | "SSUBSCRIBE" | "MONITOR" | "SYNC" | "PSYNC" => true,
            "CLIENT" => self.reader.second() == "REPLY",
            _ => false,
        }
    }

    /// `None`: an empty line, which is not answered.
    fn asked(&mut self) -> Option<Asked> {
        let name = self.reader.name();
        let in_transaction = self.in_transaction;
        match name.as_str() {
            "" => return None,
            "MULTI" => self.in_transaction = true,
            "EXEC" | "DISCARD" | "RESET" => self.in_transaction = false,
            _ => {}
        }
        // EXEC ends the transaction itself, also when a fault answers it
        let queues = in_transaction && self.in_transaction;
        Some(Asked {
            moment: Moment::Exchange,
            protocol: Some(SpokenProtocol::Redis),
            summary: self.reader.summary(),
            operation: name,
            in_transaction: Some(in_transaction),
            reply_to: Some(ReplyTo::Redis {
                in_transaction: queues,
            }),
            answer: Answering::Line(Box::new(LineAnswer::redis())),
        })
    }
}
