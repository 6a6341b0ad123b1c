//! `dummy`: nothing happens. It counts what it was asked about; Vaurien's.

use super::Acts;
use crate::FaultError;
use crate::options::{Options, Written};

/// Passes everything as it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Dummy;

impl Acts for Dummy {
    const NAME: &'static str = "dummy";
    const OPTIONS: &'static str = "none";

    fn read(_options: &mut Options) -> Result<Self, FaultError> {
        Ok(Self)
    }

    fn write(&self, _out: &mut Written) {}
}
