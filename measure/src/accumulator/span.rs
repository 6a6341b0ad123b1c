//! The first and last of some moments, and the rate between them. Unit: microseconds.

/// The first and last of some moments, in microseconds.
#[derive(Clone, Copy, Debug)]
pub(super) struct Span {
    pub(super) first: u64,
    pub(super) last: u64,
}

impl Span {
    /// Widens `span` so that it holds `moment`.
    pub(super) const fn extend(span: &mut Option<Self>, moment: u64) {
        *span = Some(match *span {
            None => Self {
                first: moment,
                last: moment,
            },
            Some(Self { first, last }) => Self {
                first: if moment < first { moment } else { first },
                last: if moment > last { moment } else { last },
            },
        });
    }

    /// How many per second when `count` events begin and end this span; over the whole run's
    /// length when they have no span of their own.
    pub(super) fn rate(span: Option<Self>, count: u64, duration_us: u64) -> f64 {
        match span {
            Some(Self { first, last }) if count > 1 && last > first => {
                (count - 1) as f64 * 1e6 / (last - first) as f64
            }
            _ if duration_us > 0 => count as f64 * 1e6 / duration_us as f64,
            _ => 0.0,
        }
    }
}
