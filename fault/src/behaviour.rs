//! What a fault does once it strikes. One file a behaviour, and one line here; the names are Vaurien's,
//! Toxiproxy's and Envoy's.

mod abort;
mod bandwidth;
mod blackout;
mod corrupt;
mod cut;
mod delay;
mod down;
mod drop;
mod drop_header;
mod dummy;
mod error;
mod hang;
mod late_rows;
mod latency;
mod limit_data;
mod packet_loss;
mod rate_limit;
mod repeat;
mod reset_peer;
mod slicer;
mod slow_close;
mod timeout;
mod truncate;
mod wrong_length;
mod wrong_sequence;

use std::fmt;

use crate::SpokenProtocol;

use crate::FaultError;
use crate::burst::{BurstChanges, Bursts};
use crate::draw::Dice;
use crate::flow::Flow;
use crate::options::{Options, Written};
use crate::turn::Turn;

pub use abort::Abort;
pub use bandwidth::Bandwidth;
pub use blackout::Blackout;
pub use corrupt::Corrupt;
pub use cut::CutBurst;
pub use delay::Delay;
pub use down::Down;
pub use drop::DropBurst;
pub use drop_header::DropHeader;
pub use dummy::Dummy;
pub use error::{Fields, Injected};
pub(crate) use error::{has_no_body, is_before_greeting};
pub use hang::Hang;
pub use late_rows::LateRows;
pub use latency::Latency;
pub use limit_data::LimitData;
pub use packet_loss::PacketLoss;
pub use rate_limit::RateLimit;
pub use repeat::RepeatBurst;
pub use reset_peer::ResetPeer;
pub use slicer::Slicer;
pub use slow_close::SlowClose;
pub use timeout::Timeout;
pub use truncate::Truncate;
pub use wrong_length::WrongLength;
pub use wrong_sequence::WrongSequence;

/// What each behaviour says of itself.
pub(crate) trait Acts: Sized {
    /// The name it is written and counted by.
    const NAME: &'static str;
    /// The options it has, for whoever writes another.
    const OPTIONS: &'static str;
    /// Whether it acts on a connection as a whole, not on exchanges.
    const ON_CONNECTIONS: bool = false;
    /// Why the replay's own connections can never do it; `None`: they can.
    const NOT_IN_REPLAY: Option<&'static str> = None;
    /// The only protocols it has a meaning in; none: in all, bytes among them.
    const ONLY_IN: &'static [SpokenProtocol] = &[];

