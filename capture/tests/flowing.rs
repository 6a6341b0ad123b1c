//! Captures that still come in: files that grow while they are read, and pipes.
#![expect(clippy::unwrap_used, reason = "a failing helper fails the test")]

use std::fs::{File, OpenOptions};
use std::io::Write;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use reprise_capture::packet_builder::{Conversation, Frame, PcapOptions, write_pcap, write_pcapng};
use reprise_capture::{
    CaptureError, CaptureEvent, FlowingFile, Handle, LinkType, PacketSource, RecordConfig, Warning,
    record,
};
use reprise_store::{Recording, RecordingState, Store};
use reprise_wire::Timestamp;
use tempfile::TempDir;

struct Bench {
    folder: TempDir,
    store: Store,
}

impl Bench {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(folder.path().join("flowing.reprise")).unwrap();
        Self { folder, store }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// A named pipe that nobody writes yet.
    fn pipe(&self) -> PathBuf {
        let path = self.path("pipe");
        let made = Command::new("mkfifo").arg(&path).status().unwrap();
        assert!(made.success());
        path
    }

    fn read(&self, path: &Path, idle: Option<Duration>) -> Handle {
        self.read_all(&[path], idle)
    }

    fn read_all(&self, paths: &[&Path], idle: Option<Duration>) -> Handle {
        let files = paths.iter().map(|path| FlowingFile {
            path: path.to_path_buf(),
            idle,
        });
        let config = RecordConfig {
            source: PacketSource::Files {
                files: files.collect(),
                // However busy the machine is.
                patience: Duration::from_secs(600),
            },
            name: "flowing".to_owned(),
            ..RecordConfig::default()
        };
        record(config, &self.store).unwrap()
    }
}

