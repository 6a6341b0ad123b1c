//! Commands in what a memcached client says.

use reprise_wire::memcached::CommandReader;
use reprise_wire::passing::{Foreign, Passed};

use super::commands::{Begun, Reads};
use super::line_answer::LineAnswer;
use super::{Answering, Asked, ReplyTo, Said};
use crate::SpokenProtocol;
use crate::proxy::luck::Moment;

/// Reads commands.
#[derive(Debug, Default)]
pub(in crate::proxy) struct Memcached {
    reader: CommandReader,
}

impl Reads for Memcached {
    fn feed(&mut self, bytes: &[u8], _said: &Said) -> Result<Passed, Foreign> {
        self.reader.feed(bytes)
    }

    fn begun(&mut self) -> Begun {
        if self.reader.leaves_exchanges() {
            return Begun::NoMoreExchanges;
        }
        Begun::Exchange(Box::new(Asked {
            moment: Moment::Exchange,
            protocol: Some(SpokenProtocol::Memcached),
            operation: self.reader.name(),
            summary: self.reader.summary(),
            in_transaction: None,
            reply_to: self.reader.is_answered().then_some(ReplyTo::Memcached),
            answer: Answering::Line(Box::new(LineAnswer::memcached())),
        }))
    }

    fn ended(&mut self) {
        self.reader.reset();
    }
}
