//! Never production: what is refused, what is only warned of, what is free.

use reprise_wire::{Exchange, ExchangeTimes, Flags, Payload, Timestamp};

use super::*;
use crate::{NewConnection, NewRecording, Totals};

/// Documentation addresses (RFC 5737): they resolve to themselves and belong to nobody.
const STAGING: &str = "192.0.2.10";
const PRODUCTION: &str = "198.51.100.7";

fn store() -> (tempfile::TempDir, Store) {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open(folder.path().join("t.reprise")).unwrap();
    (folder, store)
}

fn record(store: &Store, name: &str, server: &str, host: &str) -> RecordingId {
    let started_at = Timestamp::from_micros(0);
    let new = NewRecording {
        name: name.into(),
        source: "test".into(),
        started_at,
    };
    let writer = store.create_recording(&new).unwrap();
    let connection = writer
        .add_connection(&NewConnection {
            client: "192.0.2.1:40000".parse().unwrap(),
            server: format!("{server}:80").parse().unwrap(),
            opened: started_at,
            midstream: false,
        })
        .unwrap();
    let bytes = format!("GET / HTTP/1.1\r\nHost: {host}\r\n\r\n").into_bytes();
    let mut exchange = Exchange {
        protocol: Protocol::Http,
        request: Some(Payload {
            wire_len: bytes.len() as u64,
            bytes,
        }),
        response: None,
        times: ExchangeTimes {
            request_first: started_at,
            request_last: started_at,
            response_first: None,
            response_last: None,
        },
        operation: "GET /".into(),
        summary: "GET /".into(),
        status: None,
        flags: Flags::empty(),
        statement_id: None,
    };
    writer.add_exchange(connection, &mut exchange).unwrap();
    writer.finish(&Totals::default()).unwrap().id
}

#[test]
fn loopback_needs_no_permission() {
    let (_folder, store) = store();
    for target in ["http://127.0.0.1:8080", "[::1]:8080", "localhost:8080"] {
        let target = store.allow_http(target, None, false).unwrap();
        assert!(!target.addresses().is_empty() && target.warnings().is_empty());
    }
    assert_eq!(
        store
            .allow_http("[::1]:8080", None, false)
            .unwrap()
            .authority(),
        "[::1]:8080"
    );
    assert_eq!(
        store
            .allow_http("127.0.0.1", None, false)
            .unwrap()
            .authority(),
        "127.0.0.1"
    );
    assert_eq!(
        store.allow_mysql("127.0.0.1", None, false).unwrap().port(),
        3306
    );
}

#[test]
fn another_host_must_be_allowed_once_and_the_refusal_names_the_command() {
    let (_folder, store) = store();
    let error = store.allow_http(STAGING, None, false).unwrap_err();
    assert!(
        error
            .to_string()
            .contains("`reprise targets allow 192.0.2.10`"),
        "{error}"
    );
    store.allow_target(STAGING).unwrap();
    assert!(store.allow_http(STAGING, None, false).is_ok());
    // The same address in another dress.
    assert!(
        store
            .allow_mysql("[::ffff:192.0.2.10]:3306", None, false)
            .is_ok()
    );
    assert_eq!(store.targets().unwrap(), [STAGING]);
    assert!(store.forget_target(STAGING).unwrap());
    assert!(!store.forget_target(STAGING).unwrap());
    assert!(store.allow_http(STAGING, None, false).is_err());
}

#[test]
fn a_recorded_server_is_refused_by_address_even_when_allowed() {
    let (_folder, store) = store();
    let recording = record(&store, "r", PRODUCTION, "shop.example:80");
    store.allow_target(PRODUCTION).unwrap();
    let refused = store
        .allow_http(PRODUCTION, Some(recording), false)
        .unwrap_err();
    assert!(
        matches!(&refused, TargetRefused::RecordedServer { .. }),
        "{refused}"
    );
    assert!(refused.to_string().contains("--allow-recorded-server"));
    let asked_for = store.allow_http(PRODUCTION, Some(recording), true).unwrap();
    assert_eq!(asked_for.warnings().len(), 1);
}

#[test]
fn a_recorded_server_is_known_in_every_form_of_its_address_and_name() {
    let (_folder, store) = store();
    let recording = record(&store, "r", PRODUCTION, "Shop.Example.");
    for form in [
        "[::ffff:198.51.100.7]",
        "[::ffff:c633:6407]:8080",
        "[64:ff9b::c633:6407]",
        "[2002:c633:6407::1]",
        "[::198.51.100.7]",
    ] {
        let refused = store.allow_http(form, Some(recording), false);
        assert!(
            matches!(refused, Err(TargetRefused::RecordedServer { .. })),
            "{form}"
        );
    }
    // somebody else's
    for form in ["[64:ff9b::c633:6408]", "[2001:db8::c633:6407]"] {
        let refused = store.allow_http(form, Some(recording), false);
        assert!(
            matches!(refused, Err(TargetRefused::NotAllowed { .. })),
            "{form}"
        );
    }
}

