//! Names, notes and tags of recordings and runs: what a person calls them and writes beside them.

use reprise_store::{Kept, RemarkChange, Remarks};

use crate::answer::RemarksAnswer;
use crate::{Error, Library};

impl Library {
    /// Calls a recording or a run something else; what refers to it says so too.
    ///
    /// # Errors
    /// When there is none of that name, a run is on, or the new name is taken or unusable.
    pub fn rename(&self, kind: Kept, from: &str, to: &str) -> Result<(), Error> {
        match kind {
            Kept::Recording => self.store.rename_recording(from, to)?,
            Kept::Run => self.store.rename_run(from, to)?,
        }
        Ok(())
    }

    /// What a name is that was not found as what it was asked for, and how that is asked for.
    pub fn known_otherwise(&self, error: &Error) -> Option<String> {
        let Error::Store(reprise_store::Error::Unknown { kind, name }) = error else {
            return None;
        };
        match *kind {
            "recording" if self.store.run(name).is_ok() => Some(format!(
                "there is a run of that name: `reprise report {name}` shows it, and other commands take --run"
            )),
            "run" if self.store.recording(name).is_ok() => Some(format!(
                "there is a recording of that name: `reprise show {name}` shows it"
            )),
            _ => None,
        }
    }

    /// The note and the tags of a recording or a run.
    ///
    /// # Errors
    /// When there is none of that name.
    pub fn remarks(&self, kind: Kept, name: &str) -> Result<RemarksAnswer, Error> {
        let remarks = match kind {
            Kept::Recording => self.store.recording(name)?.remarks,
            Kept::Run => self.store.run(name)?.remarks,
        };
        Ok(answer(kind, name, remarks))
    }

    /// Changes the note or the tags of a recording or a run; answers what they are then.
    ///
    /// # Errors
    /// When there is none of that name, or the note or a tag is unusable.
    pub fn remark(
        &self,
        kind: Kept,
        name: &str,
        change: RemarkChange,
    ) -> Result<RemarksAnswer, Error> {
        let remarks = self.store.remark(kind, name, change)?;
        Ok(answer(kind, name, remarks))
    }
}

fn answer(kind: Kept, name: &str, remarks: Remarks) -> RemarksAnswer {
    RemarksAnswer {
        kind,
        name: name.to_owned(),
        note: remarks.note,
        tags: remarks.tags,
    }
}
