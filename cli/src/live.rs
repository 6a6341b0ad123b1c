//! What a run says while it is on: a line of progress, its seconds as JSON lines, its numbers for Prometheus.

mod metrics;

use std::net::SocketAddr;

use reprise_app::readable::{count, duration, moment, percent, rate};
use reprise_app::{Control, Exposition, ReplayJob, RunOrders, SecondLine, Seconds, Tick};

use crate::aside;
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
    orders: Option<RunOrders>,
}

/// One run that is being followed.
pub(crate) struct Following<'a> {
    live: &'a Live,
    run: String,
    /// Tells whether it is held.
    control: Control,
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
            orders: None,
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
            orders: None,
        })
    }

    /// Heeds keys, too: of one run, not of several that are compared.
    pub(crate) fn heeding_keys(self) -> Self {
        Self { keys: true, ..self }
    }

    /// Takes orders over HTTP, too.
    pub(crate) fn taking_orders(
        self,
        address: &str,
        token: Option<String>,
    ) -> anyhow::Result<Self> {
        let orders = RunOrders::take(address, token)?;
        let address = orders.address();
        aside::say(format_args!("reprise: control at http://{address}/api/run"));
        Ok(Self {
            orders: Some(orders),
            ..self
        })
    }

    /// Whether progress is shown.
    pub(crate) const fn is_quiet(&self) -> bool {
        self.quiet
    }

    /// Begins to follow a run.
    pub(crate) fn follow(&self, job: &ReplayJob) -> Following<'_> {
        let run = job.run();
        if let Some(metrics) = &self.metrics {
            metrics.show(Exposition::new(run));
        }
        Following {
            live: self,
            run: run.to_owned(),
            control: job.control(),
            progress: Progress::start("replaying", self.quiet),
            length_us: None,
            seconds: Seconds::default(),
        }
    }
}

impl Following<'_> {
    /// Heeds orders to the run, and keys if there is a terminal.
    pub(crate) fn heed_orders(&self, job: &ReplayJob) -> Option<Keys> {
        if let Some(orders) = &self.live.orders {
            orders.are_for(job);
        }
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
        let line = match self.control.is_paused() {
            true => held_line(tick, self.length_us),
            false => progress_line(tick, self.length_us),
        };
        update(&mut self.progress, tick, self.length_us, &line);
        if let Some(metrics) = &self.live.metrics {
            metrics.add(tick);
        }
        let second = self.seconds.add(tick);
        self.line(second)
    }

    /// The run is over.
    pub(crate) fn finish(mut self) -> anyhow::Result<()> {
        if let Some(orders) = &self.live.orders {
            orders.are_for_none();
        }
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
    update(progress, tick, length_us, &progress_line(tick, length_us));
}

fn update(progress: &mut Progress, tick: &Tick, length_us: Option<u64>, line: &str) {
    let fraction = length_us.map(|length| tick.end_us() as f64 / length.max(1) as f64);
    progress.update(fraction, line);
}

fn progress_line(tick: &Tick, length_us: Option<u64>) -> String {
    let answered = match &tick.response_us {
        Some(times) => format!("p50 {}  p99 {}", duration(times.p50), duration(times.p99)),
        None => awaited(tick).unwrap_or_else(|| "no answers".to_owned()),
    };
    format!(
        "{}  {}/s of {} asked  {answered}  new errors {}",
        at(tick, length_us),
        rate(tick.per_second(tick.sent)),
        rate(tick.per_second(tick.planned)),
        percent(tick.error_rate()),
    )
}

/// What there is to say of a run that is held: nothing becomes due, so that there is neither a rate nor an error.
fn held_line(tick: &Tick, length_us: Option<u64>) -> String {
    let rest = awaited(tick).map_or_else(String::new, |awaited| format!("  {awaited}"));
    format!("{}  held{rest}", at(tick, length_us))
}

fn at(tick: &Tick, length_us: Option<u64>) -> String {
    let at = moment(tick.end_us());
    match length_us {
        Some(length) => format!("{at} of {}", moment(length)),
        None => at,
    }
}

fn awaited(tick: &Tick) -> Option<String> {
    (tick.in_flight > 0).then(|| format!("{} waiting for answers", count(tick.in_flight)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_run_that_is_held_says_so_and_what_it_still_waits_for() {
        let mut tick = Tick {
            start_us: 4_750_000,
            duration_us: 250_000,
            ..Tick::default()
        };
        assert_eq!(held_line(&tick, Some(60_000_000)), "0:05 of 1:00  held");
        tick.in_flight = 3;
        let line = held_line(&tick, None);
        assert_eq!(line, "0:05  held  3 waiting for answers");
        assert!(progress_line(&tick, None).contains("3 waiting for answers"));
    }
}