#[test]
fn a_host_that_was_given_as_an_address_is_named_once() {
    let (_folder, store) = store();
    for (form, begins) in [
        ("http://192.0.2.10:8080", "send traffic to 192.0.2.10: it"),
        (
            "http://3221225994:8080",
            "send traffic to 3221225994 (192.0.2.10): it",
        ),
    ] {
        let refused = store.allow_http(form, None, false).unwrap_err().to_string();
        assert!(refused.starts_with(begins), "{form}: {refused}");
    }
}

#[test]
fn a_name_that_resolves_to_a_recorded_server_is_that_server() {
    let (_folder, store) = store();
    // the one name that resolves everywhere; what it leads to was recorded
    let recording = record(&store, "r", "127.0.0.1", "shop.example");
    let target = store
        .allow_http("localhost:8080", Some(recording), false)
        .unwrap();
    assert_eq!(
        target.warnings(),
        ["localhost: 127.0.0.1 was a server in the recording"]
    );
}

#[test]
fn a_recorded_host_name_counts_as_a_server() {
    let (_folder, store) = store();
    // The request was made to a name; here that name is an address that no connection went to.
    let recording = record(&store, "r", "203.0.113.1", PRODUCTION);
    let refused = store.allow_http(PRODUCTION, Some(recording), false);
    assert!(matches!(refused, Err(TargetRefused::RecordedServer { .. })));
}

#[test]
fn no_spelling_of_an_address_gets_past_the_recording_or_the_list() {
    let (_folder, store) = store();
    let recording = record(&store, "r", PRODUCTION, "shop.example");
    // decimal, hexadecimal, octal and shortened forms, as the system reads them
    for form in [
        "3325256711",
        "0xc6336407",
        "0306.063.0144.07",
        "198.51.25607",
        "SHOP.example",
        "shop.example.:8080",
    ] {
        let target = format!("http://{form}");
        let refused = store.allow_http(&target, Some(recording), false);
        assert!(
            matches!(
                refused,
                Err(TargetRefused::RecordedServer { .. } | TargetRefused::Unresolved { .. })
            ),
            "{form}: {refused:?}"
        );
    }
    // loopback however it is written; all addresses of this machine are not loopback
    for form in ["127.1", "2130706433", "0x7f000001", "[::ffff:127.0.0.1]"] {
        let target = format!("http://{form}:8080");
        assert!(store.allow_http(&target, None, false).is_ok(), "{form}");
    }
    for form in ["0.0.0.0", "[::]", "0", "192.0.2.10", "3221225994"] {
        let target = format!("http://{form}:8080");
        let refused = store.allow_http(&target, None, false);
        assert!(
            matches!(refused, Err(TargetRefused::NotAllowed { .. })),
            "{form}: {refused:?}"
        );
    }
    // what is no host at all
    for form in [
        "http://staging%2eexample",
        "http://[fe80::1%25lo]",
        "http://a\tb",
    ] {
        assert!(store.allow_http(form, None, false).is_err(), "{form}");
    }
}

#[test]
fn another_recordings_server_counts_only_when_none_is_named() {
    let (_folder, store) = store();
    let first = record(&store, "first", PRODUCTION, "a.example");
    let second = record(&store, "second", "203.0.113.9", "b.example");
    store.allow_target(PRODUCTION).unwrap();
    assert!(store.allow_http(PRODUCTION, Some(first), false).is_err());
    assert!(store.allow_http(PRODUCTION, Some(second), false).is_ok());
    assert!(store.allow_http(PRODUCTION, None, false).is_err());
}

#[test]
fn a_recorded_loopback_server_is_only_warned_of() {
    let (_folder, store) = store();
    let recording = record(&store, "r", "127.0.0.1", "localhost");
    let target = store
        .allow_http("127.0.0.1:8080", Some(recording), false)
        .unwrap();
    assert_eq!(
        target.warnings(),
        ["127.0.0.1 was a server in the recording"]
    );
}

#[test]
fn only_a_bare_host_can_be_allowed() {
    let (_folder, store) = store();
    for host in ["", "http://a", "a:80", "[::1]:80", "a/b", "a b"] {
        assert!(
            matches!(store.allow_target(host), Err(Error::BadHost(_))),
            "{host}"
        );
    }
    store.allow_target("Staging.Example.").unwrap();
    store.allow_target("[2001:db8::1]").unwrap();
    assert_eq!(store.targets().unwrap(), ["2001:db8::1", "staging.example"]);
}

#[test]
fn a_name_that_a_target_shows_is_known_again_alone_and_behind_a_wildcard() {
    let (_folder, store) = store();
    let recording = record(&store, "friday", PRODUCTION, "shop.example.org");
    let other = record(&store, "other", STAGING, "localhost");
    let shown = |name| store.shown_name(name, recording).unwrap();
    let recorded = || "shop.example.org".to_owned();
    assert_eq!(shown("Shop.Example.org."), ShownName::Recorded(recorded()));
    assert_eq!(shown("*.example.org"), ShownName::Covers(recorded()));
    for name in ["*.org", "*.shop.example.org", "example.org", "*", ""] {
        assert_eq!(shown(name), ShownName::Unknown, "{name}");
    }
    assert_eq!(
        store.shown_name("localhost", other).unwrap(),
        ShownName::Unknown
    );
}
