//! A proxy on a free port in front of a server that the test plays.

use std::io::{Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use reprise_fault::{Proxies, Proxy, ProxyConfig, ProxyProtocol, ProxyTls};
use reprise_store::{AllowedTarget, Store};
use tempfile::TempDir;

/// Longer than anything takes that is going to happen at all.
pub(crate) const LONG: Duration = Duration::from_secs(20);

/// A proxy in threads of its own.
pub(crate) struct Standing {
    pub(crate) proxy: Arc<Proxy>,
    proxies: Option<Proxies>,
    _folder: TempDir,
}

impl Standing {
    pub(crate) fn before(server: impl ToString, protocol: ProxyProtocol) -> Self {
        Self::misbehaving(server, protocol, &[])
    }

    pub(crate) fn misbehaving(
        server: impl ToString,
        protocol: ProxyProtocol,
        faults: &[&str],
    ) -> Self {
        let folder = TempDir::with_prefix("reprise-proxy-").unwrap();
        let proxies = Proxies::start(2).unwrap();
        let config = ProxyConfig {
            name: "test".to_owned(),
            listen: SocketAddr::from(([127, 0, 0, 1], 0)),
            target: allowed(&folder, server),
            protocol,
            faults: faults.iter().map(|fault| fault.parse().unwrap()).collect(),
            seed: 1,
            tls: ProxyTls::default(),
            witness: None,
        };
        let proxy = proxies.open(config).unwrap();
        Self {
            proxy,
            proxies: Some(proxies),
            _folder: folder,
        }
    }

    pub(crate) fn connect(&self) -> TcpStream {
        connect(self.proxy.address())
    }

    /// Waits until no connection is open.
    #[track_caller]
    pub(crate) fn idle(&self) {
        eventually(|| self.proxy.counts().open == 0);
    }
}

impl Drop for Standing {
    fn drop(&mut self) {
        if let Some(proxies) = self.proxies.take() {
            proxies.stop();
        }
    }
}

pub(crate) fn allowed(folder: &TempDir, server: impl ToString) -> AllowedTarget {
    let store = Store::open(folder.path().join("t.reprise")).unwrap();
    store.allow_http(&server.to_string(), None, false).unwrap()
}

pub(crate) fn connect(address: SocketAddr) -> TcpStream {
    let stream = TcpStream::connect(address).unwrap();
    stream.set_read_timeout(Some(LONG)).unwrap();
    stream.set_write_timeout(Some(LONG)).unwrap();
    stream
}

/// A server that does `serve` with its first connection.
pub(crate) fn server<T: Send + 'static>(
    serve: impl FnOnce(TcpStream) -> T + Send + 'static,
) -> (SocketAddr, JoinHandle<T>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let thread = thread::spawn(move || {
        let (stream, _) = listener.accept().unwrap();
        stream.set_read_timeout(Some(LONG)).unwrap();
        stream.set_write_timeout(Some(LONG)).unwrap();
        serve(stream)
    });
    (address, thread)
}

/// An address at which nobody listens.
pub(crate) fn nobody() -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    listener.local_addr().unwrap()
}

/// Writes these pieces with a pause after each, then says that it is done; meanwhile reads to the end.
pub(crate) fn converse(stream: &TcpStream, pieces: Vec<Vec<u8>>, pause: Duration) -> Vec<u8> {
    let mut writing = stream.try_clone().unwrap();
    let writer = thread::spawn(move || {
        for piece in pieces {
            writing.write_all(&piece).unwrap();
            thread::sleep(pause);
        }
        writing.shutdown(Shutdown::Write).unwrap();
    });
    let heard = read_all(stream);
    writer.join().unwrap();
    heard
}

pub(crate) fn read_all(mut stream: &TcpStream) -> Vec<u8> {
    let mut heard = Vec::new();
    stream.read_to_end(&mut heard).unwrap();
    heard
}

/// Waits until it is so.
#[track_caller]
pub(crate) fn eventually(mut so: impl FnMut() -> bool) {
    let limit = Instant::now() + LONG;
    while !so() {
        assert!(Instant::now() < limit, "it has not happened");
        thread::sleep(Duration::from_millis(5));
    }
}
