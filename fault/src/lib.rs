//! What goes wrong: behaviours injected into a connection, drawn from the plan's seed.
//!
//! A [`Fault`] is read from the form a person writes, `20:delay(ms=250)@30s..60s for http /api/*`;
//! [`Faults::draw`] says what happens to one exchange, the same for the same seed and position.

pub mod api;
mod behaviour;
mod burst;
mod count;
mod distribution;
mod draw;
mod error;
mod fault;
mod flow;
#[cfg(any(test, feature = "invariants"))]
pub mod invariants;
mod options;
mod parse;
mod percent;
mod proxy;
mod selector;
mod spoken_protocol;
pub mod sqlstate;
mod turn;
mod window;

pub use behaviour::{
    Abort, Bandwidth, Behaviour, Blackout, Corrupt, CutBurst, Delay, Down, DropBurst, DropHeader,
    Dummy, Fields, Hang, Injected, LateRows, Latency, LimitData, PacketLoss, RateLimit,
    RepeatBurst, ResetPeer, Slicer, SlowClose, Timeout, Truncate, WrongLength, WrongSequence,
};
pub use burst::{BurstChanges, Bursts};
pub use count::Count;
pub use distribution::{Shape, Spread};
pub use draw::{Drawn, Faults, Position};
pub use error::FaultError;
pub use fault::Fault;
pub use flow::{Flow, Loss, Slices, Stream};
pub use percent::Percent;
pub use proxy::{
    ControlError, Counts, FaultState, Proxies, Proxy, ProxyBytes, ProxyConfig, ProxyConnections,
    ProxyError, ProxyProtocol, ProxyState, ProxyTls, RemoteConnections, RemoteProxies, RemoteProxy,
    Seen, TargetTls, Witness, Witnessed, proxy_path,
};
pub use selector::{Selector, Subject};
pub use spoken_protocol::SpokenProtocol;
pub use turn::{AnswerChanges, Cut, Ending, Lost, Turn};
pub use window::{Every, Window};
