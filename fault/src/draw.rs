//! Which faults strike one exchange. The choice is a function of seed, position and the fault's
//! place in the plan, never of time or threads: the same plan makes the same choices every time.

use reprise_measure::choice;

use crate::turn::Turn;
use crate::{Fault, FaultError, Percent, Subject};

/// The faults of a plan, in the order given; at most 32, one bit of a sample each.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Faults(Vec<Fault>);

/// Which exchange of which copy of which lane is asked about.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Position {
    /// The lane's id in the plan.
    pub lane: u32,
    /// The copy of the lane, counted on through repetitions.
    pub copy: u32,
    /// The exchange's id in its recording.
    pub exchange: u32,
}

/// What strikes one exchange.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Drawn {
    /// What becomes of it.
    pub turn: Turn,
    /// Bit i: the plan's fault i struck.
    pub bits: u32,
}

/// Chance at one place: the same seed and place always give the same.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Dice<'a> {
    seed: u64,
    place: &'a [u64],
}

impl<'a> Dice<'a> {
    pub(crate) const fn new(seed: u64, place: &'a [u64]) -> Self {
        Self { seed, place }
    }

    /// Whether an event that happens so often happens here.
    pub(crate) fn strikes(self, percent: Percent) -> bool {
        choice::below(self.seed ^ STRIKES, self.place, 1_000_000) < u64::from(percent.millionths())
    }

    /// The `number`th even draw from 0.0 to 1.0 of how it happens.
    pub(crate) fn unit(self, number: u64) -> f64 {
        choice::unit(self.seed ^ HOW ^ number, self.place)
    }
}

/// Keeps the draw of whether a fault strikes apart from the draw of how.
const STRIKES: u64 = 0x5354_5249_4b45_5321;
const HOW: u64 = 0x4a49_5454_4552_2121;

impl Faults {
    /// Takes the faults of a plan; more than 32 are refused.
    pub fn new(faults: Vec<Fault>) -> Result<Self, FaultError> {
        if faults.len() > 32 {
            return Err(FaultError::TooMany(faults.len()));
        }
        Ok(Self(faults))
    }

    /// The faults, in the order given.
    pub fn as_slice(&self) -> &[Fault] {
        &self.0
    }

    /// Draws every fault in the order given; the first that ends the exchange ends the drawing.
    ///
    /// `at_us` is the exchange's *intended* time, microseconds since the run's start: what was
    /// asked for, not what became of it, decides. Bit i of `enabled` says whether fault i is on.
    pub fn draw(
        &self,
        seed: u64,
        position: Position,
        at_us: u64,
        subject: &Subject<'_>,
        enabled: u32,
    ) -> Drawn {
        let mut drawn = Drawn::default();
        for (index, fault) in self.0.iter().enumerate() {
            let bit = 1_u32 << index;
            let place = [
                index as u64,
                u64::from(position.lane),
                u64::from(position.copy),
                u64::from(position.exchange),
            ];
            let dice = Dice::new(seed, &place);
            let is_elsewhere = fault.via.is_some();
            if enabled & bit == 0
                || is_elsewhere
                || !fault.strikes(dice)
                || !fault.concerns(at_us, subject)
            {
                continue;
            }
            fault.behaviour.strike(&mut drawn.turn, dice);
            drawn.bits |= bit;
            if drawn.turn.is_over() {
                break;
            }
        }
        drawn
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use crate::SpokenProtocol;

    use super::*;
    use crate::{Ending, Injected};

    const SUBJECT: Subject<'_> = Subject {
        protocol: Some(SpokenProtocol::Http),
        operation: "GET /",
        summary: "GET /",
        ..Subject::ANY
    };

    fn faults(texts: &[&str]) -> Faults {
        Faults::new(texts.iter().map(|text| text.parse().unwrap()).collect()).unwrap()
    }

    fn at(exchange: u32) -> Position {
        Position {
            lane: exchange % 7,
            copy: exchange % 3,
            exchange,
        }
    }

