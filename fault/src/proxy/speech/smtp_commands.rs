//! What an SMTP client says: commands, each an exchange, and messages, which are exchanges of their own.

use reprise_wire::smtp::{CommandReader, Kind};

use super::line_answer::{LineAnswer, SmtpAsked};
use super::{Answering, Asked, Heard, ReplyTo, Said};
use crate::SpokenProtocol;
use crate::proxy::luck::Moment;

/// A message or chunk longer than this goes on before it is complete; bytes.
const LOOKED_AT: usize = 16 << 10;

/// Finds commands and messages.
#[derive(Debug, Default)]
pub(in crate::proxy) struct SmtpCommands {
    /// `None` between two of them.
    reader: Option<CommandReader>,
    kind: Kind,
    /// Bytes of something that has not begun to go on.
    held: Vec<u8>,
    begun: bool,
}

impl SmtpCommands {
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
            let kind = &mut self.kind;
            let reader = self.reader.get_or_insert_with(|| {
                // what the server asked for comes once
                *kind = said.smtp.take();
                CommandReader::new(*kind)
            });
            let Ok(passed) = reader.feed(&bytes) else {
                said.opaque();
                return [self.held(), bytes].concat();
            };
            let rest = bytes.split_off(passed.consumed.min(bytes.len()));
            self.held.append(&mut bytes);
            bytes = rest;
            if !self.begun && (passed.ends || self.held.len() > LOOKED_AT) {
                self.begun = true;
                let asked = asked(reader, self.kind);
                out.push(Heard::Begin(Box::new(asked)));
            }
            if self.begun {
                out.push(Heard::Bytes(std::mem::take(&mut self.held)));
            }
            if passed.ends {
                self.reader = None;
                self.begun = false;
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
