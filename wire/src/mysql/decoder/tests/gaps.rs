//! Connections with holes, connections seen from their middle, and hostile bytes.

use super::script::{BASE, Event, Script, dialects};
use crate::DecodeLoss;
use crate::mysql::{
    Capabilities, Command, Decoder, Dialect, Execute, MariadbCapabilities, RowFormat,
};
use crate::{Close, Direction, Exchange, Flags, Limits, Piece, Timestamp};
use proptest::prelude::*;

fn told(exchanges: &[Exchange]) -> Vec<(&str, Option<u16>)> {
    exchanges
        .iter()
        .map(|one| (one.operation.as_str(), one.status))
        .collect()
}

#[test]
fn a_lost_reply_does_not_shift_the_pairing() {
    let mut script = Script::begun(BASE, MariadbCapabilities::empty());
    script.query("SELECT 1").rows(RowFormat::Text, 1);
    script.query("SELECT a").rows(RowFormat::Text, 1).lost();
    script.query("SELECT b").rows(RowFormat::Text, 1);
    script.command(&Command::Ping).ok();
    let (exchanges, decoder) = script.decode();
    assert_eq!(
        told(&exchanges),
        [
            ("SELECT ?", Some(0)),
            ("SELECT a", None),
            ("SELECT b", Some(0)),
            ("COM_PING", Some(0))
        ]
    );
    assert_eq!(decoder.loss().unpaired_requests, 1);
    assert!(exchanges[2].flags.contains(Flags::RESYNCED));
}

#[test]
fn a_lost_reply_found_only_later_does_not_shift_the_pairing_either() {
    let mut script = Script::begun(BASE, MariadbCapabilities::empty());
    script.query("SELECT a").rows(RowFormat::Text, 1).lost();
    let gap = script.events.pop().unwrap();
    script.query("SELECT b");
    script.events.push(gap);
    script.rows(RowFormat::Text, 1);
    script.command(&Command::Ping).ok();
    let (exchanges, decoder) = script.decode();
    assert_eq!(
        told(&exchanges),
        [
            ("SELECT a", None),
            ("SELECT b", Some(0)),
            ("COM_PING", Some(0))
        ]
    );
    assert_eq!(decoder.loss().unpaired_requests, 1);
}

#[test]
fn a_lost_command_does_not_shift_the_pairing() {
    let mut script = Script::begun(BASE, MariadbCapabilities::empty());
    script.query("SELECT a").lost().rows(RowFormat::Text, 1);
    script.query("SELECT b").rows(RowFormat::Text, 1);
    let (exchanges, decoder) = script.decode();
    assert_eq!(told(&exchanges), [("SELECT b", Some(0))]);
    assert_eq!(decoder.loss().unpaired_responses, 1);
    assert!(decoder.loss().undecodable_bytes > 0);
}

#[test]
fn a_reply_lost_with_the_next_command_does_not_take_the_reply_to_that() {
    for command_shows_first in [false, true] {
        let mut script = Script::begun(BASE, MariadbCapabilities::empty());
        script.query("SELECT a").rows(RowFormat::Text, 1).lost();
        script.query("SELECT b").lost();
        if command_shows_first {
            let gaps = script.events.len() - 2;
            script.events[gaps..].reverse();
        }
        script.rows(RowFormat::Text, 2);
        script.query("SELECT c").rows(RowFormat::Text, 3);
        let (exchanges, decoder) = script.decode();
        let expected = [("SELECT a", None), ("SELECT c", Some(0))];
        assert_eq!(told(&exchanges), expected, "{command_shows_first}");
        assert_eq!(decoder.loss().unpaired_requests, 1);
        assert!(decoder.loss().undecodable_bytes > 0);
    }
}

#[test]
fn a_compressed_connection_is_read_although_the_end_of_its_login_was_lost() {
    let both = BASE | Capabilities::COMPRESS;
    // the login, the server's OK
    for lost in [1, 2] {
        let mut script = Script::begun(both, MariadbCapabilities::empty());
        script.query("SELECT a").rows(RowFormat::Text, 2);
        script.command(&Command::Ping).ok();
        script.framed();
        if let Event::Bytes(direction, bytes) = &script.events[lost] {
            script.events[lost] = Event::Gap(*direction, bytes.len());
        }
        let (exchanges, decoder) = script.decode();
        let expected = [("SELECT a", Some(0)), ("COM_PING", Some(0))];
        assert_eq!(told(&exchanges), expected, "{lost}");
        assert_eq!(decoder.loss().unpaired_responses, 0);
    }
}

