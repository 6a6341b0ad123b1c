//! How many bytes of requests are there at a time, wherever they are: each counts itself while it lives.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

/// A share of the bytes that are there; dropped, it is there no more.
#[derive(Debug, Default)]
pub(super) struct Held {
    all: Arc<AtomicUsize>,
    size: usize,
}

impl Held {
    /// A further share.
    pub(super) fn more(&self, size: usize) -> Self {
        self.all.fetch_add(size, Ordering::Relaxed);
        Self {
            all: Arc::clone(&self.all),
            size,
        }
    }

    /// All shares together.
    pub(super) fn bytes(&self) -> usize {
        self.all.load(Ordering::Relaxed)
    }

    /// This share.
    pub(super) const fn size(&self) -> usize {
        self.size
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        self.all.fetch_sub(self.size, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_dropped_is_not_held() {
        let all = Held::default();
        let one = all.more(5);
        let two = one.more(7);
        assert_eq!((all.bytes(), two.size()), (12, 7));
        drop(one);
        assert_eq!(all.bytes(), 7);
        drop(two);
        assert_eq!(all.bytes(), 0);
    }
}
