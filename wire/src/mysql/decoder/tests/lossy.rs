//! Connections of which segments are missing here and there, plain and compressed: what is decoded was sent,
//! each reply belongs to its command, and what is not decoded is counted.

use super::script::{BASE, Event, Script};
use crate::mysql::{
    Capabilities, ColumnDefinition, ColumnType, Command, Compression, Dialect, ErrPacket, Execute,
    Frames, MariadbCapabilities, OkPacket, Parameters, RowFormat, Status, Value, write_result_set,
};
use crate::{DecodeLoss, Direction, Exchange, Flags};
use std::collections::HashMap;

const CONNECTIONS: usize = 120;

/// Numbers that look like chance and are the same each time.
struct Chance(u64);

impl Chance {
    fn below(&mut self, end: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % end
    }

    /// Text that packs badly, with bytes of every kind.
    fn noise(&mut self, len: u64) -> Vec<u8> {
        let half: Vec<u8> = (0..len / 2).map(|_| self.below(256) as u8).collect();
        let zeros = vec![0; usize::try_from(len / 4).unwrap()];
        [half, zeros, b"\x01\0\0\0\x0e\x05\0\0\0\x03SELE".to_vec()].concat()
    }
}

/// A connection and, by command, the reply that was sent.
struct Sent {
    script: Script,
    replies: HashMap<Vec<u8>, Vec<u8>>,
    kind: Compression,
}

impl Sent {
    fn new(kind: Compression, chance: &mut Chance) -> Self {
        let packed = match kind {
            Compression::Plain => Capabilities::empty(),
            Compression::Zlib => Capabilities::COMPRESS,
            Compression::Zstd => Capabilities::ZSTD_COMPRESSION,
        };
        let eof = match chance.below(2) {
            0 => Capabilities::DEPRECATE_EOF,
            _ => Capabilities::empty(),
        };
        let mut sent = Self {
            script: Script::begun(BASE | packed | eof, MariadbCapabilities::empty()),
            replies: HashMap::new(),
            kind,
        };
        for number in 0..chance.below(9) + 2 {
            sent.exchange(number, chance);
        }
        sent
    }

    /// One command, of which there is no other like it, and its reply.
    fn exchange(&mut self, number: u64, chance: &mut Chance) {
        let id = format!("x{number}y{}", chance.below(1 << 40));
        let before = self.script.events.len();
        match chance.below(8) {
            0 => {
                let info = chance.noise(chance.0 % 90);
                self.query(&format!("UPDATE {id}"));
                self.script.server(&[OkPacket {
                    status: Status::AUTOCOMMIT,
                    info: [id.as_bytes(), &info].concat(),
                    ..OkPacket::default()
                }
                .encode()]);
            }
            1 => {
                self.query(&format!("SELEKT {id}"));
                let message = [id.as_bytes(), &chance.noise(chance.0 % 300)].concat();
                self.script.server(&[error(&message)]);
            }
            2 => {
                let literal = "'0', ".repeat(usize::try_from(chance.below(900)).unwrap());
                self.query(&format!("INSERT INTO {id} VALUES ({literal})"));
                self.script.ok();
            }
            3 => {
                let value = [id.as_bytes(), &chance.noise(chance.0 % 4000)].concat();
                let parameters = Parameters::of(vec![Value::Bytes(value)]).encode();
                let execute = Execute {
                    statement_id: 1,
                    flags: 0,
                    iterations: 1,
                    parameters: &parameters,
                };
                self.script.command(&Command::StmtExecute(execute)).ok();
            }
            4 => {
                self.query(&format!("LOAD DATA LOCAL INFILE '{id}'"));
                self.script.server(&[b"\xfb/tmp/file".to_vec()]);
                let file = b"\x03SELECT nobody\n\x01\0\0\0\x0e\0\0".repeat(100);
                self.script.client(&file).client(&chance.noise(700));
                self.script.client(b"").ok();
            }
            _ => {
                self.query(&format!("SELECT {id}"));
                let rows = chance.below(90);
                self.rows(&id, rows, chance);
            }
        }
        let mut taken = self.script.events[before..].iter();
        let Some(Event::Bytes(_, command)) = taken.next() else {
            return;
        };
        let command = command[4..].to_vec();
        let reply = taken.fold(Vec::new(), |mut reply, event| {
            if let Event::Bytes(_, bytes) = event {
                reply.extend_from_slice(bytes);
            }
            reply
        });
        assert!(self.replies.insert(command, reply).is_none());
    }

    fn query(&mut self, sql: &str) {
        self.script.query(sql);
    }

