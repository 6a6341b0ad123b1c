//! Whether a target that was reached is a recorded server after all, by what it calls itself: its address
//! alone does not tell, since a forwarded port can lead anywhere.

use reprise_replay::{Reached, ShownBy};
use reprise_store::targets::{ShownName, TargetRefused};
use reprise_store::{RecordingId, Store};

use crate::Error;

/// What to show of the names the targets go by.
///
/// # Errors
/// One goes by the name of a recorded server, and `allow_recorded_server` is not given.
pub(super) fn compare(
    reached: &[Reached],
    store: &Store,
    recording: RecordingId,
    allow_recorded_server: bool,
) -> Result<Vec<String>, Error> {
    let mut shown = Vec::new();
    for target in reached.iter().filter(|target| !target.names.is_empty()) {
        let names = target.names.join(", ");
        let shows = match target.shown_by {
            ShownBy::Certificate => "has a certificate for",
            ShownBy::HostName => "calls itself",
        };
        let mut note = format!("{} {shows} {names}", target.target);
        for name in &target.names {
            match store.shown_name(name, recording)? {
                ShownName::Unknown => {}
                ShownName::Covers(recorded) => {
                    note.push_str(&format!(
                        "; {name} covers {recorded}, which was a server in the recording"
                    ));
                }
                ShownName::Recorded(recorded) if allow_recorded_server => {
                    note.push_str(&format!("; {recorded} was a server in the recording"));
                }
                ShownName::Recorded(recorded) => {
                    let host = format!("{}, which {shows} {names}", target.target);
                    return Err(TargetRefused::RecordedServer { host, recorded }.into());
                }
            }
        }
        shown.push(note);
    }
    Ok(shown)
}

#[cfg(test)]
mod tests {
    use reprise_store::{NewConnection, NewRecording, Totals};
    use reprise_wire::{Exchange, ExchangeTimes, Flags, Payload, Protocol, Timestamp};

    use super::*;

    /// A store with a recording of `shop.example.org`.
    fn recorded() -> (tempfile::TempDir, Store, RecordingId) {
        let folder = tempfile::tempdir().expect("a folder");
        let store = Store::open(folder.path().join("t.reprise")).expect("a store");
        let opened = Timestamp::from_micros(0);
        let new = NewRecording {
            name: "friday".into(),
            source: "test".into(),
            started_at: opened,
        };
        let writer = store.create_recording(&new).expect("a recording");
        let connection = NewConnection {
            client: ([192, 0, 2, 1], 40_000).into(),
            server: ([198, 51, 100, 7], 80).into(),
            opened,
            midstream: false,
        };
        let connection = writer.add_connection(&connection).expect("a connection");
        let bytes = b"GET / HTTP/1.1\r\nHost: shop.example.org\r\n\r\n".to_vec();
        let mut exchange = Exchange {
            protocol: Protocol::Http,
            request: Some(Payload {
                wire_len: bytes.len() as u64,
                bytes,
            }),
            response: None,
            times: ExchangeTimes {
                request_first: opened,
                request_last: opened,
                response_first: None,
                response_last: None,
            },
            operation: "GET /".into(),
            summary: "GET /".into(),
            status: None,
            flags: Flags::empty(),
            statement_id: None,
        };
        writer
            .add_exchange(connection, &mut exchange)
            .expect("an exchange");
        let id = writer.finish(&Totals::default()).expect("its end").id;
        (folder, store, id)
    }

    fn reached(name: &str) -> [Reached; 1] {
        [Reached {
            target: "127.0.0.1:8443".to_owned(),
            names: vec![name.to_owned()],
            shown_by: ShownBy::Certificate,
            room: None,
        }]
    }

    #[test]
    fn a_forwarded_port_that_leads_to_the_recorded_server_is_refused() {
        let (_folder, store, recording) = recorded();
        let target = reached("shop.example.org");
        let refused = compare(&target, &store, recording, false);
        let refused = refused.expect_err("this is production").to_string();
        assert!(
            refused.contains("127.0.0.1:8443") && refused.contains("--allow-recorded-server"),
            "{refused}"
        );
        let shown = compare(&target, &store, recording, true).expect("it was asked for");
        assert!(
            shown.concat().contains("was a server in the recording"),
            "{shown:?}"
        );
    }

    #[test]
    fn other_names_are_shown_and_a_wildcard_over_the_recorded_one_is_said() {
        let (_folder, store, recording) = recorded();
        let of = |name| {
            compare(&reached(name), &store, recording, false)
                .expect("it may")
                .concat()
        };
        assert_eq!(
            of("staging.example.org"),
            "127.0.0.1:8443 has a certificate for staging.example.org"
        );
        assert!(of("*.example.org").contains("covers shop.example.org"));
    }
}