    /// Takes its options.
    fn read(options: &mut Options) -> Result<Self, FaultError>;
    /// Writes its options so that they read back.
    fn write(&self, out: &mut Written);
    /// Changes the course of an exchange it strikes.
    fn strike(&self, _turn: &mut Turn, _dice: Dice<'_>) {}
    /// Changes how bytes flow on a connection it strikes.
    fn shape(&self, _flow: &mut Flow, _dice: Dice<'_>) {}
    /// The bursts it acts on, in place of exchanges; `None`: it does not.
    fn bursts(&self) -> Option<Bursts> {
        None
    }
    /// Changes what becomes of a burst it strikes.
    fn change(&self, _changes: &mut BurstChanges, _dice: Dice<'_>) {}
    /// Why the replay's own connections cannot do this one.
    fn not_in_replay(&self) -> Option<&'static str> {
        Self::NOT_IN_REPLAY
    }
    /// The only protocols this one has a meaning in.
    fn only_in(&self) -> &'static [SpokenProtocol] {
        Self::ONLY_IN
    }
}

/// Why the replay refuses what changes answers.
const ANSWERS_ARE_NOT_SHAPED: &str = "changes answers on their way, which a replay reads itself: put it into a `reprise proxy` before the target";

/// Why the replay refuses what changes whole connections.
const CONNECTIONS_ARE_NOT_SHAPED: &str =
    "acts on the bytes of a connection: put it into a `reprise proxy` before the target";

/// Why the replay refuses what changes bursts.
const BURSTS_ARE_NOT_SHAPED: &str = "acts on bursts of bytes, where no exchanges are known: put it into a `reprise proxy` before the target";

/// Takes `when`: whether it acts after the server has answered.
fn read_when(options: &mut Options) -> Result<bool, FaultError> {
    let after = options.value("when", "before or after", |text| match text {
        "before" => Some(false),
        "after" => Some(true),
        _ => None,
    })?;
    Ok(after.unwrap_or(false))
}

fn write_when(after: bool, out: &mut Written) {
    out.put_unless("when", if after { "after" } else { "before" }, "before");
}

/// Takes `rate`, which may not be left out; KiB a second.
fn read_rate(options: &mut Options) -> Result<u32, FaultError> {
    let rate = options.number("rate", 1..=1_000_000, "1 to 1000000 KiB a second")?;
    rate.ok_or_else(|| options.missing("rate, KiB a second, as in rate=64"))
}

/// Makes the enum of all behaviours and passes what is asked of it on to the one it is.
macro_rules! behaviours {
    ($($name:ident),* $(,)?) => {
        /// A behaviour and its options.
        #[derive(Clone, Debug, PartialEq, Eq)]
        #[expect(missing_docs, reason = "each is documented where it is defined")]
        pub enum Behaviour {
            $($name($name),)*
        }

        impl Behaviour {
            /// The names of all behaviours.
            pub const NAMES: &'static [&'static str] = &[$($name::NAME),*];

            pub(crate) fn read(name: &str, mut options: Options) -> Result<Self, FaultError> {
                let behaviour = match name {
                    $($name::NAME => {
                        options.of($name::NAME, $name::OPTIONS);
                        Self::$name($name::read(&mut options)?)
                    })*
                    _ => return Err(FaultError::UnknownName(name.to_owned())),
                };
                options.finish()?;
                Ok(behaviour)
            }

            /// The name it is written and counted by: `delay`, `error`.
            pub const fn name(&self) -> &'static str {
                match self { $(Self::$name(_) => $name::NAME,)* }
            }

            /// Whether it acts on a connection as a whole, not on exchanges.
            pub const fn acts_on_connections(&self) -> bool {
                match self { $(Self::$name(_) => $name::ON_CONNECTIONS,)* }
            }

            /// Why the replay's own connections cannot do it; `None`: they can.
            pub fn not_in_replay(&self) -> Option<&'static str> {
                match self { $(Self::$name(one) => one.not_in_replay(),)* }
            }

            /// The only protocols it has a meaning in; none: in all, bytes among them.
            pub fn only_in(&self) -> &'static [SpokenProtocol] {
                match self { $(Self::$name(one) => one.only_in(),)* }
            }

            pub(crate) fn strike(&self, turn: &mut Turn, dice: Dice<'_>) {
                match self { $(Self::$name(one) => one.strike(turn, dice),)* }
            }

            pub(crate) fn shape(&self, flow: &mut Flow, dice: Dice<'_>) {
                match self { $(Self::$name(one) => one.shape(flow, dice),)* }
            }

            /// The bursts it acts on, in place of exchanges; `None`: it does not.
            pub fn bursts(&self) -> Option<Bursts> {
                match self { $(Self::$name(one) => one.bursts(),)* }
            }

            pub(crate) fn change(&self, changes: &mut BurstChanges, dice: Dice<'_>) {
                match self { $(Self::$name(one) => one.change(changes, dice),)* }
            }

            fn write(&self, out: &mut Written) {
                match self { $(Self::$name(one) => one.write(out),)* }
            }
        }
    };
}

// by what they do: nothing; time; in the server's place; to the connection; to the answer; to bursts; to the bytes
behaviours! {
    Dummy,
    Delay, RateLimit, LateRows,
    Injected,
    Blackout, Abort, Hang, Timeout, ResetPeer, Down,
    Truncate, Corrupt, DropHeader, WrongLength, WrongSequence,
    DropBurst, CutBurst, RepeatBurst,
    Latency, Bandwidth, Slicer, PacketLoss, LimitData, SlowClose,
}

impl fmt::Display for Behaviour {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut options = Written::default();
        self.write(&mut options);
        write!(f, "{}{options}", self.name())
    }
}
