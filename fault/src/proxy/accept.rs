//! Takes connections in. Every thread accepts from the same socket: whoever is idle comes first.

use std::io;
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use tokio::net::TcpListener;
use tokio::task::spawn_local;

use super::relay::Scratch;
use super::{Proxy, connection};

/// How long to wait when the system has no more sockets for us.
const OUT_OF_SOCKETS: Duration = Duration::from_millis(50);

/// Accepts until the thread ends.
pub(super) async fn run(proxy: Arc<Proxy>, scratch: Rc<Scratch>) {
    let Some(listener) = listener(&proxy) else {
        return;
    };
    loop {
        match listener.accept().await {
            Ok((client, _)) => {
                spawn_local(connection::serve(
                    client,
                    Arc::clone(&proxy),
                    Rc::clone(&scratch),
                ));
            }
            // the client has left before it was taken in
            Err(error) if error.kind() == io::ErrorKind::ConnectionAborted => {}
            Err(_) => tokio::time::sleep(OUT_OF_SOCKETS).await,
        }
    }
}

/// This thread's handle of the proxy's socket.
fn listener(proxy: &Proxy) -> Option<TcpListener> {
    let own = proxy.listener().as_ref()?.try_clone().ok()?;
    TcpListener::from_std(own).ok()
}