#[test]
fn a_hole_within_a_row_reads_as_zeros_and_keeps_everything_else() {
    let mut script = Script::begun(BASE, MariadbCapabilities::empty());
    let sql = format!("SELECT '{}'", "x".repeat(300));
    script.query(&sql).hole(20, 200);
    script.rows(RowFormat::Text, 2);
    script.command(&Command::Ping).ok();
    let (exchanges, decoder) = script.decode();
    assert_eq!(
        told(&exchanges),
        [("SELECT ?", Some(0)), ("COM_PING", Some(0))]
    );
    assert!(exchanges[0].flags.contains(Flags::GAP_IN_REQUEST));
    let request = exchanges[0].request.as_ref().unwrap();
    assert_eq!(request.bytes.len() as u64, request.wire_len);
    let expected = DecodeLoss {
        incomplete_requests: 1,
        ..DecodeLoss::default()
    };
    assert_eq!(decoder.loss(), expected);
}

#[test]
fn a_command_that_the_snap_length_cut_counts() {
    let mut script = Script::begun(BASE, MariadbCapabilities::empty());
    let sql = format!("SELECT '{}'", "x".repeat(300));
    script.query(&sql).hole(20, 200);
    script.rows(RowFormat::Text, 2);
    script.command(&Command::Ping).ok();
    for event in &mut script.events {
        if let Event::Gap(direction, len) = *event {
            *event = Event::Cut(direction, len);
        }
    }
    let (exchanges, decoder) = script.decode();
    assert!(exchanges[0].flags.contains(Flags::GAP_IN_REQUEST));
    assert_eq!(decoder.counts().mysql_commands, 2);
    assert_eq!(decoder.loss(), DecodeLoss::default());
}

#[test]
fn the_zeros_of_a_hole_in_nobodys_reply_are_no_bytes_lost() {
    let mut script = Script::begun(BASE, MariadbCapabilities::empty());
    let packet = [&[60, 0, 0, 1][..], &[7; 20]].concat();
    script
        .events
        .push(Event::Bytes(Direction::ToClient, packet));
    script.events.push(Event::Gap(Direction::ToClient, 30));
    let (exchanges, decoder) = script.decode();
    assert_eq!(told(&exchanges), []);
    assert_eq!(decoder.loss().undecodable_bytes, 24);
}

#[test]
fn a_hole_across_packets_of_a_reply_is_flagged_and_the_next_reply_is_found() {
    let mut script = Script::begun(BASE, MariadbCapabilities::empty());
    script
        .query("SELECT a")
        .rows(RowFormat::Text, 40)
        .hole(30, 200);
    script.query("SELECT b").rows(RowFormat::Text, 1);
    let (exchanges, decoder) = script.decode();
    assert_eq!(
        told(&exchanges),
        [("SELECT a", Some(0)), ("SELECT b", Some(0))]
    );
    let expected = Flags::GAP_IN_RESPONSE | Flags::RESPONSE_TRUNCATED;
    assert_eq!(exchanges[0].flags, expected);
    let reply = exchanges[0].response.as_ref().unwrap();
    assert_eq!(reply.bytes.len() as u64, reply.wire_len);
    assert!(reply.bytes[40..190].iter().all(|byte| *byte == 0));
    let expected = DecodeLoss {
        incomplete_responses: 1,
        ..DecodeLoss::default()
    };
    assert_eq!(decoder.loss(), expected);
}

#[test]
fn from_the_middle_commands_and_replies_are_found_in_every_agreement() {
    for (capabilities, mariadb) in dialects() {
        let dialect = Dialect::from_capabilities(capabilities, mariadb);
        let mut script = Script::amid(dialect);
        // The rest of a reply, then whole exchanges.
        script.query("SELECT z").rows(RowFormat::Text, 3).hole(0, 9);
        script.events.drain(..2);
        script.query("SELECT a").rows(RowFormat::Text, 2);
        script.command(&Command::Ping).ok();
        let execute = Execute {
            statement_id: 4,
            flags: 0,
            iterations: 1,
            parameters: &[],
        };
        script
            .command(&Command::StmtExecute(execute))
            .rows(RowFormat::Binary, 2);
        script
            .command(&Command::StmtPrepare(b"SELECT c FROM t WHERE d = ?"))
            .prepared(5, 1);
        let execute = Execute {
            statement_id: 5,
            ..execute
        };
        script
            .command(&Command::StmtExecute(execute))
            .rows(RowFormat::Binary, 2);
        let (exchanges, decoder) = script.decode_amid();
        assert_eq!(
            told(&exchanges),
            [
                ("SELECT a", Some(0)),
                ("COM_PING", Some(0)),
                ("COM_STMT_EXECUTE", Some(0)),
                ("PREPARE SELECT c FROM t WHERE d = ?", Some(0)),
                ("SELECT c FROM t WHERE d = ?", Some(0)),
            ],
            "{capabilities:?}"
        );
        assert!(
            exchanges
                .iter()
                .all(|one| one.flags.contains(Flags::MIDSTREAM))
        );
        assert!(exchanges[2].flags.contains(Flags::STATEMENT_UNKNOWN));
        let learnt = decoder.dialect();
        assert_eq!(learnt.deprecate_eof, dialect.deprecate_eof);
        assert_eq!(learnt.query_attributes, dialect.query_attributes);
        let loss = decoder.loss();
        assert_eq!((loss.unpaired_requests, loss.unpaired_responses), (0, 0));
    }
}

