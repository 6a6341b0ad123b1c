//! What the interfaces carry, read each time the window asks, with the last minute as a line.

use std::collections::{BTreeMap, VecDeque};
use std::time::Duration;

use reprise_app::chart::{Token, sparkline};
use reprise_app::{DeviceReading, device_counters};

use crate::boundary::{DeviceRate, ThemeName};

/// Readings a line is drawn from; the window asks once a second.
const MOST: usize = 60;
/// After such a pause a line begins anew: the window looked elsewhere.
const PAUSE: Duration = Duration::from_secs(5);
/// In CSS pixels.
const WIDTH: u32 = 96;
/// In CSS pixels.
const HEIGHT: u32 = 22;
/// The device that stands for all.
const ANY: &str = "any";

/// The last reading, and what it was preceded by.
#[derive(Default)]
pub(crate) struct DeviceRates {
    last: Option<DeviceReading>,
    packets_per_s: BTreeMap<String, VecDeque<f64>>,
}

impl DeviceRates {
    /// What each interface carried since the last reading; nothing at the first.
    pub(crate) fn read(&mut self, theme: ThemeName) -> Vec<DeviceRate> {
        self.take(device_counters(), theme)
    }

    fn take(&mut self, now: DeviceReading, theme: ThemeName) -> Vec<DeviceRate> {
        let last = self.last.replace(now.clone());
        let Some(last) = last.filter(|last| now.at.duration_since(last.at) < PAUSE) else {
            self.packets_per_s.clear();
            return Vec::new();
        };
        let mut rates: Vec<DeviceRate> = now
            .since(&last)
            .into_iter()
            .map(|rate| DeviceRate {
                name: rate.name,
                packets_per_s: rate.packets_per_s,
                bytes_per_s: rate.bytes_per_s,
                dropped_per_s: rate.dropped_per_s,
                sparkline: String::new(),
            })
            .collect();
        rates.push(sum(&rates));
        for rate in &mut rates {
            let line = self.packets_per_s.entry(rate.name.clone()).or_default();
            line.push_back(rate.packets_per_s);
            while line.len() > MOST {
                line.pop_front();
            }
            let values: Vec<f64> = line.iter().copied().collect();
            rate.sparkline = sparkline(&values, WIDTH, HEIGHT, theme.into(), Token::P50);
        }
        rates
    }
}

fn sum(rates: &[DeviceRate]) -> DeviceRate {
    let of = |value: fn(&DeviceRate) -> f64| rates.iter().map(value).sum();
    DeviceRate {
        name: ANY.to_owned(),
        packets_per_s: of(|rate| rate.packets_per_s),
        bytes_per_s: of(|rate| rate.bytes_per_s),
        dropped_per_s: of(|rate| rate.dropped_per_s),
        sparkline: String::new(),
    }
}

#[cfg(test)]
mod tests {
    use std::time::Instant;

    use reprise_app::DeviceCounters;

    use super::*;

    fn reading(at: Instant, counters: &[(&str, u64)]) -> DeviceReading {
        let counters = counters.iter().map(|(name, packets)| DeviceCounters {
            name: (*name).to_owned(),
            packets: *packets,
            bytes: packets * 100,
            dropped: 0,
        });
        DeviceReading {
            at,
            counters: counters.collect(),
        }
    }

    #[test]
    fn any_carries_what_all_carry_together() {
        let (start, mut rates) = (Instant::now(), DeviceRates::default());
        let first = reading(start, &[("eth0", 0), ("lo", 0)]);
        assert!(rates.take(first, ThemeName::Dark).is_empty());
        let later = start + Duration::from_secs(1);
        let read = rates.take(reading(later, &[("eth0", 10), ("lo", 5)]), ThemeName::Dark);
        let packets: Vec<(&str, f64)> = read
            .iter()
            .map(|rate| (rate.name.as_str(), rate.packets_per_s))
            .collect();
        assert_eq!(packets, [("eth0", 10.0), ("lo", 5.0), ("any", 15.0)]);
        assert!(read[0].sparkline.starts_with("<svg"));
    }

    #[test]
    fn after_a_pause_nothing_is_said_of_what_came_meanwhile() {
        let (start, mut rates) = (Instant::now(), DeviceRates::default());
        rates.take(reading(start, &[("lo", 0)]), ThemeName::Dark);
        let much_later = reading(start + Duration::from_secs(60), &[("lo", 9_000)]);
        assert!(rates.take(much_later, ThemeName::Dark).is_empty());
    }
}
