//! One client's connection: the target's side is opened, then both are joined until they have ended. Where
//! nothing can go wrong and nothing needs to be understood, bytes are only passed on.

use std::io;
use std::net::SocketAddr;
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
use super::side::Side;
use super::speech::{greeting_error, smtp_line};
use super::table::Current;
use super::tls::Upgrade;
use super::witness::Overheard;
use super::{Proxy, ProxyProtocol, answers, outflow, requests, waiting};
use crate::turn::{Ending, Turn};
use crate::{Injected, Subject};

/// How long the target may take to let a connection in.
const CONNECT_WITHIN: Duration = Duration::from_secs(10);

/// The two ends of a proxied connection.
#[derive(Debug)]
pub(super) struct Ends {
    pub(super) client: Side,
    pub(super) server: Side,
}

/// Serves a client until both sides have ended.
pub(super) async fn serve(client: TcpStream, proxy: Arc<Proxy>, scratch: Rc<Scratch>) {
    let counted = Arc::clone(&proxy);
    let overheard = overhear(&client, &proxy);
    let (number, _open) = counted.counters.accepted();
    let luck = Luck::new(Arc::clone(&proxy), number);
    let faults = proxy.faults.follow();
    let client = Side::of_client(client, overheard);
    if let Err(cut) = opening(&luck, &client, &faults, &scratch).await {
        return close(&client, None, cut);
    }
    let server = match connect(proxy.target().addresses()).await {
        Ok(server) => server,
        Err(error) => {
            // The client has been let in already, so it cannot be refused any more: a reset is the nearest.
            proxy.unreachable(error.to_string());
            return close(&client, None, Cut::Reset);
        }
    };
    let server = Side::new(server);
    // a proxy adds no delay of its own
    client.send_at_once();
    server.send_at_once();
    let ends = Ends { client, server };
    if proxy.upgrade() == Upgrade::Never && proxy.config.tls.both(&ends).is_err() {
        return close(&ends.client, Some(&ends.server), Cut::Close);
    }
    let left = <[Left; 2]>::default();
    if let Some(ended) = untouched(&proxy, &ends, faults.clone(), &scratch, &left).await {
        if let Err(broken) = ended {
            let cut = match broken {
                Broken::Client => Cut::ByClient,
                Broken::Server => Cut::Reset,
            };
            close(&ends.client, Some(&ends.server), cut);
        }
        return tell_trouble(&proxy, &ends);
    }
    let link = Link::new(luck, ends, faults, left);
    if let Err(cut) = converse(&link, &scratch).await {
        close(&link.ends.client, Some(&link.ends.server), cut);
    }
    tell_trouble(&proxy, &link.ends);
}

/// Says why TLS could not be begun, if that was so.
fn tell_trouble(proxy: &Proxy, ends: &Ends) {
    if let Some(why) = ends.server.trouble() {
        proxy.unreachable(format!("TLS with the target: {why}"));
    } else if let Some(why) = ends.client.trouble() {
        proxy.trouble(format!("TLS with a client: {why}"));
    }
}

/// Who takes down what this client says and is told, if anybody does.
fn overhear(client: &TcpStream, proxy: &Proxy) -> Option<Overheard> {
    let witness = proxy.config.witness.clone()?;
    // a client that has gone already says nothing
    let peer = client.peer_addr().ok()?;
    let server = *proxy.target().addresses().first()?;
    let holds = proxy.upgrade() == Upgrade::WhereAsked;
    Some(Overheard::new(witness, peer, server, holds))
}

/// Only passes bytes on, for as long as no fault is on. `None`: faults have come on.
async fn untouched(
    proxy: &Proxy,
    ends: &Ends,
    faults: watch::Receiver<Current>,
    scratch: &Scratch,
    left: &[Left; 2],
) -> Option<Result<(), Broken>> {
    // what has not been followed from its beginning cannot be understood later
    if proxy.protocol() != ProxyProtocol::Tcp {
        return None;
    }
    tokio::select! {
        biased;
        () = waiting::any(faults) => None,
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
    client: &Side,
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
    let is_understood = luck.proxy.protocol() != ProxyProtocol::Tcp;
    let leaver = is_understood.then_some(client);
    waiting::hold(faults, &pause(hold), leaver).await;
    match ending {
        None | Some(Ending::Answer(Injected::Http { .. })) => Ok(()),
        Some(Ending::Answer(Injected::Line { reply })) => {
            // only SMTP has a greeting in whose place this could be said
            if luck.proxy.protocol() != ProxyProtocol::Smtp {
                return Ok(());
            }
            let reply = smtp_line(reply.as_deref());
            let _ = client.write_all(&reply).await;
            Err(Cut::Close)
        }
        Some(Ending::Answer(Injected::Mysql { code, message, .. })) => {
            // a client that has gone already needs no answer
            let _ = client.write_all(&greeting_error(code, &message)).await;
            Err(Cut::Close)
        }
        Some(Ending::Close) => Err(Cut::Close),
        Some(Ending::Reset(after)) => {
            waiting::hold(faults, &pause(after), leaver).await;
            Err(Cut::Reset)
        }
        Some(Ending::Silence(length)) => {
            let pause = pause(requests::or_forever(length));
            tokio::select! {
                () = waiting::pause(faults, &pause) => {}
                _ = client.drain(scratch) => {}
            }
            Err(Cut::Close)
        }
    }
}

/// Ends both sides: what one has seen, the other is to see.
fn close(client: &Side, server: Option<&Side>, cut: Cut) {
    match cut {
        Cut::ByClient => {
            server.map(Side::reset_on_close);
        }
        Cut::Reset => client.reset_on_close(),
        Cut::Close => client.close_cleanly(),
    }
}

/// Opens the target's side: the first of its addresses that answers.
async fn connect(addresses: &[SocketAddr]) -> io::Result<TcpStream> {
    let mut last = io::Error::from(io::ErrorKind::AddrNotAvailable);
    for address in addresses {
        match tokio::time::timeout(CONNECT_WITHIN, TcpStream::connect(address)).await {
            Ok(Ok(stream)) => return Ok(stream),
            Ok(Err(error)) => last = error,
            Err(_) => last = io::Error::from(io::ErrorKind::TimedOut),
        }
    }
    Err(last)
}

#[cfg(test)]
mod tests {
    use std::net::TcpListener;

    use tokio::runtime::Builder;

    use super::*;

    /// Where a connection to these addresses ends up.
    fn connected(addresses: &[SocketAddr]) -> io::Result<SocketAddr> {
        let runtime = Builder::new_current_thread().enable_all().build();
        let connected = runtime.unwrap().block_on(connect(addresses));
        connected.and_then(|stream| stream.peer_addr())
    }

    #[test]
    fn addresses_of_a_target_are_tried_in_turn_until_one_answers() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let answers = listener.local_addr().unwrap();
        let refuses = |last| SocketAddr::from(([127, 0, 0, last], answers.port()));
        let tried = [refuses(2), refuses(3), answers];
        assert_eq!(connected(&tried).unwrap(), answers);
        assert_eq!(connected(&[answers, refuses(2)]).unwrap(), answers);
        let error = connected(&tried[..2]).unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::ConnectionRefused);
    }
}
