//! Where a connection ends with an HTTP exchange.

use reprise_wire::Flags;
use reprise_wire::http::{AnswerTo, BodyFraming, Framing, ResponseHead};

use crate::formats::Exported;

/// Whether nothing can follow the exchange on its connection: its end was the connection's, or whoever reads on
/// would take the next answer for this request's.
pub(super) fn ends(exchange: &Exported<'_>) -> bool {
    let broken = Flags::REQUEST_TRUNCATED | Flags::RESPONSE_TRUNCATED | Flags::UPGRADED;
    if exchange.row.flags.intersects(broken) {
        return true;
    }
    let (Some(request), Some(response)) = (exchange.request, exchange.response) else {
        return true;
    };
    let method = request
        .split(|byte| *byte == b' ')
        .next()
        .unwrap_or_default();
    let Some(head) = ResponseHead::parse(response) else {
        return true;
    };
    let framing = BodyFraming::of_response(AnswerTo::method(method), &head).framing;
    matches!(framing, Framing::UntilClose | Framing::Tunnel)
}
