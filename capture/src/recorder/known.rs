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
    use reprise_store::{Ledger, NewConnection, NewRecording, Store};
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

    #[test]
    fn a_recording_that_is_killed_knows_the_logins_of_connections_still_open() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(folder.path().join("test.reprise")).unwrap();
        let at = Timestamp::from_micros(1);
        let new = NewRecording {
            name: "killed".to_owned(),
            source: String::new(),
            started_at: at,
        };
        let writer = store.create_recording(&new).unwrap();
        let mut recorder = Recorder::start(writer, Limits::default(), None).unwrap();
        let connection = NewConnection {
            client: ([10, 0, 0, 1], 40_000).into(),
            server: ([10, 0, 0, 2], 3306).into(),
            opened: at,
            midstream: false,
        };
        recorder.opened(Slot(0), &connection);
        for (direction, bytes) in conversation() {
            let bytes = &bytes[..];
            recorder.piece(Slot(0), direction, Piece::Chunk { at, bytes });
        }
        recorder.checkpoint(0, None, Ledger::default());
        // Without its end: the connection never closes.
        let interrupted = recorder.finish(0, None, Ledger::default(), false).unwrap();
        let connections = store.connections(interrupted.id).unwrap();
        assert_eq!(connections[0].spoken.as_deref(), Some("mysql"));
        assert_eq!(connections[0].closed_us, None);
        let session = connections[0].mysql_session.clone().unwrap();
        let session: Session = serde_json::from_value(session).unwrap();
        assert_eq!(session.thread_id, Some(77));
        assert_eq!(session.user.as_deref(), Some("shop"));
    }
}
