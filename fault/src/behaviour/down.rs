//! `down`: nobody listens. At 100 % new connections are refused by the system itself and open ones closed;
//! below, that share of connections is closed. Toxiproxy's.

use super::{Acts, CONNECTIONS_ARE_NOT_SHAPED};
use crate::FaultError;
use crate::draw::Dice;
use crate::flow::Flow;
use crate::options::{Options, Written};

/// Takes the server away.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Down;

impl Acts for Down {
    const NAME: &'static str = "down";
    const OPTIONS: &'static str = "none";
    const ON_CONNECTIONS: bool = true;
    const NOT_IN_REPLAY: Option<&'static str> = Some(CONNECTIONS_ARE_NOT_SHAPED);

    fn read(_options: &mut Options) -> Result<Self, FaultError> {
        Ok(Self)
    }

    fn write(&self, _out: &mut Written) {}

    fn shape(&self, flow: &mut Flow, _dice: Dice<'_>) {
        flow.down = true;
    }
}
