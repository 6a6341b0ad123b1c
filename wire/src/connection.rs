//! One TCP connection: recognises its protocol by content and decodes it to exchanges. Sans-I/O; fed by
//! reassembly with bytes in order and holes by name; bounded by [`Limits`].

mod opening;
mod preamble;
mod recognise;
mod server_name;
mod tally;

pub(crate) use recognise::is_tls_handshake;
pub use tally::{DecodeLoss, MessageCounts, Spoken};

use crate::http::{HttpDecoder, Side, is_message_start};
use crate::mysql;
use crate::{Direction, Exchange, Limits, Piece};
use opening::Opening;
use preamble::preamble_len;

/// Decodes one TCP connection. Each direction gets its bytes in order and, at last, one
/// [`Piece::End`]; after both ends everything is handed over.
///
/// ```
/// use reprise_wire::{Close, ConnectionDecoder, Direction, Limits, Piece, Timestamp};
///
/// let at = Timestamp::from_micros(1);
/// let mut decoder = ConnectionDecoder::new(&Limits::default(), false);
/// let mut exchanges = Vec::new();
/// for (direction, bytes) in [
///     (Direction::ToServer, &b"GET /cart/7 HTTP/1.1\r\nHost: shop\r\n\r\n"[..]),
///     (Direction::ToClient, b"HTTP/1.1 204 No Content\r\n\r\n"),
/// ] {
///     decoder.push(direction, Piece::Chunk { at, bytes }, &mut exchanges);
/// }
/// assert_eq!(exchanges[0].operation, "GET /cart/{id}");
/// assert_eq!(exchanges[0].status, Some(204));
/// ```
#[derive(Debug)]
pub struct ConnectionDecoder {
    limits: Limits,
    midstream: bool,
    state: State,
    /// What was lost before the protocol was known.
    early_loss: DecodeLoss,
    /// The client has not said anything yet.
    client_is_silent: bool,
    /// The server has not said anything yet.
    server_is_silent: bool,
    /// The client began TLS, and the server answered in HTTP.
    tls_was_refused: bool,
    /// TLS: the name that the client asked for.
    server_name: Option<String>,
}

#[derive(Debug)]
enum State {
    Opening(Opening),
    Http(Box<HttpDecoder>),
    Mysql(Box<mysql::Decoder>),
    /// Recognised, not decoded: its bytes are counted.
    Opaque(Spoken),
}

impl ConnectionDecoder {
    /// A decoder for a connection; `midstream` when its beginning was not captured.
    pub fn new(limits: &Limits, midstream: bool) -> Self {
        Self {
            limits: *limits,
            midstream,
            state: State::Opening(Opening::new(midstream, limits.opening_cap)),
            early_loss: DecodeLoss::default(),
            client_is_silent: true,
            server_is_silent: true,
            tls_was_refused: false,
            server_name: None,
        }
    }

    /// Takes the next piece of one direction; exchanges that are settled are added to `out`.
    pub fn push(&mut self, direction: Direction, piece: Piece<'_>, out: &mut Vec<Exchange>) {
        let Some(piece) = self.without_preamble(direction, piece) else {
            return;
        };
        if self.is_refused_in_plain(direction, piece) {
            let decoder = HttpDecoder::new(&self.limits, self.midstream, true);
            self.state = State::Http(Box::new(decoder));
            self.tls_was_refused = true;
            self.server_name = None;
        }
        match &mut self.state {
            State::Http(decoder) => decoder.push(direction, piece, out),
            State::Mysql(decoder) => decoder.push(direction, piece, out),
            State::Opaque(_) => {
                if let Piece::Chunk { bytes, .. } = piece {
                    self.early_loss.undecodable_bytes += bytes.len() as u64;
                }
            }
            State::Opening(opening) => {
                if let Some(spoken) = opening.look(direction, piece) {
                    if spoken == Spoken::Tls {
                        self.server_name = opening.server_name(piece);
                    }
                    self.begin(spoken, out);
                    self.push(direction, piece, out);
                }
            }
        }
    }

    /// Gives the message that this direction may begin next one of `buffers`, emptied, to be kept in: whoever
    /// decodes much has those of messages that are stored.
    pub fn lend(&mut self, direction: Direction, buffers: &mut Vec<Vec<u8>>) {
        match &mut self.state {
            State::Http(decoder) => decoder.lend(direction, buffers),
            State::Mysql(decoder) => decoder.lend(direction, buffers),
            State::Opening(_) | State::Opaque(_) => {}
        }
    }

