//! Commands in what a client says, whatever tells them apart. What it has said of one is held until there is enough
//! to tell what it asks for.

use reprise_wire::passing::{Foreign, Passed};

use super::{Asked, Heard, Said};

/// A command longer than this goes on before it is complete; bytes.
const LOOKED_AT: usize = 16 << 10;

/// What a protocol's commands are told apart by.
pub(in crate::proxy) trait Reads {
    /// Takes bytes of the command.
    fn feed(&mut self, bytes: &[u8], said: &Said) -> Result<Passed, Foreign>;

    /// What the command is, of which enough was taken to tell.
    fn begun(&mut self) -> Begun;

    /// The command is over; another follows.
    fn ended(&mut self);
}

/// What begins with a command.
pub(in crate::proxy) enum Begun {
    Exchange(Box<Asked>),
    /// Nothing that is answered.
    Unanswered,
    /// From here on replies come by themselves, or not at all.
    NoMoreExchanges,
}

/// Finds commands; any number of them may be under way.
#[derive(Debug, Default)]
pub(in crate::proxy) struct Commands<R> {
    reads: R,
    /// Bytes of the command that is being read.
    held: Vec<u8>,
    begun: bool,
}

impl<R: Reads> Commands<R> {
    /// All that is held; nothing is afterwards.
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
            let Ok(passed) = self.reads.feed(&bytes, said) else {
                return self.give_up(bytes, said);
            };
            let rest = bytes.split_off(passed.consumed.min(bytes.len()));
            self.held.append(&mut bytes);
            bytes = rest;
            if !self.begun && (passed.ends || self.held.len() > LOOKED_AT) {
                match self.reads.begun() {
                    Begun::Exchange(asked) => out.push(Heard::Begin(asked)),
                    Begun::Unanswered => {}
                    Begun::NoMoreExchanges => return self.give_up(bytes, said),
                }
                self.begun = true;
            }
            if self.begun {
                out.push(Heard::Bytes(self.held()));
            }
            if passed.ends {
                self.begun = false;
                self.reads.ended();
            }
        }
        Vec::new()
    }

    /// From here on it is not understood: what is held, and the `bytes` after it.
    fn give_up(&mut self, bytes: Vec<u8>, said: &Said) -> Vec<u8> {
        said.opaque();
        [self.held(), bytes].concat()
    }
}
