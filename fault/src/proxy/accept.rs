//! Takes connections in. Every thread accepts from the same socket: whoever is idle comes first. While the
//! fault `down` is on for all, nobody listens, and the system refuses clients itself.

use std::io;
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use tokio::net::TcpListener;
use tokio::sync::{oneshot, watch};
use tokio::task::JoinSet;

use super::relay::Scratch;
use super::table::Current;
use super::{Proxy, connection, socket, waiting};

/// How long to wait when the system has no more sockets for us, or not yet the address again.
const TRY_AGAIN_AFTER: Duration = Duration::from_millis(50);

/// Accepts until whoever holds the other end of `ends` drops it; then ends the connections.
pub(super) async fn run(proxy: Arc<Proxy>, scratch: Rc<Scratch>, ends: oneshot::Receiver<()>) {
    let mut connections = JoinSet::new();
    tokio::select! {
        () = listen(&proxy, &scratch, &mut connections) => {}
        _ = ends => {}
    }
    connections.shutdown().await;
}

async fn listen(proxy: &Arc<Proxy>, scratch: &Rc<Scratch>, connections: &mut JoinSet<()>) {
    let mut faults = proxy.faults.follow();
    loop {
        let Ok(listener) = listener(proxy) else {
            // another thread has not let go of the socket yet
            tokio::time::sleep(TRY_AGAIN_AFTER).await;
            continue;
        };
        tokio::select! {
            () = accept(&listener, proxy, scratch, connections) => {}
            () = until(&mut faults, true) => {}
        }
        drop(listener);
        drop(proxy.listener().take());
        until(&mut faults, false).await;
    }
}

async fn accept(
    listener: &TcpListener,
    proxy: &Arc<Proxy>,
    scratch: &Rc<Scratch>,
    connections: &mut JoinSet<()>,
) {
    loop {
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            // what has ended is forgotten
            Some(_) = connections.join_next() => continue,
        };
        match accepted {
            Ok((client, _)) => {
                let (proxy, scratch) = (Arc::clone(proxy), Rc::clone(scratch));
                connections.spawn_local(connection::serve(client, proxy, scratch));
            }
            // the client has left before it was taken in
            Err(error) if error.kind() == io::ErrorKind::ConnectionAborted => {}
            Err(error) => {
                proxy.trouble(format!("clients wait to be taken in: {error}"));
                tokio::time::sleep(TRY_AGAIN_AFTER).await;
            }
        }
    }
}

/// Waits until nobody is to listen, or somebody is again.
async fn until(faults: &mut watch::Receiver<Current>, down: bool) {
    loop {
        faults.mark_unchanged();
        let current = Arc::clone(&faults.borrow());
        let is_down = current.iter().any(|one| one.is_all_down() && one.is_on());
        if is_down == down {
            return;
        }
        waiting::changed(faults).await;
    }
}

/// This thread's handle of the proxy's socket, which the first to ask opens.
fn listener(proxy: &Proxy) -> io::Result<TcpListener> {
    let mut shared = proxy.listener();
    let own = match shared.as_ref() {
        Some(listener) => listener.try_clone()?,
        None => {
            let listener = socket::listen(proxy.address())?;
            let own = listener.try_clone()?;
            *shared = Some(listener);
            own
        }
    };
    TcpListener::from_std(own)
}
