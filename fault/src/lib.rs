//! What goes wrong: behaviours injected into a connection, drawn from the plan's seed.
//!
//! A [`Fault`] is read from the form a person writes, `20:delay(ms=250)@30s..60s for http /api/*`;
//! [`Faults::draw`] says what happens to one exchange, the same for the same seed and position.

mod behaviour;
mod draw;
mod error;
mod fault;
mod parse;
mod percent;
mod proxy;
mod selector;
pub mod sqlstate;
mod window;

pub use behaviour::{Behaviour, Injected};
pub use draw::{Drawn, Faults, Position};
pub use error::FaultError;
pub use fault::Fault;
pub use percent::Percent;
pub use proxy::{Counts, Proxies, Proxy, ProxyConfig, ProxyError, ProxyProtocol};
pub use selector::{Selector, Subject};
pub use window::Window;
