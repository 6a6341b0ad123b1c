//! What a worker has sent and not seen ended: what is left when time is up, and what has taken too long.
//! Units: microseconds of the run.

use std::cell::{Cell, RefCell};
use std::pin::Pin;
use std::task::{Context, Poll, Waker};

use reprise_measure::Sample;

/// The exchanges that are outstanding, each at a place that a later one takes over.
#[derive(Debug)]
pub(crate) struct InFlight {
    places: RefCell<Vec<Place>>,
    free: RefCell<Vec<usize>>,
    timeout_us: u64,
    swept_us: Cell<u64>,
}

/// What an outstanding exchange is found again by: its place, and the how-manieth to have it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Ticket {
    place: usize,
    turn: u32,
}

#[derive(Debug, Default)]
struct Place {
    turn: u32,
    sample: Option<Sample>,
    patience: Patience,
    waker: Option<Waker>,
}

/// How long an answer is waited for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Patience {
    /// Nobody waits.
    #[default]
    None,
    /// Until then.
    Until(u64),
    /// No longer.
    Over,
}

/// An exchange took longer than it may.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct TimedOut;

impl InFlight {
    /// Nothing is outstanding; answers may take `timeout_us`.
    pub(crate) const fn new(timeout_us: u64) -> Self {
        Self {
            places: RefCell::new(Vec::new()),
            free: RefCell::new(Vec::new()),
            timeout_us,
            swept_us: Cell::new(0),
        }
    }

    /// Notes an exchange as sent.
    pub(crate) fn begin(&self, sample: Sample) -> Ticket {
        let mut places = self.places.borrow_mut();
        let free = self.free.borrow_mut().pop();
        let place = free.unwrap_or(places.len());
        if place == places.len() {
            places.push(Place::default());
        }
        let mut turn = 0;
        if let Some(taken) = places.get_mut(place) {
            taken.turn = taken.turn.wrapping_add(1);
            taken.sample = Some(sample);
            turn = taken.turn;
        }
        Ticket { place, turn }
    }

    /// Notes what is known of it now. False when the run has given it up.
    pub(crate) fn update(&self, ticket: Ticket, sample: Sample) -> bool {
        let known = self.with(ticket, |place| {
            let outstanding = place.sample.is_some();
            place.sample = outstanding.then_some(sample);
            outstanding
        });
        known.unwrap_or(false)
    }

    /// Notes it as ended. False when the run has given it up before.
    pub(crate) fn end(&self, ticket: Ticket) -> bool {
        let ended = self
            .with(ticket, |place| {
                place.patience = Patience::None;
                place.sample.take().is_some()
            })
            .unwrap_or(false);
        if ended {
            self.free.borrow_mut().push(ticket.place);
        }
        ended
    }

    /// Waits for an exchange, but not longer than it may take. A timer for each one would cost more than
    /// all else that is done for it here, and hardly any would ever fire: [`Self::sweep`] looks instead.
    pub(crate) fn patiently<T>(
        &self,
        ticket: Ticket,
        now_us: u64,
        mut exchange: Pin<&mut impl Future<Output = T>>,
    ) -> impl Future<Output = Result<T, TimedOut>> {
        let until = Patience::Until(now_us.saturating_add(self.timeout_us));
        // the exchange stays where it is: it is large, and to move it costs as much as to read an answer
        std::future::poll_fn(move |context| match exchange.as_mut().poll(context) {
            Poll::Ready(done) => Poll::Ready(Ok(done)),
            Poll::Pending if self.is_over(ticket, until, context) => Poll::Ready(Err(TimedOut)),
            Poll::Pending => Poll::Pending,
        })
    }

    /// Whether the waiting is over; begins it when it has not begun.
    fn is_over(&self, ticket: Ticket, until: Patience, context: &Context<'_>) -> bool {
        let over = self.with(ticket, |place| {
            if place.patience == Patience::None {
                place.patience = until;
                match &mut place.waker {
                    Some(waker) => waker.clone_from(context.waker()),
                    none => *none = Some(context.waker().clone()),
                }
            }
            place.patience == Patience::Over
        });
        over.unwrap_or(true)
    }

    /// Lets all that is outstanding be waited for so much longer: nobody could have read its answer meanwhile.
    pub(crate) fn extend(&self, by_us: u64) {
        for place in self.places.borrow_mut().iter_mut() {
            if let Patience::Until(until_us) = &mut place.patience {
                *until_us = until_us.saturating_add(by_us);
            }
        }
    }

