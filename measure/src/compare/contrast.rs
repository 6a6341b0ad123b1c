//! Two sides' slices of one thing (every exchange, or one operation), ready to be asked how their quantiles,
//! and anything counted by slice, differ.

use super::blocks::block_length;
use super::chance::{normal, spread};
use super::distribution::Distribution;
use super::draws::{DRAWS, Draws};
use super::estimate::{Estimate, Footing, Measured, differences, mean};
use super::side::Side;
use super::slices::Slices;
use super::{Sides, minimum_count};

/// Runs of one plan whose numbers of slices differ by at most this share are drawn in pairs.
const PAIRED_WITHIN: f64 = 0.05;
/// The shares of answers whose ups and downs over time decide how long the blocks are.
const WATCHED: [f64; 2] = [0.5, 0.9];

/// The draws of every run of both sides: made once, used for everything.
pub(super) struct Resampling {
    a: Vec<Draws>,
    b: Vec<Draws>,
    footing: Footing,
}

/// How one quantile differs.
pub(super) struct QuantileContrast {
    pub(super) quantile: f64,
    /// Microseconds in each side: of several runs the geometric mean.
    pub(super) a_us: f64,
    pub(super) b_us: f64,
    pub(super) estimate: Estimate,
    /// How many independent answers would be as sure of it.
    pub(super) effective: Sides,
    drawn: Vec<f64>,
}

impl Resampling {
    /// Decides the blocks from how both sides vary over time, and draws them.
    ///
    /// Two runs of one plan intend the same exchanges in the same slice; then the same slices are drawn from
    /// both, which takes the plan's own ups and downs out of the difference.
    pub(super) fn new(a: Side<'_>, b: Side<'_>, seed: u64) -> Self {
        let block = a.totals().chain(b.totals()).map(correlated_slices).max();
        let block = block.unwrap_or(1);
        let paired = a.len() == b.len() && a.totals().zip(b.totals()).all(|(a, b)| alike(a, b));
        let draw = |side: Side<'_>, other: Side<'_>, streams: u64| -> Vec<Draws> {
            let runs = side.totals().zip(0..).map(|(total, number)| {
                let slices = total.all().len();
                let partner = other.totals().nth(number as usize).filter(|_| paired);
                let slices = partner.map_or(slices, |partner| slices.min(partner.all().len()));
                Draws::new(slices, block, seed, streams + number)
            });
            runs.collect()
        };
        let first_of_b = if paired { 0 } else { a.len() as u64 };
        let (draws_a, draws_b) = (draw(a, b, 0), draw(b, a, first_of_b));
        let every = draws_a.iter().chain(&draws_b);
        let freedom = every.clone().map(|draws| draws.blocks() - 1.0).sum::<f64>();
        let widening = every.map(Draws::widening).fold(1.0, f64::max);
        Self {
            footing: Footing {
                widening,
                freedom: if paired { freedom / 2.0 } else { freedom },
            },
            a: draws_a,
            b: draws_b,
        }
    }

    /// How the `quantiles` differ, of those that every run has answers for.
    pub(super) fn quantiles(
        &self,
        a: &[&Slices],
        b: &[&Slices],
        quantiles: &[f64],
    ) -> Vec<QuantileContrast> {
        let (runs_a, runs_b) = (Answers::all(a, &self.a), Answers::all(b, &self.b));
        let contrast = |quantile: &f64| {
            let measured = |runs: &[Answers<'_>]| -> Option<Vec<Measured>> {
                runs.iter().map(|run| run.quantile(*quantile)).collect()
            };
            let (a, b) = (measured(&runs_a)?, measured(&runs_b)?);
            let estimate = Estimate::of(&a, &b, self.footing);
            let effective = |runs: &[Answers<'_>]| {
                runs.iter().map(|run| run.effective(*quantile)).sum::<f64>() as u64
            };
            Some(QuantileContrast {
                quantile: *quantile,
                a_us: mean(&a).exp(),
                b_us: mean(&b).exp(),
                estimate,
                effective: Sides {
                    a: effective(&runs_a),
                    b: effective(&runs_b),
                },
                drawn: differences(&a, &b),
            })
        };
        quantiles.iter().filter_map(contrast).collect()
    }

    /// How the sums of something counted by slice differ, relative to how long each run was; `None` when a run
    /// has none of it.
    pub(super) fn sums(&self, a: &[(Vec<f64>, f64)], b: &[(Vec<f64>, f64)]) -> Option<Estimate> {
        let measured = |runs: &[(Vec<f64>, f64)], draws: &[Draws]| -> Option<Vec<Measured>> {
            let run = |((series, seconds), draws): (&(Vec<f64>, f64), &Draws)| {
                let sum: f64 = series.iter().sum();
                (sum > 0.0 && *seconds > 0.0).then(|| Measured {
                    value: (sum / seconds).ln(),
                    drawn: draws
                        .sums(series)
                        .into_iter()
                        .map(|drawn| (drawn.max(0.5) / seconds).ln())
                        .collect(),
                })
            };
            runs.iter().zip(draws).map(run).collect()
        };
        let (a, b) = (measured(a, &self.a)?, measured(b, &self.b)?);
        Some(Estimate::of(&a, &b, self.footing))
    }
}

