//! The answer to one command of a protocol of lines: found by its framing, its bytes changed where faults want it.

use reprise_wire::passing::{Foreign, Passed};
use reprise_wire::smtp::Kind;
use reprise_wire::{memcached, redis, smtp};

use super::Said;
use super::alter::{Altered, Body, Verdict};
use crate::turn::AnswerChanges;

/// Reads one answer.
#[derive(Debug)]
pub(in crate::proxy) struct LineAnswer {
    reader: Reader,
    body: Body,
}

#[derive(Debug)]
enum Reader {
    Redis(redis::ReplyReader),
    Memcached(memcached::ReplyReader),
    Smtp(smtp::ReplyReader, SmtpAsked),
}

/// What of an SMTP command decides what may come after its answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum SmtpAsked {
    /// A message may be asked for.
    Data,
    /// A secret may be asked for.
    Auth,
    /// TLS may begin.
    StartTls,
    /// Nothing but another command.
    Other,
}

impl LineAnswer {
    const fn of(reader: Reader) -> Self {
        Self {
            reader,
            body: Body::new(),
        }
    }

    pub(super) fn redis() -> Self {
        Self::of(Reader::Redis(redis::ReplyReader::default()))
    }

    pub(super) fn memcached() -> Self {
        Self::of(Reader::Memcached(memcached::ReplyReader::default()))
    }

    pub(super) fn smtp(asked: SmtpAsked) -> Self {
        Self::of(Reader::Smtp(smtp::ReplyReader::default(), asked))
    }

    pub(super) fn take(
        &mut self,
        input: &mut &[u8],
        changes: &AnswerChanges,
        said: &Said,
        out: &mut Altered,
    ) -> Verdict {
        let Ok(passed) = self.feed(input) else {
            return Verdict::Foreign;
        };
        let (taken, rest) = input.split_at(passed.consumed.min(input.len()));
        *input = rest;
        match self.body.pass(taken.to_vec(), changes, out) {
            Verdict::Cut => Verdict::Cut,
            _ if passed.ends => self.ended(said),
            more => more,
        }
    }

    fn feed(&mut self, input: &[u8]) -> Result<Passed, Foreign> {
        match &mut self.reader {
            Reader::Redis(reader) => reader.feed(input),
            Reader::Memcached(reader) => reader.feed(input),
            Reader::Smtp(reader, _) => reader.feed(input),
        }
    }

    /// It is whole: what the client may say next is known.
    fn ended(&self, said: &Said) -> Verdict {
        let Reader::Smtp(reader, asked) = &self.reader else {
            return Verdict::Done;
        };
        said.smtp.set(match (asked, reader.code()) {
            (SmtpAsked::Data, Some(354)) => Kind::Message,
            (SmtpAsked::Auth, Some(334)) => Kind::Secret,
            (SmtpAsked::StartTls, Some(220)) => return Verdict::DoneAndOpaque,
            _ => Kind::Command,
        });
        Verdict::Done
    }
}