    /// `piece` without a load balancer's header at the client's very beginning; `None` when nothing else is in
    /// it. A server that speaks first may have done so already.
    fn without_preamble<'a>(
        &mut self,
        direction: Direction,
        piece: Piece<'a>,
    ) -> Option<Piece<'a>> {
        if direction == Direction::ToClient || !self.client_is_silent {
            return Some(piece);
        }
        self.client_is_silent = false;
        let Piece::Chunk { at, bytes } = piece else {
            return Some(piece);
        };
        let skipped = if self.midstream {
            0
        } else {
            preamble_len(bytes)
        };
        self.early_loss.undecodable_bytes += skipped as u64;
        let bytes = bytes.get(skipped..).unwrap_or_default();
        (!bytes.is_empty()).then_some(Piece::Chunk { at, bytes })
    }

    /// Whether a server answers a client's TLS in HTTP: it does not speak TLS on this port.
    fn is_refused_in_plain(&mut self, direction: Direction, piece: Piece<'_>) -> bool {
        if direction == Direction::ToServer || !self.server_is_silent {
            return false;
        }
        self.server_is_silent = false;
        match piece {
            Piece::Chunk { bytes, .. } => {
                matches!(self.state, State::Opaque(Spoken::Tls))
                    && is_message_start(Side::Responses, bytes)
            }
            Piece::Gap { .. } | Piece::Cut { .. } | Piece::End { .. } => false,
        }
    }

    /// The protocol is known: its decoder gets what was held.
    fn begin(&mut self, spoken: Spoken, out: &mut Vec<Exchange>) {
        let State::Opening(opening) = std::mem::replace(&mut self.state, State::Opaque(spoken))
        else {
            return;
        };
        self.early_loss += opening.dropped();
        let (limits, amid) = (&self.limits, opening.is_amid());
        self.state = match spoken {
            Spoken::Http => State::Http(Box::new(HttpDecoder::new(limits, self.midstream, amid))),
            Spoken::Mysql => State::Mysql(Box::new(mysql::Decoder::new(limits, amid))),
            _ => State::Opaque(spoken),
        };
        opening.replay(|direction, piece| self.push(direction, piece, out));
    }

    /// What the connection speaks, as far as it is known.
    pub fn spoken(&self) -> Spoken {
        match &self.state {
            State::Opening(opening) => opening.spoken(),
            State::Http(_) => Spoken::Http,
            State::Mysql(decoder) => decoder.spoken(),
            State::Opaque(spoken) => *spoken,
        }
    }

    /// What the connection spoke besides what it is decoded as, if that is known: WebSocket and HTTP/2 after an
    /// upgrade, TLS in a tunnel, TLS that was refused.
    pub fn spoken_besides(&self) -> Option<Spoken> {
        match &self.state {
            State::Http(_) if self.tls_was_refused => Some(Spoken::TlsRefused),
            State::Http(decoder) => decoder.left_for(),
            State::Mysql(_) | State::Opening(_) | State::Opaque(_) => None,
        }
    }

    /// The name that a TLS client asked for, as far as its first segment told.
    pub fn server_name(&self) -> Option<&str> {
        self.server_name.as_deref()
    }

    /// How many messages were seen so far.
    pub fn counts(&self) -> MessageCounts {
        match &self.state {
            State::Http(decoder) => decoder.counts(),
            State::Mysql(decoder) => decoder.counts(),
            State::Opening(_) | State::Opaque(_) => MessageCounts::default(),
        }
    }

    /// What could not be used so far; final once both directions ended.
    pub fn loss(&self) -> DecodeLoss {
        let mut loss = self.early_loss;
        match &self.state {
            State::Opening(opening) => loss += opening.loss(),
            State::Http(decoder) => loss += decoder.loss(),
            State::Mysql(decoder) => loss += decoder.loss(),
            State::Opaque(_) => {}
        }
        loss
    }

    /// Bytes kept of what is not an exchange yet: whoever has many connections adds them up to stay
    /// within its memory.
    pub fn held_bytes(&self) -> usize {
        match &self.state {
            State::Opening(opening) => opening.held_bytes(),
            State::Http(decoder) => decoder.held_bytes(),
            State::Mysql(decoder) => decoder.held_bytes(),
            State::Opaque(_) => 0,
        }
    }

    /// A recording begins in the middle of the connection: what is told of a MySQL session from now on is
    /// how it stands here.
    pub fn begin_recording(&mut self) {
        if let State::Mysql(decoder) = &mut self.state {
            decoder.begin_recording();
        }
    }

    /// What a MySQL handshake said, once the connection is known to speak MySQL.
    pub fn mysql_session(&self) -> Option<&mysql::Session> {
        match &self.state {
            State::Mysql(decoder) => Some(decoder.session()),
            State::Opening(_) | State::Http(_) | State::Opaque(_) => None,
        }
    }
}
