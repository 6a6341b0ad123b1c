//! How much a recording may hold in memory, and how long it waits: one list of named limits, for every way in.

use reprise_capture::reassembly::ReassemblyLimits;
use reprise_wire::Limits;

use crate::parse_size;

/// The limits of a recording or an import.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct CaptureLimits {
    /// Of decoding messages.
    pub decoding: Limits,
    /// Of putting packets and connections together.
    pub reassembly: ReassemblyLimits,
}

/// Where a limit is kept, in its unit.
enum Place<'l> {
    /// Bytes, or a count.
    Amount(&'l mut usize),
    /// Nanoseconds.
    Time(&'l mut i64),
}

impl CaptureLimits {
    /// Every limit by its name, with what it bounds. `docs/recording.md` has the defaults.
    pub const NAMES: [(&str, &str); 18] = [
        (
            "body",
            "bytes kept of a message's body, or of a MySQL command or reply",
        ),
        ("head", "bytes of an HTTP head"),
        (
            "pipeline",
            "messages of a connection that wait for their counterpart",
        ),
        ("waiting", "bytes of those"),
        ("gap-fill", "bytes of zeros put in place of one hole"),
        (
            "opening",
            "bytes looked at to tell what a connection speaks",
        ),
        (
            "unfinished",
            "bytes of unfinished messages of all connections",
        ),
        ("connections", "connections followed at a time"),
        (
            "hole-bytes",
            "bytes that wait behind a hole in a connection",
        ),
        ("hole-segments", "packets that wait behind a hole"),
        ("hole-time", "how long a hole is waited for"),
        (
            "overtaking",
            "how long a packet waits for one it acknowledges",
        ),
        (
            "holes",
            "bytes that wait behind the holes of all connections",
        ),
        ("idle", "how long a connection may be silent"),
        (
            "half-open",
            "how long a connection may take to carry its first byte",
        ),
        ("datagrams", "IP datagrams of which fragments are missing"),
        ("fragments", "bytes of those"),
        (
            "fragment-time",
            "how long a datagram's fragments are waited for",
        ),
    ];

    /// Sets one limit from `name=value`: a count, a size (`64MiB`) or a time (`30s`, `2m`, `1h`).
    ///
    /// # Errors
    /// In words: the name is not one of [`CaptureLimits::NAMES`], or the value cannot be read.
    pub fn set(&mut self, setting: &str) -> Result<(), String> {
        let (name, value) = setting
            .split_once('=')
            .ok_or_else(|| format!("'{setting}' is not NAME=VALUE"))?;
        let place = self.place(name).ok_or_else(|| {
            let names: Vec<_> = Self::NAMES.iter().map(|(name, _)| *name).collect();
            format!("there is no limit '{name}'; there are {}", names.join(", "))
        })?;
        match place {
            Place::Amount(amount) => {
                *amount = usize::try_from(parse_size(value)?).unwrap_or(usize::MAX);
            }
            Place::Time(nanos) => *nanos = parse_nanos(value)?,
        }
        Ok(())
    }

    fn place(&mut self, name: &str) -> Option<Place<'_>> {
        let (decoding, reassembly) = (&mut self.decoding, &mut self.reassembly);
        Some(match name {
            "body" => Place::Amount(&mut decoding.body_cap),
            "head" => Place::Amount(&mut decoding.head_cap),
            "pipeline" => Place::Amount(&mut decoding.pipeline_cap),
            "waiting" => Place::Amount(&mut decoding.waiting_cap),
            "gap-fill" => Place::Amount(&mut decoding.gap_fill_cap),
            "opening" => Place::Amount(&mut decoding.opening_cap),
            "unfinished" => Place::Amount(&mut decoding.unfinished_cap),
            "connections" => Place::Amount(&mut reassembly.connections),
            "hole-bytes" => Place::Amount(&mut reassembly.hole_bytes),
            "hole-segments" => Place::Amount(&mut reassembly.hole_segments),
            "hole-time" => Place::Time(&mut reassembly.hole_nanos),
            "overtaking" => Place::Time(&mut reassembly.overtaking_nanos),
            "holes" => Place::Amount(&mut reassembly.total_bytes),
            "idle" => Place::Time(&mut reassembly.idle_nanos),
            "half-open" => Place::Time(&mut reassembly.half_open_nanos),
            "datagrams" => Place::Amount(&mut reassembly.fragments.datagrams),
            "fragments" => Place::Amount(&mut reassembly.fragments.bytes),
            "fragment-time" => Place::Time(&mut reassembly.fragments.nanos),
            _ => return None,
        })
    }
}

/// A time in seconds, or with its unit.
fn parse_nanos(text: &str) -> Result<i64, String> {
    let refused = || format!("'{text}' is not a time; write 500ms, 30s, 2m or 1h");
    let split = text
        .find(|c: char| c.is_ascii_alphabetic())
        .unwrap_or(text.len());
    let (number, unit) = text.split_at_checked(split).ok_or_else(refused)?;
    let number: u32 = number.parse().map_err(|_| refused())?;
    let unit: i64 = match unit {
        "ms" => 1_000_000,
        "" | "s" => 1_000_000_000,
        "m" => 60_000_000_000,
        "h" => 3_600_000_000_000,
        _ => return Err(refused()),
    };
    i64::from(number).checked_mul(unit).ok_or_else(refused)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_limit_that_is_named_can_be_set() {
        for (name, _) in CaptureLimits::NAMES {
            let mut limits = CaptureLimits::default();
            limits.set(&format!("{name}=7")).unwrap();
            assert_ne!(limits, CaptureLimits::default(), "{name}");
        }
    }

    #[test]
    fn the_handbook_has_every_limit_as_it_is_unless_changed() {
        let handbook = include_str!("../../docs/recording.md");
        let mut told = Vec::new();
        for line in handbook.lines() {
            let cells: Vec<&str> = line.split(" | ").collect();
            let [names, _, unless_changed, _] = cells[..] else {
                continue;
            };
            let names = names.trim_start_matches("| ").split(", ");
            for (name, value) in names.zip(unless_changed.split(", ")) {
                let Some(name) = name
                    .strip_prefix('`')
                    .and_then(|name| name.strip_suffix('`'))
                else {
                    continue;
                };
                let mut limits = CaptureLimits::default();
                let value = value.replace([',', ' '], "");
                limits.set(&format!("{name}={value}")).unwrap();
                assert_eq!(limits, CaptureLimits::default(), "{name}");
                told.push(name);
            }
        }
        told.sort_unstable();
        let mut all = CaptureLimits::NAMES.map(|(name, _)| name);
        all.sort_unstable();
        assert_eq!(told, all);
    }

    #[test]
    fn sizes_and_times_are_read_with_their_units() {
        let mut limits = CaptureLimits::default();
        limits.set("body=64KiB").unwrap();
        limits.set("idle=2m").unwrap();
        limits.set("hole-time=500ms").unwrap();
        assert_eq!(limits.decoding.body_cap, 65_536);
        assert_eq!(limits.reassembly.idle_nanos, 120_000_000_000);
        assert_eq!(limits.reassembly.hole_nanos, 500_000_000);
    }

    #[test]
    fn what_cannot_be_read_is_refused_with_the_reason() {
        let refused = |setting: &str| CaptureLimits::default().set(setting).unwrap_err();
        assert_eq!(refused("body"), "'body' is not NAME=VALUE");
        assert!(
            refused("bodies=1").starts_with("there is no limit 'bodies'; there are body, head")
        );
        assert!(refused("body=much").contains("is not a size"));
        assert!(refused("idle=4 weeks").contains("is not a time"));
    }
}
