//! The quantiles every answer names, and how many samples each needs before it means something.
//! Unit: microseconds.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::Histogram;

/// How a duration was distributed, in microseconds; all zero when `count` is 0.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, JsonSchema, Serialize, Deserialize)]
pub struct Quantiles {
    /// How many samples it rests on.
    pub count: u64,
    /// Half took at most this long.
    pub p50: u64,
    /// 90 % took at most this long.
    pub p90: u64,
    /// 95 % took at most this long.
    pub p95: u64,
    /// 99 % took at most this long.
    pub p99: u64,
    /// 99.9 % took at most this long.
    pub p999: u64,
    /// The longest.
    pub max: u64,
}

impl Quantiles {
    /// Reads them from a histogram.
    pub fn of(histogram: &Histogram) -> Self {
        Self {
            count: histogram.count(),
            p50: histogram.quantile(0.5),
            p90: histogram.quantile(0.9),
            p95: histogram.quantile(0.95),
            p99: histogram.quantile(0.99),
            p999: histogram.quantile(0.999),
            max: histogram.max(),
        }
    }
}

/// How many samples a quantile needs before an upper bound for it exists at 95 % confidence:
/// the least n with `quantile^n <= 0.05` (distribution-free order statistics): 59 for p95, 299
/// for p99, 2,995 for p99.9. Below it a report says `n/a`.
pub fn minimum_count(quantile: f64) -> u64 {
    if quantile <= 0.0 {
        return 1;
    }
    if quantile >= 1.0 {
        return u64::MAX;
    }
    (0.05_f64.ln() / quantile.ln()).ceil() as u64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rarer_quantiles_need_more_samples() {
        assert_eq!(minimum_count(0.5), 5);
        assert_eq!(minimum_count(0.95), 59);
        assert_eq!(minimum_count(0.99), 299);
        assert_eq!(minimum_count(0.999), 2_995);
        assert_eq!(minimum_count(1.0), u64::MAX);
        assert_eq!(minimum_count(0.0), 1);
    }
}
