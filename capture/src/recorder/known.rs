//! What an open connection is, stored with the first checkpoint that knows it: a recording that is killed
//! keeps the logins of connections that were never seen to close.

use reprise_store::ConnectionEnd;
use reprise_wire::{MessageCounts, Spoken};

use super::{Item, Open, Recorder};

impl Recorder {
    /// Hands over what the open connections are, of those that have spoken since they were told.
    pub(super) fn tell_connections(&mut self) {
        for open in self.open.iter_mut().flatten() {
            let spoken = open.spoken();
            if open.told == Some(spoken) || open.decoder.counts() == MessageCounts::default() {
                continue;
            }
            open.told = Some(spoken);
            self.keeper
                .keep(Item::Known(open.number, Box::new(open.known())));
        }
    }
}

impl Open {
    pub(super) fn spoken(&self) -> Spoken {
        let imported = self.imported.spoken;
        imported.unwrap_or_else(|| self.decoder.spoken())
    }

    /// What is known of it, but for its end.
    pub(super) fn known(&self) -> ConnectionEnd {
        let imported = self.imported.session.as_ref();
        let session = imported.or_else(|| self.decoder.mysql_session());
        ConnectionEnd {
            closed: None,
            close: None,
            spoken: Some(self.spoken().as_str().to_owned()),
            // A session is plain data, so that writing it as JSON cannot fail.
            mysql_session: session.and_then(|session| serde_json::to_value(session).ok()),
        }
    }
}

#[cfg(test)]
mod tests {
    use reprise_store::{Ledger, NewConnection, NewRecording, Recording, RecordingWriter, Store};
    use reprise_wire::mysql::{
        Capabilities, Greeting, Login, MariadbCapabilities, OkPacket, Session, Status, write_packet,
    };
    use reprise_wire::{Direction, Limits, Piece, Timestamp};

    use crate::Recorder;
    use crate::reassembly::Slot;

    /// A login and a COM_PING with its answer.
    fn conversation() -> Vec<(Direction, Vec<u8>)> {
        let capabilities = Capabilities::PROTOCOL_41 | Capabilities::SECURE_CONNECTION;
        let greeting = Greeting {
            server_version: b"8.4.0".to_vec(),
            thread_id: 77,
            scramble: vec![b's'; 20],
            capabilities,
            mariadb_capabilities: MariadbCapabilities::empty(),
            charset: 45,
            status: Status::AUTOCOMMIT,
            plugin: Vec::new(),
        };
        let login = Login {
            capabilities,
            user: b"shop".to_vec(),
            ..Login::default()
        };
        let ok = OkPacket::default().encode();
        [
            (Direction::ToClient, 0, greeting.encode()),
            (Direction::ToServer, 1, login.encode()),
            (Direction::ToClient, 2, ok.clone()),
            (Direction::ToServer, 0, vec![0x0E]),
            (Direction::ToClient, 1, ok),
        ]
        .into_iter()
        .map(|(direction, mut sequence, payload)| {
            let mut bytes = Vec::new();
            write_packet(&mut bytes, &mut sequence, &payload);
            (direction, bytes)
        })
        .collect()
    }

    fn writer(store: &Store, name: &str) -> RecordingWriter {
        let new = NewRecording {
            name: name.to_owned(),
            source: String::new(),
            started_at: Timestamp::from_micros(1),
        };
        store.create_recording(&new).unwrap()
    }

    /// A recorder that has seen the conversation.
    fn recorder(store: &Store) -> Recorder {
        let at = Timestamp::from_micros(1);
        let writer = writer(store, "killed");
        let mut recorder = Recorder::start(writer, Limits::default(), None).unwrap();
        let connection = NewConnection {
            client: ([10, 0, 0, 1], 40_000).into(),
            server: ([10, 0, 0, 2], 3306).into(),
            opened: at,
            midstream: false,
        };
        recorder.opened(Slot(0), &connection);
        said(&mut recorder, conversation());
        recorder
    }

    fn said(recorder: &mut Recorder, messages: Vec<(Direction, Vec<u8>)>) {
        let at = Timestamp::from_micros(1);
        for (direction, bytes) in messages {
            let bytes = &bytes[..];
            recorder.piece(Slot(0), direction, Piece::Chunk { at, bytes });
        }
    }

    fn session(store: &Store, recording: &Recording) -> Session {
        let connections = store.connections(recording.id).unwrap();
        assert_eq!(connections[0].spoken.as_deref(), Some("mysql"));
        assert_eq!(connections[0].closed_us, None);
        serde_json::from_value(connections[0].mysql_session.clone().unwrap()).unwrap()
    }

    #[test]
    fn a_recording_that_is_killed_knows_the_logins_of_connections_still_open() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(folder.path().join("test.reprise")).unwrap();
        let mut recorder = recorder(&store);
        recorder.checkpoint(0, None, Ledger::default());
        // Without its end: the connection never closes.
        let interrupted = recorder.finish(0, None, Ledger::default(), false).unwrap();
        let session = session(&store, &interrupted);
        assert_eq!(session.thread_id, Some(77));
        assert_eq!(session.user.as_deref(), Some("shop"));
        assert!(session.state.is_empty());
    }

    #[test]
    fn the_next_recording_knows_how_the_sessions_of_open_connections_stand() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(folder.path().join("test.reprise")).unwrap();
        let mut recorder = recorder(&store);
        let ok = OkPacket {
            status: Status::AUTOCOMMIT,
            ..OkPacket::default()
        };
        let packet = |payload: &[u8], mut sequence| {
            let mut bytes = Vec::new();
            write_packet(&mut bytes, &mut sequence, payload);
            bytes
        };
        let said_and_done = |sql: &[u8]| {
            vec![
                (Direction::ToServer, packet(sql, 0)),
                (Direction::ToClient, packet(&ok.encode(), 1)),
            ]
        };
        said(
            &mut recorder,
            said_and_done(b"\x03SET time_zone = '+02:00'"),
        );
        recorder.rotate(writer(&store, "next"), 0, None, Ledger::default());
        said(
            &mut recorder,
            said_and_done(b"\x03SET time_zone = '+09:00'"),
        );
        recorder.checkpoint(0, None, Ledger::default());
        let next = recorder.finish(0, None, Ledger::default(), false).unwrap();
        let session = session(&store, &next);
        assert_eq!(session.user.as_deref(), Some("shop"));
        assert_eq!(session.state.variables["time_zone"], "'+02:00'");
    }
}
