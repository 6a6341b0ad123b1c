//! Reads one reply from a server's bytes, for a client that has sent a command.

use super::reply_steps::{ReplySteps, ReplySummary, Step};
use super::{Dialect, Expect, Malformed, PacketReader};

/// Bytes of one packet that are looked at; rows longer than this count and hash by their beginning.
const PACKET_CAP: usize = 1 << 20;

/// How far a reply has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReplyState {
    /// The server has more to say.
    NeedMore,
    /// The server waits for a file: send its bytes in packets from `next_sequence`, then an empty packet.
    SendFile,
    /// The server waits for authentication data (CHANGE_USER).
    SendAuthentication,
    /// The reply is complete.
    Done,
}

/// Reads the reply to one command.
#[derive(Clone, Debug)]
pub struct ReplyReader {
    packets: PacketReader,
    steps: ReplySteps,
    dialect: Dialect,
    state: ReplyState,
    begun: bool,
    next_sequence: u8,
}

impl ReplyReader {
    /// A reader for the reply to the command with this payload, on a connection with these agreements.
    pub fn new(command: &[u8], dialect: &Dialect) -> Self {
        let expect = Expect::reply_to(command);
        Self {
            packets: PacketReader::new(PACKET_CAP),
            steps: ReplySteps::new(expect, true),
            dialect: *dialect,
            state: if expect == Expect::Nothing {
                ReplyState::Done
            } else {
                ReplyState::NeedMore
            },
            begun: false,
            next_sequence: 1,
        }
    }

    /// Takes bytes off the front of `input`, up to the end of the reply or a point where the client has to
    /// send something. Errors: the server does not follow the protocol; the connection is of no use then.
    pub fn push(&mut self, input: &mut &[u8]) -> Result<ReplyState, Malformed> {
        self.begun |= !input.is_empty();
        while self.state != ReplyState::Done {
            let Some(packet) = self.packets.next(input) else {
                return Ok(ReplyState::NeedMore);
            };
            self.next_sequence = packet.last_sequence.wrapping_add(1);
            match self
                .steps
                .accept(packet.payload, packet.len, &mut self.dialect)
            {
                Step::Interim | Step::More => {}
                Step::SendFile => return Ok(ReplyState::SendFile),
                Step::SendAuthentication => return Ok(ReplyState::SendAuthentication),
                Step::Done => self.state = ReplyState::Done,
                Step::Garbled => return Err(Malformed { what: "reply" }),
            }
        }
        Ok(self.state)
    }

    /// Whether the reply is complete, or none was to come.
    pub fn is_done(&self) -> bool {
        self.state == ReplyState::Done
    }

    /// Whether any byte of the reply has come.
    pub const fn has_begun(&self) -> bool {
        self.begun
    }

    /// What the reply came to; counts so far while it is not complete.
    pub const fn summary(&self) -> &ReplySummary {
        self.steps.summary()
    }

    /// The sequence number of the next packet on this connection, by either side.
    pub const fn next_sequence(&self) -> u8 {
        self.next_sequence
    }

    /// The agreements, with what the reply showed about those not known.
    pub const fn dialect(&self) -> &Dialect {
        &self.dialect
    }
}

#[cfg(test)]
mod tests;
