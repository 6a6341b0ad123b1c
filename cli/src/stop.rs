//! Ctrl-C and SIGTERM: the first asks the running job to end cleanly, the second ends the process.

use std::ops::ControlFlow;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, JoinHandle};

use anyhow::Context as _;
use signal_hook::consts::{SIGINT, SIGTERM};
use signal_hook::iterator::{Handle, Signals};

/// Listens for the user's wish to stop.
pub(crate) struct Stop {
    asked: Arc<AtomicBool>,
}

/// A thread that waits for a signal while a job runs; dropping it ends the thread.
pub(crate) struct Watch {
    handle: Handle,
    thread: Option<JoinHandle<()>>,
}

impl Stop {
    /// Listens for SIGINT and SIGTERM from now on.
    pub(crate) fn listen() -> anyhow::Result<Self> {
        let asked = Arc::new(AtomicBool::new(false));
        for signal in [SIGINT, SIGTERM] {
            // Registered first, so that it runs first: a second signal finds `asked` set and ends us.
            signal_hook::flag::register_conditional_shutdown(signal, 130, Arc::clone(&asked))
                .context("cannot listen for Ctrl-C")?;
            signal_hook::flag::register(signal, Arc::clone(&asked))
                .context("cannot listen for Ctrl-C")?;
        }
        Ok(Self { asked })
    }

    /// Whether the user asked.
    pub(crate) fn asked(&self) -> bool {
        self.asked.load(Ordering::Relaxed)
    }

    /// What a job does that asks now and then: it goes on until the user asked.
    pub(crate) fn flow(&self) -> ControlFlow<()> {
        if self.asked() {
            ControlFlow::Break(())
        } else {
            ControlFlow::Continue(())
        }
    }

    /// Calls `stop` when the user asks, for as long as the answer is kept.
    pub(crate) fn watch(&self, stop: impl FnOnce() + Send + 'static) -> Option<Watch> {
        // listened to first: between the look and the listening a wish would be lost
        let signals = Signals::new([SIGINT, SIGTERM]);
        if self.asked() {
            stop();
            return None;
        }
        let mut signals = signals.ok()?;
        let handle = signals.handle();
        let thread = thread::spawn(move || {
            if signals.forever().next().is_some() {
                stop();
            }
        });
        Some(Watch {
            handle,
            thread: Some(thread),
        })
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        self.handle.close();
        if let Some(thread) = self.thread.take() {
            // The thread only waits and calls; it has nothing to report.
            let _ = thread.join();
        }
    }
}
