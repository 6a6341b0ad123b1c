//! A recording that is on: a thread folds what the capture tells into the window's numbers.

mod history;

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::{Duration, Instant};

use reprise_app::chart::{Chart, RecordedLine, Style, Token, recorded_rate};
use reprise_app::{CaptureJob, CaptureNews, CaptureProgress, StopAfter, Stopper};

use crate::boundary::{Count, RecordNews, whole};
use crate::error::Failure;
use crate::watched::Watched;
use history::History;

/// Rates are those of this many milliseconds.
const RECENT_MS: u64 = 2_000;
/// Warnings kept; the first say what the later ones repeat.
const MOST_WARNINGS: usize = 20;
/// Parts of a recording that rotates are named this far back.
const MOST_PARTS: usize = 50;

/// What a recording was asked for, in words.
#[derive(Clone, Debug)]
pub(crate) struct Asked {
    /// The recording's name; of one that rotates, that of its first part.
    pub name: String,
    /// Where it listens and for what.
    pub source: String,
    /// Whether secrets are stored as they are.
    pub raw: bool,
    /// When it stops by itself.
    pub limits: StopAfter,
}

/// A recording that is on, or has just ended.
pub(crate) struct LiveRecording {
    asked: Asked,
    stopper: Stopper,
    began: Instant,
    pulse: Watched<Pulse>,
}

/// What is known of it.
#[derive(Default)]
struct Pulse {
    /// The recording that is being written.
    name: String,
    /// Those before it that were long enough, the last at the end.
    ended: VecDeque<String>,
    stopping: bool,
    elapsed_ms: u64,
    now: CaptureProgress,
    /// Where it stood, for as long as rates go back.
    recent: VecDeque<(u64, CaptureProgress)>,
    history: History,
    warnings: Vec<String>,
}

impl LiveRecording {
    /// Follows a job to its end in a thread of its own.
    ///
    /// # Errors
    /// When the thread cannot be started.
    pub(crate) fn follow(job: CaptureJob, asked: Asked) -> Result<Arc<Self>, Failure> {
        let live = Arc::new(Self {
            stopper: job.stopper(),
            began: Instant::now(),
            pulse: Watched::new(Pulse {
                name: asked.name.clone(),
                ..Pulse::default()
            }),
            asked,
        });
        let follower = Arc::clone(&live);
        std::thread::Builder::new()
            .name("live recording".to_owned())
            .spawn(move || {
                while let Some(news) = job.next_news() {
                    let elapsed_ms = follower.elapsed_ms();
                    follower.pulse.change(|pulse| pulse.take(elapsed_ms, news));
                }
                follower
                    .pulse
                    .end(job.finish().map(drop).map_err(Failure::from));
            })
            .map_err(|error| Failure::internal(format!("cannot start a thread: {error}")))?;
        Ok(live)
    }

    fn elapsed_ms(&self) -> u64 {
        milliseconds(self.began.elapsed())
    }

    /// The name of the recording that is being written.
    pub(crate) fn name(&self) -> String {
        self.pulse.look(|pulse| pulse.name.clone())
    }

    /// Whether it has ended and is stored.
    pub(crate) fn is_over(&self) -> bool {
        self.pulse.is_over()
    }

    /// Asks it to end; what was captured is kept.
    pub(crate) fn stop(&self) {
        self.stopper.stop();
        self.pulse.change(|pulse| pulse.stopping = true);
    }

    /// Waits until it is stored.
    ///
    /// # Errors
    /// When it could not be.
    pub(crate) fn wait_for_end(&self) -> Result<(), Failure> {
        self.pulse.wait_for_end()
    }

    /// How it stands.
    pub(crate) fn news(&self) -> RecordNews {
        self.pulse.look(|pulse| self.read(pulse))
    }

    /// Hands each new state to `tell` until it is over or nobody listens any more.
    ///
    /// # Errors
    /// When the recording could not be stored.
    pub(crate) fn watch(&self, tell: impl Fn(RecordNews) -> bool) -> Result<(), Failure> {
        self.pulse.watch(|pulse| self.read(pulse), tell)
    }

    /// Exchanges over time so far.
    pub(crate) fn chart(&self, style: Style) -> Chart {
        let spans = self.pulse.look(|pulse| pulse.history.spans());
        let all = RecordedLine {
            name: "recorded",
            token: Token::P50,
            spans: &spans,
        };
        recorded_rate(&[all], style)
    }

