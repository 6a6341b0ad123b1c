//! Sends one MySQL command on its lane's connection.

use reprise_measure::{Outcome, Sample};

use super::Worker;
use super::lane_copy::LaneCopy;
use crate::prepare::lane::Step;

impl Worker {
    pub(super) async fn send_mysql(
        &self,
        _lane_copy: &LaneCopy,
        _step: &Step,
        _command: &[u8],
        sample: &mut Sample,
    ) {
        sample.outcome = Outcome::Refused;
        sample.done_us = self.now_us();
    }
}
