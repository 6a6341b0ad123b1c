//! From a recorded exchange to a step of a lane: what is known of it by itself.

use reprise_store::{ExchangeRow, RecordedRequest};
use reprise_wire::http::Message;
use reprise_wire::mysql::{Dialect, Session, summarise_reply};
use reprise_wire::{Flags, Protocol};

use crate::http::verify::LONGEST;
use crate::prepare::lane::{Lane, Marks, Step};

/// What both ends of a lane's connection agreed on.
pub(super) fn dialect_of(lane: &Lane) -> Dialect {
    let session = lane.session.as_deref();
    session.map_or(Dialect::UNKNOWN, Session::dialect)
}

/// How much the recorded reply returned or changed; 0 when the recording does not have all of it.
pub(super) fn mysql_digest(exchange: &RecordedRequest, dialect: &Dialect) -> u64 {
    let (Some(command), Some(reply)) = (exchange.request.as_deref(), exchange.response.as_deref())
    else {
        return 0;
    };
    if !is_whole(exchange) || exchange.row.status != Some(0) {
        return 0;
    }
    crate::mysql::judge::digest(&summarise_reply(command, reply, dialect))
}

/// Whether the recording has every byte of the answer.
pub(super) fn is_whole(exchange: &RecordedRequest) -> bool {
    let cut = Flags::GAP_IN_RESPONSE | Flags::RESPONSE_OVER_CAP | Flags::RESPONSE_TRUNCATED;
    !exchange.row.flags.intersects(cut)
}

/// For how long the recorded client listened to an answer that it has not to its end: until its connection closed.
/// `None` when it has all of it, or nothing, and when the end is missing from the capture only.
pub(super) fn listened_us(row: &ExchangeRow, closed_us: Option<u64>) -> Option<u64> {
    let is_cut = row.protocol == Protocol::Http
        && row.flags.contains(Flags::RESPONSE_TRUNCATED)
        && !row.flags.contains(Flags::GAP_IN_RESPONSE)
        && row.status.is_some();
    let at_us = u64::try_from(row.at_us).unwrap_or(0);
    let last_us = u64::try_from(row.response_last_us?).ok()?;
    let closed_us = closed_us.unwrap_or(0).saturating_sub(at_us);
    is_cut.then(|| last_us.max(closed_us))
}

/// A recorded exchange as a step, not yet in its lane.
pub(super) fn step_of(
    exchange: &RecordedRequest,
    answer: Option<&Message<'_>>,
    at_us: u64,
    took_us: u64,
) -> Step {
    let row = &exchange.row;
    let mut marks = Marks::empty();
    marks.set(
        Marks::NO_ANSWER,
        row.flags.contains(Flags::NO_ANSWER_EXPECTED),
    );
    marks.set(
        Marks::IN_TRANSACTION,
        row.flags.contains(Flags::IN_TRANSACTION),
    );
    let digest = u64::from(answer.is_some() && is_whole(exchange));
    let location = answer.and_then(|answer| answer.header("Location"));
    marks.set(
        Marks::TO_LOGIN,
        location.is_some_and(crate::http::judge::is_login),
    );
    Step {
        exchange: row.id.0,
        operation: row.operation.0,
        connection: row.connection.0,
        at_us,
        took_us: u32::try_from(took_us).unwrap_or(u32::MAX),
        waits_for: 0,
        rank: 0,
        digest,
        route: 0,
        statement: row.statement_id,
        status: row.status.unwrap_or(0),
        protocol: row.protocol,
        size_log2: size_log2(exchange),
        marks,
    }
}

/// What making a request ready takes besides its bytes and those of its answer.
const BESIDES: usize = 512;

/// About how many bytes it takes to have an exchange ready, as a power of two: the request, and of HTTP as much of
/// the answer as is kept to compare with.
fn size_log2(exchange: &RecordedRequest) -> u8 {
    let request = exchange.request.as_deref().map_or(0, <[u8]>::len);
    let answer = match exchange.row.protocol {
        Protocol::Http => exchange.response.as_deref().map_or(0, <[u8]>::len),
        Protocol::Mysql => 0,
    };
    let bytes = request + answer.min(LONGEST) + BESIDES;
    bytes.next_power_of_two().trailing_zeros() as u8
}