    fn read(&self, pulse: &Pulse) -> RecordNews {
        let (now, limits) = (pulse.now, &self.asked.limits);
        let before = pulse.recent.front().copied().unwrap_or_default();
        let seconds = (pulse.elapsed_ms.saturating_sub(before.0) as f64 / 1e3).max(0.1);
        let per_second = |now: u64, before: u64| now.saturating_sub(before) as f64 / seconds;
        RecordNews {
            name: pulse.name.clone(),
            ended: pulse.ended.iter().cloned().collect(),
            source: self.asked.source.clone(),
            raw: self.asked.raw,
            stopping: pulse.stopping,
            elapsed_ms: whole(pulse.elapsed_ms),
            limit_ms: limits.duration.map(|most| whole(milliseconds(most))),
            limit_bytes: limits.bytes.map(|most| most as f64),
            limit_packets: limits.packets.map(whole),
            limit_exchanges: limits.exchanges.map(whole),
            packets: whole(now.packets),
            bytes: now.bytes as f64,
            connections: whole(now.connections),
            exchanges: whole(now.exchanges),
            packets_per_s: per_second(now.packets, before.1.packets),
            bytes_per_s: per_second(now.bytes, before.1.bytes),
            exchanges_per_s: per_second(now.exchanges, before.1.exchanges),
            lost: losses(&now),
            warnings: pulse.warnings.clone(),
        }
    }
}

impl Pulse {
    fn take(&mut self, elapsed_ms: u64, news: CaptureNews) {
        match news {
            CaptureNews::Progress(now) => {
                self.elapsed_ms = elapsed_ms;
                self.now = now;
                self.history.take(elapsed_ms, &now);
                self.recent.push_back((elapsed_ms, now));
                let oldest = elapsed_ms.saturating_sub(RECENT_MS);
                while self.recent.front().is_some_and(|(at, _)| *at < oldest) {
                    self.recent.pop_front();
                }
            }
            CaptureNews::Rotated { ended, name } => {
                self.name = name;
                self.ended.push_back(ended);
                if self.ended.len() > MOST_PARTS {
                    self.ended.pop_front();
                }
            }
            CaptureNews::Warning(warning) => {
                if self.warnings.len() < MOST_WARNINGS && !self.warnings.contains(&warning) {
                    self.warnings.push(warning);
                }
            }
        }
    }
}

fn milliseconds(length: Duration) -> u64 {
    u64::try_from(length.as_millis()).unwrap_or(u64::MAX)
}

/// What is known to be lost while the recording is on; its ledger has the rest.
fn losses(now: &CaptureProgress) -> Vec<Count> {
    let counted = [
        (
            "packets dropped before they could be read",
            now.dropped_packets,
        ),
        ("bytes of connections never seen", now.gap_bytes),
    ];
    counted
        .into_iter()
        .filter(|(_, count)| *count > 0)
        .map(|(what, count)| Count::new(what, count))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rates_are_those_of_the_last_two_seconds() {
        let mut pulse = Pulse::default();
        for tenth in 0..=100 {
            let exchanges = if tenth <= 80 { 0 } else { (tenth - 80) * 5 };
            pulse.take(
                tenth * 100,
                CaptureNews::Progress(CaptureProgress {
                    exchanges,
                    ..CaptureProgress::default()
                }),
            );
        }
        let (from_ms, before) = pulse.recent[0];
        assert_eq!((from_ms, before.exchanges), (8_000, 0));
        assert_eq!(pulse.now.exchanges, 100);
    }

    #[test]
    fn the_same_warning_is_said_once() {
        let mut pulse = Pulse::default();
        for _ in 0..3 {
            pulse.take(
                1,
                CaptureNews::Warning("the interface went away".to_owned()),
            );
        }
        assert_eq!(pulse.warnings.len(), 1);
    }

    #[test]
    fn a_rotation_goes_on_under_the_next_name() {
        let mut pulse = Pulse {
            name: "friday-1".to_owned(),
            ..Pulse::default()
        };
        for part in 1..=60 {
            pulse.take(
                part,
                CaptureNews::Rotated {
                    ended: format!("friday-{part}"),
                    name: format!("friday-{}", part + 1),
                },
            );
        }
        assert_eq!(pulse.name, "friday-61");
        assert_eq!(pulse.ended.len(), MOST_PARTS);
        assert_eq!(pulse.ended.back().map(String::as_str), Some("friday-60"));
    }

    #[test]
    fn losses_are_named_and_nothing_is_no_loss() {
        assert_eq!(losses(&CaptureProgress::default()), []);
        let now = CaptureProgress {
            dropped_packets: 7,
            ..CaptureProgress::default()
        };
        assert_eq!(
            losses(&now),
            [Count::new("packets dropped before they could be read", 7)]
        );
    }
}
