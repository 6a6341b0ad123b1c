//! A thread with its own event loop. It accepts and serves connections; none of them ever moves to another.

use std::rc::Rc;
use std::sync::Arc;
use std::thread::{self, JoinHandle};

use tokio::runtime::Builder;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::task::{LocalSet, spawn_local};

use super::relay::Scratch;
use super::{Proxy, ProxyError, accept};

/// One thread.
#[derive(Debug)]
pub(super) struct Worker {
    /// The proxies it is to accept for; it ends when this is gone.
    proxies: UnboundedSender<Arc<Proxy>>,
    thread: JoinHandle<()>,
}

impl Worker {
    pub(super) fn start(number: usize) -> Result<Self, ProxyError> {
        let runtime = Builder::new_current_thread()
            .enable_io()
            .enable_time()
            .build()
            .map_err(ProxyError::Thread)?;
        let (proxies, asked) = unbounded_channel();
        let thread = thread::Builder::new()
            .name(format!("proxy-{number}"))
            .spawn(move || {
                // connections still open end with the set
                LocalSet::new().block_on(&runtime, run(asked));
            })
            .map_err(ProxyError::Thread)?;
        Ok(Self { proxies, thread })
    }

    /// Has it accept connections of a proxy too.
    pub(super) fn accept_for(&self, proxy: &Arc<Proxy>) -> Result<(), ProxyError> {
        self.proxies
            .send(Arc::clone(proxy))
            .map_err(|_| ProxyError::ThreadGone)
    }

    pub(super) fn stop(self) {
        drop(self.proxies);
        // a thread that panicked has nothing left to close
        let _ = self.thread.join();
    }
}

async fn run(mut asked: UnboundedReceiver<Arc<Proxy>>) {
    let scratch = Rc::new(Scratch::new());
    while let Some(proxy) = asked.recv().await {
        spawn_local(accept::run(proxy, Rc::clone(&scratch)));
    }
}
