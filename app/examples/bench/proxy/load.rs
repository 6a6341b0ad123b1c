//! wrk making one kind of load for some seconds, and what came of it.

use std::process::Command;

use super::peer::Peer;
use crate::Failure;
use crate::process::cpu_seconds_of;

const SECONDS: u32 = 4;

/// Bytes of a large answer.
pub(super) const LARGE: usize = 1 << 20;

/// A kind of load.
#[derive(Clone, Copy, Debug)]
pub(super) enum Load {
    /// One connection: how long a round trip takes.
    Alone,
    /// Many connections, small answers.
    Small,
    /// Some connections, large answers.
    Large,
}

/// What came of it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Loaded {
    pub(super) p50_us: f64,
    pub(super) p99_us: f64,
    /// Requests a second; megabytes of large answers.
    pub(super) per_s: f64,
    /// CPU time of the proxy for each of these, in microseconds; NaN without one.
    pub(super) cpu_us: f64,
}

impl Load {
    pub(super) const ALL: [Self; 3] = [Self::Alone, Self::Small, Self::Large];

    const fn connections(self) -> u32 {
        match self {
            Self::Alone => 1,
            Self::Small => 50,
            Self::Large => 8,
        }
    }

    const fn path(self) -> &'static str {
        match self {
            Self::Alone | Self::Small => "/item/17",
            Self::Large => "/large",
        }
    }

    fn put_on(self, peer: &Peer) -> Result<Loaded, Failure> {
        let before = peer.process().and_then(cpu_seconds_of);
        let output = Command::new("taskset")
            .args(["-c", "0", "wrk", "-t1", "--latency"])
            .args(["-c", &self.connections().to_string()])
            .args(["-d", &format!("{SECONDS}s")])
            .arg(format!("http://127.0.0.1:{}{}", peer.port(), self.path()))
            .output()?;
        let after = peer.process().and_then(cpu_seconds_of);
        let said = String::from_utf8_lossy(&output.stdout);
        let after_word = |word: &str| {
            let line = said.lines().find_map(|line| line.trim().strip_prefix(word));
            line.map(str::trim)
                .ok_or_else(|| format!("wrk said no {word}: {said}"))
        };
        if said.contains("Socket errors") || said.contains("Non-2xx") {
            return Err(format!("wrk saw errors: {said}").into());
        }
        let requests: f64 = after_word("Requests/sec:")?.parse()?;
        let per_s = match self {
            Self::Alone | Self::Small => requests,
            Self::Large => requests * LARGE as f64 / 1e6,
        };
        let cpu_s = before
            .zip(after)
            .map_or(f64::NAN, |(before, after)| after - before);
        Ok(Loaded {
            p50_us: microseconds(after_word("50%")?)?,
            p99_us: microseconds(after_word("99%")?)?,
            per_s,
            cpu_us: cpu_s * 1e6 / (per_s * f64::from(SECONDS)),
        })
    }
}

/// Every kind of load, one after the other.
pub(super) fn all(peer: &Peer) -> Result<[Loaded; Load::ALL.len()], Failure> {
    let [alone, small, large] = Load::ALL;
    Ok([
        alone.put_on(peer)?,
        small.put_on(peer)?,
        large.put_on(peer)?,
    ])
}

/// wrk's `45.00us`, `1.20ms`, `2.00s`.
fn microseconds(text: &str) -> Result<f64, Failure> {
    for (unit, us) in [("us", 1.0), ("ms", 1e3), ("s", 1e6)] {
        if let Some(number) = text.strip_suffix(unit) {
            return Ok(number.parse::<f64>()? * us);
        }
    }
    Err(format!("read wrk's time {text}").into())
}
