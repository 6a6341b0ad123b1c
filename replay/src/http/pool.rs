//! A worker's share of a pool of connections to one target: at most so many at once, whoever's requests
//! they carry.

use std::cell::RefCell;

use tokio::sync::{Semaphore, SemaphorePermit};

use super::connection::HttpConnection;

/// Connections to one target.
#[derive(Debug)]
pub(crate) struct Pool {
    places: Semaphore,
    /// The one used last is the first to be used again, so that surplus ones rest.
    idle: RefCell<Vec<HttpConnection>>,
}

/// The right to use a connection; given back when it is dropped.
pub(crate) type PoolPlace<'a> = SemaphorePermit<'a>;

impl Pool {
    /// A pool of at most `places` connections.
    pub(crate) fn new(places: u32) -> Self {
        Self {
            places: Semaphore::new(places as usize),
            idle: RefCell::default(),
        }
    }

    /// How many of a pool of `places` are worker `index`'s: they differ by one at most.
    pub(crate) const fn share(places: u32, index: u32, workers: u32) -> u32 {
        let rest = if index < places % workers { 1 } else { 0 };
        places / workers + rest
    }

    /// Waits until a connection may be used. `None` only when the pool is gone.
    pub(crate) async fn place(&self) -> Option<PoolPlace<'_>> {
        self.places.acquire().await.ok()
    }

    /// A connection that is open and idle, and whether others were found closed on the way.
    pub(crate) fn take(&self) -> (Option<HttpConnection>, bool) {
        let mut idle = self.idle.borrow_mut();
        let mut closed = false;
        while let Some(mut connection) = idle.pop() {
            if connection.is_open() {
                return (Some(connection), closed);
            }
            closed = true;
        }
        (None, closed)
    }

    /// Keeps a connection for the next request.
    pub(crate) fn keep(&self, connection: HttpConnection) {
        self.idle.borrow_mut().push(connection);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_shares_of_all_workers_are_the_pool() {
        for (places, workers) in [(10, 3), (3, 3), (7, 2), (1, 1)] {
            let shares: Vec<u32> = (0..workers)
                .map(|index| Pool::share(places, index, workers))
                .collect();
            assert_eq!(shares.iter().sum::<u32>(), places);
            assert!(shares.iter().max().unwrap() - shares.iter().min().unwrap() <= 1);
        }
    }
}
