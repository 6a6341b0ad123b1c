//! `delay`: an exchange takes longer, once, however many pieces it comes in. Vaurien's and Envoy's. Of bytes that
//! nobody answers, a burst.

use super::{ANSWERS_ARE_NOT_SHAPED, Acts, BURSTS_ARE_NOT_SHAPED};
use crate::FaultError;
use crate::burst::{BurstChanges, Bursts};
use crate::distribution::Spread;
use crate::draw::Dice;
use crate::options::{Options, Written};
use crate::turn::Turn;

/// How `recorded` is written.
const RECORDED: &str =
    "how many times the recorded time, 0.001 to 1000, with at most three decimals";

/// A number with at most three decimals, in thousandths.
fn thousandths(text: &str) -> Option<u32> {
    let (whole, decimals) = text.split_once('.').unwrap_or((text, "0"));
    let digits = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    if !digits(whole) || !digits(decimals) || decimals.len() > 3 {
        return None;
    }
    let decimals: u32 = format!("{decimals:0<3}").parse().ok()?;
    let whole: u32 = whole.parse().ok()?;
    let thousandths = whole.checked_mul(1_000)?.checked_add(decimals)?;
    (1..=1_000_000)
        .contains(&thousandths)
        .then_some(thousandths)
}

/// Holds an exchange back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Delay {
    /// How long.
    pub spread: Spread,
    /// How many thousandths of the time it took when it was recorded it is held back besides: the recorded
    /// distribution, scaled.
    pub recorded_thousandths: u32,
    /// The request has been served already and its answer waits, instead of the request.
    pub after: bool,
    /// It acts on bursts, not on exchanges.
    pub bursts: Option<Bursts>,
}

impl Acts for Delay {
    const NAME: &'static str = "delay";
    const OPTIONS: &'static str = "ms, jitter, distribution, recorded, when, stream and quiet_ms";

    fn read(options: &mut Options) -> Result<Self, FaultError> {
        let recorded = options.value("recorded", RECORDED, thousandths)?;
        let spread = match recorded {
            Some(_) => Spread::given(options)?,
            None => Spread::read(
                options,
                "ms, as in delay(ms=250) or delay(ms=250,jitter=50)",
            )?,
        };
        let after = super::read_when(options)?;
        let bursts = Bursts::given(options)?;
        if after && bursts.is_some() {
            return Err(FaultError::BadValue {
                option: "when".to_owned(),
                value: "after".to_owned(),
                allowed: "`before` where the delay is of bursts, which have no answer: leave it or stream out",
            });
        }
        Ok(Self {
            spread,
            recorded_thousandths: recorded.unwrap_or(0),
            after,
            bursts,
        })
    }

    fn write(&self, out: &mut Written) {
        match self.recorded_thousandths {
            0 => self.spread.write(out),
            recorded => {
                out.put("recorded", f64::from(recorded) / 1e3);
                self.spread.write_given(out);
            }
        }
        super::write_when(self.after, out);
        if let Some(bursts) = self.bursts {
            out.put("stream", bursts.stream);
            bursts.write_quiet(out);
        }
    }

    fn not_in_replay(&self) -> Option<&'static str> {
        match self.bursts {
            Some(_) => Some(BURSTS_ARE_NOT_SHAPED),
            None => self.after.then_some(ANSWERS_ARE_NOT_SHAPED),
        }
    }

    fn strike(&self, turn: &mut Turn, dice: Dice<'_>) {
        let length = self.spread.draw(dice);
        if self.after {
            turn.answer.hold += length;
        } else {
            turn.hold += length;
            turn.hold_recorded_thousandths = turn
                .hold_recorded_thousandths
                .saturating_add(self.recorded_thousandths);
        }
    }

    fn bursts(&self) -> Option<Bursts> {
        self.bursts
    }

    fn change(&self, changes: &mut BurstChanges, dice: Dice<'_>) {
        changes.hold = self.spread.draw(dice);
    }
}
