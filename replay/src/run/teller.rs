//! Tells events without ever waiting for whoever listens: a listener that is behind misses ticks, counted
//! in none of the numbers. A warning of each kind is told every half a minute at most.

use crossbeam_channel::{Receiver, Sender, TrySendError};

use super::event::{Event, Warning, WarningKind};

/// The telling end.
#[derive(Debug)]
pub(crate) struct Teller {
    to: Sender<Event>,
    /// Held so that the oldest event can make room for a newer one.
    from: Receiver<Event>,
    warned: Vec<(WarningKind, u64)>,
}

const WARN_AGAIN_AFTER_US: u64 = 30_000_000;

impl Teller {
    pub(crate) const fn new(to: Sender<Event>, from: Receiver<Event>) -> Self {
        Self {
            to,
            from,
            warned: Vec::new(),
        }
    }

    /// Tells `event`; the oldest untold one gives way when there is no room.
    pub(crate) fn tell(&self, event: Event) {
        let mut event = event;
        while let Err(TrySendError::Full(back)) = self.to.try_send(event) {
            let _ = self.from.try_recv();
            event = back;
        }
    }

    /// Tells a warning, unless one of its kind was told within the last half minute.
    pub(crate) fn warn(&mut self, at_us: u64, kind: WarningKind, message: String) {
        match self.warned.iter_mut().find(|(known, _)| *known == kind) {
            Some((_, last_us)) if at_us < *last_us + WARN_AGAIN_AFTER_US => return,
            Some((_, last_us)) => *last_us = at_us,
            None => self.warned.push((kind, at_us)),
        }
        self.tell(Event::Warning(Warning {
            at_us,
            kind,
            message,
        }));
    }
}
