//! What goes in comes out, whatever it is; what was never packed is refused.

use proptest::prelude::*;
use reprise_wire::Protocol;

use super::*;

const ALL: RangeInclusive<u32> = 0..=u32::MAX;

fn any_stored() -> impl Strategy<Value = Option<Stored>> {
    let stored = any::<(u32, u32, u32)>().prop_map(|(segment, offset, kept)| Stored {
        place: Place { segment, offset },
        kept,
    });
    prop::option::of(stored)
}

prop_compose! {
    fn any_row()(
        ids in any::<(u32, u32)>(),
        is_http in any::<bool>(),
        times in any::<(i64, i64, Option<i64>, Option<i64>)>(),
        rest in any::<(Option<u16>, u32, Option<u32>, Option<u64>, Option<u64>)>(),
        summary in ".{0,40}",
        request in any_stored(),
        response in any_stored(),
    ) -> ExchangeRow {
        ExchangeRow {
            id: ExchangeId(0),
            connection: ConnectionId(ids.0),
            protocol: if is_http { Protocol::Http } else { Protocol::Mysql },
            operation: OperationId(ids.1),
            at_us: times.0,
            request_last_us: times.1,
            response_first_us: times.2,
            response_last_us: times.3,
            status: rest.0,
            flags: Flags::from_bits_retain(rest.1),
            statement_id: rest.2,
            request_bytes: rest.3,
            response_bytes: rest.4,
            summary,
            request,
            response,
        }
    }
}

/// Rows whose ids follow each other.
fn rows() -> impl Strategy<Value = (u32, Vec<ExchangeRow>)> {
    (1_u32..1_000_000, prop::collection::vec(any_row(), 1..60)).prop_map(|(first, mut rows)| {
        for (row, id) in rows.iter_mut().zip(first..) {
            row.id = ExchangeId(id);
        }
        (first, rows)
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn packed_rows_come_back_whatever_they_are((first, rows) in rows()) {
        let read = unpack(&pack(&rows), ExchangeId(first), &ALL);
        prop_assert_eq!(read, Some(rows));
    }

    #[test]
    fn a_glance_tells_what_the_row_tells((first, rows) in rows()) {
        let mut seen = 0;
        let count = glance_over(&pack(&rows), ExchangeId(first), |glance| {
            assert_eq!(*glance, Glance::from(&rows[seen]));
            seen += 1;
        });
        prop_assert_eq!((count, seen), (u32::try_from(rows.len()).ok(), rows.len()));
    }

    #[test]
    fn a_part_of_a_block_is_the_rows_asked_for(
        (first, rows) in rows(),
        from in 0_u32..70,
        most in 0_u32..70,
    ) {
        let wanted = first + from..=first + from + most;
        let read = unpack(&pack(&rows), ExchangeId(first), &wanted);
        let expected = rows.into_iter().filter(|row| wanted.contains(&row.id.0)).collect();
        prop_assert_eq!(read, Some(expected));
    }

    #[test]
    fn bytes_that_were_never_packed_do_no_harm(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        if let Some(rows) = unpack(&bytes, ExchangeId(1), &ALL) {
            prop_assert!(rows.len() <= bytes.len());
            let glanced = glance_over(&bytes, ExchangeId(1), |_| {});
            prop_assert!(glanced.is_some());
        }
    }

    #[test]
    fn a_block_cut_short_is_refused((first, rows) in rows(), cut in any::<prop::sample::Index>()) {
        let packed = pack(&rows);
        let cut = &packed[..cut.index(packed.len())];
        // Without a byte of text at the end nothing may be missing.
        prop_assert_eq!(unpack(cut, ExchangeId(first), &ALL), None);
    }
}

/// A block of one row whose columns `change` has changed.
fn changed(change: impl Fn(&mut [Vec<u8>])) -> Option<Vec<ExchangeRow>> {
    let row = ExchangeRow {
        id: ExchangeId(1),
        connection: ConnectionId(1),
        protocol: Protocol::Http,
        operation: OperationId(1),
        at_us: 0,
        request_last_us: 0,
        response_first_us: None,
        response_last_us: None,
        status: Some(200),
        flags: Flags::empty(),
        statement_id: None,
        request_bytes: None,
        response_bytes: None,
        summary: "GET /".to_owned(),
        request: None,
        response: None,
    };
    let packed = pack(&[row]);
    let (count, columns) = split::<COLUMNS>(&packed)?;
    let mut columns = columns.map(<[u8]>::to_vec);
    change(&mut columns);
    let packed = join(usize::try_from(count).unwrap(), &columns);
    unpack(&packed, ExchangeId(1), &ALL)
}

#[test]
fn a_number_that_cannot_be_and_a_text_that_is_none_are_refused() {
    assert_eq!(changed(|_| {}).unwrap().len(), 1);
    let large = |column: &mut Vec<u8>| {
        column.clear();
        put(column, 1 << 40);
    };
    for number in [1, 2, 3, 8, 9, 19] {
        assert_eq!(
            changed(|columns| large(&mut columns[number])),
            None,
            "column {number}"
        );
    }
    assert_eq!(changed(|columns| columns[20][0] = 0xFF), None);
    assert_eq!(changed(|columns| columns[2][0] = 9), None, "no protocol");
}

#[test]
fn usual_rows_take_a_few_bytes_each_before_compression() {
    let rows: Vec<ExchangeRow> = (0..512)
        .map(|number: u32| {
            let stored = |kept: u32| {
                let place = Place {
                    segment: 1,
                    offset: number * kept,
                };
                Some(Stored { place, kept })
            };
            ExchangeRow {
                id: ExchangeId(number + 1),
                connection: ConnectionId(number % 50),
                protocol: Protocol::Http,
                operation: OperationId(number % 7),
                at_us: i64::from(number) * 800,
                request_last_us: 0,
                response_first_us: Some(900),
                response_last_us: Some(900),
                status: Some(200),
                flags: Flags::REDACTED,
                statement_id: None,
                request_bytes: Some(120),
                response_bytes: Some(130),
                summary: String::new(),
                request: stored(120),
                response: stored(130),
            }
        })
        .collect();
    let bytes = pack(&rows).len();
    assert!(
        bytes < 30 * rows.len(),
        "{bytes} bytes for {} rows",
        rows.len()
    );
}
