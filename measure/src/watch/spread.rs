//! How values are spread, in bounded memory: any numbers, counted in cells that are a thousandth wide.

use std::collections::BTreeMap;

/// Neighbouring cells differ by this factor.
const STEP: f64 = 1.002;

/// Larger and smaller magnitudes than STEP to this power (some 10^26) share the last cell.
const LAST: i32 = 30_000;

/// Beyond the cells of any magnitude, so that cells of positive numbers are above zero's.
const ABOVE_ZERO: i32 = LAST + 1;

/// Values, counted by cell. As many cells as there are different values, some thousands at most where they
/// stay within a few powers of ten.
#[derive(Clone, Debug, Default)]
pub(super) struct Spread {
    cells: BTreeMap<i32, u64>,
}

impl Spread {
    pub(super) fn add(&mut self, value: f64) {
        *self.cells.entry(cell(value)).or_default() += 1;
    }

    /// The value at most that share of all exceed, by nearest rank; 0 of none.
    pub(super) fn quantile(&self, share: f64) -> f64 {
        let count: u64 = self.cells.values().sum();
        let rank = ((count as f64 * share).ceil() as u64).max(1);
        let mut passed = 0;
        for (cell, count) in &self.cells {
            passed += count;
            if passed >= rank {
                return middle(*cell);
            }
        }
        0.0
    }
}

fn cell(value: f64) -> i32 {
    if value == 0.0 {
        return 0;
    }
    let magnitude = (value.abs().ln() / STEP.ln()).round();
    let above = ABOVE_ZERO + magnitude.clamp(f64::from(-LAST), f64::from(LAST)) as i32;
    if value > 0.0 { above } else { -above }
}

fn middle(cell: i32) -> f64 {
    match cell {
        0 => 0.0,
        1.. => STEP.powi(cell - ABOVE_ZERO),
        _ => -STEP.powi(-cell - ABOVE_ZERO),
    }
}
