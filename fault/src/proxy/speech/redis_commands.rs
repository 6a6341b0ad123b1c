//! Commands in what a Redis client says.

use reprise_wire::passing::{Foreign, Passed};
use reprise_wire::redis::CommandReader;

use super::commands::{Begun, Reads};
use super::line_answer::LineAnswer;
use super::{Answering, Asked, ReplyTo, Said};
use crate::SpokenProtocol;
use crate::proxy::luck::Moment;

/// Reads commands.
#[derive(Debug, Default)]
pub(in crate::proxy) struct Redis {
    reader: CommandReader,
    in_transaction: bool,
}

impl Reads for Redis {
    fn feed(&mut self, bytes: &[u8], _said: &Said) -> Result<Passed, Foreign> {
        self.reader.feed(bytes)
    }

    fn begun(&mut self) -> Begun {
        if self.leaves_exchanges() {
            return Begun::NoMoreExchanges;
        }
        let name = self.reader.name();
        let in_transaction = self.in_transaction;
        match name.as_str() {
            // an empty line
            "" => return Begun::Unanswered,
            "MULTI" => self.in_transaction = true,
            "EXEC" | "DISCARD" | "RESET" => self.in_transaction = false,
            _ => {}
        }
        // EXEC ends the transaction itself, also when a fault answers it
        let queues = in_transaction && self.in_transaction;
        Begun::Exchange(Box::new(Asked {
            moment: Moment::Exchange,
            protocol: Some(SpokenProtocol::Redis),
            summary: self.reader.summary(),
            operation: name,
            in_transaction: Some(in_transaction),
            reply_to: Some(ReplyTo::Redis {
                in_transaction: queues,
            }),
            answer: Answering::Line(Box::new(LineAnswer::redis())),
        }))
    }

    fn ended(&mut self) {
        self.reader.reset();
    }
}

impl Redis {
    /// Whether after the command replies come by themselves, or not at all.
    fn leaves_exchanges(&self) -> bool {
        match self.reader.name().as_str() {
            "SUBSCRIBE" | "PSUBSCRIBE" | "SSUBSCRIBE" | "MONITOR" | "SYNC" | "PSYNC" => true,
            "CLIENT" => self.reader.second() == "REPLY",
            _ => false,
        }
    }
}