#[test]
fn a_late_eof_after_prepare_tells_the_agreement() {
    let dialect = Dialect::from_capabilities(BASE, MariadbCapabilities::empty());
    let mut script = Script::amid(dialect);
    script
        .command(&Command::StmtPrepare(b"DELETE FROM t WHERE d = ?"))
        .prepared(5, 1);
    script.command(&Command::Ping).ok();
    let (exchanges, decoder) = script.decode_amid();
    assert_eq!(exchanges.len(), 2);
    assert_eq!(decoder.dialect().deprecate_eof, Some(false));
    assert_eq!(decoder.loss(), Default::default());
}

#[test]
fn a_capture_that_begins_before_the_greeting_but_not_at_the_syn_is_read_whole() {
    let mut script = Script::begun(BASE, MariadbCapabilities::empty());
    script.command(&Command::Ping).ok();
    let (exchanges, decoder) = script.decode_amid();
    assert_eq!(told(&exchanges), [("COM_PING", Some(0))]);
    assert_eq!(decoder.session().user.as_deref(), Some("shop"));
    assert!(!exchanges[0].flags.contains(Flags::MIDSTREAM));
}

#[test]
fn a_capture_that_begins_at_the_login_still_tells_who_logged_in() {
    let mut script = Script::begun(BASE, MariadbCapabilities::empty());
    script.events.remove(0);
    script.query("SELECT a").rows(RowFormat::Text, 2);
    let (exchanges, decoder) = script.decode_amid();
    assert_eq!(told(&exchanges), [("SELECT a", Some(0))]);
    assert_eq!(decoder.session().user.as_deref(), Some("shop"));
}

#[test]
fn a_lost_greeting_or_login_does_not_cost_the_session() {
    for lost in 0..3 {
        let mut script = Script::begun(BASE, MariadbCapabilities::empty());
        if let Event::Bytes(direction, bytes) = script.events[lost].clone() {
            script.events[lost] = Event::Gap(direction, bytes.len());
        }
        script.query("SELECT a").rows(RowFormat::Text, 2);
        script.command(&Command::Ping).ok();
        let (exchanges, _) = script.decode();
        assert_eq!(
            told(&exchanges),
            [("SELECT a", Some(0)), ("COM_PING", Some(0))],
            "{lost}"
        );
    }
}

#[test]
fn commands_that_wait_too_many_are_given_up() {
    let mut script = Script::begun(BASE, MariadbCapabilities::empty());
    for _ in 0..20 {
        script.command(&Command::Ping);
    }
    let limits = Limits {
        pipeline_cap: 4,
        ..Limits::default()
    };
    let (exchanges, decoder) = script.decode_with(&limits, usize::MAX, false);
    assert_eq!(exchanges.len(), 20);
    assert_eq!(decoder.loss().unpaired_requests, 20);
}

fn piece() -> impl Strategy<Value = (bool, Option<u16>, Vec<u8>)> {
    (
        any::<bool>(),
        prop::option::of(0_u16..50),
        prop::collection::vec(any::<u8>(), 1..60),
    )
}

proptest! {
    #[test]
    fn any_bytes_and_holes_are_taken(
        midstream in any::<bool>(),
        after_login in any::<bool>(),
        pieces in prop::collection::vec(piece(), 0..30),
    ) {
        let mut decoder = Decoder::new(&Limits::default(), midstream);
        let mut out = Vec::new();
        let at = Timestamp::from_micros(1);
        if after_login {
            let (capabilities, mariadb) = dialects()[usize::from(midstream)];
            for event in Script::begun(capabilities, mariadb).events {
                if let Event::Bytes(direction, bytes) = event {
                    decoder.push(direction, Piece::Chunk { at, bytes: &bytes }, &mut out);
                }
            }
        }
        for (to_server, gap, mut bytes) in pieces {
            let direction = if to_server { Direction::ToServer } else { Direction::ToClient };
            if let Some(len) = gap {
                decoder.push(direction, Piece::Gap { at, len: u64::from(len) }, &mut out);
            } else {
                // Often enough a header that fits, so that what is inside gets read.
                if bytes.len() > 5 && bytes[4] % 4 != 0 {
                    let len = u8::try_from(bytes.len() - 4).unwrap();
                    bytes[..4].copy_from_slice(&[len, 0, 0, u8::from(!to_server)]);
                    bytes[4] &= 0x1F;
                }
                decoder.push(direction, Piece::Chunk { at, bytes: &bytes }, &mut out);
            }
        }
        for direction in [Direction::ToServer, Direction::ToClient] {
            decoder.push(direction, Piece::End { at, close: Close::Reset }, &mut out);
        }
        let counts = decoder.counts();
        let requests = out.iter().filter(|one| one.request.is_some()).count() as u64;
        prop_assert_eq!(requests, counts.mysql_commands + decoder.loss().incomplete_requests);
    }
}
