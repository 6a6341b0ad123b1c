//! A running capture or import on the terminal: the line that says where it stands, and warnings.

use std::time::{Duration, Instant};

use reprise_app::answer::RecordingAnswer;
use reprise_app::readable::{bytes, count, counted, rate};
use reprise_app::{CaptureJob, CaptureNews, CaptureProgress};

use crate::progress::Progress;
use crate::stop::Stop;

/// Over how long a rate is taken.
const RATE_OVER: Duration = Duration::from_secs(1);

/// What a capture made.
pub(crate) struct Captured {
    /// The names of the recordings that ended before the last, oldest first; one may have been let go since.
    pub(crate) earlier: Vec<String>,
    /// The recording it ended with.
    pub(crate) last: RecordingAnswer,
}

/// Shows a capture's progress until it ends, stopping it when the user asks.
pub(crate) fn follow(
    job: CaptureJob,
    mut progress: Progress,
    stop: &Stop,
) -> anyhow::Result<Captured> {
    let stopper = job.stopper();
    let watch = stop.watch(move || stopper.stop());
    let mut line = Line::new();
    let mut earlier = Vec::new();
    while let Some(news) = job.next_news() {
        match news {
            CaptureNews::Warning(warning) => progress.note(&format!("reprise: warning: {warning}")),
            CaptureNews::Rotated { ended, name } => {
                progress.note(&format!("{ended} has ended; recording goes on in {name}"));
                earlier.push(ended);
            }
            CaptureNews::Progress(now) => {
                progress.update(now.fraction, &line.at(Instant::now(), &now));
            }
        }
    }
    drop(watch);
    progress.finish();
    Ok(Captured {
        earlier,
        last: job.finish()?,
    })
}

/// The line, with what it needs to know for a rate.
struct Line {
    since: Instant,
    exchanges: u64,
    per_second: f64,
}

impl Line {
    fn new() -> Self {
        Self {
            since: Instant::now(),
            exchanges: 0,
            per_second: 0.0,
        }
    }

    fn at(&mut self, instant: Instant, now: &CaptureProgress) -> String {
        let passed = instant.duration_since(self.since);
        if passed >= RATE_OVER {
            let more = now.exchanges.saturating_sub(self.exchanges);
            self.per_second = more as f64 / passed.as_secs_f64();
            (self.since, self.exchanges) = (instant, now.exchanges);
        }
        let mut line = format!(
            "{}, {}, {} ({}/s)",
            counted(now.packets, "packet"),
            bytes(now.bytes),
            counted(now.exchanges, "exchange"),
            rate(self.per_second),
        );
        if now.fraction.is_none() {
            line.push_str(&format!(
                ", {} open",
                counted(now.open_connections, "connection")
            ));
        }
        line.push_str(&format!(", {}", losses(now)));
        line
    }
}

/// What was lost so far, by cause.
fn losses(now: &CaptureProgress) -> String {
    let lost: Vec<String> = [
        (now.dropped_packets, "packets dropped"),
        (now.gap_bytes, "bytes never seen"),
        (now.undecodable_bytes, "bytes not decodable"),
    ]
    .into_iter()
    .filter(|(lost, _)| *lost > 0)
    .map(|(lost, what)| format!("{} {what}", count(lost)))
    .collect();
    if lost.is_empty() {
        return "nothing lost".to_owned();
    }
    format!("lost: {}", lost.join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_line_tells_the_rate_of_the_last_second_and_every_loss_by_its_cause() {
        let mut line = Line::new();
        let now = CaptureProgress {
            packets: 1_200,
            bytes: 3_000_000,
            exchanges: 400,
            open_connections: 7,
            dropped_packets: 5,
            gap_bytes: 1_460,
            ..CaptureProgress::default()
        };
        let later = line.since + Duration::from_secs(2);
        insta::assert_snapshot!(line.at(later, &now), @"1,200 packets, 3 MB, 400 exchanges (200/s), 7 connections open, lost: 5 packets dropped, 1,460 bytes never seen");
        let calm = CaptureProgress {
            fraction: Some(0.5),
            ..CaptureProgress::default()
        };
        insta::assert_snapshot!(line.at(later, &calm), @"0 packets, 0 B, 0 exchanges (200/s), nothing lost");
    }
}
