//! Commands in what a Redis client says; any number of them may be under way.

use reprise_wire::redis::CommandReader;

use super::line_answer::LineAnswer;
use super::{Answering, Asked, Heard, ReplyTo, Said};
use crate::SpokenProtocol;
use crate::proxy::luck::Moment;

/// A command longer than this goes on before it is complete; bytes.
const LOOKED_AT: usize = 16 << 10;

/// Finds commands.
#[derive(Debug, Default)]
pub(in crate::proxy) struct RedisCommands {
    reader: CommandReader,
    /// Bytes of a command that has not begun to go on.
    held: Vec<u8>,
    begun: bool,
    in_transaction: bool,
}

impl RedisCommands {
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
                if self.leaves_exchanges() {
                    said.opaque();
                    return [self.held(), bytes].concat();
                }
                self.begun = true;
                out.extend(self.asked().map(|asked| Heard::Begin(Box::new(asked))));
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
