//! A thread with its own event loop. It accepts and serves connections; none of them ever moves to another.

use std::rc::Rc;
use std::sync::Arc;
use std::thread::{self, JoinHandle};

use tokio::runtime::Builder;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::sync::oneshot;
use tokio::task::{self, LocalSet, spawn_local};

use super::relay::Scratch;
use super::{Proxy, ProxyError, accept};

/// Something for a thread to do.
#[derive(Debug)]
pub(super) enum Work {
    /// Accept connections of a proxy.
    Accept(Arc<Proxy>),
    /// End the connections of a proxy and accept none any more; then drop the sender.
    Close(Arc<Proxy>, UnboundedSender<()>),
    /// End everything.
    Stop,
}

/// One thread; it ends when this is dropped.
#[derive(Debug)]
pub(super) struct Worker {
    work: UnboundedSender<Work>,
    thread: Option<JoinHandle<()>>,
}

impl Worker {
    /// A thread of this name.
    pub(super) fn start(name: String) -> Result<Self, ProxyError> {
        let runtime = Builder::new_current_thread()
            .enable_io()
            .enable_time()
            .build()
            .map_err(ProxyError::Thread)?;
        let (work, asked) = unbounded_channel();
        let thread = thread::Builder::new()
            .name(name)
            .spawn(move || {
                // connections still open end with the set
                LocalSet::new().block_on(&runtime, run(asked));
            })
            .map_err(ProxyError::Thread)?;
        Ok(Self {
            work,
            thread: Some(thread),
        })
    }

    /// Where it is given something to do.
    pub(super) const fn work(&self) -> &UnboundedSender<Work> {
        &self.work
    }

    /// Ends it, and everything it serves.
    pub(super) fn stop(mut self) {
        // one that has ended needs no word
        let _ = self.work.send(Work::Stop);
        if let Some(thread) = self.thread.take() {
            // a thread that panicked has nothing left to close
            let _ = thread.join();
        }
    }
}

impl Drop for Worker {
    fn drop(&mut self) {
        let _ = self.work.send(Work::Stop);
    }
}

/// A proxy whose connections are accepted here.
struct Accepting {
    proxy: Arc<Proxy>,
    /// Dropped, it ends.
    goes_on: oneshot::Sender<()>,
    task: task::JoinHandle<()>,
}

async fn run(mut asked: UnboundedReceiver<Work>) {
    let scratch = Rc::new(Scratch::new());
    let mut accepting: Vec<Accepting> = Vec::new();
    while let Some(work) = asked.recv().await {
        match work {
            Work::Accept(proxy) => {
                let (goes_on, ends) = oneshot::channel();
                let run = accept::run(Arc::clone(&proxy), Rc::clone(&scratch), ends);
                accepting.push(Accepting {
                    proxy,
                    goes_on,
                    task: spawn_local(run),
                });
            }
            Work::Close(proxy, done) => {
                let is_it = |one: &Accepting| Arc::ptr_eq(&one.proxy, &proxy);
                if let Some(place) = accepting.iter().position(is_it) {
                    let Accepting { goes_on, task, .. } = accepting.swap_remove(place);
                    drop(goes_on);
                    // it cannot fail but by a panic, after which it has ended too
                    let _ = task.await;
                }
                drop(done);
            }
            Work::Stop => return,
        }
    }
}
