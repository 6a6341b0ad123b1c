//! The numbers rows are known by. Each is its own type, so that none is taken for another.

use serde::{Deserialize, Serialize};

macro_rules! id {
    ($(#[$doc:meta])* $name:ident($inner:ty)) => {
        $(#[$doc])*
        #[derive(
            Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
        )]
        #[serde(transparent)]
        pub struct $name(pub $inner);

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                self.0.fmt(f)
            }
        }
    };
}

id! {
    /// A recording in its file; never used again after a deletion.
    RecordingId(u32)
}
id! {
    /// A connection in its recording, from 1 in the order they were added.
    ConnectionId(u32)
}
id! {
    /// An exchange in its recording, from 1 in the order they were added: when they completed.
    ExchangeId(u32)
}
id! {
    /// An operation in its recording, from 1 in the order they were first seen.
    OperationId(u32)
}
id! {
    /// A run in its file; never used again after a deletion.
    RunId(u32)
}
