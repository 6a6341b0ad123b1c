//! Recording without the right to, through `reprise-tap`, which has it. As root, who may give such
//! rights, this test runs itself once more as somebody who has none.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a failing helper fails the test"
)]

use std::fs;
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::thread;

use reprise_capture::{
    CaptureError, CaptureEvent, Handle, Interfaces, PacketSource, RecordConfig, devices, record,
};
use reprise_store::{Recording, Store};

const TAP: &str = env!("CARGO_BIN_EXE_reprise-tap");
/// Set for the run of this test by somebody without rights: where the files are.
const FOLDER: &str = "REPRISE_TAP_TEST_FOLDER";
const ANSWER: &[u8] = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

fn is_root() -> bool {
    rustix::process::geteuid().is_root()
}

/// Answers `connections` connections of a request each.
fn serve(connections: usize) -> (u16, thread::JoinHandle<()>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let server = thread::spawn(move || {
        for _ in 0..connections {
            let (mut stream, _) = listener.accept().unwrap();
            let mut request = [0; 1_024];
            assert!(stream.read(&mut request).unwrap() > 0);
            stream.write_all(ANSWER).unwrap();
        }
    });
    (port, server)
}

fn ask(port: u16) {
    ask_for(port, "/");
}

fn ask_for(port: u16, target: &str) {
    let mut stream = TcpStream::connect(("127.0.0.1", port)).unwrap();
    stream
        .write_all(format!("GET {target} HTTP/1.1\r\nHost: x\r\n\r\n").as_bytes())
        .unwrap();
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).unwrap();
    assert_eq!(answer, ANSWER);
}

fn config(interfaces: &[&str], port: u16, tap: Option<&Path>) -> RecordConfig {
    let mut interfaces = Interfaces::named(interfaces.iter().copied());
    interfaces.tap = tap.map(Path::to_path_buf);
    RecordConfig {
        source: PacketSource::Interfaces(interfaces),
        ports: vec![port],
        name: "tap".to_owned(),
        ..RecordConfig::default()
    }
}

fn ended(handle: Handle) -> Recording {
    handle.stop();
    assert_eq!(handle.events().iter().last(), Some(CaptureEvent::Finished));
    handle.join().unwrap()
}

/// The running processes of the program at `path`, which may lie anywhere but with that name.
fn running(path: &Path) -> Vec<PathBuf> {
    let processes = fs::read_dir("/proc").unwrap().flatten();
    let named = processes.map(|process| process.path()).filter(|process| {
        let line = fs::read(process.join("cmdline")).unwrap_or_default();
        line.starts_with(path.to_string_lossy().as_bytes())
    });
    named.collect()
}

/// A copy for everybody, in a folder that everybody may look into.
fn copy(from: &str, folder: &Path, name: &str) -> PathBuf {
    let to = folder.join(name);
    fs::copy(from, &to).unwrap();
    fs::set_permissions(&to, fs::Permissions::from_mode(0o755)).unwrap();
    to
}

#[test]
fn a_tap_captures_like_this_program_itself_and_is_gone_afterwards() {
    let folder = tempfile::tempdir().unwrap();
    let tap = copy(TAP, folder.path(), "reprise-tap");
    let store = Store::open(folder.path().join("tap.reprise")).unwrap();
    for interfaces in [&["lo"][..], &["any"]] {
        let (port, server) = serve(3);
        let started = record(config(interfaces, port, Some(&tap)), &store);
        if !is_root() {
            let error = started.unwrap_err().to_string();
            let fix = format!("sudo setcap cap_net_raw=eip {}", tap.display());
            assert!(error.contains(&fix), "{error}");
            return;
        }
        let handle = started.unwrap();
        for process in running(&tap) {
            let status = fs::read_to_string(process.join("status")).unwrap();
            for line in [
                "Uid:\t65534\t65534",
                "CapPrm:\t0000000000000000",
                "NoNewPrivs:\t1",
            ] {
                assert!(status.contains(line), "{line}: {status}");
            }
        }
        assert_eq!(running(&tap).len(), 1);
        for _ in 0..3 {
            ask(port);
        }
        server.join().unwrap();
        let recording = ended(handle);
        assert_eq!(
            recording.exchanges.http, 3,
            "{interfaces:?} {:?}",
            recording.loss
        );
        assert_eq!(
            (recording.loss.gap_bytes, recording.loss.kernel_dropped),
            (0, 0)
        );
        assert!(running(&tap).is_empty());
        store.delete_recording("tap").unwrap();
    }
}

