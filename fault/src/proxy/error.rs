//! Why a proxy could not be opened. Each message fits after "failed to ".

use std::io;
use std::net::SocketAddr;

use thiserror::Error;

/// Why a proxy could not be opened.
#[derive(Debug, Error)]
pub enum ProxyError {
    /// The address is taken, not of this machine, or not for this user.
    #[error("listen on {address}: {source}{}", advice(source))]
    Listen {
        /// What was asked for.
        address: SocketAddr,
        /// What the system said.
        source: io::Error,
    },
    /// A fault that has no meaning in what the proxy takes the bytes for.
    #[error(
        "put `{fault}` there: it only has a meaning in {needs}, and the proxy takes what passes for {has}; \
         use --protocol {needs}"
    )]
    NeverStrikes {
        /// The fault as it is written.
        fault: String,
        /// The protocol it needs.
        needs: String,
        /// The protocol the proxy has.
        has: &'static str,
    },
    /// A fault that asks for something a proxy does not have.
    #[error("put `{fault}` there: it {why}")]
    NotInProxy {
        /// The fault as it is written.
        fault: String,
        /// What it asks for, and what to write instead.
        why: &'static str,
    },
    /// A fault was named that is not there.
    #[error(
        "find fault {0}: there is none with this number; the list of the proxy's faults shows theirs"
    )]
    NoSuchFault(u32),
    /// Two proxies with one name.
    #[error("open the proxy `{0}`: there is one of this name already; give each its own")]
    NameTaken(String),
    /// What it forwards would come back to it.
    #[error(
        "forward from {0}: what is sent there comes back to it, each connection opening another without end; \
         let it forward to the server itself"
    )]
    ComesBack(SocketAddr),
    /// Anybody could make things go wrong.
    #[error(
        "take orders on {0}: others could reach it; use an address of this machine only, such as \
         127.0.0.1:8474, or protect it with --control-token"
    )]
    Unprotected(SocketAddr),
    /// The system gives no thread or event queue.
    #[error("start a proxy thread: {0}")]
    Thread(#[source] io::Error),
    /// A thread ended while it was needed.
    #[error("reach the proxy's threads: they have ended")]
    ThreadGone,
}

/// What to do about an address that cannot be listened on.
fn advice(error: &io::Error) -> &'static str {
    match error.kind() {
        io::ErrorKind::AddrInUse => {
            "; somebody listens there already: stop that program, or choose another port"
        }
        io::ErrorKind::AddrNotAvailable => {
            "; this machine does not have that address: use one of its own, or 0.0.0.0"
        }
        io::ErrorKind::PermissionDenied => "; choose a port above 1023",
        _ => "",
    }
}
