//! What both directions of one connection share: its two ends, the faults that are on, the exchanges that
//! wait for their answers.

use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::sync::Arc;

use reprise_wire::Direction;
use tokio::sync::{Notify, watch};

use super::ProxyProtocol;
use super::connection::Ends;
use super::luck::Luck;
use super::queue::Queue;
use super::relay::Left;
use super::side::Side;
use super::speech::{Answering, Said};
use super::table::Current;
use crate::flow::Flow;
use crate::turn::AnswerChanges;

/// Why a connection ends before both sides have finished.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Cut {
    /// The client broke: the server is to see that too.
    ByClient,
    /// The server broke, or a fault resets the client.
    Reset,
    /// A fault closes both sides.
    Close,
}

/// An exchange that waits for its answer.
pub(super) struct Due {
    pub(super) answer: Answering,
    pub(super) changes: AnswerChanges,
    /// The faults that struck it.
    pub(super) faults: Vec<u32>,
    /// Its answer has begun.
    pub(super) begun: bool,
    /// It is the proxy's own: the client never sees its answer.
    pub(super) own: bool,
}

/// One connection.
pub(super) struct Link {
    pub(super) luck: Luck,
    pub(super) ends: Ends,
    pub(super) to_server: Queue,
    pub(super) to_client: Queue,
    pub(super) due: RefCell<VecDeque<Due>>,
    pub(super) said: Said,
    pub(super) faults: watch::Receiver<Current>,
    /// What the two directions left behind when faults came on.
    pub(super) left: [Left; 2],
    /// How often each side has spoken: the client, the server.
    spoken: [Cell<u64>; 2],
    /// Whether the packet that left last was lost at first: to the server, to the client.
    lost: [Cell<bool>; 2],
    settled: Notify,
    /// The server has finished.
    is_unanswered: Cell<bool>,
    /// The client takes nothing more.
    has_left: Cell<bool>,
    /// That it is not understood has been counted.
    told_opaque: Cell<bool>,
}

impl Link {
    pub(super) fn new(
        luck: Luck,
        ends: Ends,
        faults: watch::Receiver<Current>,
        left: [Left; 2],
    ) -> Self {
        let said = Said::new(luck.proxy.upgrade());
        Self {
            luck,
            ends,
            to_server: Queue::default(),
            to_client: Queue::default(),
            due: RefCell::default(),
            said,
            faults,
            left,
            spoken: <[Cell<u64>; 2]>::default(),
            lost: <[Cell<bool>; 2]>::default(),
            settled: Notify::new(),
            is_unanswered: Cell::new(false),
            has_left: Cell::new(false),
            told_opaque: Cell::new(false),
        }
    }

    pub(super) const fn queue(&self, direction: Direction) -> &Queue {
        match direction {
            Direction::ToServer => &self.to_server,
            Direction::ToClient => &self.to_client,
        }
    }

    /// Where bytes of a direction come from, and where they go.
    pub(super) const fn sockets(&self, direction: Direction) -> (&Side, &Side) {
        let Ends { client, server } = &self.ends;
        match direction {
            Direction::ToServer => (client, server),
            Direction::ToClient => (server, client),
        }
    }

    /// The bytes of a direction that have passed so far.
    pub(super) const fn left(&self, direction: Direction) -> &Left {
        match direction {
            Direction::ToServer => &self.left[0],
            Direction::ToClient => &self.left[1],
        }
    }

    /// Whether nothing of it is understood: bursts of bytes are all there is.
    pub(super) fn is_bytes(&self) -> bool {
        self.luck.proxy.protocol() == ProxyProtocol::Tcp || self.said.is_opaque()
    }

    /// The client, where it has left once it has finished: nothing is held back for it any more. In bytes of
    /// something else a client may have finished and wait for its answer all the same.
    pub(super) fn leaver(&self) -> Option<&Side> {
        (!self.is_bytes()).then_some(&self.ends.client)
    }

    /// The sender of a direction has spoken.
    pub(super) fn speaks(&self, direction: Direction) {
        let spoken = self.spoken_of(direction);
        spoken.set(spoken.get() + 1);
    }

    /// How often the sender of a direction has spoken.
    pub(super) fn spoken(&self, direction: Direction) -> u64 {
        self.spoken_of(direction).get()
    }

    const fn spoken_of(&self, direction: Direction) -> &Cell<u64> {
        match direction {
            Direction::ToServer => &self.spoken[0],
            Direction::ToClient => &self.spoken[1],
        }
    }

    /// Whether the packet of a direction that left last was lost at first.
    pub(super) const fn was_lost(&self, direction: Direction) -> &Cell<bool> {
        match direction {
            Direction::ToServer => &self.lost[0],
            Direction::ToClient => &self.lost[1],
        }
    }

    /// The faults that are switched on.
    pub(super) fn current(&self) -> Current {
        Arc::clone(&self.faults.borrow())
    }

    /// Tells of changes after this moment.
    pub(super) fn seen_faults(&self) -> watch::Receiver<Current> {
        let mut faults = self.faults.clone();
        faults.mark_unchanged();
        faults
    }

    /// How bytes of a direction flow now.
    pub(super) fn flow(&self, direction: Direction) -> Flow {
        self.luck.flow(&self.current(), direction)
    }

    /// An exchange has its answer.
    pub(super) fn answered(&self) -> Option<Due> {
        let due = self.due.borrow_mut().pop_front();
        if self.due.borrow().is_empty() {
            self.settled.notify_waiters();
        }
        due
    }

    /// The connection speaks nothing known any more: what is left of it is bytes.
    pub(super) fn forget_exchanges(&self) {
        self.said.opaque();
        while self.answered().is_some() {}
    }

    /// Counts the connection, once, when what it says is not understood: whoever looks sees it while it is open.
    pub(super) fn tell_opaque(&self) {
        let proxy = &self.luck.proxy;
        if self.said.is_opaque()
            && proxy.protocol() != ProxyProtocol::Tcp
            && !self.told_opaque.replace(true)
        {
            proxy.counters.opaque();
        }
    }

    /// The server has finished: exchanges that wait for their answers wait no longer.
    pub(super) fn nobody_answers(&self) {
        self.is_unanswered.set(true);
        self.settled.notify_waiters();
    }

    /// The client takes nothing more: it has been closed or reset, and no answer is waited for.
    pub(super) fn leave(&self) {
        self.has_left.set(true);
        self.nobody_answers();
    }

    /// Whether the client takes nothing more.
    pub(super) const fn has_left(&self) -> bool {
        self.has_left.get()
    }

    /// Waits until every exchange has its answer, or none will get one.
    pub(super) async fn settle(&self) {
        loop {
            let settled = self.settled.notified();
            if self.due.borrow().is_empty() || self.is_unanswered.get() {
                return;
            }
            settled.await;
        }
    }
}
