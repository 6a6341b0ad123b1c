//! A live capture of loopback against `tcpdump -w` of the same packets at the same time, at rising rates
//! and once with a ring too small: what was sent, what was recorded, what the ledger says is missing.
//! Usage: `live_loss [SECONDS_EACH]`, as root. Prints a table.
#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a command line tool"
)]

mod load;
mod tcpdump;

use std::path::Path;
use std::process::ExitCode;
use std::thread;
use std::time::Duration;

use reprise_capture::{
    DEFAULT_RING_BYTES, Interfaces, PacketSource, RecordConfig, Redaction, record,
};
use reprise_store::{Recording, Store};
use reprise_wire::redact::{RedactionKey, Rules};

use load::{ANSWER_BYTES, Load, REQUEST_BYTES, Sent};
use tcpdump::Tcpdump;

type Failure = Box<dyn std::error::Error>;

/// Requests a second over all connections; the last is more than any machine sends.
const RATES: [u32; 6] = [2_000, 5_000, 10_000, 20_000, 40_000, 1_000_000];
const CONNECTIONS: u32 = 8;
/// One block of the kernel's ring.
const SMALL_RING_BYTES: u32 = 256 << 10;
/// How long a capture is idle, to see what that costs.
const IDLE: Duration = Duration::from_secs(10);

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("failed to {error}");
            ExitCode::from(2)
        }
    }
}

fn run() -> Result<(), Failure> {
    let seconds = std::env::args().nth(1).map_or(Ok(5), |word| word.parse())?;
    let folder = tempfile::tempdir()?;
    println!(
        "{CONNECTIONS} connections on loopback, requests of {REQUEST_BYTES} and answers of \
         {ANSWER_BYTES} bytes, {seconds} s each"
    );
    println!(
        "{:>9} {:>9} {:>9} {:>9} {:>9} | {:>9} {:>9} {:>9} | {:>10} {:>10}",
        "ring KiB",
        "asked/s",
        "sent/s",
        "sent",
        "recorded",
        "tcpdump",
        "kernel",
        "messages",
        "gap bytes",
        "missing"
    );
    let small = (SMALL_RING_BYTES, u32::MAX);
    let all = RATES.map(|rate| (DEFAULT_RING_BYTES, rate));
    for (number, (ring_bytes, rate)) in all.into_iter().chain([small]).enumerate() {
        let load = Load {
            connections: CONNECTIONS,
            rate: rate.min(RATES[RATES.len() - 1]),
            duration: Duration::from_secs(seconds),
        };
        let file = folder.path().join(format!("{number}.reprise"));
        measure(&file, ring_bytes, &load)?;
    }
    println!(
        "tcpdump, kernel: packets that tcpdump and this capture were told the kernel dropped, each with\n\
         such a ring; the kernel offers every packet on loopback twice. messages: requests and answers\n\
         that were sent and not recorded; missing: their bytes, which are to be the ledger's gap bytes."
    );
    idle(&folder.path().join("idle.reprise"))
}

fn measure(file: &Path, ring_bytes: u32, load: &Load) -> Result<(), Failure> {
    let server = load::Server::start()?;
    let store = Store::open(file)?;
    let tcpdump = Tcpdump::start(&file.with_extension("pcap"), server.port, ring_bytes)?;
    let handle = record(config(server.port, ring_bytes), &store)?;
    let sent = load.send(server.port)?;
    // What is still in the ring and in flight comes within two ticks.
    thread::sleep(Duration::from_millis(300));
    handle.stop();
    let recording = handle.join()?;
    let dropped = tcpdump.stop()?;
    print_row(ring_bytes, load, sent, dropped, &recording);
    Ok(())
}

fn config(port: u16, ring_bytes: u32) -> RecordConfig {
    RecordConfig {
        source: PacketSource::Interfaces(Interfaces {
            ring_bytes,
            ..Interfaces::named(["lo"])
        }),
        ports: vec![port],
        name: "live".to_owned(),
        redaction: Some(Redaction {
            key: RedactionKey::new([7; 32]),
            rules: Rules::default(),
        }),
        ..RecordConfig::default()
    }
}

fn print_row(ring_bytes: u32, load: &Load, sent: Sent, dropped: u64, recording: &Recording) {
    let requests = sent
        .requests
        .saturating_sub(recording.messages.http_requests);
    let answers = sent
        .requests
        .saturating_sub(recording.messages.http_responses);
    let missing = requests * REQUEST_BYTES as u64 + answers * ANSWER_BYTES as u64;
    println!(
        "{:>9} {:>9} {:>9.0} {:>9} {:>9} | {dropped:>9} {:>9} {:>9} | {:>10} {missing:>10}",
        ring_bytes >> 10,
        load.rate,
        sent.requests as f64 / sent.took.as_secs_f64(),
        sent.requests,
        recording.exchanges.http,
        recording.loss.kernel_dropped,
        requests + answers,
        recording.loss.gap_bytes,
    );
}

/// A capture of nothing: its CPU time in percent of a core.
fn idle(file: &Path) -> Result<(), Failure> {
    let store = Store::open(file)?;
    let server = load::Server::start()?;
    let handle = record(config(server.port, DEFAULT_RING_BYTES), &store)?;
    let before = cpu_time();
    thread::sleep(IDLE);
    let used = cpu_time().saturating_sub(before);
    handle.stop();
    handle.join()?;
    println!(
        "a capture of nothing takes {:.2} % of a core",
        100.0 * used.as_secs_f64() / IDLE.as_secs_f64()
    );
    Ok(())
}

/// CPU time of this process.
fn cpu_time() -> Duration {
    let time = rustix::time::clock_gettime(rustix::time::ClockId::ProcessCPUTime);
    Duration::new(
        u64::try_from(time.tv_sec).unwrap_or_default(),
        u32::try_from(time.tv_nsec).unwrap_or_default(),
    )
}