    /// Ends the waiting of what has taken too long. Looks at all that is outstanding, now and then.
    pub(crate) fn sweep(&self, now_us: u64) {
        if self.sweeps_us().is_none_or(|at_us| now_us < at_us) {
            return;
        }
        self.swept_us.set(now_us);
        for place in self.places.borrow_mut().iter_mut() {
            if matches!(place.patience, Patience::Until(until_us) if until_us <= now_us) {
                place.patience = Patience::Over;
                if let Some(waker) = &place.waker {
                    waker.wake_by_ref();
                }
            }
        }
    }

    /// When to look again at the latest: a timeout is noticed within a twentieth of it, or 100 ms.
    pub(crate) fn sweeps_us(&self) -> Option<u64> {
        let every_us = (self.timeout_us / 20).clamp(1_000, 100_000);
        (!self.is_empty()).then(|| self.swept_us.get() + every_us)
    }

    /// Whether nothing is outstanding.
    pub(crate) fn is_empty(&self) -> bool {
        self.places.borrow().len() == self.free.borrow().len()
    }

    /// Gives up all that is outstanding.
    pub(crate) fn drain(&self) -> Vec<Sample> {
        let mut places = self.places.borrow_mut();
        places
            .iter_mut()
            .filter_map(|place| place.sample.take())
            .collect()
    }

    fn with<T>(&self, ticket: Ticket, look: impl FnOnce(&mut Place) -> T) -> Option<T> {
        let mut places = self.places.borrow_mut();
        let place = places.get_mut(ticket.place)?;
        (place.turn == ticket.turn).then(|| look(place))
    }
}

#[cfg(test)]
mod tests {
    use std::future::{pending, ready};
    use std::pin::pin;

    use super::*;
    use crate::worker::SAMPLE;

    const fn sample(exchange: u32) -> Sample {
        Sample { exchange, ..SAMPLE }
    }

    fn poll<T>(future: Pin<&mut impl Future<Output = T>>) -> Poll<T> {
        future.poll(&mut Context::from_waker(Waker::noop()))
    }

    #[test]
    fn a_place_is_taken_over_and_its_old_ticket_worth_nothing() {
        let in_flight = InFlight::new(1_000_000);
        let first = in_flight.begin(sample(1));
        assert!(in_flight.end(first) && !in_flight.end(first));
        let second = in_flight.begin(sample(2));
        assert_eq!(second.place, first.place);
        assert!(!in_flight.update(first, sample(1)) && !in_flight.end(first));
        assert!(!in_flight.is_empty() && in_flight.end(second) && in_flight.is_empty());
    }

    #[test]
    fn what_the_run_has_given_up_does_not_end_again() {
        let in_flight = InFlight::new(1_000_000);
        let ticket = in_flight.begin(sample(7));
        let given_up = in_flight.drain();
        assert_eq!(given_up.first().map(|sample| sample.exchange), Some(7));
        assert!(!in_flight.update(ticket, sample(7)) && !in_flight.end(ticket));
    }

    #[test]
    fn an_answer_is_waited_for_as_long_as_it_may_take_and_no_longer() {
        let in_flight = InFlight::new(1_000_000);
        let ticket = in_flight.begin(sample(1));
        let mut never = pin!(pending::<()>());
        let mut waiting = pin!(in_flight.patiently(ticket, 5_000, never.as_mut()));
        assert_eq!(poll(waiting.as_mut()), Poll::Pending);
        in_flight.sweep(1_000_000);
        assert_eq!(poll(waiting.as_mut()), Poll::Pending);
        in_flight.sweep(1_050_000);
        assert_eq!(poll(waiting.as_mut()), Poll::Ready(Err(TimedOut)));
        assert!(in_flight.end(ticket));
        // whoever has the place next has all its time
        let next = in_flight.begin(sample(2));
        let mut never = pin!(pending::<()>());
        let mut waiting = pin!(in_flight.patiently(next, 1_050_000, never.as_mut()));
        assert_eq!(poll(waiting.as_mut()), Poll::Pending);
        assert_eq!(poll(waiting.as_mut()), Poll::Pending);
        let mut at_once = pin!(ready(3));
        let mut answered = pin!(in_flight.patiently(next, 0, at_once.as_mut()));
        assert_eq!(poll(answered.as_mut()), Poll::Ready(Ok(3)));
    }
}
