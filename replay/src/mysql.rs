//! The MySQL side: a client of our own that sends recorded commands as they were, statement ids aside.

pub(crate) mod authentication;
pub(crate) mod command;
pub(crate) mod connection;
pub(crate) mod generated;
pub(crate) mod judge;
pub(crate) mod keys;
pub(crate) mod lane;
pub(crate) mod login;
pub(crate) mod made_ids;
mod packing;
pub(crate) mod transaction;
pub(crate) mod verify;
