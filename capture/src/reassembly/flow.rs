//! What packets of one connection have in common, whichever way they travel.

use crate::link::{Endpoint, Segment};

/// The two ends of a connection, the lower first.
///
/// VLANs and tunnel numbers are left out on purpose: one packet is often seen on several of them
/// (mirror ports, bridges), and the copies are one connection.
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

/// The connection a segment belongs to, and who sent it.
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
