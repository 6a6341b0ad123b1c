//! The circular block bootstrap (Politis and Romano 1992): which slices of time are drawn again, decided
//! once and used for everything that is compared, so that operations and quantiles vary together as they did.

use crate::choice;

/// How often the slices are drawn again.
pub(super) const DRAWS: usize = 1_000;

/// What is drawn of one run.
pub(super) struct Draws {
    slices: usize,
    block: usize,
    /// The first slice of each block, draw after draw.
    starts: Vec<u32>,
}

impl Draws {
    /// Blocks of `block` out of `slices`; the same `stream` draws the same slices.
    pub(super) fn new(slices: usize, block: usize, seed: u64, stream: u64) -> Self {
        let block = block.clamp(1, slices.max(1));
        let blocks = slices.div_ceil(block);
        let start = |place: usize| {
            let (draw, block) = (place / blocks, place % blocks);
            choice::below(seed, &[stream, draw as u64, block as u64], slices as u64) as u32
        };
        Self {
            slices,
            block,
            starts: (0..DRAWS * blocks).map(start).collect(),
        }
    }

    /// The sum of `series` (a value for each slice; missing ones are 0) over each draw.
    pub(super) fn sums(&self, series: &[f64]) -> Vec<f64> {
        if self.slices == 0 {
            return vec![0.0; DRAWS];
        }
        let around = |place: usize| series.get(place % self.slices).copied().unwrap_or(0.0);
        let mut up_to = Vec::with_capacity(self.slices + self.block + 1);
        let mut sum = 0.0;
        for place in 0..=self.slices + self.block {
            up_to.push(sum);
            sum += around(place);
        }
        let blocks = self.slices.div_ceil(self.block);
        let last = self.slices - (blocks - 1) * self.block;
        let drawn = |starts: &[u32]| -> f64 {
            let length = |place: usize| if place + 1 < blocks { self.block } else { last };
            let sums = starts.iter().enumerate().map(|(place, start)| {
                let start = *start as usize;
                up_to[start + length(place)] - up_to[start]
            });
            sums.sum()
        };
        self.starts.chunks_exact(blocks).map(drawn).collect()
    }

    /// How many blocks make a draw: what the spread between draws rests on.
    pub(super) fn blocks(&self) -> f64 {
        self.slices as f64 / self.block as f64
    }

    /// Draws of few blocks vary less than the truth; the factor that makes up for it.
    pub(super) fn widening(&self) -> f64 {
        let blocks = self.blocks();
        if blocks > 2.0 {
            (blocks / (blocks - 1.0)).sqrt()
        } else {
            2.0
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::compare::chance::spread;

    #[test]
    fn draws_of_single_slices_vary_as_the_sum_of_independent_values_does() {
        let series: Vec<f64> = (0..60).map(|i| choice::unit(3, &[i])).collect();
        let draws = Draws::new(60, 1, 1, 0);
        let (mean, deviation) = spread(&draws.sums(&series));
        let (one, each) = spread(&series);
        assert!((mean / (60.0 * one) - 1.0).abs() < 0.02);
        let expected = each * 60_f64.sqrt();
        assert!((deviation * draws.widening() / expected - 1.0).abs() < 0.1);
    }

    #[test]
    fn every_draw_has_as_many_slices_as_there_are() {
        for (slices, block) in [(10, 3), (7, 7), (1, 5), (80, 4), (11, 1)] {
            let sums = Draws::new(slices, block, 9, 2).sums(&vec![1.0; slices]);
            assert_eq!(sums.len(), DRAWS);
            assert!(sums.iter().all(|sum| (sum - slices as f64).abs() < 1e-9));
        }
        assert_eq!(Draws::new(0, 3, 1, 1).sums(&[]), vec![0.0; DRAWS]);
    }
}
