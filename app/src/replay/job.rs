//! A replay while it runs: every tick and warning for both faces, and the switches that change it.

use reprise_measure::Tick;
use reprise_replay::{Control, Event, Handle, ReplayConfig};

use super::doubt::Doubt;
use crate::answer::RunAnswer;
use crate::{Error, Library};

/// A running replay.
pub struct ReplayJob {
    handle: Handle,
    library: Library,
    run: String,
    warnings: Vec<String>,
    doubt: Doubt,
}

/// Something a replay has to say.
#[derive(Clone, Debug)]
pub enum ReplayNews {
    /// It begins.
    Started {
        /// How long it takes, in milliseconds; 0 when that is not known: it goes as fast as it can, or until
        /// it is stopped.
        takes_ms: u64,
        /// Exchanges that will be sent.
        sends: u64,
        /// Whether that is what the recording's mean rate comes to.
        estimated: bool,
        /// Those of them that may change data.
        writes: u64,
    },
    /// The numbers of the last quarter of a second.
    Tick(Box<Tick>),
    /// Something the user should know now.
    Warning(String),
}

impl ReplayJob {
    pub(super) fn start(
        config: ReplayConfig,
        library: &Library,
        warnings: Vec<String>,
    ) -> Result<Self, Error> {
        let run = config.run.clone();
        let doubt = Doubt::about(&config.targets);
        let handle = reprise_replay::start(config, &library.store)?;
        Ok(Self {
            handle,
            library: library.clone(),
            run,
            warnings,
            doubt,
        })
    }

    /// The run's name.
    pub fn run(&self) -> &str {
        &self.run
    }

    /// What the user should see before anything is sent.
    pub fn warnings(&self) -> &[String] {
        &self.warnings
    }

    /// The next thing it has to say; `None` once it has ended.
    pub fn next_news(&self) -> Option<ReplayNews> {
        match self.handle.events().recv() {
            Ok(Event::Started {
                takes_ms,
                sends,
                estimated,
                writes,
                ..
            }) => Some(ReplayNews::Started {
                takes_ms,
                sends,
                estimated,
                writes,
            }),
            Ok(Event::Tick(tick)) => {
                if self.doubt.is_founded(&tick.outcomes) {
                    self.stop();
                }
                Some(ReplayNews::Tick(Box::new((*tick).clone())))
            }
            Ok(Event::Warning(warning)) => Some(ReplayNews::Warning(warning.message)),
            Ok(Event::Finished { .. }) | Err(_) => None,
        }
    }

    /// Pause, rate, faults and the end, from any thread; cheap to clone.
    pub fn control(&self) -> Control {
        self.handle.control().clone()
    }

    /// Asks it to end: nothing more is sent, outstanding answers have five seconds.
    pub fn stop(&self) {
        self.handle.stop();
    }

    /// Waits for its end.
    ///
    /// # Errors
    /// When the run could not be stored; what was committed is kept. So it is when it was ended because a target speaks
    /// something else than it was given for.
    pub fn finish(self) -> Result<RunAnswer, Error> {
        self.handle.join()?;
        if let Some(error) = self.doubt.settled() {
            return Err(error.into());
        }
        self.library.run(&self.run)
    }
}
