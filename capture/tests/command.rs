//! Packets from a command's output: what comes of commands that behave, and of those that don't.
#![expect(clippy::unwrap_used, reason = "a failing helper fails the test")]

use std::net::SocketAddr;
use std::path::Path;
use std::time::{Duration, Instant};

use reprise_capture::packet_builder::{Conversation, PcapOptions, write_pcap, write_pcapng};
use reprise_capture::{
    CaptureCommand, CaptureError, CaptureEvent, Handle, LinkType, PacketSource, RecordConfig,
    Warning, record,
};
use reprise_store::{Recording, RecordingState, Store};
use reprise_wire::Timestamp;
use tempfile::TempDir;

/// Where the captures are that the commands print, and the file that is recorded into.
struct Bench {
    folder: TempDir,
    store: Store,
}

/// What came of a command.
struct Ended {
    result: Result<Recording, CaptureError>,
    warnings: Vec<Warning>,
}

impl Bench {
    /// `shop.pcap` and `shop.pcapng` have three exchanges each, the packets of `cut.pcap` end in
    /// the middle of one.
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(folder.path().join("command.reprise")).unwrap();
        let address = |port| SocketAddr::from(([10, 0, 0, 1], port));
        let start = Timestamp::from_micros(1_700_000_000_000_000);
        let mut shop = Conversation::new(address(40_000), address(80), start);
        shop.handshake();
        for _ in 0..3 {
            shop.client("GET /cart HTTP/1.1\r\nHost: shop\r\n\r\n")
                .server("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
        }
        shop.close();
        let (mut pcap, mut pcapng) = (Vec::new(), Vec::new());
        let (link, options) = (LinkType::ETHERNET, PcapOptions::default());
        write_pcap(&mut pcap, link, options, shop.frames()).unwrap();
        write_pcapng(&mut pcapng, shop.frames()).unwrap();
        let put = |name: &str, bytes: &[u8]| {
            std::fs::write(folder.path().join(name), bytes).unwrap();
        };
        put("shop.pcap", &pcap);
        put("shop.pcapng", &pcapng);
        put("cut.pcap", &pcap[..pcap.len() - 7]);
        Self { folder, store }
    }

    fn start(&self, line: &str, restart: bool) -> Result<Handle, CaptureError> {
        let folder = self.folder.path().display();
        let config = RecordConfig {
            source: PacketSource::Command(CaptureCommand {
                line: format!("cd {folder}; {line}"),
                restart,
            }),
            name: "command".to_owned(),
            ..RecordConfig::default()
        };
        record(config, &self.store)
    }

    fn run(&self, line: &str) -> Ended {
        end(self.start(line, false).unwrap())
    }
}

/// Waits for the end.
fn end(handle: Handle) -> Ended {
    let events: Vec<_> = handle
        .events()
        .iter()
        .take_while(|event| *event != CaptureEvent::Finished)
        .collect();
    let warnings = events.into_iter().filter_map(|event| match event {
        CaptureEvent::Warning(warning) => Some(warning),
        _ => None,
    });
    Ended {
        warnings: warnings.collect(),
        result: handle.join(),
    }
}

impl Ended {
    fn recording(&self) -> &Recording {
        self.result.as_ref().unwrap()
    }

    fn error(&self) -> String {
        self.result.as_ref().unwrap_err().to_string()
    }
}

/// Whether a process still runs whose id a command has written there.
fn runs(path: &Path) -> bool {
    let id = std::fs::read_to_string(path).unwrap();
    let status = std::fs::read_to_string(format!("/proc/{}/stat", id.trim()));
    // A dead one that nobody has waited for yet does not run.
    status.is_ok_and(|status| !status.contains(") Z "))
}

/// Whether that process is gone: one that was killed is when it would next have had its turn.
fn has_ended(path: &Path) -> bool {
    let deadline = Instant::now() + Duration::from_secs(30);
    while runs(path) {
        if Instant::now() > deadline {
            return false;
        }
        std::thread::sleep(Duration::from_millis(10));
    }
    true
}

#[test]
fn a_command_that_prints_a_capture_is_recorded_whole() {
    for line in [
        "cat shop.pcap",
        "cat shop.pcapng",
        "gzip -c shop.pcapng",
        // As it comes from afar: in pieces, with breaks.
        "head -c 10 shop.pcap; sleep 0.1; tail -c +11 shop.pcap | head -c 200; sleep 0.1; tail -c +211 shop.pcap",
    ] {
        let bench = Bench::new();
        let ended = bench.run(line);
        let recording = ended.recording();
        assert_eq!(recording.exchanges.http, 3, "{line}");
        assert_eq!(recording.state, RecordingState::Complete);
        assert_eq!(
            recording.started_at,
            Timestamp::from_micros(1_700_000_000_000_000)
        );
        assert!(recording.duration_ms < 1_000, "{recording:?}");
        assert_eq!(ended.warnings, []);
    }
}

