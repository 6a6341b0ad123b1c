//! What gathering does for MySQL: the statements of a connection, and what its replies teach.

use reprise_store::RecordedRequest;
use reprise_wire::Flags;
use reprise_wire::mysql::Dialect;

use super::super::keys::Heard;
use super::super::noise::Spoken;
use super::super::steps::Fate;
use super::step::{dialect_of, is_whole};
use super::{Gatherer, times_of};
use crate::reason::SkipReason;

impl Gatherer<'_> {
    /// What becomes of an exchange of `lane` that is left out for `reason`, or sent.
    pub(super) fn fate_of(
        &mut self,
        exchange: &RecordedRequest,
        lane: u32,
        reason: Option<SkipReason>,
        dialect: &Dialect,
    ) -> Fate {
        match reason {
            Some(reason) => Fate::LeftOut(reason),
            None if exchange.row.flags.contains(Flags::STATEMENT_UNKNOWN) => {
                self.statements.unknown(lane, exchange, dialect);
                Fate::NamesStatement
            }
            None => Fate::Sent,
        }
    }

    /// What both ends of a lane's connection agreed on.
    pub(super) fn dialect_of(&self, lane: u32) -> Dialect {
        let gathered = self.lanes.get(lane as usize);
        gathered.map_or(Dialect::UNKNOWN, |gathered| dialect_of(&gathered.lane))
    }

    /// Learns from a command and its reply, sent or not, what other commands need.
    pub(super) fn hear_mysql(
        &mut self,
        exchange: &RecordedRequest,
        (operation, lane): (&str, u32),
        (writes, is_sent): (bool, bool),
        dialect: &Dialect,
    ) {
        let row = &exchange.row;
        let (at_us, took_us) = times_of(row);
        let command = exchange.request.as_deref().unwrap_or_default();
        if self.plan.mysql.is_some() {
            self.keys.hear(Heard {
                operation: row.operation.0,
                lane,
                command,
                reply: exchange.response.as_deref().unwrap_or_default(),
                dialect,
                is_sent,
            });
        }
        self.statements.observe(exchange, dialect);
        if let Some(gathered) = self.lanes.get_mut(lane as usize) {
            let named = (row.id.0, row.statement_id);
            let reply = exchange.response.as_deref().unwrap_or_default();
            (gathered.declarations).learn(named, (command, reply), dialect, is_sent);
        }
        let whole = is_whole(exchange) && row.status == Some(0);
        self.noise.learn_mysql(Spoken {
            operation: row.operation.0,
            text: operation,
            lane,
            command,
            reply: exchange.response.as_deref().filter(|_| whole),
            dialect,
            from_us: at_us,
            to_us: at_us + took_us,
            writes,
            in_transaction: row.flags.contains(Flags::IN_TRANSACTION),
        });
    }
}
