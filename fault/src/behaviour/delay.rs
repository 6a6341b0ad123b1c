//! `delay`: an exchange takes longer, once, however many pieces it comes in. Vaurien's and Envoy's. Of bytes that
//! nobody answers, a burst.

use super::{ANSWERS_ARE_NOT_SHAPED, Acts, BURSTS_ARE_NOT_SHAPED};
use crate::FaultError;
use crate::burst::{BurstChanges, Bursts};
use crate::distribution::Spread;
use crate::draw::Dice;
use crate::options::{Options, Written};
use crate::turn::Turn;

/// Holds an exchange back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Delay {
    /// How long.
    pub spread: Spread,
    /// The request has been served already and its answer waits, instead of the request.
    pub after: bool,
    /// It acts on bursts, not on exchanges.
    pub bursts: Option<Bursts>,
}

impl Acts for Delay {
    const NAME: &'static str = "delay";
    const OPTIONS: &'static str = "ms, jitter, distribution, when, stream and quiet_ms";

    fn read(options: &mut Options) -> Result<Self, FaultError> {
        let spread = Spread::read(
            options,
            "ms, as in delay(ms=250) or delay(ms=250,jitter=50)",
        )?;
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
            after,
            bursts,
        })
    }

    fn write(&self, out: &mut Written) {
        self.spread.write(out);
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
        }
    }

    fn bursts(&self) -> Option<Bursts> {
        self.bursts
    }

    fn change(&self, changes: &mut BurstChanges, dice: Dice<'_>) {
        changes.hold = self.spread.draw(dice);
    }
}
