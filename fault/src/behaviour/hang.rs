//! `hang`: the request is taken and never answered. Vaurien's, but what it held is freed when the client
//! leaves or the fault ends.

use super::Acts;
use crate::FaultError;
use crate::draw::Dice;
use crate::options::{Options, Written};
use crate::turn::{Ending, Turn};

/// Says nothing any more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Hang;

impl Acts for Hang {
    const NAME: &'static str = "hang";
    const OPTIONS: &'static str = "none";

    fn read(_options: &mut Options) -> Result<Self, FaultError> {
        Ok(Self)
    }

    fn write(&self, _out: &mut Written) {}

    fn strike(&self, turn: &mut Turn, _dice: Dice<'_>) {
        turn.ending = Some(Ending::Silence(None));
    }
}
