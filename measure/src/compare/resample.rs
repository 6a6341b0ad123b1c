//! The circular block bootstrap over slices of time: how far could the difference between two
//! runs be chance? Deterministic for a seed.

use std::collections::BTreeSet;

use super::slices::{Slice, Slices, middle};
use super::statistics::{NORMAL_95, spread, two_sided, wilson};
use super::{CurvePoint, ErrorRateChange, LEAST_ERROR_RATE};
use crate::choice;
use crate::tick::share;

/// Fewer failures than this on both sides together are never called a change.
const LEAST_FAILURES: u64 = 5;
/// Runs of one plan whose numbers of slices differ by at most this share are drawn in pairs.
const PAIRED_WITHIN: f64 = 0.05;

/// Two sides and what drawing their slices again came to.
pub(super) struct Resampled {
    quantiles: Vec<f64>,
    /// The value of each quantile as measured, in microseconds.
    a: Vec<u64>,
    b: Vec<u64>,
    /// For each quantile, the logarithms of b/a of all draws, rising.
    ratios: Vec<Vec<f64>>,
    /// The differences of the error rate of all draws.
    error_differences: Vec<f64>,
    failed: (u64, u64),
    ended: (u64, u64),
    slices: usize,
    /// Draws of few blocks vary less than the truth: the factor that makes up for it.
    widening: f64,
}

/// One side, ready to be drawn from: slices as positions in a common list of size classes.
struct Side {
    slices: Vec<DrawnSlice>,
    block: usize,
}

struct DrawnSlice {
    times: Vec<(u16, u32)>,
    ended: u64,
    failed: u64,
}

impl Resampled {
    /// Draws `draws` times and reads the rising `quantiles` each time.
    pub(super) fn of(a: &Slices, b: &Slices, quantiles: &[f64], draws: u64, seed: u64) -> Self {
        let classes: BTreeSet<u16> = a.times().into_keys().chain(b.times().into_keys()).collect();
        let classes: Vec<u16> = classes.into_iter().collect();
        let values: Vec<u64> = classes.iter().map(|class| middle(*class).max(1)).collect();
        let (side_a, side_b) = (Side::new(a, &classes), Side::new(b, &classes));
        let paired = is_paired(a, b);
        let shared = side_a.slices.len().min(side_b.slices.len());
        let mut drawn = Self {
            quantiles: quantiles.to_vec(),
            a: side_a.measured(&values, quantiles),
            b: side_b.measured(&values, quantiles),
            ratios: vec![Vec::with_capacity(draws as usize); quantiles.len()],
            error_differences: Vec::with_capacity(draws as usize),
            failed: (a.failed(), b.failed()),
            ended: (a.ended(), b.ended()),
            slices: shared,
            widening: widening(shared, side_a.block.max(side_b.block)),
        };
        if shared == 0 {
            return drawn;
        }
        let mut counts = (vec![0; values.len()], vec![0; values.len()]);
        for draw in 0..draws {
            let reach = |side: &Side| if paired { shared } else { side.slices.len() };
            let stream_b = if paired { 0 } else { 1 };
            let rate_a = side_a.draw(&mut counts.0, reach(&side_a), seed, [draw, 0]);
            let rate_b = side_b.draw(&mut counts.1, reach(&side_b), seed, [draw, stream_b]);
            drawn.error_differences.push(rate_b - rate_a);
            let times_a = read(&counts.0, &values, quantiles);
            let times_b = read(&counts.1, &values, quantiles);
            for (ratios, (a, b)) in drawn.ratios.iter_mut().zip(times_a.iter().zip(&times_b)) {
                if *a > 0 && *b > 0 {
                    ratios.push((*b as f64 / *a as f64).ln());
                }
            }
        }
        for ratios in &mut drawn.ratios {
            ratios.sort_by(f64::total_cmp);
        }
        drawn
    }

    /// How many slices of time both sides have.
    pub(super) const fn slices(&self) -> usize {
        self.slices
    }

    fn index(&self, quantile: f64) -> Option<usize> {
        self.quantiles
            .iter()
            .position(|known| (known - quantile).abs() < 1e-9)
    }

    /// Both values of a quantile and the interval of their change; `None` when it was not asked
    /// for or nothing was measured.
    pub(super) fn point(&self, quantile: f64) -> Option<CurvePoint> {
        let index = self.index(quantile)?;
        let (a, b, ratios) = (
            *self.a.get(index)?,
            *self.b.get(index)?,
            &self.ratios[index],
        );
        if a == 0 || b == 0 || ratios.is_empty() {
            return None;
        }
        let centre = (b as f64 / a as f64).ln();
        let end = |share: f64| {
            let drawn = ratios[((ratios.len() - 1) as f64 * share).round() as usize];
            (centre + (drawn - centre) * self.widening).exp() - 1.0
        };
        let change = centre.exp() - 1.0;
        Some(CurvePoint {
            quantile,
            a,
            b,
            change,
            low: end(0.025).min(change),
            high: end(0.975).max(change),
        })
    }

