//! The part of a run that a check is about: a span of its time, a stage of its rate, the time that a fault was on.
//! What stages and faults there are the plan knows: it says which [`Stretch`]es a name stands for.

use crate::Tick;

/// The part of a run that a check names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum During {
    /// `@30s..60s`: from and to in microseconds, the end excluded.
    Span(u64, u64),
    /// `@stage2`: one of the stages of its rate, counted from 1.
    Stage(usize),
    /// `@fault2`: while one of its faults is on, counted from 1 in the order given.
    Fault(usize),
    /// `@fault:delay`: while a fault is on that is called so.
    FaultCalled(String),
}

/// A stretch of a run, once or again and again. Microseconds of the run.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Stretch {
    /// Its first moment.
    pub from_us: u64,
    /// The first moment after it; `None`: it lasts to the end.
    pub to_us: Option<u64>,
    /// Within it, from one beginning to the next and how long it is each time; `None`: all of it.
    pub every_for_us: Option<(u64, u64)>,
}

impl During {
    /// Reads what follows `@`.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        if let Some(name) = text.strip_prefix("fault:") {
            let name = name.trim();
            return (!name.is_empty()).then(|| Self::FaultCalled(name.to_owned()));
        }
        if let Some(number) = text.strip_prefix("stage") {
            return counted(number).map(Self::Stage);
        }
        if let Some(number) = text.strip_prefix("fault") {
            return counted(number).map(Self::Fault);
        }
        let (from, to) = text.split_once("..")?;
        let (from, to) = (super::parse::duration(from), super::parse::duration(to));
        let (from, to) = from.ok().zip(to.ok())?;
        (from < to).then_some(Self::Span(from, to))
    }
}

/// A number from 1 on.
fn counted(text: &str) -> Option<usize> {
    let digits = text.chars().all(|c| c.is_ascii_digit());
    let number = digits.then(|| text.parse().ok()).flatten();
    number.filter(|number| *number > 0)
}

impl Stretch {
    /// From one moment to another.
    pub const fn once(from_us: u64, to_us: u64) -> Self {
        Self {
            from_us,
            to_us: Some(to_us),
            every_for_us: None,
        }
    }

    /// Whether a tick belongs to it: its middle lies in it, or a shorter stretch has its own middle in the tick, so
    /// that a fault of a tenth of a second is seen.
    pub(super) fn covers(self, tick: &Tick) -> bool {
        let middle = tick.start_us + tick.duration_us / 2;
        let near = self.near(middle).into_iter().flatten();
        near.into_iter().any(|(from, to)| {
            let own = from + (to - from) / 2;
            (from..to).contains(&middle) || (tick.start_us..tick.end_us()).contains(&own)
        })
    }

    /// The last time it began before a moment, and the first after it; each with its end.
    fn near(self, at_us: u64) -> [Option<(u64, u64)>; 2] {
        let end = self.to_us.unwrap_or(u64::MAX);
        let (every, lasts) = self.every_for_us.unwrap_or((u64::MAX, u64::MAX));
        let times = at_us.saturating_sub(self.from_us) / every.max(1);
        [Some(times), times.checked_add(1)].map(|times| {
            let from = self.from_us.checked_add(every.checked_mul(times?)?)?;
            let to = from.saturating_add(lasts).min(end);
            (from < to).then_some((from, to))
        })
    }
}
