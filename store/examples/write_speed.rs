//! How fast exchanges reach the file: `cargo run --release -p reprise-store --example write_speed`.
//! Prints rows per second with JSON-like answers of about 2 KiB, and with no payloads at all.
#![expect(clippy::print_stdout, reason = "its output is its purpose")]

use std::error::Error;
use std::time::Instant;

use reprise_store::{NewConnection, NewRecording, Store, Totals};
use reprise_wire::{Exchange, ExchangeTimes, Flags, Payload, Protocol, Timestamp};

const EXCHANGES: u32 = 300_000;

fn main() -> Result<(), Box<dyn Error>> {
    let folder = tempfile::tempdir()?;
    let store = Store::open(folder.path().join("speed.reprise"))?;
    for (name, answer_bytes) in [("narrow", None), ("with payloads", Some(2_000))] {
        let started = Instant::now();
        let started_at = Timestamp::from_nanos(0);
        let new = NewRecording {
            name: name.into(),
            source: "synthetic".into(),
            started_at,
        };
        let writer = store.create_recording(&new)?;
        let connection = writer.add_connection(&NewConnection {
            client: "10.0.0.1:40000".parse()?,
            server: "10.0.0.2:80".parse()?,
            opened: started_at,
            midstream: false,
        })?;
        for number in 0..EXCHANGES {
            writer.add_exchange(connection, &mut exchange(number, answer_bytes))?;
        }
        let recording = writer.finish(&Totals::default())?;
        let taken = started.elapsed().as_secs_f64();
        let rate = f64::from(EXCHANGES) / taken;
        let mib = recording.bytes.stored / (1 << 20);
        println!("{name}: {EXCHANGES} exchanges in {taken:.2} s, {rate:.0} a second, {mib} MiB");
        let started = Instant::now();
        let bytes = store
            .requests(recording.id, false)
            .try_fold(0, |sum, read| {
                read.map(|read| sum + read.request.map_or(0, |r| r.len()))
            })?;
        println!(
            "  requests read in {:.2} s, {bytes} bytes",
            started.elapsed().as_secs_f64()
        );
    }
    Ok(())
}

fn exchange(number: u32, answer_bytes: Option<usize>) -> Exchange {
    let at = Timestamp::from_micros(i64::from(number) * 100);
    let payload = |bytes: Vec<u8>| Payload {
        wire_len: bytes.len() as u64,
        bytes,
    };
    let request = format!(
        "GET /cart/{number}?page={} HTTP/1.1\r\nHost: shop.example\r\nCookie: session={:032x}\r\n\r\n",
        number % 13,
        u128::from(number).wrapping_mul(0x9e37_79b9_7f4a_7c15_f39c_c060_5ced_c834)
    );
    let response = answer_bytes.map(|length| {
        let mut body = String::from("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n[");
        let mut item = number;
        while body.len() < length {
            item = item.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            body.push_str(&format!(
                "{{\"id\":{item},\"name\":\"item {}\"}},",
                item % 1_000
            ));
        }
        payload(body.into_bytes())
    });
    Exchange {
        protocol: Protocol::Http,
        request: answer_bytes
            .is_some()
            .then(|| payload(request.into_bytes())),
        response,
        times: ExchangeTimes {
            request_first: at,
            request_last: at,
            response_first: Some(at.plus_nanos(800_000)),
            response_last: Some(at.plus_nanos(1_000_000)),
        },
        operation: format!("GET /cart/{}", number % 40),
        summary: format!("GET /cart/{number}?page={}", number % 13),
        status: Some(200),
        flags: Flags::empty(),
        statement_id: None,
    }
}
