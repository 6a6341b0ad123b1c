//! What a client has said of a command that has not begun to go on: it is held until there is enough to tell
//! what it asks for.

use reprise_wire::passing::Passed;

use super::{Asked, Heard, Said};

/// A command longer than this goes on before it is complete; bytes.
const LOOKED_AT: usize = 16 << 10;

/// Bytes of the command that is being read.
#[derive(Debug, Default)]
pub(super) struct Held {
    bytes: Vec<u8>,
    begun: bool,
}

impl Held {
    /// All of them; none are held afterwards.
    pub(super) fn take(&mut self) -> Vec<u8> {
        std::mem::take(&mut self.bytes)
    }

    /// Moves what is of the command from `bytes`. Whether the command is to begin now.
    pub(super) fn add(&mut self, bytes: &mut Vec<u8>, passed: Passed) -> bool {
        let rest = bytes.split_off(passed.consumed.min(bytes.len()));
        self.bytes.append(bytes);
        *bytes = rest;
        !self.begun && (passed.ends || self.bytes.len() > LOOKED_AT)
    }

    /// The command begins. `None`: as nothing that is answered.
    pub(super) fn begin(&mut self, asked: Option<Asked>, out: &mut Vec<Heard>) {
        self.begun = true;
        out.extend(asked.map(|asked| Heard::Begin(Box::new(asked))));
    }

    /// Passes on what is held once the command has begun, and forgets it when it `ends`.
    pub(super) fn pass_on(&mut self, ends: bool, out: &mut Vec<Heard>) {
        if self.begun {
            out.push(Heard::Bytes(self.take()));
        }
        self.begun &= !ends;
    }

    /// From here on it is not understood: what is held, and the `bytes` after it.
    pub(super) fn give_up(&mut self, bytes: Vec<u8>, said: &Said) -> Vec<u8> {
        said.opaque();
        [self.take(), bytes].concat()
    }
}
