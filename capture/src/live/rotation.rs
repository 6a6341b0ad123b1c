//! Going on in a new recording when the one before has become long enough, and letting old ones go.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

use reprise_store::{Error, NewRecording, RecordingWriter, Store};
use reprise_wire::Timestamp;

use super::config::{Rotate, RotateEvery};

/// Before something that failed is tried again.
const AGAIN_AFTER: Duration = Duration::from_secs(10);

/// The recordings of one capture, one after the other.
#[derive(Debug)]
pub(super) struct Rotation {
    store: Store,
    rotate: Rotate,
    /// What their names begin with.
    name: String,
    source: String,
    number: u32,
    begun: Instant,
    begun_at_bytes: u64,
    not_before: Option<Instant>,
    /// Those that have ended, oldest first.
    ended: VecDeque<String>,
}

impl Rotation {
    pub(super) fn new(store: &Store, rotate: Rotate, name: &str, source: &str) -> Self {
        Self {
            store: store.clone(),
            rotate,
            name: name.to_owned(),
            source: source.to_owned(),
            number: 0,
            begun: Instant::now(),
            begun_at_bytes: 0,
            not_before: None,
            ended: VecDeque::new(),
        }
    }

    /// The name of the recording that is being written.
    pub(super) fn current(&self) -> String {
        format!("{}-{}", self.name, self.number)
    }

    /// Whether the recording is long enough, after so many bytes in all.
    pub(super) fn is_due(&self, bytes: u64) -> bool {
        let is_long = match self.rotate.every {
            RotateEvery::Time(time) => self.begun.elapsed() >= time,
            RotateEvery::Bytes(most) => bytes.saturating_sub(self.begun_at_bytes) >= most,
        };
        is_long && self.not_before.is_none_or(|after| Instant::now() >= after)
    }

    /// Begins the next recording, with the next number that is free.
    pub(super) fn next(&mut self, at: Timestamp, bytes: u64) -> Result<RecordingWriter, Error> {
        let ended = (self.number > 0).then(|| self.current());
        let before = self.number;
        let writer = loop {
            self.number += 1;
            let created = self.store.create_recording(&NewRecording {
                name: self.current(),
                source: self.source.clone(),
                started_at: at,
            });
            match created {
                Ok(writer) => break writer,
                Err(Error::NameTaken { .. }) => {}
                Err(error) => {
                    self.number = before;
                    self.not_before = Some(Instant::now() + AGAIN_AFTER);
                    return Err(error);
                }
            }
        };
        (self.begun, self.begun_at_bytes, self.not_before) = (Instant::now(), bytes, None);
        self.ended.extend(ended);
        Ok(writer)
    }

    /// The last recording has ended, too: it is one of those that are kept, whatever their number.
    pub(super) fn end(mut self) -> Result<(), Error> {
        self.ended.push_back(self.current());
        self.rotate.keep = self.rotate.keep.map(|keep| keep.max(1));
        self.let_go()
    }

    /// Moves recordings to the bin that are too many.
    pub(super) fn let_go(&mut self) -> Result<(), Error> {
        let Some(keep) = self.rotate.keep else {
            return Ok(());
        };
        while self.ended.len() > keep {
            let Some(oldest) = self.ended.front() else {
                break;
            };
            match self.store.delete_recording(oldest) {
                // Somebody else has deleted or renamed it.
                Ok(()) | Err(Error::Unknown { .. }) => {}
                // Its end is still being written: the next time.
                Err(Error::InUse { .. }) => break,
                Err(error) => {
                    self.ended.pop_front();
                    return Err(error);
                }
            }
            self.ended.pop_front();
        }
        Ok(())
    }
}
