//! Requests made ready and kept for whoever sends them next: copies, and the recording begun again. Shared
//! by all threads of a run, bounded in bytes; the oldest goes first.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use rustc_hash::FxHashMap;

use super::Outgoing;
use super::held::Held;

/// How many bytes of requests are kept.
const KEPT: usize = 32 << 20;

/// Neighbours stand on different boards, so that threads seldom reach for the same one.
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
    kept: FxHashMap<u32, Arc<Outgoing>>,
    order: VecDeque<u32>,
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
        self.board(exchange)?.kept.get(&exchange).map(Arc::clone)
    }

    /// Keeps a request, and lets the oldest go when there is too much.
    pub(super) fn keep(&self, exchange: u32, outgoing: &Arc<Outgoing>) {
        let size = outgoing.size();
        let Some(mut board) = self.board(exchange).filter(|_| size <= KEPT / BOARDS / 8) else {
            return;
        };
        if let Some(before) = board.kept.insert(exchange, Arc::clone(outgoing)) {
            board.bytes -= before.size();
        } else {
            board.order.push_back(exchange);
        }
        board.bytes += size;
        while board.bytes > KEPT / BOARDS
            && let Some(oldest) = board.order.pop_front()
        {
            if let Some(gone) = board.kept.remove(&oldest) {
                board.bytes -= gone.size();
            }
        }
    }

    fn board(&self, exchange: u32) -> Option<MutexGuard<'_, Board>> {
        let board = self.boards.get(exchange as usize % BOARDS)?;
        // what is kept is whole even if a thread panicked
        Some(board.lock().unwrap_or_else(PoisonError::into_inner))
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
    }

    #[test]
    fn a_request_that_would_fill_the_shelf_is_not_kept() {
        let shelf = Shelf::new();
        shelf.keep(1, &request(KEPT));
        assert!(shelf.get(1).is_none());
    }
}
