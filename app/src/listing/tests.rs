//! What a listing has, in which order, at which place.

use std::thread;
use std::time::Duration;

use reprise_store::{NewConnection, NewRecording, Store, Totals};
use reprise_wire::{Exchange, ExchangeTimes, Flags, Payload, Protocol, Timestamp};

use super::*;

/// More than a block of rows, and more than are looked at between two tellings.
const EXCHANGES: u32 = 5_000;
const LONG: Duration = Duration::from_secs(60);

/// Exchange `n` is on connection `n % 3`, takes `n * 37 % 1000` microseconds; every tenth has no answer.
fn library() -> (tempfile::TempDir, Library) {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open(folder.path().join("t.reprise")).unwrap();
    let started_at = Timestamp::from_micros(1_700_000_000_000_000);
    let writer = store
        .create_recording(&NewRecording {
            name: "r".to_owned(),
            source: "test".to_owned(),
            started_at,
        })
        .unwrap();
    let connections = [80, 81, 82].map(|port| {
        let opened = NewConnection {
            client: ([10, 0, 0, 1], 40_000).into(),
            server: ([10, 0, 0, 2], port).into(),
            opened: started_at,
            midstream: false,
        };
        writer.add_connection(&opened).unwrap()
    });
    for n in 1..=EXCHANGES {
        let answered = !n.is_multiple_of(10);
        let payload = |bytes: u32| Payload {
            bytes: Vec::new(),
            wire_len: bytes.into(),
        };
        let at = started_at.plus_nanos(i64::from(EXCHANGES - n) * 1_000_000);
        let ended = at.plus_nanos(i64::from(n * 37 % 1_000) * 1_000);
        let mut exchange = Exchange {
            protocol: Protocol::Http,
            request: Some(payload(n)),
            response: answered.then(|| payload(n * 2)),
            times: ExchangeTimes {
                request_first: at,
                request_last: at,
                response_first: answered.then_some(at),
                response_last: answered.then_some(ended),
            },
            operation: format!("GET /{}", ["c", "a", "b"][n as usize % 3]),
            summary: format!("GET /{n}"),
            status: answered.then_some(if n.is_multiple_of(7) { 503 } else { 200 }),
            flags: Flags::empty(),
            statement_id: None,
        };
        let connection = connections[n as usize % 3];
        writer.add_exchange(connection, &mut exchange).unwrap();
    }
    writer.finish(&Totals::default()).unwrap();
    (folder, Library { store })
}

fn query(filter: &str, by: SortBy, descending: bool) -> ListingQuery {
    ListingQuery {
        filter: filter.to_owned(),
        order: SortOrder { by, descending },
    }
}

/// The numbers of a page, once it is complete.
fn page(listing: &Listing, from: u32, limit: u32) -> (Vec<u32>, u32) {
    loop {
        let page = listing.page(from, limit, LONG).unwrap();
        if page.complete {
            let ids = page.exchanges.iter().map(|one| one.exchange.id);
            return (ids.collect(), page.total);
        }
        thread::yield_now();
    }
}

#[test]
fn without_a_filter_any_place_is_read_at_once_in_both_directions() {
    let (_folder, library) = library();
    let listing = library.listing("r", ListingQuery::default()).unwrap();
    assert_eq!(
        page(&listing, 2_500, 3),
        (vec![2_501, 2_502, 2_503], EXCHANGES)
    );
    assert_eq!(
        page(&listing, EXCHANGES - 1, 10),
        (vec![EXCHANGES], EXCHANGES)
    );
    assert_eq!(page(&listing, EXCHANGES, 10), (vec![], EXCHANGES));
    assert_eq!(listing.place_of(2_501), Some(2_500));
    assert_eq!(
        (listing.place_of(0), listing.place_of(EXCHANGES + 1)),
        (None, None)
    );

    let last_first = library
        .listing("r", query(" ", SortBy::Number, true))
        .unwrap();
    assert_eq!(
        page(&last_first, 0, 2),
        (vec![EXCHANGES, EXCHANGES - 1], EXCHANGES)
    );
    assert_eq!(last_first.place_of(EXCHANGES - 1), Some(1));
    let line = &listing.page(0, 1, LONG).unwrap().exchanges[0];
    assert_eq!(
        (&*line.client, &*line.server),
        ("10.0.0.1:40000", "10.0.0.2:81")
    );
}

