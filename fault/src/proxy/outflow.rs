//! What leaves in one direction: in its order, as wide as the connection is, in the pieces it is cut into.

use std::time::Duration;

use reprise_wire::Direction;
use tokio::sync::watch;
use tokio::time::{Instant, sleep, sleep_until};

use super::link::{Cut, Link};
use super::queue::What;
use super::table::Current;
use super::waiting;
use crate::draw::Dice;
use crate::flow::{Flow, Loss, Slices};

/// A narrow connection is written to so many times a second.
const WRITES_PER_S: u32 = 20;

/// Writes one direction until its sender has finished, or a fault ends the connection.
pub(super) async fn run(link: &Link, direction: Direction) -> Result<(), Cut> {
    let queue = link.queue(direction);
    let left = link.left(direction).bytes.take();
    if link.sockets(direction).1.flushed().await.is_err()
        || write(link, direction, &left, None).await? == Written::Refused
    {
        return refused(link, direction);
    }
    loop {
        match next(link, direction).await {
            What::Bytes(bytes, bytes_per_s) => {
                let written = write(link, direction, &bytes, bytes_per_s).await?;
                queue.left(bytes.len());
                if written == Written::Refused {
                    return refused(link, direction);
                }
            }
            What::Pause(pause) => waiting::hold(&link.faults, &pause, link.leaver()).await,
            What::Tls => {
                let tls = &link.luck.proxy.config.tls;
                tls.to_target(&link.ends.server).map_err(|_| Cut::Close)?;
            }
            What::Finish => {
                hold_close(link, direction).await;
                link.sockets(direction).1.finish();
                queue.refuse();
                return ended(link);
            }
            What::Close => {
                hold_close(link, direction).await;
                return Err(Cut::Close);
            }
            What::Reset => return Err(Cut::Reset),
        }
    }
}

/// The receiver takes nothing more. What it has still to say, and its end, come from there.
fn refused(link: &Link, direction: Direction) -> Result<(), Cut> {
    link.queue(direction).refuse();
    if direction == Direction::ToClient {
        link.leave();
    }
    ended(link)
}

/// Goes on, unless a client that has left has nothing more to say either: whatever the server says goes nowhere.
fn ended(link: &Link) -> Result<(), Cut> {
    match link.has_left() && link.to_server.is_refused() {
        true => Err(Cut::ByClient),
        false => Ok(()),
    }
}

/// What leaves next. Latency that is lifted holds nothing that is on its way already.
async fn next(link: &Link, direction: Direction) -> What {
    let queue = link.queue(direction);
    loop {
        let ready = queue.ready_at().await;
        if ready <= Instant::now() {
            return queue.take();
        }
        let mut faults = link.seen_faults();
        tokio::select! {
            () = sleep_until(ready) => {}
            () = waiting::changed(&mut faults) => {
                queue.no_later_than(Instant::now() + link.flow(direction).latency);
            }
        }
    }
}

async fn hold_close(link: &Link, direction: Direction) {
    let mut faults = link.seen_faults();
    let hold = link.flow(direction).close_hold;
    until_changed(&mut faults, hold).await;
}

/// Waits so long, or until the faults are not as they were seen: then how the bytes flow is to be asked again.
async fn until_changed(seen: &mut watch::Receiver<Current>, length: Duration) {
    if length.is_zero() {
        return;
    }
    tokio::select! {
        () = sleep(length) => {}
        () = waiting::changed(seen) => {}
    }
}

/// What became of some bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Written {
    All,
    /// The receiver takes nothing more.
    Refused,
}

async fn write(
    link: &Link,
    direction: Direction,
    bytes: &[u8],
    bytes_per_s: Option<u32>,
) -> Result<Written, Cut> {
    let left = link.left(direction);
    let to = link.sockets(direction).1;
    let mut rest = bytes;
    while !rest.is_empty() {
        let mut faults = link.seen_faults();
        let mut flow = link.flow(direction);
        if let Some(bytes_per_s) = bytes_per_s {
            flow.at_most(bytes_per_s);
        }
        let passed = left.passed.get();
        let size = piece(link, &flow, passed, rest.len());
        let (now, later) = rest.split_at(size.min(rest.len()));
        until_changed(&mut faults, lateness(link, &flow, passed)).await;
        if to.write_all(now).await.is_err() {
            return Ok(Written::Refused);
        }
        left.passed.set(passed + size as u64);
        link.luck.proxy.counters.passed(direction, size);
        rest = later;
        if flow
            .limit_bytes
            .is_some_and(|limit| left.passed.get() >= limit)
        {
            return Err(Cut::Close);
        }
        until_changed(&mut faults, pause_after(&flow, size)).await;
    }
    Ok(Written::All)
}

/// How many of so many bytes are written next.
fn piece(link: &Link, flow: &Flow, passed: u64, bytes: usize) -> usize {
    let mut size = bytes;
    if let Some(limit) = flow.limit_bytes {
        size = size.min(usize::try_from(limit.saturating_sub(passed)).unwrap_or(usize::MAX));
    }
    if let Some(Slices {
        bytes,
        variation_bytes,
        ..
    }) = flow.slices
    {
        let place = [link.luck.number, passed];
        let moved = Dice::new(link.luck.proxy.config.seed, &place).unit(0) * 2.0 - 1.0;
        let slice = f64::from(bytes) + moved * f64::from(variation_bytes);
        size = size.min((slice.round() as usize).max(1));
    }
    if flow.loss.is_some() {
        size = size.min(Loss::PACKET);
    }
    if let Some(bytes_per_s) = flow.bytes_per_s {
        size = size.min((bytes_per_s / WRITES_PER_S).max(1) as usize);
    }
    size
}

/// How long a piece is late because it was lost on its way.
fn lateness(link: &Link, flow: &Flow, passed: u64) -> Duration {
    let seed = link.luck.proxy.config.seed;
    let to_client = u64::from(flow.direction == Direction::ToClient);
    let was_lost = link.was_lost(flow.direction);
    flow.loss.map_or(Duration::ZERO, |loss| {
        let place = [link.luck.number, to_client, passed];
        let late = loss.late(seed, place, was_lost.get());
        was_lost.set(!late.is_zero());
        late
    })
}

fn pause_after(flow: &Flow, size: usize) -> Duration {
    let narrow = flow.bytes_per_s.map_or(Duration::ZERO, |bytes_per_s| {
        Duration::from_secs_f64(size as f64 / f64::from(bytes_per_s))
    });
    let slice = flow.slices.map_or(Duration::ZERO, |slices| slices.pause);
    narrow.max(slice)
}
