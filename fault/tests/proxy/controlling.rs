//! A proxy controlled from elsewhere: faults that are leased end when nobody wants them any more.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener};
use std::thread;
use std::time::Duration;

use reprise_fault::{
    ControlError, Fault, Proxies, ProxyConfig, ProxyProtocol, ProxyTls, RemoteProxies,
};
use reprise_store::Store;
use tempfile::TempDir;

use crate::support::{allowed, connect, eventually, nobody};

/// Long enough to be renewed on any machine.
const LEASE: Duration = Duration::from_secs(60);

struct Controlled {
    proxies: Option<Proxies>,
    remote: RemoteProxies,
    address: SocketAddr,
    control: SocketAddr,
    folder: TempDir,
}

/// A proxy named `db` before a server that closes every connection.
fn controlled(token: Option<&str>) -> Controlled {
    named("db", token)
}

/// A proxy of this name before a server that closes every connection.
fn named(name: &str, token: Option<&str>) -> Controlled {
    let folder = TempDir::with_prefix("reprise-proxy-").unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let server = listener.local_addr().unwrap();
    thread::spawn(move || listener.incoming().for_each(drop));
    let proxies = Proxies::start(1).unwrap();
    let config = ProxyConfig {
        name: name.to_owned(),
        listen: SocketAddr::from(([127, 0, 0, 1], 0)),
        target: allowed(&folder, server),
        protocol: ProxyProtocol::Tcp,
        faults: Vec::new(),
        seed: 1,
        tls: ProxyTls::default(),
        witness: None,
    };
    let address = proxies.open(config).unwrap().address();
    let here = SocketAddr::from(([127, 0, 0, 1], 0));
    let store = Store::open(folder.path().join("t.reprise")).unwrap();
    let token = token.map(str::to_owned);
    let control = proxies.control(here, token, &store).unwrap();
    let remote = RemoteProxies::new(allowed(&folder, control), Some("s3cret".to_owned()));
    Controlled {
        proxies: Some(proxies),
        remote,
        address,
        control,
        folder,
    }
}

impl Drop for Controlled {
    fn drop(&mut self) {
        if let Some(proxies) = self.proxies.take() {
            proxies.stop();
        }
    }
}

fn hang() -> Fault {
    "100:hang for CONNECT".parse().unwrap()
}

#[test]
fn a_fault_is_set_switched_counted_and_removed_from_elsewhere() {
    let standing = controlled(Some("s3cret"));
    let remote = &standing.remote;
    let added = remote.add("db", &hang(), LEASE).unwrap();
    assert!(!added.on && added.injected == 0);
    let place = ("db", added.id);
    assert!(remote.switch(place, true, LEASE).unwrap().on);
    let _hanging = connect(standing.address);
    eventually(|| remote.renew(place, LEASE).unwrap().injected == 1);
    let off = remote.switch(place, false, LEASE).unwrap();
    assert!(!off.on && off.injected == 1);
    let all = remote.list().unwrap();
    assert_eq!((all.len(), all[0].name.as_str()), (1, "db"));
    assert_eq!(all[0].faults, [off]);
    remote.remove(place).unwrap();
    assert_eq!(remote.list().unwrap()[0].faults, []);
}

#[test]
fn a_fault_whose_lease_has_run_out_frees_what_it_held_and_is_gone() {
    let standing = controlled(None);
    let remote = &standing.remote;
    let added = remote.add("db", &hang(), LEASE).unwrap();
    remote.switch(("db", added.id), true, LEASE).unwrap();
    let mut hanging = connect(standing.address);
    eventually(|| remote.list().unwrap()[0].faults[0].injected == 1);
    remote
        .renew(("db", added.id), Duration::from_millis(50))
        .unwrap();
    // the end of the stream: the fault let go of the connection
    let mut rest = Vec::new();
    hanging.read_to_end(&mut rest).unwrap();
    eventually(|| remote.list().unwrap()[0].faults.is_empty());
    let gone = remote.switch(("db", added.id), true, LEASE).unwrap_err();
    assert!(gone.to_string().contains("none with this number"), "{gone}");
}

#[test]
fn what_cannot_be_controlled_says_why() {
    let standing = controlled(Some("another"));
    let refused = standing.remote.list().unwrap_err();
    assert!(
        matches!(refused, ControlError::Refused { .. }) && refused.to_string().contains("token"),
        "{refused}"
    );
    let gone = RemoteProxies::new(allowed(&standing.folder, nobody()), None);
    let unreachable = gone.list().unwrap_err();
    assert!(
        unreachable.to_string().contains("--control"),
        "{unreachable}"
    );
    let elsewhere = RemoteProxies::new(allowed(&standing.folder, standing.address), None);
    assert!(elsewhere.list().is_err());
}

#[test]
fn a_proxy_may_be_called_anything() {
    let standing = named("the shop/db 100%", None);
    let remote = &standing.remote;
    let added = remote.add("the shop/db 100%", &hang(), LEASE).unwrap();
    let place = ("the shop/db 100%", added.id);
    assert!(remote.switch(place, true, LEASE).unwrap().on);
    remote.remove(place).unwrap();
}

/// What is answered to these bytes, each sent by itself, up to the end of the connection.
fn answered(standing: &Controlled, pieces: &[&str]) -> String {
    let mut control = connect(standing.control);
    control.set_nodelay(true).unwrap();
    for piece in pieces {
        control.write_all(piece.as_bytes()).unwrap();
        thread::sleep(Duration::from_millis(5));
    }
    let mut answer = String::new();
    control.read_to_string(&mut answer).unwrap();
    answer
}

#[test]
fn who_waits_to_go_on_is_told_once_and_head_has_no_body() {
    let standing = controlled(None);
    let head = "POST /api/proxies/db/faults HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\
                Expect: 100-continue\r\nContent-Length: 19\r\n\r\n";
    let said = answered(&standing, &[head, "{\"fault\"", ": \"5:h", "ang\"}"]);
    assert_eq!(said.matches("100 Continue").count(), 1, "{said}");
    assert!(said.contains("201 Created"), "{said}");
    let head = "HEAD /api/proxies HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
    let said = answered(&standing, &[head]);
    assert!(
        said.starts_with("HTTP/1.1 405 ") && said.ends_with("\r\n\r\n"),
        "{said}"
    );
}