impl QuantileContrast {
    /// Whether both sides have as many independent answers as the quantile needs.
    pub(super) fn is_carried(&self) -> bool {
        self.effective.a.min(self.effective.b) >= minimum_count(self.quantile)
    }
}

/// The chance that a single interval must leave so that all of them together leave 5 %: the largest of all
/// deviations, each in its own unit, is looked at in every draw (a sup-t band).
pub(super) fn simultaneous(contrasts: &[&QuantileContrast]) -> f64 {
    let units: Vec<(f64, f64)> = contrasts.iter().map(|one| spread(&one.drawn)).collect();
    let largest = |draw: usize| {
        let deviations = contrasts.iter().zip(&units).map(|(one, (centre, unit))| {
            let drawn = one.drawn.get(draw).copied().unwrap_or(*centre);
            if *unit > 0.0 {
                (drawn - centre).abs() / unit
            } else {
                0.0
            }
        });
        deviations.fold(0.0, f64::max)
    };
    let mut largest: Vec<f64> = (0..DRAWS).map(largest).collect();
    largest.sort_by(f64::total_cmp);
    let reach = largest.get(DRAWS * 95 / 100).copied().unwrap_or(0.0);
    normal(reach).clamp(1e-6, 0.05)
}

/// The answers of one run, to be read again for each draw.
struct Answers<'a> {
    slices: &'a Slices,
    draws: &'a Draws,
    distribution: Distribution,
    drawn: Vec<f64>,
}

impl<'a> Answers<'a> {
    fn all(runs: &[&'a Slices], draws: &'a [Draws]) -> Vec<Self> {
        let answers = runs.iter().zip(draws).map(|(slices, draws)| {
            let answered: Vec<f64> = slices.all().iter().map(|slice| slice.answered()).collect();
            Self {
                slices,
                draws,
                distribution: Distribution::of(slices),
                drawn: draws.sums(&answered),
            }
        });
        answers.collect()
    }

    /// The share of the answers below a quantile in each draw.
    fn shares_below(&self, quantile: f64) -> Option<Vec<f64>> {
        let point = self.distribution.point(quantile)?;
        let slices = self.slices.all().iter();
        let below: Vec<f64> = slices.map(|slice| point.below(slice)).collect();
        let sums = self.draws.sums(&below).into_iter().zip(&self.drawn);
        let shares = sums.map(|(below, all)| if *all > 0.0 { below / all } else { quantile });
        Some(shares.collect())
    }

    /// A quantile and what the draws made of it. Where a draw has more answers below the quantile, its own
    /// quantile is lower by as much of the measured curve (Woodruff 1952; Bahadur 1966): this needs only
    /// counts, and follows the curve wherever it jumps.
    fn quantile(&self, quantile: f64) -> Option<Measured> {
        let read = |quantile: f64| self.distribution.quantile_us(quantile).map(f64::ln);
        let value = read(quantile)?;
        let shares = self.shares_below(quantile)?.into_iter();
        let drawn = shares.map(|share| read(2.0 * quantile - share).unwrap_or(value));
        Some(Measured {
            value,
            drawn: drawn.collect(),
        })
    }

    /// How many independent answers would know the share below a quantile as well as these do.
    fn effective(&self, quantile: f64) -> f64 {
        let count = self.distribution.count() as f64;
        let Some(shares) = self.shares_below(quantile) else {
            return 0.0;
        };
        let (_, deviation) = spread(&shares);
        let variance = (deviation * self.draws.widening()).powi(2);
        (quantile * (1.0 - quantile) / variance).min(count)
    }
}

/// How many neighbouring slices of a run resemble each other.
fn correlated_slices(total: &Slices) -> usize {
    let distribution = Distribution::of(total);
    let length = |quantile: &f64| {
        let point = distribution.point(*quantile)?;
        let answered = total.all().iter().filter(|slice| !slice.times.is_empty());
        let shares: Vec<f64> = answered
            .map(|slice| point.below(slice) / slice.answered())
            .collect();
        Some(block_length(&shares))
    };
    WATCHED.iter().filter_map(length).max().unwrap_or(1)
}

/// Whether two runs are cut alike and about as long.
fn alike(a: &Slices, b: &Slices) -> bool {
    let (na, nb) = (a.all().len(), b.all().len());
    a.length_us() == b.length_us()
        && na.abs_diff(nb) as f64 <= (PAIRED_WITHIN * na.max(nb) as f64).max(1.0)
}
