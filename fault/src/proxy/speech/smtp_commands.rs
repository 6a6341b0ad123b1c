//! What an SMTP client says: commands, each an exchange, and messages, which are exchanges of their own.

use reprise_wire::passing::{Foreign, Passed};
use reprise_wire::smtp::{CommandReader, Kind};

use super::commands::{Begun, Reads};
use super::line_answer::{LineAnswer, SmtpAsked};
use super::{Answering, Asked, ReplyTo, Said};
use crate::SpokenProtocol;
use crate::proxy::luck::Moment;

/// Reads commands and messages.
#[derive(Debug, Default)]
pub(in crate::proxy) struct Smtp {
    /// `None` between two of them.
    reader: Option<CommandReader>,
    kind: Kind,
}

impl Reads for Smtp {
    fn feed(&mut self, bytes: &[u8], said: &Said) -> Result<Passed, Foreign> {
        let kind = &mut self.kind;
        let reader = self.reader.get_or_insert_with(|| {
            // what the server asked for comes once
            *kind = said.smtp.take();
            CommandReader::new(*kind)
        });
        reader.feed(bytes)
    }

    fn begun(&mut self) -> Begun {
        let reader = self.reader.as_ref();
        reader.map_or(Begun::Unanswered, |reader| {
            Begun::Exchange(Box::new(asked(reader, self.kind)))
        })
    }

    fn ended(&mut self) {
        self.reader = None;
    }
}

fn asked(reader: &CommandReader, kind: Kind) -> Asked {
    let name = reader.name();
    let asks = match (kind, name.as_str()) {
        (Kind::Command, "DATA") => SmtpAsked::Data,
        (Kind::Command, "STARTTLS") => SmtpAsked::StartTls,
        (_, "AUTH") => SmtpAsked::Auth,
        _ => SmtpAsked::Other,
    };
    Asked {
        moment: Moment::Exchange,
        protocol: Some(SpokenProtocol::Smtp),
        summary: reader.summary(),
        operation: name,
        in_transaction: None,
        reply_to: Some(ReplyTo::Smtp {
            is_message: kind != Kind::Command,
        }),
        answer: Answering::Line(Box::new(LineAnswer::smtp(asks))),
    }
}
