//! Sockets as a proxy needs them: listening again at once, and reading without asking twice.

use std::io;
use std::net::{SocketAddr, TcpListener};
use std::time::Duration;

use rustix::net::{RecvFlags, recv};
use socket2::{Domain, Protocol, Socket, TcpKeepalive, Type};
use tokio::io::Interest;
use tokio::net::TcpStream;

/// How many connections may wait to be accepted.
const BACKLOG: i32 = 4096;

/// How long a client may be quiet before the system asks whether it is still there. One that has vanished without a
/// word is gone half a minute later.
const QUIET: Duration = Duration::from_secs(60);

/// Listens, also where connections of an earlier listener still linger.
pub(crate) fn listen(address: SocketAddr) -> io::Result<TcpListener> {
    let socket = Socket::new(
        Domain::for_address(address),
        Type::STREAM,
        Some(Protocol::TCP),
    )?;
    socket.set_reuse_address(true)?;
    socket.set_nonblocking(true)?;
    // what is accepted has it too
    socket.set_tcp_keepalive(
        &TcpKeepalive::new()
            .with_time(QUIET)
            .with_interval(Duration::from_secs(10))
            .with_retries(3),
    )?;
    socket.bind(&address.into())?;
    socket.listen(BACKLOG)?;
    Ok(socket.into())
}

/// What can be read now; 0: the peer has finished.
pub(super) fn read(stream: &TcpStream, buffer: &mut [u8]) -> io::Result<usize> {
    let room = buffer.len();
    let mut read = 0;
    let tried = stream.try_io(Interest::READABLE, || {
        (_, read) = recv(stream, &mut *buffer, RecvFlags::empty())?;
        // fewer bytes than there was room for: that was all, and asking for more would only say so
        match read > 0 && read < room {
            true => Err(io::ErrorKind::WouldBlock.into()),
            false => Ok(read),
        }
    });
    match tried {
        Err(_) if read > 0 => Ok(read),
        tried => tried,
    }
}
