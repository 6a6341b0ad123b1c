//! Progress of long work on stderr: a bar that redraws on a terminal, plain lines otherwise.

use std::io::IsTerminal;
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressStyle};

/// One line that says how far a job is.
pub(crate) struct Progress {
    bar: Option<ProgressBar>,
    label: &'static str,
    last_line: Option<Instant>,
}

/// Without a terminal, say something this often.
const PLAIN_LINE_EVERY: Duration = Duration::from_secs(5);

impl Progress {
    /// Starts a progress line; `quiet` shows nothing on a terminal either (`--json` keeps plain lines off).
    pub(crate) fn start(label: &'static str, quiet: bool) -> Self {
        let bar = (!quiet && std::io::stderr().is_terminal()).then(|| {
            let bar = ProgressBar::new(1_000);
            if let Ok(style) = ProgressStyle::with_template("{prefix} {bar:24.cyan/black} {msg}") {
                bar.set_style(style.progress_chars("━━─"));
            }
            bar.set_prefix(label);
            bar
        });
        Self {
            bar,
            label,
            last_line: quiet.then(Instant::now),
        }
    }

    /// Shows how far it is (0 to 1; `None`: unknown) and what there is to say.
    #[expect(clippy::print_stderr, reason = "progress belongs on stderr")]
    pub(crate) fn update(&mut self, fraction: Option<f64>, message: &str) {
        if let Some(bar) = &self.bar {
            if let Some(fraction) = fraction {
                bar.set_position((fraction.clamp(0.0, 1.0) * 1_000.0) as u64);
            }
            bar.set_message(message.to_owned());
            return;
        }
        if self
            .last_line
            .is_none_or(|last| last.elapsed() >= PLAIN_LINE_EVERY)
        {
            self.last_line = Some(Instant::now());
            eprintln!("{}: {message}", self.label);
        }
    }

    /// Prints a line above the bar.
    #[expect(clippy::print_stderr, reason = "warnings belong on stderr")]
    pub(crate) fn note(&self, line: &str) {
        match &self.bar {
            Some(bar) => bar.println(line),
            None => eprintln!("{line}"),
        }
    }

    /// Takes the bar away.
    pub(crate) fn finish(self) {
        if let Some(bar) = self.bar {
            bar.finish_and_clear();
        }
    }
}
