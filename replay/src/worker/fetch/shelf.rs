//! Requests made ready and kept for whoever sends them next: copies, and the recording begun again. Shared
//! by all threads of a run, bounded in bytes; the oldest goes first.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use rustc_hash::FxHashMap;

use super::Outgoing;

/// How many bytes of requests are kept.
const KEPT: usize = 48 << 20;

/// Neighbours stand on different boards, so that threads seldom reach for the same one.
const BOARDS: usize = 16;

/// An exchange on its route: the route decides the Host field.
pub(super) type Key = (u32, u16);

/// What is kept.
#[derive(Debug)]
pub(super) struct Shelf([Mutex<Board>; BOARDS]);

#[derive(Debug, Default)]
struct Board {
    kept: FxHashMap<Key, Arc<Outgoing>>,
    order: VecDeque<Key>,
    bytes: usize,
}

impl Shelf {
    pub(super) fn new() -> Self {
        Self(std::array::from_fn(|_| Mutex::default()))
    }

    /// A kept request.
    pub(super) fn get(&self, key: Key) -> Option<Arc<Outgoing>> {
        self.board(key)?.kept.get(&key).map(Arc::clone)
    }

    /// Keeps a request, and lets the oldest go when there is too much.
    pub(super) fn keep(&self, key: Key, outgoing: &Arc<Outgoing>) {
        let size = outgoing.size();
        let Some(mut board) = self.board(key).filter(|_| size <= KEPT / BOARDS / 8) else {
            return;
        };
        if let Some(before) = board.kept.insert(key, Arc::clone(outgoing)) {
            board.bytes -= before.size();
        } else {
            board.order.push_back(key);
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

    fn board(&self, (exchange, _): Key) -> Option<MutexGuard<'_, Board>> {
        let board = self.0.get(exchange as usize % BOARDS)?;
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
        Arc::new(Outgoing {
            summary: "".into(),
            recorded: None,
            payload: Ready::Mysql(MysqlCommand::new(vec![0; bytes], None)),
        })
    }

    #[test]
    fn what_is_kept_is_bounded_and_the_newest_stays() {
        let shelf = Shelf::new();
        let one = request(100_000);
        for exchange in 0..2_000 {
            shelf.keep((exchange, 0), &one);
            shelf.keep((exchange, 0), &one);
        }
        let kept = (0..2_000).filter(|exchange| shelf.get((*exchange, 0)).is_some());
        let bytes = kept.count() * one.size();
        assert!((KEPT / 2..=KEPT).contains(&bytes), "{bytes}");
        assert!(shelf.get((1_999, 0)).is_some() && shelf.get((0, 0)).is_none());
        assert!(shelf.get((1_999, 1)).is_none());
    }

    #[test]
    fn a_request_that_would_fill_the_shelf_is_not_kept() {
        let shelf = Shelf::new();
        shelf.keep((1, 0), &request(KEPT));
        assert!(shelf.get((1, 0)).is_none());
    }
}
