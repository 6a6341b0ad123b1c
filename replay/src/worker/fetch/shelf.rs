//! Requests made ready and kept for whoever sends them next: copies, and the recording begun again. Shared
//! by all threads of a run, bounded in bytes; the oldest goes first.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use rustc_hash::FxHashMap;

use super::Outgoing;
use super::held::Held;

/// How many bytes of requests are kept.
const KEPT: usize = 32 << 20;

/// Requests of so many neighbouring exchanges stand on one page: they are sent at about the same time, so what is
/// looked up next is mostly in the processor's cache already.
const PAGE: usize = 64;

/// Neighbouring pages stand on different boards, so that threads seldom reach for the same one.
const BOARDS: usize = 16;

/// What is kept, by the exchange.
#[derive(Debug)]
pub(super) struct Shelf {
    boards: [Mutex<Board>; BOARDS],
    /// All requests that are there, kept or not.
    pub(super) held: Held,
}

#[derive(Debug, Default)]
struct Board {
    pages: FxHashMap<u32, Page>,
    /// Their numbers, the oldest first.
    order: VecDeque<u32>,
    bytes: usize,
}

#[derive(Debug)]
struct Page {
    kept: [Option<Arc<Outgoing>>; PAGE],
    bytes: usize,
}

impl Shelf {
    pub(super) fn new() -> Self {
        Self {
            boards: std::array::from_fn(|_| Mutex::default()),
            held: Held::default(),
        }
    }

    /// A kept request.
    pub(super) fn get(&self, exchange: u32) -> Option<Arc<Outgoing>> {
        self.find(exchange, Arc::clone)
    }

    /// Whether a request is kept. Nothing of it is touched.
    pub(super) fn has(&self, exchange: u32) -> bool {
        self.find(exchange, |_| ()).is_some()
    }

    fn find<T>(&self, exchange: u32, with: impl FnOnce(&Arc<Outgoing>) -> T) -> Option<T> {
        let (page, place) = place(exchange);
        let board = self.board(page)?;
        board.pages.get(&page)?.kept.get(place)?.as_ref().map(with)
    }

    /// Keeps a request, and lets the oldest page go when there is too much.
    pub(super) fn keep(&self, exchange: u32, outgoing: &Arc<Outgoing>) {
        let size = outgoing.size();
        let (number, place) = place(exchange);
        let Some(mut board) = self.board(number).filter(|_| size <= KEPT / BOARDS / 8) else {
            return;
        };
        let Board {
            pages,
            order,
            bytes,
        } = &mut *board;
        let page = pages.entry(number).or_insert_with(|| {
            order.push_back(number);
            Page::default()
        });
        *bytes -= page.bytes;
        page.put(place, outgoing, size);
        *bytes += page.bytes;
        while *bytes > KEPT / BOARDS
            && let Some(oldest) = order.front().copied().filter(|oldest| *oldest != number)
        {
            order.pop_front();
            *bytes -= pages.remove(&oldest).map_or(0, |page| page.bytes);
        }
        if let Some(page) = pages.get_mut(&number) {
            // large ones alone may be more than a board takes
            *bytes -= page.let_go(place, bytes.saturating_sub(KEPT / BOARDS));
        }
    }

    fn board(&self, page: u32) -> Option<MutexGuard<'_, Board>> {
        let board = self.boards.get(page as usize % BOARDS)?;
        // what is kept is whole even if a thread panicked
        Some(board.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// The page of an exchange, and where it stands there.
const fn place(exchange: u32) -> (u32, usize) {
    (exchange / PAGE as u32, exchange as usize % PAGE)
}

impl Page {
    fn put(&mut self, place: usize, outgoing: &Arc<Outgoing>, size: usize) {
        let Some(kept) = self.kept.get_mut(place) else {
            return;
        };
        let before = kept.replace(Arc::clone(outgoing));
        self.bytes += size;
        self.bytes -= before.map_or(0, |before| before.size());
    }

    /// Lets `excess` bytes go, and how many those were: the first of its requests, but for the one at `place`.
    fn let_go(&mut self, place: usize, excess: usize) -> usize {
        let mut gone = 0;
        for (at, kept) in self.kept.iter_mut().enumerate() {
            if gone >= excess {
                break;
            }
            if at != place {
                gone += kept.take().map_or(0, |one| one.size());
            }
        }
        self.bytes -= gone;
        gone
    }
}

impl Default for Page {
    fn default() -> Self {
        Self {
            kept: [const { None }; PAGE],
            bytes: 0,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mysql::command::MysqlCommand;
    use crate::worker::fetch::Ready;

    fn request(bytes: usize) -> Arc<Outgoing> {
        let payload = Ready::Mysql(MysqlCommand::new(vec![0; bytes], None, false));
        let nothing = Default::default();
        Arc::new(Outgoing::new(
            "".into(),
            payload,
            None,
            nothing,
            &Held::default(),
        ))
    }

    #[test]
    fn what_is_kept_is_bounded_and_the_newest_stays() {
        let shelf = Shelf::new();
        let one = request(100_000);
        for exchange in 0..2_000 {
            shelf.keep(exchange, &one);
            shelf.keep(exchange, &one);
        }
        let kept = (0..2_000).filter(|exchange| shelf.get(*exchange).is_some());
        let bytes = kept.count() * one.size();
        assert!((KEPT / 2..=KEPT).contains(&bytes), "{bytes}");
        assert!(shelf.get(1_999).is_some() && shelf.get(0).is_none());
        // small ones go by pages
        let small = request(1_000);
        for exchange in 2_000..40_000 {
            shelf.keep(exchange, &small);
        }
        let kept = (0..40_000).filter(|exchange| shelf.get(*exchange).is_some());
        let bytes = kept.count() * small.size();
        assert!((KEPT / 2..=KEPT).contains(&bytes), "{bytes}");
        assert!(shelf.get(39_999).is_some() && shelf.get(1_999).is_none());
    }

    #[test]
    fn a_request_that_would_fill_the_shelf_is_not_kept() {
        let shelf = Shelf::new();
        shelf.keep(1, &request(KEPT));
        assert!(shelf.get(1).is_none());
    }
}
