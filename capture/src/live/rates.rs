//! What each interface has carried, as the kernel counts it for everybody: no rights are needed.

use std::fs;
use std::path::Path;
use std::time::Instant;

use serde::Serialize;

/// Where Linux shows its interfaces.
const INTERFACES: &str = "/sys/class/net";

/// What an interface has carried since it came up, in both directions.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct DeviceCounters {
    /// Which interface.
    pub name: String,
    /// Packets received and sent. On the loopback each is counted once.
    pub packets: u64,
    /// Their bytes.
    pub bytes: u64,
    /// Packets that the interface or its driver dropped.
    pub dropped: u64,
}

/// The counters of every interface at one moment, by name.
#[derive(Clone, Debug)]
pub struct DeviceReading {
    /// When they were read.
    pub at: Instant,
    /// The counters, by the interfaces' names.
    pub counters: Vec<DeviceCounters>,
}

/// What an interface carries.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct DeviceRate {
    /// Which interface.
    pub name: String,
    /// Packets a second, both directions.
    pub packets_per_s: f64,
    /// Bytes a second, both directions.
    pub bytes_per_s: f64,
    /// Packets dropped a second.
    pub dropped_per_s: f64,
}

/// Reads the counters of every interface; none where the system does not show them.
pub fn device_counters() -> DeviceReading {
    let at = Instant::now();
    let entries = fs::read_dir(INTERFACES).into_iter().flatten().flatten();
    let mut counters: Vec<_> = entries.map(|entry| counters_of(&entry.path())).collect();
    counters.sort_by(|a, b| a.name.cmp(&b.name));
    DeviceReading { at, counters }
}

impl DeviceReading {
    /// What each interface carried between `earlier` and this; one that is new has carried nothing.
    pub fn since(&self, earlier: &Self) -> Vec<DeviceRate> {
        let seconds = self.at.duration_since(earlier.at).as_secs_f64();
        let rate = |now: u64, before: u64| {
            #[expect(clippy::cast_precision_loss, reason = "a rate to look at")]
            let more = now.saturating_sub(before) as f64;
            if seconds > 0.0 { more / seconds } else { 0.0 }
        };
        let of = |now: &DeviceCounters| {
            let before = earlier.counters.iter().find(|then| then.name == now.name);
            let before = before.unwrap_or(now);
            DeviceRate {
                name: now.name.clone(),
                packets_per_s: rate(now.packets, before.packets),
                bytes_per_s: rate(now.bytes, before.bytes),
                dropped_per_s: rate(now.dropped, before.dropped),
            }
        };
        self.counters.iter().map(of).collect()
    }
}

fn counters_of(interface: &Path) -> DeviceCounters {
    let name = interface.file_name().unwrap_or_default();
    let name = name.to_string_lossy().into_owned();
    let count = |what: &str| {
        let text = fs::read_to_string(interface.join("statistics").join(what));
        text.map_or(0, |text| text.trim().parse().unwrap_or(0))
    };
    // What the loopback sends, it receives: the same packets.
    let sent = |what| if name == "lo" { 0 } else { count(what) };
    DeviceCounters {
        packets: count("rx_packets") + sent("tx_packets"),
        bytes: count("rx_bytes") + sent("tx_bytes"),
        dropped: count("rx_dropped") + sent("tx_dropped"),
        name,
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    fn reading(at: Instant, counters: &[(&str, u64, u64)]) -> DeviceReading {
        let counters = counters
            .iter()
            .map(|(name, packets, bytes)| DeviceCounters {
                name: (*name).to_owned(),
                packets: *packets,
                bytes: *bytes,
                dropped: 0,
            });
        DeviceReading {
            at,
            counters: counters.collect(),
        }
    }

    #[test]
    fn a_rate_is_what_came_between_two_readings() {
        let start = Instant::now();
        let before = reading(start, &[("eth0", 100, 1_000), ("gone0", 5, 5)]);
        let after = reading(
            start + Duration::from_secs(2),
            &[("eth0", 120, 1_500), ("new0", 7, 7)],
        );
        let rates: Vec<_> = after
            .since(&before)
            .into_iter()
            .map(|rate| (rate.name, rate.packets_per_s, rate.bytes_per_s))
            .collect();
        let expected = [
            ("eth0".to_owned(), 10.0, 250.0),
            ("new0".to_owned(), 0.0, 0.0),
        ];
        assert_eq!(rates, expected);
    }

    #[test]
    fn an_interface_that_was_reset_has_carried_nothing() {
        let start = Instant::now();
        let before = reading(start, &[("eth0", 100, 1_000)]);
        let after = reading(start + Duration::from_secs(1), &[("eth0", 3, 30)]);
        assert_eq!(after.since(&before)[0].packets_per_s, 0.0);
    }
}
