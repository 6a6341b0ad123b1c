//! What answers are read with. It is lent to an exchange when the first byte of its answer comes: what only
//! waits for a target needs none, or a thousand slow answers would hold a thousand buffers.

use std::cell::RefCell;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use reprise_wire::http::{ReadCaps, ResponseReader};

use crate::http::places::SEARCHED;

/// How much of an answer's body is kept to compare it; bytes.
const KEPT_BODY: usize = 256 << 10;

/// So many answers of one thread may be longer and kept at a time: values are taken from them.
const MOST_LONG: u32 = 8;

/// How much is read at once; bytes.
const READ_AT_ONCE: usize = 8 << 10;

/// How many desks are kept when nobody is using them.
const KEPT_DESKS: usize = 64;

/// A desk that one large answer has filled is not kept; bytes.
const KEPT_DESK_BYTES: usize = 64 << 10;

/// What it takes to read an answer, used by one exchange at a time.
#[derive(Debug)]
pub(crate) struct Desk {
    /// Bytes as they come.
    pub(crate) buffer: Vec<u8>,
    /// HTTP: the answer last read.
    pub(crate) answer: ResponseReader,
    /// MySQL: the beginning of the reply last read.
    pub(crate) reply: Vec<u8>,
    /// How many desks of the thread hold long answers, and whether this one does.
    long: (Arc<AtomicU32>, bool),
}

impl Desk {
    fn new(long: Arc<AtomicU32>) -> Self {
        let caps = ReadCaps {
            body: KEPT_BODY,
            ..ReadCaps::default()
        };
        Self {
            buffer: vec![0; READ_AT_ONCE],
            answer: ResponseReader::new(b"GET", caps),
            reply: Vec::new(),
            long: (long, false),
        }
    }

    /// How much of the answer to come is kept: as far as it is searched when values are taken from it.
    pub(crate) fn keep(&mut self, takes: bool) {
        let most = if takes { SEARCHED } else { KEPT_BODY };
        self.answer.keep_content(most);
    }

    /// Looks at how much is kept by now: no more of it when there are long answers enough.
    pub(crate) fn hold(&mut self) {
        let (count, is_long) = &mut self.long;
        if *is_long || self.answer.body().len() <= KEPT_BODY {
            return;
        }
        if count.load(Ordering::Relaxed) < MOST_LONG {
            count.fetch_add(1, Ordering::Relaxed);
            *is_long = true;
        } else {
            self.answer.keep_content(KEPT_BODY);
        }
    }
}

impl Drop for Desk {
    fn drop(&mut self) {
        let (count, is_long) = &self.long;
        if *is_long {
            count.fetch_sub(1, Ordering::Relaxed);
        }
    }
}

/// The desks of one thread; some are kept for the next answers.
#[derive(Debug, Default)]
pub(crate) struct Desks {
    kept: RefCell<Vec<Desk>>,
    long: Arc<AtomicU32>,
}

impl Desks {
    /// A seat for one exchange, at no desk yet.
    pub(crate) const fn seat(&self) -> Seat<'_> {
        Seat {
            desks: self,
            desk: None,
        }
    }

    fn take(&self) -> Desk {
        let kept = self.kept.borrow_mut().pop();
        kept.unwrap_or_else(|| Desk::new(Arc::clone(&self.long)))
    }

    fn give(&self, desk: Desk) {
        let mut kept = self.kept.borrow_mut();
        let held = desk.buffer.len() + desk.answer.body().len() + desk.reply.len();
        if held <= KEPT_DESK_BYTES && kept.len() < KEPT_DESKS {
            kept.push(desk);
        }
    }
}

/// Where one exchange reads its answer: at a desk from its first byte on. Dropped, it gives the desk back.
#[derive(Debug)]
pub(crate) struct Seat<'a> {
    desks: &'a Desks,
    desk: Option<Desk>,
}

impl Seat<'_> {
    /// Whether nothing has been read yet.
    pub(crate) const fn is_empty(&self) -> bool {
        self.desk.is_none()
    }

    /// The desk, made ready with `begin` when it is taken now.
    pub(crate) fn desk(&mut self, begin: impl FnOnce(&mut Desk)) -> &mut Desk {
        self.desk.get_or_insert_with(|| {
            let mut desk = self.desks.take();
            begin(&mut desk);
            desk
        })
    }

    /// The HTTP answer that was read; `None` before a byte of it came.
    pub(crate) fn answer(&mut self) -> Option<&mut ResponseReader> {
        self.desk.as_mut().map(|desk| &mut desk.answer)
    }

    /// The beginning of the MySQL reply that was read.
    pub(crate) fn reply(&self) -> &[u8] {
        self.desk.as_ref().map_or(&[], |desk| &desk.reply)
    }

    /// Gives the desk back: another answer is waited for.
    pub(crate) fn leave(&mut self) {
        if let Some(desk) = self.desk.take() {
            self.desks.give(desk);
        }
    }
}

impl Drop for Seat<'_> {
    fn drop(&mut self) {
        self.leave();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_desk_is_taken_with_the_first_byte_and_given_back_to_the_next() {
        let desks = Desks::default();
        let mut one = desks.seat();
        let mut other = desks.seat();
        assert!(one.is_empty() && one.answer().is_none() && one.reply().is_empty());
        one.desk(|_| {}).reply.extend_from_slice(b"abc");
        assert_eq!(one.reply(), b"abc");
        assert!(desks.kept.borrow().is_empty());
        drop(one);
        assert_eq!(desks.kept.borrow().len(), 1);
        // what is on it is the last one's until it is made ready
        other.desk(|desk| desk.reply.clear());
        assert!(other.reply().is_empty() && desks.kept.borrow().is_empty());
        other.leave();
        assert!(other.is_empty() && desks.kept.borrow().len() == 1);
    }

    #[test]
    fn a_desk_that_a_large_answer_has_filled_is_not_kept() {
        let desks = Desks::default();
        desks.seat().desk(|_| {}).reply.resize(KEPT_DESK_BYTES, 0);
        assert!(desks.kept.borrow().is_empty());
    }

    #[test]
    fn a_few_long_answers_are_kept_at_a_time_and_others_as_far_as_they_are_compared() {
        let desks = Desks::default();
        let page = vec![b'x'; SEARCHED];
        let head = format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n", SEARCHED);
        let read = |seat: &mut Seat<'_>, takes: bool| {
            let desk = seat.desk(|desk| desk.keep(takes));
            desk.answer.reset(b"GET");
            desk.answer.feed(head.as_bytes()).unwrap();
            for part in page.chunks(READ_AT_ONCE) {
                desk.answer.feed(part).unwrap();
                desk.hold();
            }
            desk.answer.body().len()
        };
        let mut seats: Vec<Seat<'_>> = (0..MOST_LONG).map(|_| desks.seat()).collect();
        for seat in &mut seats {
            assert_eq!(read(seat, true), SEARCHED);
        }
        let kept = read(&mut desks.seat(), true);
        assert!((KEPT_BODY..=KEPT_BODY + READ_AT_ONCE).contains(&kept));
        assert_eq!(read(&mut desks.seat(), false), KEPT_BODY);
        seats.pop();
        assert_eq!(read(&mut desks.seat(), true), SEARCHED);
    }
}
