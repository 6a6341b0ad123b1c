//! From the client to the server: where an exchange begins, its faults are drawn, and it goes on, waits, is
//! answered by the proxy, or goes no further.

use std::time::Duration;

use reprise_wire::Direction;
use tokio::time::Instant;

use super::bursts::Bursts;
use super::link::{Cut, Due, Link};
use super::queue::{Pause, What};
use super::relay::Scratch;
use super::speech::{Answering, Asked, Heard, ReplyTo, Requests};
use super::waiting;
use crate::turn::{AnswerChanges, Ending, Turn};
use crate::{Injected, Subject};

/// Reads the client to its end.
pub(super) async fn run(link: &Link, scratch: &Scratch) -> Result<(), Cut> {
    let mut requests = Requests::new(link.luck.proxy.protocol());
    let mut bursts = Bursts::new(Direction::ToServer);
    let client = &link.ends.client;
    let mut passes = true;
    loop {
        let again = bursts.wait(client).await.map_err(|_| Cut::ByClient)?;
        put_all(link, again).await;
        let Some(bytes) = scratch.read(client).map_err(|_| Cut::ByClient)? else {
            continue;
        };
        if bytes.is_empty() {
            put_all(link, bursts.ended(Duration::MAX)).await;
            put(link, What::Bytes(requests.end(), None)).await;
            put(link, What::Finish).await;
            return Ok(());
        }
        link.speaks(Direction::ToServer);
        let mut heard = Vec::new();
        requests.hear(bytes, &link.said, &mut heard);
        link.tell_opaque();
        if !heard.is_empty() && !heard.iter().any(Heard::is_tls) {
            release(link);
        }
        let mut heard = heard.into_iter().peekable();
        while let Some(next) = heard.next() {
            match next {
                Heard::Begin(asked) => {
                    let head = match heard.peek() {
                        Some(Heard::Bytes(bytes)) => bytes.as_slice(),
                        _ => &[],
                    };
                    passes = begin(link, *asked, head, scratch).await?;
                }
                Heard::Bytes(bytes) if passes => {
                    let whats = bursts.pass(link, vec![What::Bytes(bytes, None)]);
                    put_all(link, whats).await;
                }
                // the proxy has answered it
                Heard::Bytes(_) => {}
                Heard::Tls { ahead, behind } => upgrade(link, ahead, behind).await?,
                Heard::TlsBehind => put(link, What::Tls).await,
            }
        }
        bursts.waits();
    }
}

/// The client has asked for TLS: from here on it is spoken, and on the other side where it can be.
async fn upgrade(link: &Link, ahead: Vec<u8>, behind: bool) -> Result<(), Cut> {
    if behind {
        put(link, What::Tls).await;
    }
    let client = &link.ends.client;
    if let Some(overheard) = client.overheard() {
        overheard.forget();
    }
    let tls = &link.luck.proxy.config.tls;
    tls.to_client(client, ahead).map_err(|_| Cut::Close)
}

/// What the client said first does not ask for TLS.
fn release(link: &Link) {
    if let Some(overheard) = link.ends.client.overheard() {
        overheard.release();
    }
}

/// Puts something on its way to the server.
async fn put(link: &Link, what: What) {
    let latency = link.flow(Direction::ToServer).latency;
    link.to_server.put(Instant::now() + latency, what).await;
}

/// Puts all of it on its way to the server.
async fn put_all(link: &Link, whats: Vec<What>) {
    for what in whats {
        put(link, what).await;
    }
}

/// An exchange begins; `head` are the first bytes of its request. Whether it passes.
async fn begin(link: &Link, asked: Asked, head: &[u8], scratch: &Scratch) -> Result<bool, Cut> {
    if asked.answer.is_burst() {
        // the burst before it has had its answer
        match link.answered() {
            Some(due) if due.changes.closes => return Err(Cut::Close),
            Some(due) if due.changes.resets.is_some() => return Err(Cut::Reset),
            _ => {}
        }
    } else if asked.reply_to.is_none() {
        return Ok(true);
    }
    let subject = Subject {
        protocol: asked.protocol,
        operation: &asked.operation,
        summary: &asked.summary,
        head,
        in_transaction: asked.in_transaction,
        ..Subject::ANY
    };
    let current = link.current();
    let (turn, faults) = link.luck.draw(&current, asked.moment, subject);
    link.luck.proxy.counters.exchange();
    let Turn {
        hold,
        ending,
        answer: changes,
        ..
    } = turn;
    let pause = |length| Pause {
        length,
        faults: faults.clone(),
    };
    let Some(ending) = ending else {
        if !hold.is_zero() {
            put(link, What::Pause(pause(hold))).await;
        }
        link.due.borrow_mut().push_back(Due {
            answer: asked.answer,
            changes,
            faults,
            begun: false,
            own: false,
        });
        return Ok(true);
    };
    if !asked.answer.is_burst() {
        link.settle().await;
    }
    waiting::hold(&link.faults, &pause(hold), link.leaver()).await;
    match ending {
        Ending::Answer(injected) => answer(link, asked.reply_to, &injected).await,
        Ending::Close => Err(Cut::Close),
        Ending::Reset(after) => {
            waiting::hold(&link.faults, &pause(after), link.leaver()).await;
            Err(Cut::Reset)
        }
        Ending::Silence(length) => Err(silence(link, &pause(or_forever(length)), scratch).await),
    }
}

/// A silence without a length lasts as long as its fault.
pub(super) const fn or_forever(length: Option<Duration>) -> Duration {
    match length {
        Some(length) => length,
        None => Duration::MAX,
    }
}

/// Answers in the server's place.
async fn answer(link: &Link, reply_to: Option<ReplyTo>, injected: &Injected) -> Result<bool, Cut> {
    let Some((reply_to, answer)) =
        reply_to.and_then(|reply_to| Some((reply_to, reply_to.answer(injected)?)))
    else {
        return Ok(true);
    };
    if let Some(command) = answer.tell_server {
        link.due.borrow_mut().push_back(Due {
            answer: Answering::own_command(reply_to, &command, &link.said),
            changes: AnswerChanges::default(),
            faults: Vec::new(),
            begun: false,
            own: true,
        });
        put(link, What::Bytes(command, None)).await;
        link.settle().await;
    }
    let now = Instant::now();
    link.to_client
        .put(now, What::Bytes(answer.bytes, None))
        .await;
    if answer.closes {
        link.to_client.put(now, What::Close).await;
    }
    Ok(false)
}

/// Takes what the client says and answers nothing, until it leaves, the time is over, or the fault is.
async fn silence(link: &Link, pause: &Pause, scratch: &Scratch) -> Cut {
    tokio::select! {
        () = waiting::pause(&link.faults, pause) => Cut::Close,
        broken = link.ends.client.drain(scratch) => if broken { Cut::ByClient } else { Cut::Close },
    }
}
