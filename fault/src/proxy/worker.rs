//! A thread with its own event loop. It accepts and serves connections; none of them ever moves to another.

use std::net::TcpListener;
use std::rc::Rc;
use std::sync::Arc;
use std::thread::{self, JoinHandle};

use tokio::runtime::Builder;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::task::{LocalSet, spawn_local};

use super::control::{self, Control};
use super::relay::Scratch;
use super::{Proxy, ProxyError, accept};

/// Something for a thread to do.
pub(super) enum Work {
    /// Accept connections of a proxy.
    Accept(Arc<Proxy>),
    /// Accept connections that control proxies.
    Control(TcpListener, Arc<Control>),
}

/// One thread.
#[derive(Debug)]
pub(super) struct Worker {
    /// What it is to do; it ends when this is gone.
    work: UnboundedSender<Work>,
    thread: JoinHandle<()>,
}

impl Worker {
    pub(super) fn start(number: usize) -> Result<Self, ProxyError> {
        let runtime = Builder::new_current_thread()
            .enable_io()
            .enable_time()
            .build()
            .map_err(ProxyError::Thread)?;
        let (work, asked) = unbounded_channel();
        let thread = thread::Builder::new()
            .name(format!("proxy-{number}"))
            .spawn(move || {
                // connections still open end with the set
                LocalSet::new().block_on(&runtime, run(asked));
            })
            .map_err(ProxyError::Thread)?;
        Ok(Self { work, thread })
    }

    /// Gives it something to do besides.
    pub(super) fn give(&self, work: Work) -> Result<(), ProxyError> {
        self.work.send(work).map_err(|_| ProxyError::ThreadGone)
    }

    pub(super) fn stop(self) {
        drop(self.work);
        // a thread that panicked has nothing left to close
        let _ = self.thread.join();
    }
}

async fn run(mut asked: UnboundedReceiver<Work>) {
    let scratch = Rc::new(Scratch::new());
    while let Some(work) = asked.recv().await {
        match work {
            Work::Accept(proxy) => {
                spawn_local(accept::run(proxy, Rc::clone(&scratch)));
            }
            Work::Control(listener, control) => {
                spawn_local(control::run(listener, control));
            }
        }
    }
}
