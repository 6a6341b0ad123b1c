//! The seam to a running capture: its events, how to stop it, its result.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, JoinHandle};

use crossbeam_channel::Receiver;
use reprise_store::Recording;

use crate::event::Events;
use crate::{CaptureError, CaptureEvent};

/// A capture or import that is running. Dropping it asks it to stop and leaves it to end by itself.
#[derive(Debug)]
pub struct Handle {
    events: Receiver<CaptureEvent>,
    stopper: Stopper,
    engine: Option<JoinHandle<Result<Recording, CaptureError>>>,
}

/// Stops a capture from anywhere, a signal handler's thread for instance.
#[derive(Clone, Debug, Default)]
pub struct Stopper {
    asked: Arc<AtomicBool>,
}

impl Handle {
    /// Starts `engine` on a thread of its own.
    pub(crate) fn start(
        name: &str,
        stopper: Stopper,
        engine: impl FnOnce(&Events) -> Result<Recording, CaptureError> + Send + 'static,
    ) -> Result<Self, CaptureError> {
        let (sender, events) = Events::new();
        let engine = thread::Builder::new()
            .name(name.to_owned())
            .spawn(move || {
                let result = engine(&sender);
                sender.tell(CaptureEvent::Finished);
                result
            })
            .map_err(CaptureError::Thread)?;
        Ok(Self {
            events,
            stopper,
            engine: Some(engine),
        })
    }

    /// What happens; [`CaptureEvent::Finished`] comes last.
    pub fn events(&self) -> &Receiver<CaptureEvent> {
        &self.events
    }

    /// Asks it to end: what was captured is decoded and kept.
    pub fn stop(&self) {
        self.stopper.stop();
    }

    /// Something to stop it with from elsewhere.
    pub fn stopper(&self) -> Stopper {
        self.stopper.clone()
    }

    /// Waits for its end.
    ///
    /// # Errors
    /// The recording could not be written. What was committed before is kept.
    pub fn join(mut self) -> Result<Recording, CaptureError> {
        let engine = self.engine.take().ok_or(CaptureError::Broken("capture"))?;
        engine.join().map_err(|_| CaptureError::Broken("capture"))?
    }
}

impl Drop for Handle {
    fn drop(&mut self) {
        if self.engine.is_some() {
            self.stop();
        }
    }
}

impl Stopper {
    /// Asks the capture to end.
    pub fn stop(&self) {
        self.asked.store(true, Ordering::SeqCst);
    }

    /// Whether it was asked to.
    pub fn is_asked(&self) -> bool {
        self.asked.load(Ordering::SeqCst)
    }
}
