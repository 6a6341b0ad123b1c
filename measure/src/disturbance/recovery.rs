//! How long a run took to be as it was before: from the end of a disturbance to the first few seconds in which
//! both error rate and p99 were back in the band they had before it.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Disturbed;
use super::episode::Episode;
use super::second::{SECOND_US, Second, Series};
use crate::compare::failures::{NORMAL_95, wilson};

/// Seconds that are judged together, at least,
const WINDOW: u32 = 5;
/// and exchanges: fewer say nothing of a rate or of a p99.
const LEAST: u64 = 30;
/// A p99 may be this share above the highest one before,
const SLACK: f64 = 0.25;
/// or this much, whichever is more; microseconds.
const SLACK_US: f64 = 5_000.0;

/// What became of the run after one stretch of disturbance.
#[derive(Clone, Debug, Default, PartialEq, JsonSchema, Serialize, Deserialize)]
#[serde(default)]
pub struct Recovery {
    /// The disturbances, as they were written.
    pub after: Vec<String>,
    /// When the stretch began.
    pub from_us: u64,
    /// When it ended.
    pub to_us: u64,
    /// All exchanges together.
    pub total: Recovered,
    /// The most frequent operations.
    pub operations: Vec<Recovered>,
}

/// When all exchanges, or those of one operation, were as before.
#[derive(Clone, Debug, Default, PartialEq, JsonSchema, Serialize, Deserialize)]
#[serde(default)]
pub struct Recovered {
    /// The operation; `None`: all exchanges.
    pub operation: Option<String>,
    /// Whether they were.
    pub state: RecoveryState,
    /// How long after the end that was; as long as nobody was, how long was looked.
    pub after_us: u64,
    /// The share (0.0 to 1.0) that failed before,
    pub error_rate_before: Option<f64>,
    /// and in the last window that was looked at.
    pub error_rate_last: Option<f64>,
    /// The highest p99 of a window before, in microseconds,
    pub p99_before_us: Option<u64>,
    /// and that of the last window that was looked at.
    pub p99_last_us: Option<u64>,
}

/// Whether a run was as before again.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, JsonSchema, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RecoveryState {
    /// Both error rate and p99 were back in their band.
    Recovered,
    /// They were not until the run ended, or for five minutes.
    NotRecovered,
    /// They were not yet when the next disturbance began.
    CutShort,
    /// Too few exchanges before or after to say.
    #[default]
    Unknown,
}

/// What was usual before.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Band {
    error_rate: f64,
    /// The highest share that the exchanges before leave possible.
    error_rate_most: f64,
    p99_us: u64,
}

impl Band {
    /// The band of the last so many seconds before, whose numbers count back.
    fn of(before: &Series, seconds: u32) -> Option<Self> {
        let windows = (0..seconds).filter_map(|from| before.window(from, WINDOW, LEAST, seconds));
        let p99_us = windows.map(|window| window.p99_us()).max()?;
        let all = before.sum_below(seconds);
        Some(Self {
            error_rate: all.error_rate(),
            error_rate_most: wilson(all.error_rate(), all.ended as f64, NORMAL_95).1,
            p99_us,
        })
    }

    /// Whether a window lies in it.
    fn holds(&self, window: &Second) -> bool {
        let most = self.error_rate_most;
        // what chance adds to a window of so many exchanges
        let chance = NORMAL_95 * (most * (1.0 - most) / window.ended as f64).sqrt();
        let p99 = self.p99_us as f64;
        window.error_rate() <= most + chance
            && window.p99_us() as f64 <= (p99 * (1.0 + SLACK)).max(p99 + SLACK_US)
    }
}

impl Disturbed {
    pub(super) fn recovery(&self) -> Vec<Recovery> {
        let mut all: Vec<Recovery> = Vec::new();
        // an unrecovered run is no measure of what is usual: the band before that stays
        let mut bands: Vec<Option<Band>> = self.everyone().map(|_| None).collect();
        for (place, episode) in self.episodes.iter().enumerate() {
            let calm = calm_seconds(episode, all.last());
            let mut rows = Vec::new();
            for ((operation, name), band) in self.everyone().zip(&mut bands) {
                let series = |all: &[super::Counted]| {
                    let counted = all.get(place)?;
                    counted.of(operation).cloned()
                };
                let before = series(&self.before).and_then(|before| Band::of(&before, calm));
                *band = before.or(*band);
                let after = series(&self.after).unwrap_or_default();
                let watched_us = episode.until_us.saturating_sub(episode.to_us);
                let mut row = judge(*band, &after, watched_us, episode.is_cut_short);
                row.operation = name.cloned();
                rows.push(row);
            }
            let total = rows.remove(0);
            all.push(Recovery {
                after: self.named(&episode.of),
                from_us: episode.from_us,
                to_us: episode.to_us,
                total,
                operations: rows,
            });
        }
        all
    }

    fn named(&self, places: &[usize]) -> Vec<String> {
        let found = places
            .iter()
            .filter_map(|place| self.disturbances.get(*place));
        found.map(|one| one.what.clone()).collect()
    }
}

/// So many seconds before an episode nothing was wrong, as far as all exchanges together tell: 0 when the run had
/// not recovered from the episode before.
fn calm_seconds(episode: &Episode, last: Option<&Recovery>) -> u32 {
    let calm_from_us = last.map(|last| match last.total.state {
        RecoveryState::Recovered => last.to_us + last.total.after_us,
        RecoveryState::Unknown => last.to_us,
        RecoveryState::NotRecovered | RecoveryState::CutShort => u64::MAX,
    });
    let calm_us = episode
        .from_us
        .saturating_sub(calm_from_us.unwrap_or_default());
    u32::try_from(calm_us.div_ceil(SECOND_US))
        .unwrap_or(u32::MAX)
        .min(60)
}

fn judge(band: Option<Band>, after: &Series, watched_us: u64, is_cut_short: bool) -> Recovered {
    let mut found = Recovered {
        after_us: watched_us,
        error_rate_before: band.map(|band| band.error_rate),
        p99_before_us: band.map(|band| band.p99_us),
        ..Recovered::default()
    };
    let Some(band) = band else { return found };
    let end = u32::try_from(watched_us / SECOND_US).unwrap_or(u32::MAX);
    for from in 0..end {
        let Some(window) = after.window(from, WINDOW, LEAST, end) else {
            break;
        };
        found.error_rate_last = Some(window.error_rate());
        found.p99_last_us = Some(window.p99_us());
        if band.holds(&window) {
            found.state = RecoveryState::Recovered;
            found.after_us = u64::from(from) * SECOND_US;
            return found;
        }
        found.state = if is_cut_short {
            RecoveryState::CutShort
        } else {
            RecoveryState::NotRecovered
        };
    }
    found
}
