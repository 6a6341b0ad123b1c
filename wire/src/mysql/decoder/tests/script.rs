//! Builds both directions of a connection, packet by packet, and runs the decoder over them.

use crate::mysql::{
    Capabilities, ColumnDefinition, ColumnType, Command, Compression, Decoder, Dialect, Greeting,
    Login, MariadbCapabilities, MetadataMarker, OkPacket, PrepareOk, Query, RowFormat, Status,
    Value, write_packet, write_result_set,
};
use crate::{Close, Direction, Exchange, Limits, Piece, Timestamp};

/// One thing that happens on the connection.
#[derive(Clone, Debug)]
pub(super) enum Event {
    Bytes(Direction, Vec<u8>),
    Gap(Direction, usize),
    Cut(Direction, usize),
}

/// A connection being written down.
#[derive(Clone, Debug)]
pub(super) struct Script {
    pub(super) events: Vec<Event>,
    pub(super) dialect: Dialect,
    sequence: u8,
}

/// The flags of a modern client, without those that change replies.
pub(super) const BASE: Capabilities = Capabilities::LONG_PASSWORD
    .union(Capabilities::PROTOCOL_41)
    .union(Capabilities::SECURE_CONNECTION)
    .union(Capabilities::CONNECT_WITH_DB)
    .union(Capabilities::PLUGIN_AUTH)
    .union(Capabilities::MULTI_RESULTS);

impl Script {
    /// A connection whose handshake is not part of the script.
    pub(super) fn amid(dialect: Dialect) -> Self {
        Self {
            events: Vec::new(),
            dialect,
            sequence: 0,
        }
    }

    /// A connection from its greeting on.
    pub(super) fn begun(capabilities: Capabilities, mariadb: MariadbCapabilities) -> Self {
        let greeting = Greeting {
            server_version: b"8.0.44".to_vec(),
            thread_id: 17,
            scramble: vec![b's'; 20],
            capabilities,
            mariadb_capabilities: mariadb,
            charset: 45,
            status: Status::AUTOCOMMIT,
            plugin: b"mysql_native_password".to_vec(),
        };
        let login = Login {
            capabilities,
            mariadb_capabilities: mariadb,
            max_packet: 1 << 24,
            charset: 45,
            user: b"shop".to_vec(),
            auth_response: vec![7; 20],
            database: Some(b"shop".to_vec()),
            plugin: Some(b"mysql_native_password".to_vec()),
            ..Login::default()
        };
        let mut script = Self::amid(Dialect::agreed(&greeting, &login));
        script.server(&[greeting.encode()]);
        script.client(&login.encode());
        script.server(&[OkPacket::default().encode()]);
        script
    }

    /// The client sends one payload that continues the exchange.
    pub(super) fn client(&mut self, payload: &[u8]) -> &mut Self {
        let mut bytes = Vec::new();
        write_packet(&mut bytes, &mut self.sequence, payload);
        self.events.push(Event::Bytes(Direction::ToServer, bytes));
        self
    }

    /// The next packet, by either side, has this number.
    pub(super) fn sequence_from(&mut self, sequence: u8) -> &mut Self {
        self.sequence = sequence;
        self
    }

    /// The client sends a command.
    pub(super) fn command(&mut self, command: &Command<'_>) -> &mut Self {
        self.sequence = 0;
        self.client(&command.encode())
    }

    pub(super) fn query(&mut self, sql: &str) -> &mut Self {
        let attributes = match self.dialect.query_attributes {
            Some(true) => crate::mysql::NO_QUERY_ATTRIBUTES,
            _ => &[],
        };
        self.command(&Command::Query(Query {
            attributes,
            sql: sql.as_bytes(),
        }))
    }

    /// The server sends payloads.
    pub(super) fn server(&mut self, payloads: &[Vec<u8>]) -> &mut Self {
        let mut bytes = Vec::new();
        for payload in payloads {
            write_packet(&mut bytes, &mut self.sequence, payload);
        }
        self.events.push(Event::Bytes(Direction::ToClient, bytes));
        self
    }

    pub(super) fn ok(&mut self) -> &mut Self {
        self.server(&[OkPacket {
            status: Status::AUTOCOMMIT,
            ..OkPacket::default()
        }
        .encode()])
    }

    /// The server sends a result set with an id and a name a row.
    pub(super) fn rows(&mut self, format: RowFormat, rows: usize) -> &mut Self {
        let columns = [
            ColumnDefinition::new(b"id", ColumnType::LONGLONG),
            ColumnDefinition::new(b"name", ColumnType::VAR_STRING),
        ];
        // Values whose first bytes look like packets of another kind.
        let row = vec![Value::Null, Value::Bytes(Vec::new())];
        let rows = vec![row; rows];
        let mut bytes = Vec::new();
        let (sequence, dialect) = (&mut self.sequence, &self.dialect);
        let status = Status::AUTOCOMMIT;
        write_result_set(
            &mut bytes, sequence, dialect, format, &columns, &rows, status,
        );
        self.events.push(Event::Bytes(Direction::ToClient, bytes));
        self
    }

    /// The server answers PREPARE.
    pub(super) fn prepared(&mut self, statement_id: u32, parameters: u16) -> &mut Self {
        let answer = PrepareOk {
            statement_id,
            columns: 0,
            parameters,
            warnings: 0,
            metadata_follows: true,
        };
        let mut bytes = Vec::new();
        write_packet(
            &mut bytes,
            &mut self.sequence,
            &answer.encode(&self.dialect),
        );
        if parameters > 0 {
            let columns =
                vec![ColumnDefinition::new(b"?", ColumnType::VAR_STRING); usize::from(parameters)];
            let (sequence, dialect) = (&mut self.sequence, &self.dialect);
            let status = Status::empty();
            crate::mysql::write_definitions(&mut bytes, sequence, dialect, &columns, status);
        }
        self.events.push(Event::Bytes(Direction::ToClient, bytes));
        self
    }

