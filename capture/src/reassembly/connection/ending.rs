//! When a connection's time is up, and telling what is left of it when it ends.

use reprise_wire::{Close, Timestamp};

use super::{Connection, State};
use crate::reassembly::event::ConnectionEvent;
use crate::reassembly::half::nanos_between;
use crate::reassembly::identity::Context;
use crate::reassembly::limits::ReassemblyLimits;

/// What to do with a connection whose time is up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::reassembly) enum Expiry {
    /// It never carried a byte.
    HalfOpen,
    /// Nothing is left to tell.
    Forget,
    /// It was reset and nothing came after.
    Reset,
    /// It was silent for too long.
    Idle,
}

impl Connection {
    /// Gives up holes that have been open for too long, or all of them.
    pub(in crate::reassembly) fn expire_holes<F: FnMut(ConnectionEvent<'_>)>(
        &mut self,
        at: Timestamp,
        all: bool,
        context: &mut Context<'_, F>,
    ) {
        if self.state != State::Open {
            return;
        }
        if all {
            self.release_all(context);
        } else {
            self.release(at, false, context);
        }
        let limits = context.limits;
        for side in self.in_order() {
            let late = self.first_late(side);
            let (half, identity) = self.parts(side);
            let crowded = if all {
                half.give_up(at, &mut |piece| identity.tell(side, piece, context))
            } else {
                half.settle(at, limits, late, &mut |piece| {
                    identity.tell(side, piece, context)
                })
            };
            context.counts.memory_gaps += crowded;
        }
        self.close_when_ended(at, context);
    }

    /// Why this connection's time is up at `now`, if it is.
    pub(in crate::reassembly) fn expiry(
        &self,
        now: Timestamp,
        limits: &ReassemblyLimits,
    ) -> Option<Expiry> {
        let silent = nanos_between(self.last_seen, now);
        let reset = self.reset_at.map_or(0, |at| nanos_between(at, now));
        match self.state {
            State::Closed => (silent > limits.linger_nanos).then_some(Expiry::Forget),
            State::Replay => {
                let limit = match self.reset_at {
                    Some(_) => limits.linger_nanos,
                    None => limits.idle_nanos,
                };
                (silent > limit).then_some(Expiry::Forget)
            }
            State::Open if reset > limits.reset_nanos => Some(Expiry::Reset),
            State::Open if self.identity.slot.is_none() => {
                (silent > limits.half_open_nanos).then_some(Expiry::HalfOpen)
            }
            State::Open => (silent > limits.idle_nanos).then_some(Expiry::Idle),
        }
    }

    /// Tells whatever is left of it. A RST seen before decides how and when it ended.
    pub(in crate::reassembly) fn finish<F: FnMut(ConnectionEvent<'_>)>(
        &mut self,
        at: Timestamp,
        close: Close,
        context: &mut Context<'_, F>,
    ) {
        if self.state != State::Open {
            return;
        }
        self.release_all(context);
        // What waited may have ended it.
        if self.state != State::Open {
            return;
        }
        let (at, close) = self
            .reset_at
            .map_or((at, close), |reset| (reset, Close::Reset));
        for side in self.in_order() {
            let (half, identity) = self.parts(side);
            half.finish(at, close, &mut |piece| identity.tell(side, piece, context));
        }
        self.close(at, close, context);
    }

    pub(super) fn close_when_ended<F: FnMut(ConnectionEvent<'_>)>(
        &mut self,
        at: Timestamp,
        context: &mut Context<'_, F>,
    ) {
        if self.low.has_ended() && self.high.has_ended() {
            self.close(at, Close::Fin, context);
        }
    }

    fn close<F: FnMut(ConnectionEvent<'_>)>(
        &mut self,
        at: Timestamp,
        close: Close,
        context: &mut Context<'_, F>,
    ) {
        self.state = State::Closed;
        if let Some(slot) = self.identity.slot.take() {
            (context.emit)(ConnectionEvent::Closed { slot, at, close });
            context.slots.give_back(slot);
        }
    }
}