    fn rows(&mut self, id: &str, rows: u64, chance: &mut Chance) {
        let columns = [
            ColumnDefinition::new(b"id", ColumnType::VAR_STRING),
            ColumnDefinition::new(b"name", ColumnType::VAR_STRING),
        ];
        let rows: Vec<Vec<Value>> = (0..rows)
            .map(|row| {
                let name = chance.noise(row % 60);
                vec![
                    Value::Bytes(format!("{id} {row}").into()),
                    Value::Bytes(name),
                ]
            })
            .collect();
        let (mut bytes, mut sequence) = (Vec::new(), 1);
        let (dialect, format) = (&self.script.dialect, RowFormat::Text);
        let status = Status::AUTOCOMMIT;
        write_result_set(
            &mut bytes,
            &mut sequence,
            dialect,
            format,
            &columns,
            &rows,
            status,
        );
        self.script
            .events
            .push(Event::Bytes(Direction::ToClient, bytes));
    }

    /// The script as segments, of which `permille` are lost.
    fn lossy(&self, permille: u64, chance: &mut Chance) -> Script {
        let mut script = Script::amid(Dialect::UNKNOWN);
        let (mut client, mut server) = (Frames::new(self.kind), Frames::new(self.kind));
        // A hole is known of at once, or when more comes: what the other side sends acknowledges what was lost.
        let late = chance.below(2) == 0;
        let mut untold: Vec<(Direction, usize)> = Vec::new();
        let segment = [200, 536, 1460][usize::try_from(chance.below(3)).unwrap()];
        for (number, event) in self.script.events.iter().enumerate() {
            let Event::Bytes(direction, bytes) = event else {
                continue;
            };
            let mut wire = Vec::new();
            let (from, to) = match direction {
                Direction::ToServer => (&mut client, &mut server),
                Direction::ToClient => (&mut server, &mut client),
            };
            if number < 3 || self.kind == Compression::Plain {
                wire.extend_from_slice(bytes);
            } else {
                if *direction == Direction::ToServer && bytes.get(3) == Some(&0) {
                    from.begin();
                }
                from.pack(bytes, &mut wire);
                to.unpack(&wire).unwrap();
            }
            for part in wire.chunks(segment) {
                let lost = chance.below(1000) < permille;
                if lost {
                    match untold.last_mut() {
                        Some((of, len)) if of == direction => *len += part.len(),
                        _ => untold.push((*direction, part.len())),
                    }
                }
                if lost && late {
                    continue;
                }
                untold.sort_by_key(|(of, _)| of == direction);
                for (of, len) in untold.drain(..) {
                    script.events.push(Event::Gap(of, len));
                }
                if !lost {
                    script.events.push(Event::Bytes(*direction, part.to_vec()));
                }
            }
        }
        script
    }
}

fn error(message: &[u8]) -> Vec<u8> {
    let error = ErrPacket {
        code: 1064,
        sql_state: Some(*b"42000"),
        message: message.to_vec(),
    };
    error.encode()
}

/// What is wrong with an exchange, if anything is.
fn wrong(exchange: &Exchange, sent: &Sent) -> Option<String> {
    let request = exchange.request.as_ref().map(|request| &request.bytes)?;
    let in_part = Flags::GAP_IN_REQUEST | Flags::REQUEST_TRUNCATED;
    if exchange.flags.intersects(in_part) {
        let seen = request
            .iter()
            .rposition(|byte| *byte != 0)
            .map_or(0, |last| last + 1);
        let fits = |command: &Vec<u8>| {
            let pairs = request.iter().zip(command).take(seen);
            seen <= command.len() && pairs.clone().all(|(got, was)| got == was || *got == 0)
        };
        let is_one = sent.replies.keys().any(fits);
        return (!is_one).then(|| format!("{} is no part of a command", exchange.summary));
    }
    let Some(reply) = sent.replies.get(request) else {
        return Some(format!("{} was never sent", exchange.summary));
    };
    let in_part = Flags::GAP_IN_RESPONSE | Flags::RESPONSE_TRUNCATED;
    let got = exchange.response.as_ref()?;
    let is_its_own = got.bytes == *reply || exchange.flags.intersects(in_part);
    (!is_its_own).then(|| format!("{} has the reply to another", exchange.summary))
}

fn is_complete(exchange: &Exchange) -> bool {
    let in_part = Flags::GAP_IN_REQUEST
        | Flags::REQUEST_TRUNCATED
        | Flags::GAP_IN_RESPONSE
        | Flags::RESPONSE_TRUNCATED;
    exchange.request.is_some() && exchange.response.is_some() && !exchange.flags.intersects(in_part)
}

