//! What an exchange does, values removed: the name under which equal exchanges are counted together.

mod route;

pub use route::http_operation;

/// The operation of an answer whose request was not captured.
pub const UNSEEN_REQUEST: &str = "(request not captured)";
