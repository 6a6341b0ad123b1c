//! What packets of one connection have in common, whichever way they travel.

use crate::link::{Endpoint, Segment};

/// The two ends of a connection, the lower first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct FlowKey {
    pub(super) low: Endpoint,
    pub(super) high: Endpoint,
}

/// Which end of a [`FlowKey`] sent a segment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Side {
    Low,
    High,
}

impl Side {
    pub(super) const fn other(self) -> Self {
        match self {
            Self::Low => Self::High,
            Self::High => Self::Low,
        }
    }
}

/// The ends a segment travelled between, and who sent it.
pub(super) fn of(segment: &Segment<'_>) -> (FlowKey, Side) {
    let (source, destination) = (segment.source, segment.destination);
    if source <= destination {
        (
            FlowKey {
                low: source,
                high: destination,
            },
            Side::Low,
        )
    } else {
        (
            FlowKey {
                low: destination,
                high: source,
            },
            Side::High,
        )
    }
}