    #[test]
    fn the_same_seed_and_position_draw_the_same_in_any_order() {
        let faults = faults(&["30:delay(ms=10,jitter=10)", "10:error(status=503)"]);
        let draw = |seed, i| faults.draw(seed, at(i), 0, &SUBJECT, u32::MAX);
        let forward: Vec<_> = (0..2_000).map(|i| draw(7, i)).collect();
        let mut backward: Vec<_> = (0..2_000).rev().map(|i| draw(7, i)).collect();
        backward.reverse();
        assert_eq!(forward, backward);
        let other: Vec<_> = (0..2_000).map(|i| draw(8, i)).collect();
        assert_ne!(forward, other);
    }

    #[test]
    fn a_fault_strikes_its_percentage_of_exchanges() {
        // binomial: 100,000 draws at 20 % have a standard deviation of 126
        let faults = faults(&["20:delay(ms=1)", "0.5:delay(ms=1)", "100:delay(ms=1)"]);
        let mut struck = [0; 3];
        for i in 0..100_000 {
            let bits = faults.draw(1, at(i), 0, &SUBJECT, u32::MAX).bits;
            for (index, count) in struck.iter_mut().enumerate() {
                *count += u32::from(bits & (1 << index) != 0);
            }
        }
        assert!(struck[0].abs_diff(20_000) < 700, "{struck:?}");
        assert!(struck[1].abs_diff(500) < 120, "{struck:?}");
        assert_eq!(struck[2], 100_000);
    }

    #[test]
    fn the_first_ending_fault_ends_the_drawing_and_delays_before_it_add_up() {
        let faults = faults(&[
            "100:delay(ms=10)",
            "100:delay(ms=5)",
            "100:error(status=503)",
            "100:error(status=500)",
            "100:delay(ms=99)",
        ]);
        let drawn = faults.draw(1, at(1), 0, &SUBJECT, u32::MAX);
        assert_eq!(drawn.turn.hold, Duration::from_millis(15));
        let busy = Injected::Http {
            status: 503,
            body: None,
            headers: crate::Fields::default(),
        };
        assert_eq!(drawn.turn.ending, Some(Ending::Answer(busy)));
        assert_eq!(drawn.bits, 0b111);
    }

    #[test]
    fn faults_draw_independently_of_each_other() {
        let alone = faults(&["50:delay(ms=1)"]);
        let both = faults(&["50:delay(ms=1)", "50:delay(ms=1)"]);
        let mut together = 0;
        for i in 0..10_000 {
            let bits = both.draw(3, at(i), 0, &SUBJECT, u32::MAX).bits;
            assert_eq!(bits & 1, alone.draw(3, at(i), 0, &SUBJECT, u32::MAX).bits);
            together += u32::from(bits == 0b11);
        }
        assert!(together.abs_diff(2_500) < 250, "{together}");
    }

    #[test]
    fn a_fault_outside_its_span_switched_off_or_of_the_other_protocol_does_not_strike() {
        let faults = faults(&["100:delay(ms=1)@1s..2s", "100:error(code=1213)"]);
        assert_eq!(faults.draw(1, at(1), 0, &SUBJECT, u32::MAX).bits, 0);
        assert_eq!(faults.draw(1, at(1), 1_500_000, &SUBJECT, u32::MAX).bits, 1);
        assert_eq!(faults.draw(1, at(1), 1_500_000, &SUBJECT, 0b10).bits, 0);
    }

    #[test]
    fn jitter_stays_within_its_bounds_and_reaches_both_sides() {
        let faults = faults(&["100:delay(ms=10,jitter=4)"]);
        let delays: Vec<_> = (0..5_000)
            .map(|i| faults.draw(1, at(i), 0, &SUBJECT, u32::MAX).turn.hold)
            .collect();
        let (low, high) = (delays.iter().min().unwrap(), delays.iter().max().unwrap());
        assert!(*low >= Duration::from_millis(6) && *low < Duration::from_micros(6_200));
        assert!(*high <= Duration::from_millis(14) && *high > Duration::from_micros(13_800));
    }

    #[test]
    fn a_thirty_third_fault_is_refused() {
        let fault: Fault = "1:delay(ms=1)".parse().unwrap();
        assert_eq!(Faults::new(vec![fault; 33]), Err(FaultError::TooMany(33)));
    }
}