    /// Two events become one segment.
    pub(super) fn together(&mut self) -> &mut Self {
        if let (Some(Event::Bytes(_, second)), Some(Event::Bytes(direction, mut first))) =
            (self.events.pop(), self.events.pop())
        {
            first.extend(second);
            self.events.push(Event::Bytes(direction, first));
        }
        self
    }

    /// What follows the handshake travels in compressed frames.
    pub(super) fn framed(&mut self) -> &mut Self {
        for event in self.events.iter_mut().skip(3) {
            if let Event::Bytes(direction, bytes) = event {
                let len = u32::try_from(bytes.len()).unwrap().to_le_bytes();
                let number = u8::from(*direction == Direction::ToClient);
                let mut frame = vec![len[0], len[1], len[2], number, 0, 0, 0];
                frame.append(bytes);
                *bytes = frame;
            }
        }
        self
    }

    /// The last event was not captured.
    pub(super) fn lost(&mut self) -> &mut Self {
        if let Some(Event::Bytes(direction, bytes)) = self.events.pop() {
            self.events.push(Event::Gap(direction, bytes.len()));
        }
        self
    }

    /// Of the last event, bytes `from..to` were not captured.
    pub(super) fn hole(&mut self, from: usize, to: usize) -> &mut Self {
        if let Some(Event::Bytes(direction, bytes)) = self.events.pop() {
            self.events
                .push(Event::Bytes(direction, bytes[..from].to_vec()));
            self.events.push(Event::Gap(direction, to - from));
            if to < bytes.len() {
                self.events
                    .push(Event::Bytes(direction, bytes[to..].to_vec()));
            }
        }
        self
    }

    /// Decodes the script, each event cut into chunks of at most `size` bytes.
    pub(super) fn decode_in(&self, size: usize, midstream: bool) -> (Vec<Exchange>, Decoder) {
        self.decode_with(&Limits::default(), size, midstream)
    }

    pub(super) fn decode_with(
        &self,
        limits: &Limits,
        size: usize,
        midstream: bool,
    ) -> (Vec<Exchange>, Decoder) {
        let mut decoder = Decoder::new(limits, midstream);
        let mut out = Vec::new();
        let mut clock = 0;
        for event in &self.events {
            clock += 1;
            let at = Timestamp::from_micros(clock * 100);
            match event {
                Event::Bytes(direction, bytes) => {
                    for chunk in bytes.chunks(size) {
                        let piece = Piece::Chunk { at, bytes: chunk };
                        decoder.push(*direction, piece, &mut out);
                    }
                }
                Event::Gap(direction, len) => {
                    let piece = Piece::Gap {
                        at,
                        len: *len as u64,
                    };
                    decoder.push(*direction, piece, &mut out);
                }
                Event::Cut(direction, len) => {
                    let len = *len as u64;
                    decoder.push(*direction, Piece::Cut { at, len }, &mut out);
                }
            }
        }
        let at = Timestamp::from_micros((clock + 1) * 100);
        for direction in [Direction::ToServer, Direction::ToClient] {
            decoder.push(
                direction,
                Piece::End {
                    at,
                    close: Close::Fin,
                },
                &mut out,
            );
        }
        (out, decoder)
    }

    pub(super) fn decode(&self) -> (Vec<Exchange>, Decoder) {
        self.decode_in(usize::MAX, false)
    }

    pub(super) fn decode_amid(&self) -> (Vec<Exchange>, Decoder) {
        self.decode_in(usize::MAX, true)
    }
}

/// One line per exchange: what a snapshot shows.
pub(super) fn lines(exchanges: &[Exchange]) -> Vec<String> {
    exchanges
        .iter()
        .map(|exchange| {
            let reply = exchange.response.as_ref().map(|reply| reply.wire_len);
            let flags: Vec<&str> = exchange.flags.iter_names().map(|(name, _)| name).collect();
            format!(
                "{} | {} | status {:?} reply {:?} statement {:?} latency {:?} {}",
                exchange.operation,
                exchange.summary,
                exchange.status,
                reply,
                exchange.statement_id,
                exchange.latency_us(),
                flags.join("+"),
            )
        })
        .collect()
}

/// Every agreement that changes how replies are read.
pub(super) fn dialects() -> Vec<(Capabilities, MariadbCapabilities)> {
    let no_mariadb = MariadbCapabilities::empty();
    let mariadb = MariadbCapabilities::CACHE_METADATA | MariadbCapabilities::EXTENDED_METADATA;
    vec![
        (BASE, no_mariadb),
        (BASE | Capabilities::DEPRECATE_EOF, no_mariadb),
        (BASE | Capabilities::OPTIONAL_RESULTSET_METADATA, no_mariadb),
        (
            BASE | Capabilities::QUERY_ATTRIBUTES | Capabilities::DEPRECATE_EOF,
            no_mariadb,
        ),
        (
            (BASE | Capabilities::DEPRECATE_EOF) - Capabilities::LONG_PASSWORD,
            mariadb,
        ),
    ]
}

#[test]
fn the_scripts_agreements_are_what_they_say() {
    let all = dialects();
    let agreed: Vec<Dialect> = all
        .iter()
        .map(|(both, mariadb)| Dialect::from_capabilities(*both, *mariadb))
        .collect();
    assert_eq!(agreed[4].metadata, Some(MetadataMarker::AfterCount));
    assert_eq!(agreed[2].metadata, Some(MetadataMarker::BeforeCount));
    assert_eq!(agreed[0].compression, Some(Compression::Plain));
}