/// Decodes connections of which `permille` of the segments are lost: how many commands were sent, and how many
/// of them came out whole with their replies.
fn decode_lossy(kind: Compression, permille: u64, chance: &mut Chance) -> (usize, usize) {
    let (mut commands, mut complete) = (0, 0);
    for connection in 0..CONNECTIONS {
        let sent = Sent::new(kind, chance);
        let (exchanges, decoder) = sent.lossy(permille, chance).decode();
        for exchange in &exchanges {
            let wrong = wrong(exchange, &sent);
            assert_eq!(wrong, None, "{kind:?}, {permille} in 1000, {connection}");
        }
        let whole = exchanges.iter().filter(|one| is_complete(one)).count();
        let counted = decoder.loss() != DecodeLoss::default();
        assert!(whole == exchanges.len() || counted);
        assert!(permille > 0 || !counted, "{:?}", decoder.loss());
        commands += sent.replies.len();
        complete += whole;
    }
    (commands, complete)
}

#[test]
fn of_a_lossy_connection_only_what_was_sent_is_decoded() {
    let mut chance = Chance(0x9E37_79B9_7F4A_7C15);
    for kind in [Compression::Plain, Compression::Zlib, Compression::Zstd] {
        for (permille, percent_complete) in [(0, 100), (10, 90), (30, 75), (100, 50)] {
            let (commands, complete) = decode_lossy(kind, permille, &mut chance);
            assert!(
                complete * 100 >= commands * percent_complete,
                "{kind:?}, {permille} in 1000: {complete} of {commands}"
            );
        }
    }
}

#[test]
fn a_file_of_which_a_part_was_lost_is_marked_as_cut() {
    for lost in 0..3 {
        let mut script = Script::begun(BASE, MariadbCapabilities::empty());
        script.query("LOAD DATA LOCAL INFILE 'x' INTO TABLE t");
        script.server(&[b"\xfb/tmp/file".to_vec()]);
        let pieces: [&[u8]; 3] = [b"1,2\n", b"3,4\n", b""];
        for (number, piece) in pieces.into_iter().enumerate() {
            script.client(piece);
            if number == lost {
                script.lost();
            }
        }
        script.ok();
        script.query("SELECT 1").rows(RowFormat::Text, 1);
        let (exchanges, _) = script.decode();
        assert!(exchanges[0].flags.contains(Flags::RESPONSE_TRUNCATED));
        assert_eq!(exchanges[0].status, Some(0));
        assert_eq!(exchanges[1].summary, "SELECT 1", "{lost}");
        assert_eq!(exchanges[1].status, Some(0));
    }
}

#[test]
fn a_reply_whose_last_packet_is_a_hole_does_not_take_the_next_one() {
    let mut script = Script::begun(BASE, MariadbCapabilities::empty());
    script.query("SELECT a").rows(RowFormat::Text, 2);
    if let Some(Event::Bytes(_, reply)) = script.events.last() {
        // the end of the rows is five bytes behind its header
        let end = reply.len();
        script.hole(end - 5, end);
    }
    script.query("SELEKT b").server(&[error(b"b")]);
    script.query("SELECT c").rows(RowFormat::Text, 1);
    let (exchanges, _) = script.decode();
    let told: Vec<_> = exchanges
        .iter()
        .map(|one| (one.summary.as_str(), one.status))
        .collect();
    let expected = [
        ("SELECT a", Some(0)),
        ("SELEKT b", Some(1064)),
        ("SELECT c", Some(0)),
    ];
    assert_eq!(told, expected);
    assert!(exchanges[0].flags.contains(Flags::RESPONSE_TRUNCATED));
}

#[test]
fn an_error_that_answers_a_lost_command_is_not_taken_for_one_that_nobody_asked_for() {
    for packed in [Capabilities::empty(), Capabilities::COMPRESS] {
        let mut script = Script::begun(BASE | packed, MariadbCapabilities::empty());
        script.query("SELEKT a").server(&[error(b"a")]);
        script.query("SELECT b").rows(RowFormat::Text, 1);
        if !packed.is_empty() {
            script.framed();
        }
        if let Event::Bytes(direction, bytes) = &script.events[3] {
            script.events[3] = Event::Gap(*direction, bytes.len());
        }
        let (exchanges, decoder) = script.decode();
        let told: Vec<_> = exchanges.iter().map(|one| one.summary.as_str()).collect();
        assert_eq!(told, ["SELECT b"]);
        assert_eq!(exchanges[0].status, Some(0));
        assert_eq!(decoder.loss().unpaired_responses, 1);
    }
}