#[test]
fn a_filter_finds_all_that_match_and_tells_how_many() {
    let (_folder, library) = library();
    let find = |text| {
        let listing = library.listing("r", query(text, SortBy::Number, false));
        page(&listing.unwrap(), 0, 3)
    };
    assert_eq!(find("status:503"), (vec![7, 14, 21], 643));
    assert_eq!(find("status:none"), (vec![10, 20, 30], 500));
    assert_eq!(find("connection:1"), (vec![3, 6, 9], 1_666));
    assert_eq!(find("sent:>=4999"), (vec![4_999, 5_000], 2));
    assert_eq!(find("nowhere"), (vec![], 0));
    let refused = library.listing("r", query("status:", SortBy::Number, false));
    assert!(refused.is_err_and(|error| error.to_string().contains("status:")));
    let descending = library.listing("r", query("status:503", SortBy::Number, true));
    assert_eq!(page(&descending.unwrap(), 0, 2), (vec![4_998, 4_991], 643));
}

#[test]
fn every_order_is_that_of_its_values_and_what_has_none_comes_last() {
    let (_folder, library) = library();
    let latency = |id: &u32| (!id.is_multiple_of(10)).then_some(id * 37 % 1_000);
    for descending in [false, true] {
        let listing = library.listing("r", query("", SortBy::Latency, descending));
        let (ids, total) = page(&listing.unwrap(), 0, EXCHANGES);
        assert_eq!((ids.len(), total), (EXCHANGES as usize, EXCHANGES));
        let (known, unknown) = ids.split_at(4_500);
        assert!(unknown.iter().all(|id| latency(id).is_none()));
        assert!(
            unknown.is_sorted(),
            "those without a value are in their order"
        );
        let known: Vec<Option<u32>> = known.iter().map(latency).collect();
        let in_order = if descending {
            known.is_sorted_by(|one, other| one >= other)
        } else {
            known.is_sorted()
        };
        assert!(
            in_order && known.iter().all(Option::is_some),
            "{descending}"
        );
    }
    let first = |by, descending| {
        let listing = library.listing("r", query("", by, descending)).unwrap();
        let (ids, _) = page(&listing, 0, 2);
        assert_eq!(listing.place_of(ids[1]), Some(1));
        ids
    };
    assert_eq!(first(SortBy::At, false), [EXCHANGES, EXCHANGES - 1]);
    assert_eq!(first(SortBy::At, true), [1, 2]);
    assert_eq!(
        first(SortBy::RequestBytes, true),
        [EXCHANGES, EXCHANGES - 1]
    );
    assert_eq!(first(SortBy::ResponseBytes, false), [1, 2]);
    assert_eq!(first(SortBy::Operation, false), [1, 4], "GET /a");
    assert_eq!(first(SortBy::Status, true), [7, 14]);
    assert_eq!(first(SortBy::Connection, true), [2, 5]);
}

#[test]
fn a_listing_answers_for_what_it_was_made_for() {
    let (_folder, library) = library();
    let wanted = query("status:503", SortBy::Latency, true);
    let listing = library.listing("r", wanted.clone()).unwrap();
    assert!(listing.answers(&library, "r", &wanted));
    assert!(!listing.answers(&library, "r", &query("status:503", SortBy::Latency, false)));
    assert!(!listing.answers(&library, "r", &query("", SortBy::Latency, true)));
    library.rename(crate::Kept::Recording, "r", "s").unwrap();
    assert!(!listing.answers(&library, "r", &wanted));
}

#[test]
fn a_connection_is_its_exchanges_in_order() {
    let (_folder, library) = library();
    let listing = library.connection_listing("r", 2).unwrap();
    assert_eq!(listing.total(), 1_667);
    let ids = |from, limit| -> Vec<u32> {
        let page = listing.page(from, limit).unwrap();
        page.iter().map(|one| one.exchange.id).collect()
    };
    assert_eq!(ids(0, 3), [1, 4, 7]);
    assert_eq!(ids(1_666, 3), [4_999]);
    assert!(ids(9_999, 3).is_empty());
    assert_eq!((listing.place_of(4), listing.place_of(5)), (Some(1), None));
    assert_eq!(listing.connection().unwrap().unwrap().server.port(), 81);
    assert!(listing.answers(&library, "r", 2) && !listing.answers(&library, "r", 3));
}

#[test]
fn what_a_filter_can_ask_for_is_counted() {
    let (_folder, library) = library();
    let values = library.filter_values("r").unwrap();
    let of = |key: &str| -> Vec<(String, u64)> {
        let those = values.iter().filter(|one| one.key == key);
        those.map(|one| (one.value.clone(), one.count)).collect()
    };
    assert_eq!(of("protocol"), [("http".to_owned(), 5_000)]);
    assert_eq!(of("method"), [("GET".to_owned(), 5_000)]);
    assert_eq!(
        of("status"),
        [("200", 3_857), ("503", 643), ("none", 500)]
            .map(|(value, count)| (value.to_owned(), count))
    );
}
