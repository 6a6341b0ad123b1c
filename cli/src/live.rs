//! What a run says while it is on: a line of progress, its seconds as JSON lines, its numbers for Prometheus.

mod metrics;

use std::net::SocketAddr;

use reprise_app::readable::{count, duration, moment, percent, rate};
use reprise_app::{Exposition, ReplayJob, SecondLine, Seconds, Tick};

use crate::keys::Keys;
use crate::output;
use crate::progress::Progress;
use metrics::Metrics;

/// Where the numbers of runs go while they are on.
pub(crate) struct Live {
    quiet: bool,
    lines: bool,
    keys: bool,
    metrics: Option<Metrics>,
}

/// One run that is being followed.
pub(crate) struct Following<'a> {
    live: &'a Live,
    run: String,
    progress: Progress,
    /// How long the run will take, if that is known.
    length_us: Option<u64>,
    seconds: Seconds,
}

impl Live {
    /// A line of progress only; `quiet` shows not even that.
    pub(crate) const fn progress(quiet: bool) -> Self {
        Self {
            quiet,
            lines: false,
            keys: false,
            metrics: None,
        }
    }

    /// Also `lines` of JSON on standard output, and a page for Prometheus at `metrics`.
    pub(crate) fn start(
        quiet: bool,
        lines: bool,
        metrics: Option<SocketAddr>,
    ) -> anyhow::Result<Self> {
        Ok(Self {
            quiet,
            lines,
            keys: false,
            metrics: metrics.map(Metrics::serve).transpose()?,
        })
    }

    /// Heeds keys, too: of one run, not of several that are compared.
    pub(crate) fn heeding_keys(self) -> Self {
        Self { keys: true, ..self }
    }

    /// Whether progress is shown.
    pub(crate) const fn is_quiet(&self) -> bool {
        self.quiet
    }

    /// Begins to follow a run.
    pub(crate) fn follow(&self, run: &str) -> Following<'_> {
        if let Some(metrics) = &self.metrics {
            metrics.show(Exposition::new(run));
        }
        Following {
            live: self,
            run: run.to_owned(),
            progress: Progress::start("replaying", self.quiet),
            length_us: None,
            seconds: Seconds::default(),
        }
    }
}

impl Following<'_> {
    /// Heeds keys for the run, if there is a terminal.
    pub(crate) fn heed_keys(&self, job: &ReplayJob) -> Option<Keys> {
        let asked = self.live.keys.then(|| self.progress.voice());
        asked.and_then(|voice| Keys::heed(job, voice))
    }

    /// Says something above the progress line.
    pub(crate) fn note(&self, line: &str) {
        self.progress.note(line);
    }

    /// From now on it is known how long the run takes.
    pub(crate) const fn takes(&mut self, length_us: Option<u64>) {
        self.length_us = length_us;
    }

    /// Tells the numbers of a quarter of a second.
    pub(crate) fn tick(&mut self, tick: &Tick) -> anyhow::Result<()> {
        show(&mut self.progress, tick, self.length_us);
        if let Some(metrics) = &self.live.metrics {
            metrics.add(tick);
        }
        let second = self.seconds.add(tick);
        self.line(second)
    }

    /// The run is over.
    pub(crate) fn finish(mut self) -> anyhow::Result<()> {
        let rest = self.seconds.rest();
        let told = self.line(rest);
        self.progress.finish();
        told
    }

    fn line(&self, second: Option<Tick>) -> anyhow::Result<()> {
        match second {
            Some(second) if self.live.lines => output::json(&SecondLine::of(&self.run, &second)),
            _ => Ok(()),
        }
    }
}

/// Shows a tick as a line; `length_us` is how long the run will take, if that is known.
pub(crate) fn show(progress: &mut Progress, tick: &Tick, length_us: Option<u64>) {
    let fraction = length_us.map(|length| tick.end_us() as f64 / length.max(1) as f64);
    progress.update(fraction, &progress_line(tick, length_us));
}

fn progress_line(tick: &Tick, length_us: Option<u64>) -> String {
    let at = moment(tick.end_us());
    let at = length_us.map_or_else(
        || at.clone(),
        |length| format!("{at} of {}", moment(length)),
    );
    let answered = match &tick.response_us {
        Some(times) => format!("p50 {}  p99 {}", duration(times.p50), duration(times.p99)),
        None if tick.in_flight > 0 => format!("{} waiting for answers", count(tick.in_flight)),
        None => "no answers".to_owned(),
    };
    format!(
        "{at}  {}/s of {} asked  {answered}  new errors {}",
        rate(tick.per_second(tick.sent)),
        rate(tick.per_second(tick.planned)),
        percent(tick.error_rate()),
    )
}