    /// The chance of a change as large as this one when the true one is within the noise.
    pub(super) fn p_beyond_noise(&self, quantile: f64, noise: f64) -> f64 {
        let Some(index) = self.index(quantile) else {
            return 1.0;
        };
        let Some(point) = self.point(quantile) else {
            return 1.0;
        };
        let noise = if point.change >= 0.0 {
            (1.0 + noise).ln()
        } else {
            -(1.0 - noise).ln()
        };
        let (_, deviation) = spread(&self.ratios[index]);
        chance(
            (1.0 + point.change).ln().abs() - noise,
            deviation * self.widening,
        )
    }

    /// The change of the error rate and its chance when there is none beyond the least that counts.
    ///
    /// The interval is Newcombe's (1998, Wilson limits of both shares), which is right for few
    /// failures, widened when failures came in clumps and the draws therefore vary more.
    pub(super) fn error_rate(&self) -> (f64, ErrorRateChange) {
        let (a, b) = (
            share(self.failed.0, self.ended.0),
            share(self.failed.1, self.ended.1),
        );
        let (low_a, high_a) = wilson(self.failed.0, self.ended.0);
        let (low_b, high_b) = wilson(self.failed.1, self.ended.1);
        let difference = b - a;
        let below = (b - low_b).hypot(high_a - a);
        let above = (high_b - b).hypot(a - low_a);
        let (_, deviation) = spread(&self.error_differences);
        let half = NORMAL_95 * deviation * self.widening;
        let (low, high) = (difference - below.max(half), difference + above.max(half));
        let towards_zero = if difference > 0.0 {
            below.max(half)
        } else {
            above.max(half)
        };
        let p = chance(
            difference.abs() - LEAST_ERROR_RATE,
            towards_zero / NORMAL_95,
        );
        let enough = self.failed.0 + self.failed.1 >= LEAST_FAILURES;
        let change = ErrorRateChange {
            a,
            b,
            low: low.max(-1.0),
            high: high.min(1.0),
            significant: enough
                && difference.abs() >= LEAST_ERROR_RATE
                && (low > 0.0 || high < 0.0),
        };
        (p, change)
    }
}

impl Side {
    fn new(slices: &Slices, classes: &[u16]) -> Self {
        let drawn = |slice: &Slice| DrawnSlice {
            times: slice
                .times
                .iter()
                .filter_map(|(class, count)| {
                    let place = classes.binary_search(class).ok()?;
                    Some((place as u16, *count))
                })
                .collect(),
            ended: slice.ended,
            failed: slice.failed,
        };
        Self {
            slices: slices.all().iter().map(drawn).collect(),
            block: block_length(slices.all().len()),
        }
    }

    /// The quantiles as measured, in microseconds.
    fn measured(&self, values: &[u64], quantiles: &[f64]) -> Vec<u64> {
        let mut counts = vec![0; values.len()];
        self.slices.iter().for_each(|slice| slice.add(&mut counts));
        read(&counts, values, quantiles)
    }

    /// Draws whole blocks of the first `reach` slices until there are as many slices again; fills
    /// `counts` and answers the error rate.
    fn draw(&self, counts: &mut [u64], reach: usize, seed: u64, position: [u64; 2]) -> f64 {
        counts.fill(0);
        let (mut ended, mut failed) = (0, 0);
        for taken in 0..reach {
            let (block, within) = (taken / self.block, taken % self.block);
            let place = [position[0], position[1], block as u64];
            let start = choice::below(seed, &place, reach as u64) as usize;
            let slice = &self.slices[(start + within) % reach];
            slice.add(counts);
            ended += slice.ended;
            failed += slice.failed;
        }
        share(failed, ended)
    }
}

impl DrawnSlice {
    fn add(&self, counts: &mut [u64]) {
        for (place, count) in &self.times {
            counts[usize::from(*place)] += u64::from(*count);
        }
    }
}

/// The standard rule for the length of blocks: the cube root of the number of slices.
fn block_length(slices: usize) -> usize {
    ((slices as f64).cbrt().round() as usize).max(1)
}

fn widening(slices: usize, block: usize) -> f64 {
    let blocks = slices as f64 / block as f64;
    if blocks > 2.0 {
        (blocks / (blocks - 1.0)).sqrt()
    } else {
        2.0
    }
}

fn is_paired(a: &Slices, b: &Slices) -> bool {
    let (na, nb) = (a.all().len(), b.all().len());
    a.length_us() == b.length_us()
        && na.abs_diff(nb) as f64 <= (PAIRED_WITHIN * na.max(nb) as f64).max(1.0)
}

/// Reads rising quantiles off counts of rising values in one pass; zeros of nothing.
fn read(counts: &[u64], values: &[u64], quantiles: &[f64]) -> Vec<u64> {
    let total: u64 = counts.iter().sum();
    let mut read = Vec::with_capacity(quantiles.len());
    let mut places = counts.iter().zip(values);
    let (mut below, mut value) = (0, 0);
    for quantile in quantiles {
        let wanted = ((quantile * total as f64).ceil() as u64).max(1);
        while below < wanted.min(total) {
            let Some((count, next)) = places.next() else {
                break;
            };
            below += count;
            value = *next;
        }
        read.push(value);
    }
    read
}

/// The two-sided chance of an excess with this standard deviation, when the true one is zero.
fn chance(excess: f64, deviation: f64) -> f64 {
    if excess <= 0.0 {
        1.0
    } else if deviation <= 0.0 {
        0.0
    } else {
        two_sided(excess / deviation)
    }
}
