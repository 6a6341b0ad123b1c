//! Several interfaces at once, on a network of the test's own: a namespace behind a veth pair, whose
//! near end is plugged into a bridge. Needs root; what is made is taken away again.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a failing helper fails the test"
)]

use std::io::{Read, Write};
use std::net::TcpListener;
use std::process::Command;
use std::thread;

use reprise_capture::{CaptureEvent, Interfaces, PacketSource, RecordConfig, record};
use reprise_store::{Recording, Store};

const ANSWER: &[u8] = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

/// A bridge here, `10.231.NET.1`, and a namespace with a veth plugged into it, `10.231.NET.2`.
struct Network {
    net: u32,
}

impl Network {
    fn new() -> Self {
        // Process ids of tests that run at the same time differ.
        let network = Self {
            net: std::process::id() % 250,
        };
        network.remove();
        let Names {
            namespace,
            bridge,
            near,
            far,
        } = network.names();
        let net = network.net;
        ip(&format!("netns add {namespace}"));
        ip(&format!(
            "link add {near} type veth peer name {far} netns {namespace}"
        ));
        ip(&format!("link add {bridge} type bridge"));
        ip(&format!("link set {near} master {bridge} up"));
        ip(&format!("addr add 10.231.{net}.1/24 dev {bridge}"));
        ip(&format!("link set {bridge} up"));
        ip(&format!(
            "-n {namespace} addr add 10.231.{net}.2/24 dev {far}"
        ));
        ip(&format!("-n {namespace} link set {far} up"));
        network
    }

    fn names(&self) -> Names {
        let net = self.net;
        Names {
            namespace: format!("reprise-{net}"),
            bridge: format!("rpbr{net}"),
            near: format!("rpnear{net}"),
            far: format!("rpfar{net}"),
        }
    }

    fn remove(&self) {
        let Names {
            namespace, bridge, ..
        } = self.names();
        // What is not there cannot be removed, which is fine.
        let _ = Command::new("ip")
            .args(["netns", "del", &namespace])
            .output();
        let _ = Command::new("ip").args(["link", "del", &bridge]).output();
    }

    /// Asks the server on `port` once, from inside the namespace.
    fn ask(&self, port: u16) {
        let address = format!("/dev/tcp/10.231.{}.1/{port}", self.net);
        let script = format!(
            "exec 3<>{address}; printf 'GET /far HTTP/1.1\\r\\nHost: near\\r\\n\\r\\n' >&3; cat <&3"
        );
        let namespace = self.names().namespace;
        let output = Command::new("ip")
            .args(["netns", "exec", &namespace, "bash", "-c", &script])
            .output()
            .unwrap();
        assert_eq!(output.stdout, ANSWER, "{output:?}");
    }
}

impl Drop for Network {
    fn drop(&mut self) {
        self.remove();
    }
}

struct Names {
    namespace: String,
    bridge: String,
    near: String,
    far: String,
}

fn ip(arguments: &str) {
    let output = Command::new("ip")
        .args(arguments.split(' '))
        .output()
        .unwrap_or_else(|error| panic!("this test needs iproute2: {error}"));
    assert!(
        output.status.success(),
        "this test needs root: ip {arguments}: {output:?}"
    );
}

/// Answers `connections` connections and closes them.
fn serve(connections: usize) -> (u16, thread::JoinHandle<()>) {
    let listener = TcpListener::bind("0.0.0.0:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let server = thread::spawn(move || {
        for _ in 0..connections {
            let (mut stream, _) = listener.accept().unwrap();
            // The shell sends it line by line.
            let mut request = Vec::new();
            while !request.ends_with(b"\r\n\r\n") {
                let mut some = [0; 1_024];
                let read = stream.read(&mut some).unwrap();
                assert!(read > 0);
                request.extend_from_slice(&some[..read]);
            }
            stream.write_all(ANSWER).unwrap();
        }
    });
    (port, server)
}

fn recorded(network: &Network, interfaces: &[&str], connections: usize) -> Recording {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open(folder.path().join("network.reprise")).unwrap();
    let (port, server) = serve(connections);
    let config = RecordConfig {
        source: PacketSource::Interfaces(Interfaces::named(interfaces.iter().copied())),
        ports: vec![port],
        name: "network".to_owned(),
        ..RecordConfig::default()
    };
    let handle = record(config, &store).unwrap();
    for _ in 0..connections {
        network.ask(port);
    }
    server.join().unwrap();
    handle.stop();
    assert_eq!(handle.events().iter().last(), Some(CaptureEvent::Finished));
    handle.join().unwrap()
}

#[test]
fn a_packet_that_passes_several_captured_interfaces_counts_once() {
    let network = Network::new();
    let Names { bridge, near, .. } = network.names();
    let (bridge, near) = (bridge.as_str(), near.as_str());

    let alone = recorded(&network, &[near], 3);
    assert_eq!(
        (alone.exchanges.http, alone.connections),
        (3, 3),
        "{:?}",
        alone.loss
    );
    assert_eq!(alone.loss.duplicate_packets, 0);

    for interfaces in [&[bridge, near][..], &["any"], &[bridge, near, "lo"]] {
        let both = recorded(&network, interfaces, 3);
        let loss = &both.loss;
        assert_eq!(
            (both.exchanges.http, both.connections),
            (3, 3),
            "{interfaces:?} {loss:?}"
        );
        assert_eq!((loss.gap_bytes, loss.unpaired_requests), (0, 0), "{loss:?}");
        // Every packet was seen twice, and is accounted for.
        assert_eq!(
            loss.duplicate_packets, loss.decoded_packets,
            "{interfaces:?} {loss:?}"
        );
        assert_eq!(loss.packets, loss.decoded_packets + loss.duplicate_packets);
    }
}
