//! Tells a session what time it was when the next statement was recorded, so that NOW() and columns filled
//! with it are as they were.

use crate::mysql::connection::MysqlConnection;
use crate::mysql::lane::MysqlState;
use crate::prepare::lane::Step;
use crate::worker::Worker;

impl Worker {
    /// Sets the session's time to that of the step. Not for a session that has set it itself.
    pub(super) async fn pin_clock(
        &self,
        state: &mut MysqlState,
        connection: &mut MysqlConnection,
        step: &Step,
    ) {
        if state.clock_refused || state.has_own_clock() {
            return;
        }
        let at_us = self
            .program
            .prepared
            .started_unix_us
            .saturating_add_unsigned(step.at_us);
        let sql = format!(
            "SET timestamp={}.{:06}",
            at_us.div_euclid(1_000_000),
            at_us.rem_euclid(1_000_000)
        );
        // when the connection ended, the statement itself will tell
        let reply = self.set_up(connection, &sql).await;
        if let Some(error) = &reply.summary.error {
            self.not_restored(&sql, error);
            state.clock_refused = true;
        }
    }
}
