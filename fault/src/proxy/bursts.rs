//! Bursts of one direction of a connection that is only bytes: where each begins and ends, and what faults make of
//! it. A burst ends when its sender is quiet or the other side speaks; nobody has to answer it.

use std::future::pending;
use std::io;
use std::sync::Arc;
use std::time::Duration;

use reprise_wire::Direction;
use tokio::time::{Instant, sleep_until};

use super::link::Link;
use super::queue::{Pause, What};
use super::side::Side;
use super::table::Placed;
use crate::burst::{BurstChanges, Bursts as Asked};

/// Bytes of a burst that can be repeated, from its beginning.
const REPEATABLE: usize = 256 << 10;

/// One direction.
pub(super) struct Bursts {
    direction: Direction,
    /// Since when its sender may speak.
    quiet_since: Instant,
    /// How long it was quiet before what it says now.
    quiet: Duration,
    /// How often the other side had spoken when this one last did.
    others: u64,
    under_way: Vec<UnderWay>,
    /// How many were asked about.
    asked: u64,
}

/// A burst as one fault sees it.
struct UnderWay {
    placed: Arc<Placed>,
    asked: Asked,
    /// What the fault does to it; `None`: it did not strike.
    changes: Option<BurstChanges>,
    seen: u64,
    /// Its bytes so far, where they are to come again.
    heard: Vec<u8>,
}

impl Bursts {
    pub(super) fn new(direction: Direction) -> Self {
        Self {
            direction,
            quiet_since: Instant::now(),
            quiet: Duration::ZERO,
            others: 0,
            under_way: Vec::new(),
            asked: 0,
        }
    }

    /// Waits until the sender has said more, or a burst that comes again has ended: then it is there.
    pub(super) async fn wait(&mut self, from: &Side) -> io::Result<Vec<What>> {
        let ends_at = self.ends_at();
        let quiet_over = async {
            match ends_at {
                Some(ends_at) => sleep_until(ends_at).await,
                None => pending().await,
            }
        };
        tokio::select! {
            biased;
            readable = from.readable() => readable?,
            () = quiet_over => return Ok(self.ended(self.quiet_since.elapsed())),
        }
        self.quiet = self.quiet_since.elapsed();
        Ok(Vec::new())
    }

    /// When a burst that comes again has ended, unless its sender speaks before.
    fn ends_at(&self) -> Option<Instant> {
        let comes_again = self.under_way.iter().filter(|one| !one.heard.is_empty());
        let ends = comes_again.map(|one| self.quiet_since + one.asked.quiet());
        ends.min()
    }

    /// What the sender has said is on its way: it can be waited for again.
    pub(super) fn waits(&mut self) {
        self.quiet_since = Instant::now();
    }

    /// What comes again of bursts that ended because their sender was quiet for so long, or has finished.
    pub(super) fn ended(&mut self, quiet: Duration) -> Vec<What> {
        let mut out = Vec::new();
        for burst in &mut self.under_way {
            if quiet >= burst.asked.quiet() {
                burst.repeat(&mut out);
                burst.seen = 0;
            }
        }
        out
    }

    /// What becomes of what the sender has said; the rest of `whats` stays as it is.
    pub(super) fn pass(&mut self, link: &Link, whats: Vec<What>) -> Vec<What> {
        let current = link.current();
        let is_asked = |placed: &&Arc<Placed>| {
            let asked = placed.fault.behaviour.bursts();
            asked.is_some_and(|asked| asked.holds(self.direction))
        };
        if !link.is_bytes() || !current.iter().any(|placed| is_asked(&placed)) {
            self.under_way.clear();
            return whats;
        }
        let others = link.spoken(self.direction.reverse());
        if self.others != others {
            self.others = others;
            self.quiet = Duration::MAX;
        }
        let faults: Vec<Arc<Placed>> = current.iter().filter(is_asked).map(Arc::clone).collect();
        self.under_way
            .retain(|one| faults.iter().any(|placed| Arc::ptr_eq(placed, &one.placed)));
        let mut out = Vec::new();
        for what in whats {
            match what {
                What::Bytes(bytes, bytes_per_s) => {
                    let bytes = self.change(link, &faults, bytes, &mut out);
                    if !bytes.is_empty() {
                        out.push(What::Bytes(bytes, bytes_per_s));
                    }
                    self.quiet = Duration::ZERO;
                }
                other => out.push(other),
            }
        }
        out
    }

    /// What the faults leave of these bytes, in their order; what comes before them goes to `out`.
    fn change(
        &mut self,
        link: &Link,
        faults: &[Arc<Placed>],
        mut bytes: Vec<u8>,
        out: &mut Vec<What>,
    ) -> Vec<u8> {
        for placed in faults {
            // the bytes never arrive: later faults have nothing to act on
            if bytes.is_empty() {
                break;
            }
            let (place, quiet) = (self.place(placed), self.quiet);
            let Some(burst) = self.under_way.get_mut(place) else {
                continue;
            };
            if quiet >= burst.asked.quiet() || burst.seen == 0 {
                burst.repeat(out);
                burst.seen = 0;
                self.asked += 1;
                burst.changes = link.luck.draw_burst(placed, self.direction, self.asked);
                if let Some(BurstChanges { hold, .. }) = burst.changes
                    && !hold.is_zero()
                {
                    out.push(What::Pause(Pause {
                        length: hold,
                        faults: vec![placed.id],
                    }));
                }
            }
            burst.take(&mut bytes);
        }
        bytes
    }

    /// Where the burst of a fault stands; it begins now when there is none.
    fn place(&mut self, placed: &Arc<Placed>) -> usize {
        let known = |one: &UnderWay| Arc::ptr_eq(&one.placed, placed);
        self.under_way.iter().position(known).unwrap_or_else(|| {
            self.under_way.push(UnderWay {
                placed: Arc::clone(placed),
                asked: placed.fault.behaviour.bursts().unwrap_or_default(),
                changes: None,
                seen: 0,
                heard: Vec::new(),
            });
            self.under_way.len() - 1
        })
    }
}

impl UnderWay {
    /// Takes its next bytes, and leaves of them what arrives.
    fn take(&mut self, bytes: &mut Vec<u8>) {
        let before = self.seen;
        self.seen += bytes.len() as u64;
        let Some(BurstChanges {
            cut_bytes, repeats, ..
        }) = self.changes
        else {
            return;
        };
        // its span of time may have ended in the middle of the burst
        if !self.placed.is_on() {
            self.heard.clear();
            return;
        }
        if let Some(most) = cut_bytes {
            let left = u64::from(most).saturating_sub(before);
            bytes.truncate(usize::try_from(left).unwrap_or(usize::MAX));
        }
        if repeats > 0 {
            let room = REPEATABLE - self.heard.len();
            let taken = bytes.get(..room.min(bytes.len())).unwrap_or_default();
            self.heard.extend_from_slice(taken);
        }
    }

    /// It has ended: what of it comes again.
    fn repeat(&mut self, out: &mut Vec<What>) {
        let heard = std::mem::take(&mut self.heard);
        let repeats = self.changes.map_or(0, |changes| changes.repeats);
        if heard.is_empty() || !self.placed.is_on() {
            return;
        }
        for _ in 0..repeats {
            out.push(What::Bytes(heard.clone(), None));
        }
    }
}
