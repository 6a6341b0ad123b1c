//! Writes a synthetic capture of HTTP exchanges, to measure importing with.
//! Usage: `generate EXCHANGES OUT.pcap`
#![expect(clippy::print_stderr, reason = "a command line tool")]

use std::fs::File;
use std::io::{BufWriter, Write};
use std::net::SocketAddr;
use std::process::ExitCode;

use reprise_capture::LinkType;
use reprise_capture::packet_builder::{Conversation, Frame, PcapOptions, write_pcap};
use reprise_wire::Timestamp;

/// How many exchanges one connection carries, and how many connections are open at a time.
const EXCHANGES_EACH: usize = 20;
const CONNECTIONS_AT_ONCE: usize = 100;
const EPOCH_MICROS: i64 = 1_700_000_000_000_000;

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("failed to {error}");
            ExitCode::from(2)
        }
    }
}

fn run() -> Result<(), Box<dyn std::error::Error>> {
    let usage = "read the arguments: generate EXCHANGES OUT.pcap";
    let mut words = std::env::args().skip(1);
    let exchanges: usize = words.next().ok_or(usage)?.parse()?;
    let mut out = BufWriter::new(File::create(words.next().ok_or(usage)?)?);
    write_pcap(&mut out, LinkType::ETHERNET, PcapOptions::default(), &[])?;
    let connections = exchanges.div_ceil(EXCHANGES_EACH);
    for first in (0..connections).step_by(CONNECTIONS_AT_ONCE) {
        let last = connections.min(first + CONNECTIONS_AT_ONCE);
        let mut frames: Vec<Frame> = (first..last)
            .flat_map(|number| {
                let rest = exchanges - number * EXCHANGES_EACH;
                conversation(number, rest.min(EXCHANGES_EACH))
            })
            .collect();
        frames.sort_by_key(|frame| frame.at);
        let mut bytes = Vec::new();
        write_pcap(
            &mut bytes,
            LinkType::ETHERNET,
            PcapOptions::default(),
            &frames,
        )?;
        // The header has been written already.
        out.write_all(bytes.get(24..).unwrap_or_default())?;
    }
    out.flush()?;
    Ok(())
}

/// One client's connection: reads and a few writes, answers of a few hundred bytes to a few thousand.
fn conversation(number: usize, exchanges: usize) -> Vec<Frame> {
    let port = u16::try_from(1_024 + number % 60_000).unwrap_or(1_024);
    let host = u8::try_from(number / 60_000 % 250).unwrap_or(0);
    let client = SocketAddr::from(([10, 1, host, 1], port));
    let server = SocketAddr::from(([10, 0, 0, 80], 80));
    let group = i64::try_from(number / CONNECTIONS_AT_ONCE).unwrap_or(0);
    let place = i64::try_from(number % CONNECTIONS_AT_ONCE).unwrap_or(0);
    let at = Timestamp::from_micros(EPOCH_MICROS + group * 500_000 + place * 37);
    let mut script = Conversation::new(client, server, at);
    script.handshake();
    for exchange in 0..exchanges {
        let item = number.wrapping_mul(31).wrapping_add(exchange * 7) % 10_000;
        let body: String = (0..4 + item % 40)
            .map(|row| {
                format!(
                    "{{\"id\":{item},\"row\":{row},\"price\":\"{}.99\"}},\n",
                    row * item % 977
                )
            })
            .collect();
        let head = "Host: shop.example\r\nUser-Agent: synthetic/1.0\r\nAccept: application/json\r\nCookie: session=";
        let request = if item.is_multiple_of(10) {
            format!(
                "POST /cart/{item} HTTP/1.1\r\n{head}{number:032x}\r\nContent-Length: 15\r\n\r\nquantity=000003"
            )
        } else {
            format!("GET /item/{item}?page={exchange} HTTP/1.1\r\n{head}{number:032x}\r\n\r\n")
        };
        let answer = format!(
            "HTTP/1.1 200 OK\r\nServer: shop\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
            body.len()
        );
        script
            .client(request)
            .wait_us(800)
            .server(answer)
            .wait_us(20_000);
    }
    script.close();
    script.into_frames()
}
