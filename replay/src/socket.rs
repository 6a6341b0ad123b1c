//! Opens connections that carry the mark of replayed traffic, so that no capture takes them for
//! production's and no replay replays itself.

mod stamped;

use std::io;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::atomic::{AtomicU8, Ordering};

use reprise_wire::REPLAY_DSCP;
use rustix::io::Errno;
use socket2::{Domain, Protocol, Socket, Type};
use tokio::net::{TcpSocket, TcpStream};

pub(crate) use stamped::StampedStream;

/// How many local addresses connections to a loopback target may come from: each has its own ports.
pub(crate) const LOOPBACK_SOURCES: u8 = 16;

/// The loopback address that new connections come from: that of those before have no port left. A hint,
/// shared by all threads; 0 lets the system choose.
static SOURCE: AtomicU8 = AtomicU8::new(0);

/// Connects to `address`: marked before the first packet leaves, without Nagle's delay. To loopback it
/// comes from another of its addresses when one has no port left.
///
/// # Errors
/// What the system says: refused, unreachable, no descriptors left.
pub(crate) async fn connect(address: SocketAddr) -> io::Result<StampedStream> {
    let loopback = matches!(address.ip(), IpAddr::V4(ip) if ip.is_loopback());
    if !loopback {
        return connect_from(address, None).await.map(StampedStream::new);
    }
    let mut last = io::ErrorKind::AddrNotAvailable.into();
    for _ in 0..LOOPBACK_SOURCES {
        let number = SOURCE.load(Ordering::Relaxed);
        match connect_from(address, source(number)).await {
            Err(error) if has_no_port_left(&error) => last = error,
            connected => return connected.map(StampedStream::new),
        }
        let next = (number + 1) % LOOPBACK_SOURCES;
        // whoever sees it first moves on
        let _ = SOURCE.compare_exchange(number, next, Ordering::Relaxed, Ordering::Relaxed);
    }
    Err(last)
}

/// Whether every local port is in use: bound, or connected to that very target.
pub(crate) fn has_no_port_left(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::AddrNotAvailable | io::ErrorKind::AddrInUse
    )
}

/// Whether the process, or the system, has as many files open as it may.
pub(crate) fn has_no_file_left(error: &io::Error) -> bool {
    let no_file = [Errno::MFILE, Errno::NFILE].map(Errno::raw_os_error);
    error
        .raw_os_error()
        .is_some_and(|code| no_file.contains(&code))
}

/// The loopback address with this number: 127.0.0.2 is the first after the system's own choice.
fn source(number: u8) -> Option<IpAddr> {
    (number > 0).then(|| IpAddr::V4(Ipv4Addr::new(127, 0, 0, number + 1)))
}

async fn connect_from(address: SocketAddr, source: Option<IpAddr>) -> io::Result<TcpStream> {
    let socket = Socket::new(
        Domain::for_address(address),
        Type::STREAM,
        Some(Protocol::TCP),
    )?;
    // the six DSCP bits are the upper ones of the former type-of-service byte (RFC 2474 section 3)
    let marked = u32::from(REPLAY_DSCP) << 2;
    match address {
        SocketAddr::V4(_) => socket.set_tos_v4(marked)?,
        SocketAddr::V6(_) => socket.set_tclass_v6(marked)?,
    }
    socket.set_tcp_nodelay(true)?;
    socket.set_nonblocking(true)?;
    if let Some(source) = source {
        socket.bind(&SocketAddr::new(source, 0).into())?;
    }
    TcpSocket::from_std_stream(socket.into())
        .connect(address)
        .await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_connection_to_loopback_can_come_from_any_of_its_addresses() {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        for number in 0..LOOPBACK_SOURCES {
            let stream = connect_from(address, source(number)).await.unwrap();
            let from = stream.local_addr().unwrap().ip();
            assert_eq!(from, IpAddr::V4(Ipv4Addr::new(127, 0, 0, number + 1)));
        }
        let nobody = SocketAddr::from(([127, 0, 0, 1], 1));
        assert!(!has_no_port_left(&connect(nobody).await.unwrap_err()));
    }
}
