//! A recording cut down to a part of it. The whole one goes to the bin, from where it comes back.

use std::ops::ControlFlow;

use crate::answer::RecordingAnswer;
use crate::copy::{Chosen, PartRequest};
use crate::{Error, Library};

/// A trimmed recording, and what became of the whole one.
#[derive(Clone, Debug)]
pub struct Trimmed {
    /// What is left, under the recording's name.
    pub recording: RecordingAnswer,
    /// What the whole one is called in the bin; `None` when it was not touched since trimming was stopped.
    pub whole: Option<String>,
}

impl Library {
    /// Leaves of a recording only `part`. The whole one lies in the bin under a name of its own until it is brought back or the
    /// bin is emptied. `look` is told how much is done, from 0 to 1, and may end it: then nothing has changed.
    ///
    /// # Errors
    /// When no part is named, nothing was recorded in it, there is no such recording, it is being written, or the file cannot be
    /// read or written.
    pub fn trim(
        &self,
        name: &str,
        part: &PartRequest,
        look: &mut dyn FnMut(f64) -> ControlFlow<()>,
    ) -> Result<Trimmed, Error> {
        let recording = self.ended(name)?;
        let chosen = Chosen::of(part, &recording)?;
        if chosen.is_all() {
            let why = "say what is to be left: --between A..B, --where FILTER or both";
            return Err(Error::Usage(why.to_owned()));
        }
        let mut stopped = false;
        let mut watched = |share: f64| {
            let go_on = look(share);
            stopped |= go_on.is_break();
            go_on
        };
        let being_made = self.free_recording_name(&format!("{name}-trimming"))?;
        let made = self.copy_to(self, &recording, &chosen, &being_made, &mut watched);
        let made = match made {
            Ok(made) => made,
            Err(error) => {
                self.forget(&being_made);
                return Err(error);
            }
        };
        let left = made.exchanges.http + made.exchanges.mysql;
        if stopped || left == 0 {
            self.forget(&being_made);
        }
        if stopped {
            return Ok(Trimmed {
                recording: recording.into(),
                whole: None,
            });
        }
        if left == 0 {
            let why = format!("no exchange of {name} is in that part; it was left as it is");
            return Err(Error::Usage(why));
        }
        let whole = self.free_recording_name(&format!("{name}-whole"))?;
        self.store.rename_recording(name, &whole)?;
        self.store.rename_recording(&being_made, name)?;
        self.store.delete_recording(&whole)?;
        Ok(Trimmed {
            recording: self.store.recording(name)?.into(),
            whole: Some(whole),
        })
    }

    /// Removes what a trim that came to nothing has written; should that fail it stays listed, marked as interrupted.
    fn forget(&self, being_made: &str) {
        let _ = self.store.delete_recording(being_made);
    }

    /// `base`, or the first of `base-2`, `base-3`, ... that no recording has, in the bin or out of it.
    fn free_recording_name(&self, base: &str) -> Result<String, Error> {
        let taken: Vec<String> = self.recording_names()?;
        let numbered = (2_u64..).map(|number| format!("{base}-{number}"));
        let mut names = std::iter::once(base.to_owned()).chain(numbered);
        Ok(names
            .find(|name| !taken.contains(name))
            .unwrap_or_else(|| base.to_owned()))
    }

    fn recording_names(&self) -> Result<Vec<String>, Error> {
        let kept = self.store.recordings()?.into_iter().map(|one| one.name);
        let binned = self.store.binned()?.into_iter().map(|one| one.name);
        Ok(kept.chain(binned).collect())
    }
}