#[test]
fn what_the_snap_length_cuts_off_is_counted_with_a_tap_and_without() {
    if !is_root() {
        return;
    }
    for tap in [Some(Path::new(TAP)), None] {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(folder.path().join("tap.reprise")).unwrap();
        let (port, server) = serve(2);
        let mut config = config(&["lo"], port, tap);
        if let PacketSource::Interfaces(interfaces) = &mut config.source {
            interfaces.snap_length = 128;
        }
        let handle = record(config, &store).unwrap();
        ask(port);
        ask_for(port, &format!("/{}", "long/".repeat(60)));
        server.join().unwrap();
        let recording = ended(handle);
        assert_eq!(recording.loss.truncated_packets, 1, "{:?}", recording.loss);
        assert!(recording.loss.gap_bytes > 200, "{:?}", recording.loss);
        assert_eq!(recording.exchanges.http, 2);
    }
}

#[test]
fn somebody_without_rights_records_through_a_tap_that_has_them() {
    if let Some(folder) = std::env::var_os(FOLDER) {
        records_without_rights(Path::new(&folder));
        return;
    }
    if !is_root() {
        // Without root nobody can give the rights; what there is to see is that they are wanted.
        let folder = tempfile::tempdir().unwrap();
        let tap = copy(TAP, folder.path(), "reprise-tap");
        let checked = Command::new(&tap).args(["--check", "-i", "lo"]).output();
        let said = String::from_utf8(checked.unwrap().stderr).unwrap();
        assert!(said.contains("\"no_rights\":true"), "{said}");
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let everybody = fs::Permissions::from_mode(0o777);
    fs::set_permissions(folder.path(), everybody).unwrap();
    let tap = copy(TAP, folder.path(), "reprise-tap");
    let test = std::env::current_exe().unwrap();
    let test = copy(&test.to_string_lossy(), folder.path(), "test");
    let given = Command::new("setcap")
        .arg("cap_net_raw=eip")
        .arg(&tap)
        .output()
        .unwrap_or_else(|error| panic!("this test needs setcap (package libcap2-bin): {error}"));
    assert!(given.status.success(), "{given:?}");
    let output = Command::new("setpriv")
        .args([
            "--reuid=65534",
            "--regid=65534",
            "--clear-groups",
            "--inh-caps=-all",
        ])
        .arg(&test)
        .args([
            "--exact",
            "somebody_without_rights_records_through_a_tap_that_has_them",
        ])
        .arg("--nocapture")
        .env(FOLDER, folder.path())
        .env("TMPDIR", folder.path())
        .current_dir(folder.path())
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(
        output.status.success() && said.contains("1 passed"),
        "{output:?}"
    );
}

/// As nobody. The tap lies beside this program, where it is found.
fn records_without_rights(folder: &Path) {
    assert!(!is_root());
    let store = Store::open(folder.join("nobody.reprise")).unwrap();
    let (port, server) = serve(5);
    let handle = record(config(&["lo"], port, None), &store).unwrap();
    for _ in 0..5 {
        ask(port);
    }
    server.join().unwrap();
    let recording = ended(handle);
    assert_eq!(recording.exchanges.http, 5, "{:?}", recording.loss);
    assert!(running(&folder.join("reprise-tap")).is_empty());
    let devices = devices().unwrap();
    let loopback = devices.iter().find(|device| device.loopback);
    assert_eq!(loopback.unwrap().capturable, Ok(()));

    // What the tap cannot do is said as this program would.
    let unknown = record(config(&["nosuch0"], port, None), &store).unwrap_err();
    assert!(
        unknown.to_string().contains("there is no such interface"),
        "{unknown}"
    );

    // A copy loses the right, and is named with what gives it back.
    let without = copy(
        &folder.join("reprise-tap").to_string_lossy(),
        folder,
        "powerless",
    );
    match record(config(&["lo"], port, Some(&without)), &store).unwrap_err() {
        CaptureError::NoRights { tap, .. } => assert_eq!(tap, Some(without)),
        other => panic!("{other}"),
    }
}

#[test]
fn a_tap_ends_when_nobody_reads_it_and_says_what_is_wrong_with_a_filter() {
    let mut child = Command::new(TAP)
        .args(["-i", "lo", "--port", "1"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // Not root: the pipe ends at once, too, and stderr has the reason.
    drop(child.stdout.take());
    let status = child.wait().unwrap();
    assert_eq!(status.code(), Some(if is_root() { 0 } else { 2 }));

    let output = Command::new(TAP)
        .args(["-i", "lo", "--filter", "port eighty eighty"])
        .output()
        .unwrap();
    let said = String::from_utf8(output.stderr).unwrap();
    let what = if is_root() {
        "compile the filter"
    } else {
        "no_rights\":true"
    };
    assert!(said.contains(what), "{said}");
    assert!(output.stdout.is_empty());
}
