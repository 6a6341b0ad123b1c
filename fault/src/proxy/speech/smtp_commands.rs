//! What an SMTP client says: commands, each an exchange, and messages, which are exchanges of their own.

use reprise_wire::smtp::{CommandReader, Kind};

use super::held::Held;
use super::line_answer::{LineAnswer, SmtpAsked};
use super::{Answering, Asked, Heard, ReplyTo, Said};
use crate::SpokenProtocol;
use crate::proxy::luck::Moment;

/// Finds commands and messages.
#[derive(Debug, Default)]
pub(in crate::proxy) struct SmtpCommands {
    /// `None` between two of them.
    reader: Option<CommandReader>,
    kind: Kind,
    held: Held,
}

impl SmtpCommands {
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
            let kind = &mut self.kind;
            let reader = self.reader.get_or_insert_with(|| {
                // what the server asked for comes once
                *kind = said.smtp.take();
                CommandReader::new(*kind)
            });
            let Ok(passed) = reader.feed(&bytes) else {
                return self.held.give_up(bytes, said);
            };
            if self.held.add(&mut bytes, passed) {
                self.held.begin(Some(asked(reader, self.kind)), out);
            }
            self.held.pass_on(passed.ends, out);
            if passed.ends {
                self.reader = None;
            }
        }
        Vec::new()
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
