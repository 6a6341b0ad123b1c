//! A connection told piece by piece, for the tests of the decoder: each test says what was on the wire and
//! looks at the exchanges that come out. Time goes on by 1 ms with each piece.

use reprise_wire::{Close, ConnectionDecoder, Direction, Exchange, Limits, Piece, Timestamp};

pub(crate) struct Conversation {
    pub(crate) decoder: ConnectionDecoder,
    pub(crate) exchanges: Vec<Exchange>,
    now_us: i64,
}

impl Conversation {
    pub(crate) fn new() -> Self {
        Self::with(Limits::default(), false)
    }

    pub(crate) fn with(limits: Limits, midstream: bool) -> Self {
        Self {
            decoder: ConnectionDecoder::new(&limits, midstream),
            exchanges: Vec::new(),
            now_us: 0,
        }
    }

    fn push(&mut self, direction: Direction, piece: impl FnOnce(Timestamp) -> Piece<'static>) {
        self.now_us += 1_000;
        self.decoder.push(
            direction,
            piece(Timestamp::from_micros(self.now_us)),
            &mut self.exchanges,
        );
    }

    pub(crate) fn bytes(mut self, direction: Direction, bytes: &[u8]) -> Self {
        self.now_us += 1_000;
        let at = Timestamp::from_micros(self.now_us);
        self.decoder
            .push(direction, Piece::Chunk { at, bytes }, &mut self.exchanges);
        self
    }

    pub(crate) fn client(self, text: &str) -> Self {
        self.bytes(Direction::ToServer, text.as_bytes())
    }

    pub(crate) fn server(self, text: &str) -> Self {
        self.bytes(Direction::ToClient, text.as_bytes())
    }

    pub(crate) fn client_gap(mut self, len: u64) -> Self {
        self.push(Direction::ToServer, |at| Piece::Gap { at, len });
        self
    }

    pub(crate) fn client_cut(mut self, len: u64) -> Self {
        self.push(Direction::ToServer, |at| Piece::Cut { at, len });
        self
    }

    pub(crate) fn server_cut(mut self, len: u64) -> Self {
        self.push(Direction::ToClient, |at| Piece::Cut { at, len });
        self
    }

    pub(crate) fn server_gap(mut self, len: u64) -> Self {
        self.push(Direction::ToClient, |at| Piece::Gap { at, len });
        self
    }

    pub(crate) fn pause(mut self, us: i64) -> Self {
        self.now_us += us;
        self
    }

    pub(crate) fn end(mut self, direction: Direction, close: Close) -> Self {
        self.push(direction, |at| Piece::End { at, close });
        self
    }

    /// Both directions end, the server's first.
    pub(crate) fn closed(self, close: Close) -> Self {
        self.end(Direction::ToClient, close)
            .end(Direction::ToServer, close)
    }

    /// `request target -> status` of each exchange, with its flags.
    pub(crate) fn told(&self) -> Vec<String> {
        self.exchanges
            .iter()
            .map(|exchange| {
                let status = exchange
                    .status
                    .map_or_else(|| "-".to_owned(), |status| status.to_string());
                let flags: Vec<_> = exchange.flags.iter_names().map(|(name, _)| name).collect();
                format!("{} -> {status} {}", exchange.summary, flags.join(" "))
                    .trim_end()
                    .to_owned()
            })
            .collect()
    }
}

/// A request for `target`.
pub(crate) fn get(target: &str) -> String {
    format!("GET {target} HTTP/1.1\r\nHost: shop\r\n\r\n")
}

/// An answer whose status tells the tests which one it is.
pub(crate) fn answer(status: u16) -> String {
    format!("HTTP/1.1 {status} x\r\nContent-Length: 2\r\n\r\nok")
}