/// Six exchanges on one connection.
fn shop() -> Vec<Frame> {
    let address = |port| SocketAddr::from(([10, 0, 0, 1], port));
    let start = Timestamp::from_micros(1_700_000_000_000_000);
    let mut shop = Conversation::new(address(40_000), address(80), start);
    shop.handshake();
    for _ in 0..6 {
        shop.client("GET /cart HTTP/1.1\r\nHost: shop\r\n\r\n")
            .server("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
            .wait_us(1_000);
    }
    shop.close();
    shop.into_frames()
}

fn pcap() -> Vec<u8> {
    let mut bytes = Vec::new();
    write_pcap(
        &mut bytes,
        LinkType::ETHERNET,
        PcapOptions::default(),
        &shop(),
    )
    .unwrap();
    bytes
}

fn pcapng() -> Vec<u8> {
    let mut bytes = Vec::new();
    write_pcapng(&mut bytes, &shop()).unwrap();
    bytes
}

/// Waits until so many exchanges have been decoded.
fn wait(handle: &Handle, exchanges: u64) {
    let has = |event| matches!(event, CaptureEvent::Progress(now) if now.exchanges >= exchanges);
    assert!(handle.events().iter().any(has));
}

fn end(handle: Handle) -> (Result<Recording, CaptureError>, Vec<Warning>) {
    let events = handle.events().iter();
    let warnings = events
        .take_while(|event| *event != CaptureEvent::Finished)
        .filter_map(|event| match event {
            CaptureEvent::Warning(warning) => Some(warning),
            _ => None,
        });
    let warnings = warnings.collect();
    (handle.join(), warnings)
}

#[test]
fn a_file_is_read_as_it_grows_until_it_is_stopped() {
    for (name, bytes) in [("web.pcap", pcap()), ("web.pcapng", pcapng())] {
        let bench = Bench::new();
        let path = bench.path(name);
        let mut file = File::create(&path).unwrap();
        let handle = bench.read(&path, None);
        // In pieces that end within headers and packets.
        let (first, rest) = bytes.split_at(9);
        let (second, rest) = rest.split_at(rest.len() / 2 + 3);
        file.write_all(first).unwrap();
        file.write_all(second).unwrap();
        wait(&handle, 2);
        file.write_all(rest).unwrap();
        wait(&handle, 6);
        handle.stop();
        let (recording, warnings) = end(handle);
        let recording = recording.unwrap();
        assert_eq!((recording.exchanges.http, recording.connections), (6, 1));
        assert_eq!(recording.state, RecordingState::Complete);
        assert_eq!(recording.source, name);
        assert_eq!(recording.loss.unreadable_records, 0);
        assert_eq!(warnings, []);
    }
}

/// The conversation's two directions: the client's packets, the server's.
fn directions() -> [Vec<u8>; 2] {
    let is_of_server = |frame: &Frame| frame.data.get(34..36) == Some(&80_u16.to_be_bytes()[..]);
    let (server, client): (Vec<_>, Vec<_>) = shop().into_iter().partition(is_of_server);
    [client, server].map(|frames| {
        let mut bytes = Vec::new();
        let options = PcapOptions::default();
        write_pcap(&mut bytes, LinkType::ETHERNET, options, &frames).unwrap();
        bytes
    })
}

#[test]
fn files_that_grow_one_after_the_other_are_one_recording_in_the_order_of_their_packets() {
    let bench = Bench::new();
    let paths = ["answers.pcap", "requests.pcap"].map(|name| bench.path(name));
    let [requests, answers] = directions();
    let mut files = paths.each_ref().map(|path| File::create(path).unwrap());
    let handle = bench.read_all(&[&paths[0], &paths[1]], None);
    // Each waits for the other: what is written first is not what was said first.
    let (first, rest) = answers.split_at(answers.len() / 2);
    files[0].write_all(first).unwrap();
    files[1].write_all(&requests).unwrap();
    wait(&handle, 2);
    files[0].write_all(rest).unwrap();
    wait(&handle, 6);
    handle.stop();
    let (recording, warnings) = end(handle);
    let recording = recording.unwrap();
    assert_eq!((recording.exchanges.http, recording.connections), (6, 1));
    assert_eq!(recording.source, "answers.pcap, requests.pcap");
    let start = Timestamp::from_micros(1_700_000_000_000_000);
    assert_eq!(recording.started_at, start);
    assert_eq!(recording.loss.unpaired_responses, 0);
    assert_eq!(warnings, []);
}

#[test]
fn a_capture_that_is_longer_than_all_buffers_waits_for_one_that_began_later() {
    let bench = Bench::new();
    let paths = ["long.pcap", "short.pcap"].map(|name| bench.path(name));
    let later = Timestamp::from_micros(1_700_000_000_000_000);
    let frame = |index: i64| Frame {
        at: Timestamp::from_micros(later.micros() - 60_000 + index),
        link: LinkType::ETHERNET,
        interface: 0,
        wire_len: 1_000,
        data: vec![0; 1_000],
    };
    let long: Vec<Frame> = (0..60_000).map(frame).collect();
    let mut bytes = Vec::new();
    write_pcap(
        &mut bytes,
        LinkType::ETHERNET,
        PcapOptions::default(),
        &long,
    )
    .unwrap();
    std::fs::write(&paths[0], bytes).unwrap();
    std::fs::write(&paths[1], pcap()).unwrap();
    let (recording, warnings) =
        end(bench.read_all(&[&paths[0], &paths[1]], Some(Duration::from_millis(100))));
    let recording = recording.unwrap();
    assert_eq!(recording.exchanges.http, 6);
    assert_eq!(recording.loss.packets, 60_000 + shop().len() as u64);
    assert_eq!(recording.started_at, long[0].at);
    assert_eq!(warnings, []);
}

#[test]
fn of_several_files_one_may_stay_empty_and_none_may_be_no_capture() {
    let bench = Bench::new();
    let paths = ["web.pcap", "none.pcap"].map(|name| bench.path(name));
    std::fs::write(&paths[0], pcap()).unwrap();
    std::fs::write(&paths[1], "").unwrap();
    let both = || bench.read_all(&[&paths[0], &paths[1]], Some(Duration::from_millis(100)));
    let (recording, warnings) = end(both());
    let recording = recording.unwrap();
    assert_eq!(recording.exchanges.http, 6);
    assert_eq!(recording.state, RecordingState::Complete);
    assert_eq!(warnings, [Warning::NoPackets(paths[1].clone())]);
    bench.store.delete_recording(&recording.name).unwrap();
    std::fs::write(&paths[1], "these are not packets").unwrap();
    assert!(matches!(end(both()).0, Err(CaptureError::Foreign(_))));
    assert!(bench.store.recordings().unwrap().is_empty());
}

#[test]
fn what_is_there_when_it_is_stopped_is_still_read() {
    let bench = Bench::new();
    let path = bench.path("whole.pcap");
    std::fs::write(&path, pcap()).unwrap();
    let handle = bench.read(&path, None);
    handle.stop();
    assert_eq!(end(handle).0.unwrap().exchanges.http, 6);
}

#[test]
fn a_file_that_grows_no_more_ends_after_a_while() {
    let bench = Bench::new();
    let path = bench.path("cut.pcap");
    let bytes = pcap();
    std::fs::write(&path, &bytes[..bytes.len() - 5]).unwrap();
    let (recording, warnings) = end(bench.read(&path, Some(Duration::from_millis(200))));
    let recording = recording.unwrap();
    assert_eq!(recording.exchanges.http, 6);
    // Its last packet never became whole.
    assert_eq!(recording.loss.unreadable_records, 1);
    assert_eq!(warnings, [Warning::FileCut(path)]);
}

#[test]
fn a_named_pipe_is_read_until_its_writer_closes_it() {
    let bench = Bench::new();
    let path = bench.pipe();
    assert!(FlowingFile::is_pipe(&path) && FlowingFile::is_pipe(Path::new("-")));
    // Nobody writes it yet.
    let handle = bench.read(&path, None);
    let mut pipe = OpenOptions::new().write(true).open(&path).unwrap();
    let bytes = pcapng();
    let (first, rest) = bytes.split_at(bytes.len() / 2);
    pipe.write_all(first).unwrap();
    wait(&handle, 1);
    pipe.write_all(rest).unwrap();
    drop(pipe);
    let (recording, warnings) = end(handle);
    assert_eq!(recording.unwrap().exchanges.http, 6);
    assert_eq!(warnings, []);
}

#[test]
fn a_pipe_that_is_stopped_before_its_end_is_interrupted() {
    let bench = Bench::new();
    let path = bench.pipe();
    let handle = bench.read(&path, None);
    let mut pipe = OpenOptions::new().write(true).open(&path).unwrap();
    pipe.write_all(&pcap()).unwrap();
    wait(&handle, 6);
    handle.stop();
    let (recording, warnings) = end(handle);
    assert_eq!(recording.unwrap().state, RecordingState::Interrupted);
    assert_eq!(warnings, [Warning::FileNotFinished(path)]);
}

#[test]
fn what_is_no_capture_leaves_nothing_behind() {
    let bench = Bench::new();
    let path = bench.path("notes.txt");
    std::fs::write(&path, "these are not packets").unwrap();
    assert!(matches!(
        end(bench.read(&path, None)).0,
        Err(CaptureError::Foreign(_))
    ));
    // Empty, and stopped before anything came.
    std::fs::write(&path, "").unwrap();
    let handle = bench.read(&path, None);
    handle.stop();
    assert!(matches!(end(handle).0, Err(CaptureError::Empty(_))));
    assert!(bench.store.recordings().unwrap().is_empty());
}
