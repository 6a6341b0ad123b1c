//! A recording, or a part of it, copied to another file: what a colleague is handed.

mod part;
mod standing;
mod taken;

use std::ops::ControlFlow;
use std::path::PathBuf;

use reprise_store::{Kept, NewRecording, Recording, RecordingState, RemarkChange, Totals};
use reprise_wire::Timestamp;

pub(crate) use part::Chosen;
pub use part::PartRequest;
use taken::Copying;

use crate::answer::RecordingAnswer;
use crate::{Error, Library};

/// After so many exchanges the caller is told how far it is.
const LOOK_EVERY: u64 = 1_000;

/// What a copy is asked for.
#[derive(Clone, Debug)]
pub struct CopyRequest {
    /// The recording's name.
    pub name: String,
    /// The file it goes to; made when it is not there.
    pub to: PathBuf,
    /// What it is called there; `None`: the same.
    pub called: Option<String>,
    /// Which part of it.
    pub part: PartRequest,
}

impl Library {
    /// Copies a recording, or a part of it, to another file. Its redaction stays as it is, and so does its ledger, which is that
    /// of the whole; times are those of the original to the microsecond. `look` is told how much is done, from 0 to 1, and may
    /// end it: the copy is then marked as interrupted.
    ///
    /// # Errors
    /// When there is no such recording, it is being written, nothing of it is in that part, the other file has one of that name,
    /// or either file cannot be read or written.
    pub fn copy(
        &self,
        request: &CopyRequest,
        look: &mut dyn FnMut(f64) -> ControlFlow<()>,
    ) -> Result<RecordingAnswer, Error> {
        let recording = self.ended(&request.name)?;
        let chosen = Chosen::of(&request.part, &recording)?;
        let to = Self::open(Some(&request.to))?;
        let called = request.called.as_deref().unwrap_or(&recording.name);
        let copy = self.copy_to(&to, &recording, &chosen, called, look);
        // what the store would advise deletes the one of that name here
        let taken = |error| match error {
            Error::Store(reprise_store::Error::NameTaken { name, .. }) => Error::Usage(format!(
                "{} has a recording {name} already; give the copy another name with --as",
                request.to.display()
            )),
            error => error,
        };
        copy.map(RecordingAnswer::from).map_err(taken)
    }

    /// A recording that nothing writes to.
    pub(crate) fn ended(&self, name: &str) -> Result<Recording, Error> {
        let recording = self.store.recording(name)?;
        if recording.state == RecordingState::Recording {
            let why = format!("{name} is being recorded; wait until it has ended");
            return Err(Error::Usage(why));
        }
        Ok(recording)
    }

    /// Copies what is chosen of `recording` to the file of `to`.
    pub(crate) fn copy_to(
        &self,
        to: &Self,
        recording: &Recording,
        chosen: &Chosen,
        called: &str,
        look: &mut dyn FnMut(f64) -> ControlFlow<()>,
    ) -> Result<Recording, Error> {
        let (from_us, to_us) = chosen.span_us(recording);
        let started_at = at(recording.started_at, signed(from_us));
        let writer = to.store.create_recording(&NewRecording {
            name: called.to_owned(),
            source: chosen.source(recording),
            started_at,
        })?;
        if recording.raw {
            writer.mark_raw()?;
        }
        let connections = self.store.connections(recording.id)?;
        let mut copying = Copying::new(&writer, started_at, recording.started_at, connections);
        if chosen.is_all() {
            copying.add_all()?;
        }
        let whole = self.copy_exchanges(recording, chosen, &mut copying, look)?;
        let mut totals = Totals {
            last_packet: Some(at(recording.started_at, signed(to_us))),
            messages: recording.messages,
            captured_bytes: recording.bytes.captured,
            loss: recording.loss.clone(),
            redacted: recording.redacted.clone(),
        };
        if !chosen.is_all() {
            (totals.messages, totals.captured_bytes) = copying.counted();
        }
        copying.end_connections()?;
        let remarks = recording.remarks.clone();
        let remarks = RemarkChange {
            note: Some(remarks.note),
            tag: remarks.tags,
            untag: Vec::new(),
        };
        to.store.remark(Kept::Recording, called, remarks)?;
        if whole && recording.state == RecordingState::Complete {
            Ok(writer.finish(&totals)?)
        } else {
            Ok(writer.interrupt(&totals)?)
        }
    }

    /// Copies every exchange that is chosen; false when `look` ended it.
    fn copy_exchanges(
        &self,
        recording: &Recording,
        chosen: &Chosen,
        copying: &mut Copying<'_>,
        look: &mut dyn FnMut(f64) -> ControlFlow<()>,
    ) -> Result<bool, Error> {
        let operations = self.operation_names(recording)?;
        let all = (recording.exchanges.http + recording.exchanges.mysql).max(1);
        for (number, recorded) in (0_u64..).zip(self.store.requests(recording.id, true)) {
            let recorded = recorded?;
            if number % LOOK_EVERY == 0 && look(number as f64 / all as f64).is_break() {
                return Ok(false);
            }
            let operation = operations.get(&recorded.row.operation.0);
            let operation = operation.map_or("", String::as_str);
            if chosen.takes(&recorded.row, operation) {
                copying.take(recorded, operation)?;
            } else {
                copying.pass(&recorded);
            }
        }
        Ok(true)
    }
}

fn at(start: Timestamp, us: i64) -> Timestamp {
    start.plus_nanos(us.saturating_mul(1_000))
}

fn signed(us: u64) -> i64 {
    i64::try_from(us).unwrap_or(i64::MAX)
}
