//! What a worker hands to the collector: samples and counts, packed, a few times a second. When the collector is
//! behind the batch waits, not the worker, and that is counted; only when memory would not hold it does the worker.

use std::io;
use std::time::Duration;

use crossbeam_channel::{Sender, TrySendError};
use reprise_measure::{GeneratorLoad, RowMix, Sample, SampleFlags};

use crate::mismatch::Mismatch;
use crate::reason::{SkipReason, Skips};
use crate::run::event::WarningKind;
use crate::socket::{has_no_file_left, has_no_port_left};

/// A batch goes out when it holds this many samples, or after [`FLUSH_AFTER`].
const FULL: usize = 256;

/// A batch that has grown to so many samples goes out whatever that takes: the disk has stood still for seconds.
const MOST: usize = 256 * FULL;

/// How long a sample waits at most before it is handed over.
pub(crate) const FLUSH_AFTER: Duration = Duration::from_millis(50);

/// What happened in one worker since its last batch.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Batch {
    /// Exchanges whose intended time has come.
    pub(crate) planned: u64,
    /// Those of them that the plan leaves out, counted when their lane begins.
    pub(crate) left_out: u64,
    /// Exchanges sent.
    pub(crate) sent: u64,
    /// Exchanges not sent, by reason.
    pub(crate) skipped: Skips,
    /// Exchanges that have ended.
    pub(crate) samples: Vec<Sample>,
    /// How many rows answers of MySQL had.
    pub(crate) rows: RowMix,
    /// Lanes that were anchored anew.
    pub(crate) reanchored: u64,
    /// How long the program stood still, microseconds.
    pub(crate) stood_still_us: u64,
    /// Lanes that were retired.
    pub(crate) retired: u64,
    /// Something worth saying; the first of a batch.
    pub(crate) warning: Option<(WarningKind, String)>,
    /// What was noticed about the generator itself.
    pub(crate) generator: GeneratorLoad,
    /// Answers that were not the recorded ones, some of each operation.
    pub(crate) mismatches: Vec<Mismatch>,
    /// Requests sent with a recorded value because the answer that gives it did not come.
    pub(crate) values_missing: u64,
}

/// Gathers a batch.
#[derive(Debug)]
pub(crate) struct Outbox {
    batch: Batch,
    to: Sender<Batch>,
    flushed_us: u64,
}

impl Outbox {
    pub(crate) fn new(to: Sender<Batch>) -> Self {
        Self {
            batch: Batch::default(),
            to,
            flushed_us: 0,
        }
    }

    pub(crate) const fn planned(&mut self, count: u64) {
        self.batch.planned += count;
    }

    pub(crate) const fn sent(&mut self) {
        self.batch.sent += 1;
    }

    pub(crate) fn mismatch(&mut self, mismatch: Mismatch) {
        self.batch.mismatches.push(mismatch);
    }

    pub(crate) const fn value_missing(&mut self) {
        self.batch.values_missing += 1;
    }

    pub(crate) fn skipped(&mut self, reason: SkipReason, count: u64) {
        self.batch.skipped.add(reason, count);
    }

    /// Counts a lane's left-out exchanges: planned, and skipped.
    pub(crate) fn left_out(&mut self, skips: &Skips) {
        self.batch.planned += skips.total();
        self.batch.left_out += skips.total();
        self.batch.skipped.merge(skips);
    }

    /// Adds a sample; with it a full batch goes out.
    pub(crate) fn ended(&mut self, sample: Sample, now_us: u64) {
        if self.batch.samples.capacity() == 0 {
            self.batch.samples.reserve_exact(FULL);
        }
        self.batch.samples.push(sample);
        if self.batch.samples.len().is_multiple_of(FULL) {
            self.flush(now_us);
        }
    }

    /// An answer of MySQL had so many rows.
    pub(crate) const fn returned(&mut self, rows: u64) {
        self.batch.rows.count(rows);
    }

    pub(crate) const fn stood_still(&mut self, lasted_us: u64) {
        self.batch.stood_still_us += lasted_us;
    }

    pub(crate) const fn reanchored(&mut self) {
        self.batch.reanchored += 1;
    }

    pub(crate) fn warn(&mut self, kind: WarningKind, message: String) {
        self.batch.warning.get_or_insert((kind, message));
    }

    /// Notes how busy the thread was.
    pub(crate) const fn busy(&mut self, load: &GeneratorLoad) {
        self.batch.generator.add(load);
    }

    /// Notes that the connection of a sample could not be opened for want of a file descriptor or a port, if that is
    /// why.
    pub(crate) fn not_opened(&mut self, error: &io::Error, sample: &mut Sample) {
        let generator = &mut self.batch.generator;
        if has_no_port_left(error) {
            generator.without_port += 1;
        } else if has_no_file_left(error) {
            generator.without_file += 1;
        } else {
            return;
        }
        sample.flags |= SampleFlags::NOT_OPENED;
    }

    pub(crate) const fn retired(&mut self) {
        self.batch.retired += 1;
    }

    /// When the batch has to go out, in the run's time; `None` while there is nothing in it.
    pub(crate) fn due_us(&self) -> Option<u64> {
        let empty = self.batch.planned == 0
            && self.batch.sent == 0
            && self.batch.samples.is_empty()
            && self.batch.skipped == Skips::default();
        (!empty).then(|| self.flushed_us + FLUSH_AFTER.as_micros() as u64)
    }

    /// Hands the batch over when it is due.
    pub(crate) fn flush_if_due(&mut self, now_us: u64) {
        if self.due_us().is_some_and(|due_us| now_us >= due_us) {
            self.flush(now_us);
        }
    }

    fn flush(&mut self, now_us: u64) {
        self.flushed_us = now_us;
        match self.to.try_send(std::mem::take(&mut self.batch)) {
            Ok(()) | Err(TrySendError::Disconnected(_)) => {}
            Err(TrySendError::Full(mut batch)) => {
                batch.generator.collector_behind += 1;
                self.batch = batch;
                if self.batch.samples.len() >= MOST {
                    self.close();
                }
            }
        }
    }

    /// Hands over what is there, waiting if it must.
    pub(crate) fn close(&mut self) {
        // without a collector there is nobody to tell
        let _ = self.to.send(std::mem::take(&mut self.batch));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::worker::SAMPLE;

    #[test]
    fn a_sample_says_when_the_generator_and_not_the_target_refused_its_connection() {
        let (to, _batches) = crossbeam_channel::unbounded();
        let mut outbox = Outbox::new(to);
        let mut marked = |kind: io::Error| {
            let mut sample = SAMPLE;
            outbox.not_opened(&kind, &mut sample);
            sample.flags.contains(SampleFlags::NOT_OPENED)
        };
        let no_file = rustix::io::Errno::MFILE.raw_os_error();
        assert!(marked(io::Error::from_raw_os_error(no_file)));
        assert!(marked(io::ErrorKind::AddrNotAvailable.into()));
        assert!(!marked(io::ErrorKind::ConnectionRefused.into()));
        let generator = outbox.batch.generator;
        assert_eq!((generator.without_file, generator.without_port), (1, 1));
    }
}
