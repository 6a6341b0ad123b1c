//! How far a plan is while it is worked out.

use reprise_app::Planning;
use serde::Serialize;
use specta::Type;

use super::whole;

/// Exchanges of the recording that have been read.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub(crate) struct PlanningNews {
    read: u32,
    /// How many it has.
    of: u32,
}

impl From<Planning> for PlanningNews {
    fn from(planning: Planning) -> Self {
        Self {
            read: whole(planning.read),
            of: whole(planning.of),
        }
    }
}
