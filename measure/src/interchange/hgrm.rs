//! The percentile table that HdrHistogram's plotter, wrk2 and vegeta's `hdrplot` share: columns of fixed width, a
//! value every half of what is left up to the maximum. Values in milliseconds.
//! Format: `outputPercentileDistribution` of <https://github.com/HdrHistogram/HdrHistogram>.

use std::fmt::Write as _;

use crate::Histogram;

/// Rows until each next half of the remaining distance to 100 %.
const ROWS_PER_HALF: u32 = 5;

/// Microseconds in the table's unit.
const UNIT_US: f64 = 1_000.0;

/// Writes the distribution of `times`.
pub fn hgrm(times: &Histogram) -> String {
    let mut text = String::from("       Value     Percentile TotalCount 1/(1-Percentile)\n\n");
    for row in times.distribution(ROWS_PER_HALF) {
        let value = row.value_us as f64 / UNIT_US;
        let _ = write!(
            text,
            "{value:12.3} {:14.12} {:10}",
            row.quantile, row.count_to
        );
        if row.quantile < 1.0 {
            let _ = write!(text, " {:14.2}", 1.0 / (1.0 - row.quantile));
        }
        text.push('\n');
    }
    let _ = writeln!(
        text,
        "#[Mean    = {:12.3}, StdDeviation   = {:12.3}]",
        times.mean() / UNIT_US,
        times.deviation() / UNIT_US
    );
    let _ = writeln!(
        text,
        "#[Max     = {:12.3}, Total count    = {:12}]",
        times.max() as f64 / UNIT_US,
        times.count()
    );
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Digits;

    #[test]
    fn it_has_the_columns_and_the_foot_that_plotters_read() {
        let mut times = Histogram::new(Digits::Three);
        (1..=1_000).for_each(|number| times.record(number * 100));
        insta::assert_snapshot!(hgrm(&times));
    }

    #[test]
    fn of_nothing_it_is_a_table_without_rows() {
        let text = hgrm(&Histogram::new(Digits::Three));
        assert!(text.starts_with("       Value     Percentile"), "{text}");
        assert!(text.contains("Total count    =            0]"), "{text}");
    }
}
