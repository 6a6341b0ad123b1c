//! What one copy of a MySQL connection holds while it is played.

/// The connection of a lane copy.
#[derive(Debug, Default)]
pub(crate) struct MysqlLane {}
