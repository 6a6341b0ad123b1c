//! The HTTP side: sending recorded requests and judging what comes back.

pub(crate) mod connection;
pub(crate) mod jar;
pub(crate) mod judge;
pub(crate) mod looked_at;
pub(crate) mod own_name;
pub(crate) mod places;
pub(crate) mod pool;
pub(crate) mod readdress;
pub(crate) mod rewriting;
pub(crate) mod route;
pub(crate) mod rule;
pub(crate) mod splice;
pub(crate) mod stream;
pub(crate) mod template;
pub(crate) mod values;
pub(crate) mod verify;
pub(crate) mod writing;
