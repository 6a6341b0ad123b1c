//! One client's connection: the target's side is opened, then both are joined until they have ended. Where
//! nothing can go wrong and nothing needs to be understood, bytes are only passed on.

use std::io;
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use reprise_wire::Direction;
use tokio::net::TcpStream;
use tokio::sync::watch;

use super::link::{Cut, Link};
use super::luck::{CONNECT, Luck, Moment};
use super::queue::Pause;
use super::relay::{self, Broken, Left, Scratch};
use super::speech::greeting_error;
use super::table::Current;
use super::{Proxy, ProxyProtocol, answers, outflow, requests, socket, waiting};
use crate::turn::{Ending, Turn};
use crate::{Injected, Subject};

/// How long the target may take to let a connection in.
const CONNECT_WITHIN: Duration = Duration::from_secs(10);

/// The two ends of a proxied connection.
#[derive(Debug)]
pub(super) struct Ends {
    pub(super) client: TcpStream,
    pub(super) server: TcpStream,
}

/// Serves a client until both sides have ended.
pub(super) async fn serve(client: TcpStream, proxy: Arc<Proxy>, scratch: Rc<Scratch>) {
    let counted = Arc::clone(&proxy);
    let (number, _open) = counted.counters.accepted();
    let luck = Luck::new(Arc::clone(&proxy), number);
    let faults = proxy.faults.follow();
    if let Err(cut) = opening(&luck, &client, &faults, &scratch).await {
        return close(&client, None, cut);
    }
    let Ok(server) = connect(&proxy).await else {
        // The client has been let in already, so it cannot be refused any more: a reset is the nearest.
        proxy.counters.unreachable();
        return close(&client, None, Cut::Reset);
    };
    // A proxy adds no delay of its own; where this fails the connection is dead, and reading says so.
    let _ = (client.set_nodelay(true), server.set_nodelay(true));
    let ends = Ends { client, server };
    let left = <[Left; 2]>::default();
    if let Some(ended) = untouched(&proxy, &ends, faults.clone(), &scratch, &left).await {
        if let Err(broken) = ended {
            let cut = match broken {
                Broken::Client => Cut::ByClient,
                Broken::Server => Cut::Reset,
            };
            close(&ends.client, Some(&ends.server), cut);
        }
        return;
    }
    let link = Link::new(luck, ends, faults, left);
    if let Err(cut) = converse(&link, &scratch).await {
        close(&link.ends.client, Some(&link.ends.server), cut);
    }
    if link.said.is_opaque() && proxy.protocol() != ProxyProtocol::Tcp {
        proxy.counters.opaque();
    }
}

/// Only passes bytes on, for as long as no fault is on. `None`: faults have come on.
async fn untouched(
    proxy: &Proxy,
    ends: &Ends,
    mut faults: watch::Receiver<Current>,
    scratch: &Scratch,
    left: &[Left; 2],
) -> Option<Result<(), Broken>> {
    // what has not been followed from its beginning cannot be understood later
    if proxy.protocol() != ProxyProtocol::Tcp {
        return None;
    }
    let faulty = async move {
        // the table is gone only when the proxy is
        let _ = faults.wait_for(|current| !current.is_empty()).await;
    };
    tokio::select! {
        biased;
        () = faulty => None,
        ended = relay::untouched(ends, &proxy.counters, scratch, left) => Some(ended),
    }
}

/// Passes bytes on with their meaning, and lets faults act.
async fn converse(link: &Link, scratch: &Scratch) -> Result<(), Cut> {
    let [to_server, to_client] = &link.left;
    let both = async {
        tokio::try_join!(
            async {
                match to_server.ended.get() {
                    true => Ok(()),
                    false => requests::run(link, scratch).await,
                }
            },
            async {
                match to_client.ended.get() {
                    true => Ok(()),
                    false => answers::run(link, scratch).await,
                }
            },
            async {
                match to_server.ended.get() {
                    true => Ok(()),
                    false => outflow::run(link, Direction::ToServer).await,
                }
            },
            async {
                match to_client.ended.get() {
                    true => Ok(()),
                    false => outflow::run(link, Direction::ToClient).await,
                }
            },
        )
    };
    tokio::select! {
        ended = both => ended.map(|_| ()),
        cut = until_down(link) => Err(cut),
    }
}

/// Waits until nobody is to be connected any more.
async fn until_down(link: &Link) -> Cut {
    loop {
        let mut faults = link.seen_faults();
        if link.flow(Direction::ToClient).down {
            return Cut::Close;
        }
        waiting::changed(&mut faults).await;
    }
}

/// Faults that strike before the server is reached.
async fn opening(
    luck: &Luck,
    client: &TcpStream,
    faults: &watch::Receiver<Current>,
    scratch: &Scratch,
) -> Result<(), Cut> {
    let current = Arc::clone(&faults.borrow());
    if current.is_empty() {
        return Ok(());
    }
    if luck.flow(&current, Direction::ToClient).down {
        return Err(Cut::Close);
    }
    let subject = Subject {
        protocol: luck.proxy.protocol().spoken(),
        operation: CONNECT,
        summary: CONNECT,
        ..Subject::ANY
    };
    let (turn, struck) = luck.draw(&current, Moment::Connect, subject);
    let pause = |length| Pause {
        length,
        faults: struck.clone(),
    };
    let Turn { hold, ending, .. } = turn;
    waiting::pause(faults, &pause(hold)).await;
    match ending {
        None | Some(Ending::Answer(Injected::Http { .. })) => Ok(()),
        Some(Ending::Answer(Injected::Mysql { code, message, .. })) => {
            // a client that has gone already needs no answer
            let _ = relay::write_all(client, &greeting_error(code, &message)).await;
            Err(Cut::Close)
        }
        Some(Ending::Close) => Err(Cut::Close),
        Some(Ending::Reset(after)) => {
            waiting::pause(faults, &pause(after)).await;
            Err(Cut::Reset)
        }
        Some(Ending::Silence(length)) => {
            let pause = pause(requests::or_forever(length));
            tokio::select! {
                () = waiting::pause(faults, &pause) => {}
                _ = socket::drain(client, scratch) => {}
            }
            Err(Cut::Close)
        }
    }
}

/// Ends both sides: what one has seen, the other is to see.
fn close(client: &TcpStream, server: Option<&TcpStream>, cut: Cut) {
    match cut {
        Cut::ByClient => {
            server.map(socket::reset_on_close);
        }
        Cut::Reset => socket::reset_on_close(client),
        Cut::Close => socket::close_cleanly(client),
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
