//! Bytes of no known protocol: the client speaks until the server does, and that is an exchange.

use super::alter::{Altered, Body, Verdict};
use super::{Answering, Asked, Heard, Said};
use crate::proxy::luck::Moment;
use crate::turn::AnswerChanges;

/// Finds bursts in what the client says.
#[derive(Debug, Default)]
pub(in crate::proxy) struct Bursts {
    begun: bool,
}

impl Bursts {
    pub(super) fn hear(&mut self, bytes: Vec<u8>, said: &Said, out: &mut Vec<Heard>) {
        if bytes.is_empty() {
            return;
        }
        if said.server_spoke.take() || !self.begun {
            self.begun = true;
            out.push(Heard::Begin(Box::new(Asked {
                moment: Moment::Exchange,
                protocol: None,
                operation: String::new(),
                summary: String::new(),
                in_transaction: None,
                reply_to: None,
                answer: Answering::Burst(BurstAnswer::default()),
            })));
        }
        out.push(Heard::Bytes(bytes));
    }
}

/// The answer to a burst; it has no end of its own.
#[derive(Debug, Default)]
pub(in crate::proxy) struct BurstAnswer(Body);

impl BurstAnswer {
    pub(super) fn take(
        &mut self,
        input: &mut &[u8],
        changes: &AnswerChanges,
        out: &mut Altered,
    ) -> Verdict {
        self.0.pass(std::mem::take(input).to_vec(), changes, out)
    }
}
