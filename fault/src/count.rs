//! Which of the exchanges a fault is asked about it may strike, counted: the first so many, or all but those.

use std::fmt;

/// The part of the exchanges a fault is asked about, by their order on a connection or in all.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Count {
    /// So many pass first.
    pub after: u32,
    /// So many may then be struck; `None`: all.
    pub first: Option<u32>,
    /// Counted over all connections, not for each one.
    pub of_all: bool,
}

impl Count {
    /// Whether it leaves nothing out.
    pub const fn is_everything(self) -> bool {
        self.after == 0 && self.first.is_none()
    }

    /// Whether the exchange with this number, from 0, may be struck.
    pub fn holds(self, number: u64) -> bool {
        let end = self
            .first
            .map(|first| u64::from(self.after) + u64::from(first));
        number >= u64::from(self.after) && end.is_none_or(|end| number < end)
    }
}

impl fmt::Display for Count {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.after > 0 {
            write!(f, " after {}", self.after)?;
        }
        if let Some(first) = self.first {
            write!(f, " first {first}")?;
        }
        f.write_str(if self.of_all { " of all" } else { "" })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_come_after_those_that_pass() {
        let count = Count {
            after: 2,
            first: Some(3),
            of_all: false,
        };
        let struck: Vec<u64> = (0..9).filter(|number| count.holds(*number)).collect();
        assert_eq!(struck, [2, 3, 4]);
        assert!(Count::default().holds(u64::MAX));
    }
}
