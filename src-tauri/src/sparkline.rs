//! Recordings and runs as one small line each, for the rows of the library.

use reprise_app::answer::RecordingAnswer;
use reprise_app::chart::{Token, sparkline};
use reprise_app::{Library, Tick};

use crate::boundary::{ThemeName, share};
use crate::error::Failure;

/// In CSS pixels.
const WIDTH: u32 = 148;
/// In CSS pixels.
const HEIGHT: u32 = 26;
/// More points than this cannot be told apart.
const POINTS: u64 = 60;

/// A recording's exchanges over time, as SVG.
///
/// # Errors
/// When the file cannot be read.
pub(crate) fn of_recording(
    library: &Library,
    recording: &RecordingAnswer,
    theme: ThemeName,
) -> Result<String, Failure> {
    let head = &recording.recording;
    let bucket_ms = (head.duration_ms / POINTS).max(1);
    let rate = library.recording_rate(&head.name, bucket_ms)?;
    let values: Vec<f64> = rate.iter().map(|point| point.exchanges as f64).collect();
    Ok(sparkline(&values, WIDTH, HEIGHT, theme.into(), Token::P50))
}

/// A run's new errors over time, as SVG.
///
/// # Errors
/// When the file cannot be read.
pub(crate) fn of_run(library: &Library, name: &str, theme: ThemeName) -> Result<String, Failure> {
    let timeline = library.run_timeline(name)?;
    let ticks = timeline.ticks();
    let each = (ticks.len() / POINTS as usize).max(1);
    let values: Vec<f64> = ticks.chunks(each).map(failed).collect();
    Ok(sparkline(&values, WIDTH, HEIGHT, theme.into(), Token::P99))
}

/// The share of what ended in these ticks that failed.
fn failed(ticks: &[Tick]) -> f64 {
    let ended = ticks.iter().map(|tick| tick.outcomes.total()).sum();
    share(
        ticks.iter().map(|tick| tick.outcomes.failures()).sum(),
        ended,
    )
}
