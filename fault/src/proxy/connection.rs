//! One client's connection: the target's side is opened, then both are joined until they have ended.

use std::io;
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use tokio::net::TcpStream;

use super::relay::{self, Broken, Scratch};
use super::{Proxy, socket};

/// How long the target may take to let a connection in.
const CONNECT_WITHIN: Duration = Duration::from_secs(10);

/// The two ends of a proxied connection.
pub(super) struct Ends {
    pub(super) client: TcpStream,
    pub(super) server: TcpStream,
}

/// Serves a client until both sides have ended.
pub(super) async fn serve(client: TcpStream, proxy: Arc<Proxy>, scratch: Rc<Scratch>) {
    let (_number, _open) = proxy.counters.accepted();
    let Ok(server) = connect(&proxy).await else {
        // The client has been let in already, so it cannot be refused any more: a reset is the nearest.
        proxy.counters.unreachable();
        socket::reset_on_close(&client);
        return;
    };
    // A proxy adds no delay of its own; where this fails the connection is dead, and reading says so.
    let _ = (client.set_nodelay(true), server.set_nodelay(true));
    let ends = Ends { client, server };
    if let Err(broken) = relay::untouched(&ends, &proxy.counters, &scratch).await {
        // what one side saw, the other is to see
        match broken {
            Broken::Client => socket::reset_on_close(&ends.server),
            Broken::Server => socket::reset_on_close(&ends.client),
        }
    }
}

/// Opens the target's side: the first of its addresses that answers.
async fn connect(proxy: &Proxy) -> io::Result<TcpStream> {
    let mut last = io::Error::from(io::ErrorKind::AddrNotAvailable);
    for address in proxy.target().addresses() {
        match tokio::time::timeout(CONNECT_WITHIN, TcpStream::connect(address)).await {
            Ok(Ok(stream)) => return Ok(stream),
            Ok(Err(error)) => last = error,
            Err(_) => last = io::Error::from(io::ErrorKind::TimedOut),
        }
    }
    Err(last)
}
