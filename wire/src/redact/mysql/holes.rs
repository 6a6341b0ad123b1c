//! Statements of which the capture missed a part: nobody can say whether what comes behind a hole stands in a
//! string or not, so that it is left out.

use crate::mysql::{Command, CommandCode, Dialect, digest};
use crate::operation::LONGEST_LINE;
use crate::{Exchange, Flags};

/// So many zeros are a hole.
const HOLE: [u8; 8] = [0; 8];

/// Ends the statement of an exchange at its first hole, and says again what it does.
pub(super) fn end_at_hole(exchange: &mut Exchange) {
    let Some(request) = exchange
        .request
        .as_mut()
        .filter(|_| exchange.flags.contains(Flags::GAP_IN_REQUEST))
    else {
        return;
    };
    let Some(hole) = memchr::memmem::find(&request.bytes, &HOLE) else {
        return;
    };
    request.bytes.truncate(hole);
    exchange.flags |= Flags::REQUEST_TRUNCATED;
    let is_prepare = request.bytes.first() == Some(&(CommandCode::StmtPrepare as u8));
    let command = Command::decode(&request.bytes, &Dialect::UNKNOWN).ok();
    let sql = command
        .and_then(|command| command.sql())
        .unwrap_or_default();
    let prepare = if is_prepare { "PREPARE " } else { "" };
    exchange.operation = format!("{prepare}{}", digest(sql));
    let mut summary = format!("{prepare}{}", String::from_utf8_lossy(sql));
    summary.truncate(summary.floor_char_boundary(LONGEST_LINE));
    exchange.summary = summary.replace(|character: char| character.is_control(), " ");
}
