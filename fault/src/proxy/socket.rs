//! Sockets as a proxy needs them: listening again at once, closing one direction, closing with a reset.

use std::io;
use std::net::{Shutdown, SocketAddr, TcpListener};
use std::time::Duration;

use socket2::{Domain, Protocol, SockRef, Socket, Type};
use tokio::net::TcpStream;

use super::relay::Scratch;

/// How many connections may wait to be accepted.
const BACKLOG: i32 = 4096;

/// Listens, also where connections of an earlier listener still linger.
pub(super) fn listen(address: SocketAddr) -> io::Result<TcpListener> {
    let socket = Socket::new(
        Domain::for_address(address),
        Type::STREAM,
        Some(Protocol::TCP),
    )?;
    socket.set_reuse_address(true)?;
    socket.set_nonblocking(true)?;
    socket.bind(&address.into())?;
    socket.listen(BACKLOG)?;
    Ok(socket.into())
}

/// Says that nothing more will be written. An error means that the peer has gone already.
pub(super) fn finish(stream: &TcpStream) {
    let _ = SockRef::from(stream).shutdown(Shutdown::Write);
}

/// Makes the close of this socket a reset: the peer sees RST, and what was not sent is thrown away.
pub(super) fn reset_on_close(stream: &TcpStream) {
    // it can only fail on a socket that is none
    let _ = SockRef::from(stream).set_linger(Some(Duration::ZERO));
}

/// Makes the close of this socket an orderly one: with bytes left unread the system would send a reset.
pub(super) fn close_cleanly(stream: &TcpStream) {
    finish(stream);
    let mut unread = [0; 16 << 10];
    for _ in 0..64 {
        if !matches!(stream.try_read(&mut unread), Ok(count) if count > 0) {
            return;
        }
    }
}

/// Throws away what the peer says, until it has finished. Whether it broke instead.
pub(super) async fn drain(stream: &TcpStream, scratch: &Scratch) -> bool {
    loop {
        if stream.readable().await.is_err() {
            return true;
        }
        match scratch.read(stream) {
            Ok(Some(bytes)) if bytes.is_empty() => return false,
            Ok(_) => {}
            Err(_) => return true,
        }
    }
}
