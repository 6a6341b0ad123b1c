//! Opens connections that carry the mark of replayed traffic, so that no capture takes them for
//! production's and no replay replays itself.

use std::io;
use std::net::SocketAddr;

use reprise_wire::REPLAY_DSCP;
use socket2::{Domain, Protocol, Socket, Type};
use tokio::net::{TcpSocket, TcpStream};

/// Connects to `address`: marked before the first packet leaves, without Nagle's delay.
///
/// # Errors
/// What the system says: refused, unreachable, no descriptors left.
pub(crate) async fn connect(address: SocketAddr) -> io::Result<TcpStream> {
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
    TcpSocket::from_std_stream(socket.into())
        .connect(address)
        .await
}