#[test]
fn what_tcpdump_counts_as_dropped_is_in_the_ledger_and_other_words_are_warnings() {
    let bench = Bench::new();
    let ended = bench.run(
        "echo 'tcpdump: listening on eth0' >&2; cat shop.pcap; echo 'disk is warm' >&2; \
         echo '12 packets captured' >&2; echo '7 packets dropped by kernel' >&2; \
         echo '2 packets dropped by interface' >&2",
    );
    let loss = &ended.recording().loss;
    assert_eq!((loss.kernel_dropped, loss.interface_dropped), (7, 2));
    assert!(
        ended
            .warnings
            .contains(&Warning::CommandSays("disk is warm".to_owned()))
    );
    assert!(ended.warnings.contains(&Warning::Dropping { packets: 9 }));
    assert_eq!(ended.warnings.len(), 2, "{:?}", ended.warnings);
}

#[test]
fn a_command_that_dies_in_the_middle_of_a_packet_keeps_what_came_before() {
    let bench = Bench::new();
    let ended = bench.run("cat cut.pcap; echo 'link is down' >&2; exit 3");
    let recording = ended.recording();
    assert_eq!(recording.exchanges.http, 3);
    assert_eq!(recording.loss.unreadable_records, 1);
    assert_eq!(recording.state, RecordingState::Interrupted);
    let last = ended.warnings.last().unwrap().to_string();
    assert!(last.contains("the last of them cut"), "{last}");
    assert!(last.contains("exit status 3: link is down"), "{last}");
}

#[test]
fn a_command_that_prints_no_capture_is_refused_with_what_came_and_leaves_nothing_behind() {
    for (line, what) in [
        (
            "echo 'Permission denied, please try again.'",
            "Permission denied, please try",
        ),
        ("printf ab", "\"ab\""),
        ("head -c 10 shop.pcap", "no capture"),
        ("no-such-command --really", "exit status 127"),
        ("exit 0", "it printed nothing, and ended"),
        ("kill -9 $$", "ended by signal 9"),
    ] {
        let bench = Bench::new();
        let ended = bench.run(line);
        assert!(ended.error().contains(what), "{line}: {}", ended.error());
        assert!(bench.store.recordings().unwrap().is_empty());
    }
}

#[test]
fn a_command_that_never_prints_is_stopped_with_everything_it_started() {
    let bench = Bench::new();
    let handle = bench
        .start("sleep 1000 & echo $! > id; touch started; wait", false)
        .unwrap();
    let folder = bench.folder.path();
    while !folder.join("started").exists() {
        std::thread::sleep(Duration::from_millis(5));
    }
    assert!(runs(&folder.join("id")));
    handle.stop();
    let error = end(handle).error();
    assert!(error.contains("it printed nothing"), "{error}");
    assert!(has_ended(&folder.join("id")));
}

#[test]
fn a_command_that_will_not_end_is_ended() {
    let bench = Bench::new();
    // Deaf to the polite signal, with a child that holds the pipe.
    let handle = bench
        .start(
            "trap '' TERM; sleep 1000 & echo $! > id; cat shop.pcap; while :; do sleep 1; done",
            false,
        )
        .unwrap();
    let has_all = |event| matches!(event, CaptureEvent::Progress(now) if now.exchanges == 3);
    assert!(handle.events().iter().any(has_all));
    handle.stop();
    let ended = end(handle);
    assert_eq!(ended.recording().state, RecordingState::Complete);
    assert!(has_ended(&bench.folder.path().join("id")));
}

#[test]
fn what_a_command_leaves_running_ends_with_it() {
    let bench = Bench::new();
    let ended = bench.run("sleep 1000 >/dev/null 2>&1 & echo $! > id; cat shop.pcap");
    assert_eq!(ended.recording().exchanges.http, 3);
    assert!(has_ended(&bench.folder.path().join("id")));
}

#[test]
fn a_command_that_fails_is_started_again_and_counted() {
    let bench = Bench::new();
    // Fails twice, the second time after packets; then ends well.
    let handle = bench
        .start(
            "echo x >> runs; case $(wc -l < runs) in 1) exit 1;; 2) cat shop.pcap; exit 1;; esac; cat shop.pcapng",
            true,
        )
        .unwrap();
    let ended = end(handle);
    let recording = ended.recording();
    assert_eq!(recording.loss.restarts, 2);
    assert_eq!(recording.state, RecordingState::Complete);
    let again = ended
        .warnings
        .iter()
        .filter(|one| matches!(one, Warning::CommandAgain { .. }));
    assert_eq!(again.count(), 2, "{:?}", ended.warnings);
}

#[test]
fn a_command_that_waits_to_be_started_again_can_be_stopped() {
    let bench = Bench::new();
    let handle = bench.start("exit 5", true).unwrap();
    let again = |event| matches!(event, CaptureEvent::Warning(Warning::CommandAgain { .. }));
    assert!(handle.events().iter().any(again));
    handle.stop();
    assert!(end(handle).error().contains("exit status 5"));
}

#[test]
fn ports_and_filters_are_not_for_commands() {
    let bench = Bench::new();
    let config = RecordConfig {
        source: PacketSource::Command(CaptureCommand {
            line: "cat".to_owned(),
            restart: false,
        }),
        ports: vec![80],
        name: "command".to_owned(),
        ..RecordConfig::default()
    };
    let error = record(config, &bench.store).unwrap_err().to_string();
    assert!(error.contains("let the command filter"), "{error}");
}
