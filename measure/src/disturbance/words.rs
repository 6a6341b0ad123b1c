//! What a disturbance did, in words: the same on the command line, in Markdown and on the page.

use super::{Amplification, Recovered, Recovery, RecoveryState, Seen};
use crate::readable::{brief, count, duration, percent};

impl Amplification {
    /// `struck 412 of 8,240 exchanges of db (5 %)`
    pub fn injected(&self) -> String {
        let injection = &self.injection;
        let what = if injection.connections {
            "connections"
        } else {
            "exchanges"
        };
        format!(
            "struck {} of {} {what} of {} ({})",
            count(injection.struck),
            count(injection.of),
            injection.proxy,
            percent(self.injected_rate),
        )
    }

    /// The operations of which users saw more failures than before, the worst first.
    pub fn worst(&self) -> Vec<&Seen> {
        let mut worse: Vec<&Seen> = self
            .operations
            .iter()
            .filter(|seen| seen.times_low.is_some_and(|low| low > 0.0))
            .collect();
        worse.sort_by(|a, b| b.error_rate.total_cmp(&a.error_rate));
        worse
    }
}

impl Seen {
    /// `31.2 % new errors (28.9 % to 33.6 %), 0.1 % before`
    pub fn errors(&self) -> String {
        let before = self.error_rate_before;
        let before = before.map_or_else(
            || "nothing measured before".to_owned(),
            |before| format!("{} before", percent(before)),
        );
        format!(
            "{} new errors ({} to {}), {before}",
            percent(self.error_rate),
            percent(self.error_rate_low),
            percent(self.error_rate_high),
        )
    }

    /// `×6.2 (5.7 to 6.7)`, or `n/a`.
    pub fn amplified(&self) -> String {
        match (self.times, self.times_low, self.times_high) {
            (Some(times), Some(low), Some(high)) => format!("×{times:.1} ({low:.1} to {high:.1})"),
            _ => "n/a".to_owned(),
        }
    }
}

impl Recovery {
    /// The disturbances it is about.
    pub fn disturbances(&self) -> String {
        let after: Vec<String> = self.after.iter().map(|what| brief(what)).collect();
        after.join(" and ")
    }

    /// Operations that were not as before when all together were, or are not at all; the latest first.
    pub fn later(&self) -> Vec<&Recovered> {
        let all_us = match self.total.state {
            RecoveryState::Recovered => self.total.after_us,
            _ => u64::MAX,
        };
        let late = |row: &&Recovered| match row.state {
            RecoveryState::Recovered => row.after_us > all_us,
            RecoveryState::NotRecovered | RecoveryState::CutShort => true,
            RecoveryState::Unknown => false,
        };
        let mut later: Vec<&Recovered> = self.operations.iter().filter(late).collect();
        later.sort_by_key(|row| {
            let is_open = row.state != RecoveryState::Recovered;
            std::cmp::Reverse((is_open, row.after_us))
        });
        later
    }
}

impl Recovered {
    /// `recovered after 3 s`, `has not recovered`, with what it looked like last.
    pub fn verdict(&self) -> String {
        match self.state {
            RecoveryState::Recovered if self.after_us == 0 => "recovered at once".to_owned(),
            RecoveryState::Recovered => format!("recovered after {}", duration(self.after_us)),
            RecoveryState::NotRecovered => format!(
                "has not recovered in {}: {}",
                duration(self.after_us),
                self.last()
            ),
            RecoveryState::CutShort => format!(
                "had not recovered when the next began {} later: {}",
                duration(self.after_us),
                self.last()
            ),
            RecoveryState::Unknown => "too little was measured to say".to_owned(),
        }
    }

    fn last(&self) -> String {
        let share = |share: Option<f64>| share.map_or_else(|| "n/a".to_owned(), percent);
        let time = |time: Option<u64>| time.map_or_else(|| "n/a".to_owned(), duration);
        format!(
            "{} new errors and p99 {}, before it {} and {}",
            share(self.error_rate_last),
            time(self.p99_last_us),
            share(self.error_rate_before),
            time(self.p99_before_us),
        )
    }
}
