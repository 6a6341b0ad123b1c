//! How many neighbouring slices of time resemble each other, read off the series itself, so that
//! they are drawn together: blocks that are too short make the noise look smaller than it is.

/// The best length of blocks for the mean of `series`, in slices, at least 1 and at most an eighth of it:
/// Politis and White, "Automatic block-length selection for the dependent bootstrap" (2004, corrected with
/// Patton 2009), for circular blocks.
pub(super) fn block_length(series: &[f64]) -> usize {
    let n = series.len();
    let most = (n / 8).max(1);
    let covariances = autocovariances(series);
    let Some(reach) = correlated_up_to(&covariances, n) else {
        return 1;
    };
    let window = (2 * reach.max(1)).min(covariances.len() - 1);
    let (mut long_run, mut slope) = (covariances[0], 0.0);
    for (lag, covariance) in covariances.iter().enumerate().take(window + 1).skip(1) {
        let weight = (2.0 * (1.0 - lag as f64 / window as f64)).min(1.0);
        long_run += 2.0 * weight * covariance;
        slope += 2.0 * weight * lag as f64 * covariance;
    }
    if long_run <= 0.0 {
        return 1;
    }
    let best = (1.5 * (slope / long_run).powi(2) * n as f64).cbrt();
    (best.ceil() as usize).clamp(1, most)
}

/// By lag, as far as a series of this length tells.
fn autocovariances(series: &[f64]) -> Vec<f64> {
    let n = series.len();
    let mean = series.iter().sum::<f64>() / n.max(1) as f64;
    let most = ((n as f64).sqrt().ceil() as usize + WATCHED).min(n.saturating_sub(1));
    (0..=most)
        .map(|lag| {
            let pairs = series.iter().zip(series.iter().skip(lag));
            pairs.map(|(a, b)| (a - mean) * (b - mean)).sum::<f64>() / n.max(1) as f64
        })
        .collect()
}

/// A lag counts as the last one correlated when so many after it are not.
const WATCHED: usize = 5;

/// The last lag before the correlations stay within chance; `None` when the series does not vary.
fn correlated_up_to(covariances: &[f64], n: usize) -> Option<usize> {
    let variance = *covariances.first()?;
    if variance <= 0.0 || covariances.len() < 2 {
        return None;
    }
    let chance = 2.0 * ((n as f64).log10() / n as f64).sqrt();
    let significant = |lag: usize| {
        let covariance = covariances.get(lag).copied().unwrap_or(0.0);
        (covariance / variance).abs() > chance
    };
    let quiet = |after: &usize| !(after + 1..=after + WATCHED).any(significant);
    Some(
        (0..covariances.len())
            .find(quiet)
            .unwrap_or(covariances.len() - 1),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::choice;

    /// A series in which each value keeps the share `memory` of the one before it.
    fn series(memory: f64, seed: u64) -> Vec<f64> {
        let mut last = 0.0;
        (0..400)
            .map(|i| {
                last = memory * last + choice::unit(seed, &[i]) - 0.5;
                last
            })
            .collect()
    }

    #[test]
    fn the_longer_the_memory_the_longer_the_blocks() {
        let mean = |memory| {
            let lengths = (0..20).map(|seed| block_length(&series(memory, seed)));
            lengths.sum::<usize>() as f64 / 20.0
        };
        let (none, some, long) = (mean(0.0), mean(0.5), mean(0.9));
        assert!(none < 4.0, "{none}");
        assert!(some > none + 2.0, "{none} {some}");
        assert!(long > some * 1.5, "{some} {long}");
    }

    #[test]
    fn what_does_not_vary_or_is_too_short_is_drawn_slice_by_slice() {
        assert_eq!(block_length(&[]), 1);
        assert_eq!(block_length(&[3.0]), 1);
        assert_eq!(block_length(&[2.0; 80]), 1);
        assert_eq!(block_length(&[1.0, 2.0, 1.5, 9.0]), 1);
    }
}
