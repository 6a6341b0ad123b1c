//! Progress of long work on stderr: a bar that redraws on a terminal, plain lines otherwise.

use std::io::IsTerminal;
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressStyle};

use crate::aside;

/// One line that says how far a job is.
pub(crate) struct Progress {
    bar: Option<ProgressBar>,
    label: &'static str,
    quiet: bool,
    last_line: Option<Instant>,
}

/// What speaks above a progress line, from wherever it is.
pub(crate) struct Voice(Option<ProgressBar>);

/// Without a terminal, say something this often.
const PLAIN_LINE_EVERY: Duration = Duration::from_secs(5);

impl Progress {
    /// Starts a progress line with a bar; `quiet` shows nothing but notes.
    pub(crate) fn start(label: &'static str, quiet: bool) -> Self {
        Self::styled(label, quiet, "{prefix} {bar:24.cyan/black} {msg}")
    }

    /// Starts the line of something that has no end to be near to.
    pub(crate) fn open_ended(label: &'static str, quiet: bool) -> Self {
        Self::styled(label, quiet, "{prefix} {elapsed} {msg}")
    }

    fn styled(label: &'static str, quiet: bool, template: &str) -> Self {
        let bar = (!quiet && std::io::stderr().is_terminal()).then(|| {
            let bar = ProgressBar::new(1_000);
            if let Ok(style) = ProgressStyle::with_template(template) {
                bar.set_style(style.progress_chars("━━─"));
            }
            bar.set_prefix(label);
            bar
        });
        Self {
            bar,
            label,
            quiet,
            last_line: None,
        }
    }

    /// Shows how far it is (0 to 1; `None`: unknown) and what there is to say.
    pub(crate) fn update(&mut self, fraction: Option<f64>, message: &str) {
        if let Some(bar) = &self.bar {
            if let Some(fraction) = fraction {
                bar.set_position((fraction.clamp(0.0, 1.0) * 1_000.0) as u64);
            }
            bar.set_message(message.to_owned());
            return;
        }
        let is_due = self
            .last_line
            .is_none_or(|last| last.elapsed() >= PLAIN_LINE_EVERY);
        if is_due && !self.quiet {
            self.last_line = Some(Instant::now());
            aside::say(format_args!("{}: {message}", self.label));
        }
    }

    /// Prints a line above the bar.
    pub(crate) fn note(&self, line: &str) {
        self.voice().say(line);
    }

    /// Says things above the bar from another thread.
    pub(crate) fn voice(&self) -> Voice {
        Voice(self.bar.clone())
    }

    /// Takes the bar away.
    pub(crate) fn finish(self) {
        if let Some(bar) = self.bar {
            bar.finish_and_clear();
        }
    }
}

impl Voice {
    /// Prints a line.
    pub(crate) fn say(&self, line: &str) {
        match &self.0 {
            Some(bar) => bar.println(line),
            None => aside::say(line),
        }
    }
}
