//! `make bench`: the import of 200,000 HTTP exchanges against `tshark -T fields` on the same file, in
//! turn, five rounds. Prints medians and ratios; judges nothing, because machines are noisy.

#![expect(clippy::print_stdout, reason = "a benchmark prints its numbers")]

use std::fs::File;
use std::io::{BufWriter, Write as _};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use reprise_capture::LinkType;
use reprise_capture::packet_builder::{Conversation, Frame, PcapOptions, write_pcap};
use reprise_wire::Timestamp;

const CONNECTIONS: u32 = 1_000;
const EXCHANGES_EACH: u32 = 200;
const ROUNDS: usize = 5;
const FIELDS: [&str; 4] = [
    "frame.time_epoch",
    "http.request.method",
    "http.request.uri",
    "http.response.code",
];

type Failure = Box<dyn std::error::Error>;

fn main() -> Result<(), Failure> {
    let folder = std::env::temp_dir().join(format!("reprise-bench-{}", std::process::id()));
    std::fs::create_dir_all(&folder)?;
    let outcome = bench(&folder);
    std::fs::remove_dir_all(&folder)?;
    outcome
}

fn bench(folder: &Path) -> Result<(), Failure> {
    let capture = folder.join("bench.pcap");
    let packets = write_capture(&capture)?;
    let size = std::fs::metadata(&capture)?.len();
    let exchanges = f64::from(CONNECTIONS * EXCHANGES_EACH);
    println!(
        "import of {exchanges} HTTP exchanges, {packets} packets, {:.0} MB, {ROUNDS} rounds in turn",
        size as f64 / 1e6
    );
    let reprise = PathBuf::from("target/release/reprise");
    let (mut ours, mut theirs) = (Vec::new(), Vec::new());
    for round in 0..ROUNDS {
        let file = folder.join(format!("{round}.reprise"));
        ours.push(time(
            Command::new(&reprise)
                .arg("--file")
                .arg(&file)
                .args(["import", "--name", "bench", "--json"])
                .arg(&capture),
        )?);
        let fields = FIELDS.iter().flat_map(|field| ["-e", field]);
        theirs.push(time(
            Command::new("tshark")
                .arg("-r")
                .arg(&capture)
                .args(["-T", "fields"])
                .args(fields),
        )?);
    }
    let (ours, theirs) = (median(ours), median(theirs));
    println!(
        "  reprise import   {:>7.2} s  {:>9.0} exchanges/s",
        ours,
        exchanges / ours
    );
    println!(
        "  tshark -T fields {:>7.2} s  {:>9.0} exchanges/s",
        theirs,
        exchanges / theirs
    );
    println!("  ratio            {:>7.1} times tshark", theirs / ours);
    Ok(())
}

fn time(command: &mut Command) -> Result<Duration, Failure> {
    let began = Instant::now();
    let status = command
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()?;
    let took = began.elapsed();
    if !status.success() {
        return Err(format!("{command:?} ended with {status}").into());
    }
    Ok(took)
}

fn median(mut times: Vec<Duration>) -> f64 {
    times.sort_unstable();
    times[times.len() / 2].as_secs_f64()
}

/// Keep-alive connections that overlap, each with its own GETs and small JSON answers.
fn write_capture(path: &Path) -> Result<usize, Failure> {
    let server: SocketAddr = "10.0.0.1:8080".parse()?;
    let mut frames: Vec<Frame> = Vec::new();
    for number in 0..CONNECTIONS {
        let client = SocketAddr::from(([10, 1, (number >> 8) as u8, number as u8], 40_000));
        let start = Timestamp::from_micros(1_700_000_000_000_000 + i64::from(number) * 5_000);
        let mut talk = Conversation::new(client, server, start);
        talk.handshake();
        for exchange in 0..EXCHANGES_EACH {
            let id = number * EXCHANGES_EACH + exchange;
            let request = format!(
                "GET /item/{id}?page=2 HTTP/1.1\r\nHost: shop.example\r\nUser-Agent: bench\r\n\
                 Accept: application/json\r\nCookie: sid=s{number}\r\n\r\n"
            );
            let body =
                format!("{{\"id\":{id},\"name\":\"item {id}\",\"price\":\"12.30\",\"stock\":7}}");
            let answer = format!(
                "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
                body.len()
            );
            talk.client(request).wait_us(800);
            talk.server(answer).wait_us(20_000);
        }
        talk.close();
        frames.extend(talk.into_frames());
    }
    frames.sort_by_key(|frame| frame.at);
    let mut out = BufWriter::new(File::create(path)?);
    write_pcap(
        &mut out,
        LinkType::ETHERNET,
        PcapOptions::default(),
        &frames,
    )?;
    out.flush()?;
    Ok(frames.len())
}
