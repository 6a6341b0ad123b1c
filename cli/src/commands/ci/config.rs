//! `reprise.toml`: what a repository wants played, and how it is judged. What `[replay]` says are the flags of
//! `reprise replay`, by their names, so that whatever can be asked for there can be asked for here.

mod entries;
mod flags;

use std::path::{Path, PathBuf};

use anyhow::Context as _;
use reprise_app::{Blame, Error, Library, MOST_RUNS, ReplayRequest, SeriesRequest, Turn};

use crate::exit;
use entries::{Entry, Wrong};
use flags::{ABOVE, Flags};

/// Where answers are written to.
#[derive(Debug, Default)]
pub(super) struct Write {
    pub(super) html: Option<PathBuf>,
    pub(super) junit: Option<PathBuf>,
    pub(super) markdown: Option<PathBuf>,
}

/// What is played and how it is judged.
pub(super) struct Config {
    path: PathBuf,
    /// The recording, and where it is named.
    recording: (String, usize),
    flags: Flags,
    replay: ReplayRequest,
    /// What the runs are called that these are compared with.
    pub(super) baseline: Option<String>,
    /// How often it is played.
    pub(super) repeat: u32,
    pub(super) min_effect: Option<f64>,
    /// A command told of the verdict.
    pub(super) notify: Option<String>,
    pub(super) write: Write,
}

/// The file as far as it was read.
#[derive(Default)]
struct File {
    recording: Option<(String, usize)>,
    baseline: Option<String>,
    repeat: Option<u32>,
    min_effect: Option<f64>,
    notify: Option<String>,
    replay: Option<(usize, Vec<Entry>)>,
    write: Write,
}

impl Config {
    /// Reads the file.
    pub(super) fn read(path: &Path) -> anyhow::Result<Self> {
        let text = std::fs::read_to_string(path)
            .map_err(|error| Error::Usage(format!("{}: {error}", path.display())))
            .context("cannot read what to play; docs/continuous.md shows such a file")?;
        Ok(Self::of(path, &text).map_err(|wrong| wrong.of(path))?)
    }

    fn of(path: &Path, text: &str) -> Result<Self, Wrong> {
        let mut file = File::default();
        for entry in entries::read(text)? {
            file.take(entry)?;
        }
        let lacks = |says: &str| Wrong::somewhere(says.to_owned());
        let recording = file.recording.ok_or_else(|| {
            lacks("it names no recording; begin it with recording = \"NAME\", above [replay]")
        })?;
        let (line, replay) = file.replay.ok_or_else(|| {
            lacks("it has no [replay]; add one, with http = \"http://HOST:PORT\" or mysql below it")
        })?;
        let flags = Flags::of(&recording.0, line, &replay)?;
        Ok(Self {
            path: path.to_owned(),
            recording,
            replay: flags.request()?,
            flags,
            baseline: file.baseline,
            repeat: file.repeat.unwrap_or(1),
            min_effect: file.min_effect,
            notify: file.notify,
            write: file.write,
        })
    }

    /// The runs to play, called `name-1`, `name-2` and so on.
    pub(super) fn turns(&self, library: &Library, name: &str) -> Result<Vec<Turn>, Error> {
        let (recording, line) = &self.recording;
        if let Err(error) = library.recording(recording) {
            return Err(self.blamed(error, |says| Wrong::at(*line, format!("recording: {says}"))));
        }
        let turns = |replay: ReplayRequest| {
            library.turns(&SeriesRequest {
                replay: ReplayRequest {
                    run: Some(name.to_owned()),
                    ..replay
                },
                b: None,
                repeat: self.repeat,
            })
        };
        let refused = |replay| turns(replay).map(drop).map_err(said);
        turns(self.replay.clone())
            .map_err(|error| self.blamed(error, |says| self.flags.blame(says, refused)))
    }

    /// Why nothing can be played, with the line of the flag that says so.
    pub(super) fn at_its_line(&self, error: anyhow::Error) -> anyhow::Error {
        match error.downcast::<Error>() {
            Ok(stopped @ Error::Stopped(_)) => stopped.into(),
            Ok(error) => {
                let blamed = self.blamed(error, |says| self.flags.blame(says, |_| Ok(())));
                blamed.into()
            }
            Err(other) => other,
        }
    }

    /// What is the file's fault is said of the file.
    fn blamed(&self, error: Error, wrong: impl FnOnce(String) -> Wrong) -> Error {
        match error.blame() {
            Blame::Usage => wrong(said(error)).of(&self.path),
            Blame::Refused | Blame::Internal => error,
        }
    }
}

/// An error with what caused it.
fn said(error: Error) -> String {
    exit::one_line(&error.into())
}

impl File {
    fn take(&mut self, entry: Entry) -> Result<(), Wrong> {
        let line = entry.line;
        match entry.key.as_str() {
            "recording" => {
                self.recording = Some((entry.text("the name of a recording in quotes")?, line));
            }
            "baseline" => {
                let name = entry.text("what the runs of the baseline are called, in quotes")?;
                self.baseline = Some(name);
            }
            "repeat" => self.repeat = Some(entry.whole(1, MOST_RUNS)?),
            "min-effect" => {
                let percent = "percent between 0% and 100% in quotes, such as \"5%\"";
                let text = entry.text(percent)?;
                let share = reprise_app::parse_least_effect("min-effect", &text);
                self.min_effect = Some(share.map_err(|_| entry.wrong(percent))?);
            }
            "notify" => self.notify = Some(entry.text("a shell command in quotes")?),
            "replay" => self.replay = Some((line, entry.section()?)),
            "write" => self.write = Write::of(entry.section()?)?,
            key => return Err(Wrong::at(line, unknown(key))),
        }
        Ok(())
    }
}

impl Write {
    fn of(entries: Vec<Entry>) -> Result<Self, Wrong> {
        let mut write = Self::default();
        for entry in entries {
            let place = match entry.key.as_str() {
                "html" => &mut write.html,
                "junit" => &mut write.junit,
                "markdown" => &mut write.markdown,
                key => {
                    let says = format!("[write] has no '{key}'; it has html, junit and markdown");
                    return Err(Wrong::at(entry.line, says));
                }
            };
            *place = Some(entry.text("the name of a file in quotes")?.into());
        }
        Ok(write)
    }
}

/// A key that this file does not have, and where it may belong.
fn unknown(key: &str) -> String {
    if flags::is_flag(key) {
        return format!("'{key}' is a flag of `reprise replay`: it stands below [replay]");
    }
    let above = ABOVE.join(", ");
    format!("there is no '{key}' here; there are {above}, [replay] and [write]")
}
