//! Waits that end early when faults change: what a fault holds is freed as soon as it is off.

use std::future::{Future, poll_fn};
use std::pin::pin;
use std::task::{Poll, Waker};
use std::time::Duration;

use tokio::sync::watch;
use tokio::time::{Instant, sleep_until};

use super::queue::Pause;
use super::side::Side;
use super::table::{Current, Placed};

/// Longer than any proxy runs.
const FOREVER: Duration = Duration::from_secs(365 * 24 * 3600);

/// Waits as long as the pause says, but no longer than one of the faults that made it is on.
pub(super) async fn pause(faults: &watch::Receiver<Current>, pause: &Pause) {
    if pause.length.is_zero() {
        return;
    }
    let end = Instant::now() + pause.length.min(FOREVER);
    let mut faults = faults.clone();
    loop {
        let Some(edge) = on_until(&faults.borrow_and_update(), &pause.faults) else {
            return;
        };
        tokio::select! {
            () = sleep_until(edge.min(end)) => if Instant::now() >= end { return },
            changed = faults.changed() => if changed.is_err() { return },
        }
    }
}

/// The same, but no longer than `client` is there, where one is given.
pub(super) async fn hold(faults: &watch::Receiver<Current>, wait: &Pause, client: Option<&Side>) {
    let left = async {
        match client {
            Some(client) => client.finished().await,
            None => std::future::pending().await,
        }
    };
    tokio::select! {
        () = pause(faults, wait) => {}
        () = left => {}
    }
}

/// Waits until a fault is switched on. Whoever passes bytes on polls this with each message, so that it looks at a
/// number alone while nothing has changed.
pub(super) async fn any(mut faults: watch::Receiver<Current>) {
    let mut looked_at = faults.clone();
    let mut waits = pin!(async move {
        // the table is gone only when the proxy is
        let _ = faults.wait_for(|current| !current.is_empty()).await;
    });
    let mut wakes: Option<Waker> = None;
    poll_fn(|cx| {
        let has_changed = looked_at.has_changed().unwrap_or(true);
        let is_waited_for = |waker: &Waker| waker.will_wake(cx.waker());
        if !has_changed && wakes.as_ref().is_some_and(is_waited_for) {
            return Poll::Pending;
        }
        looked_at.mark_unchanged();
        wakes = Some(cx.waker().clone());
        waits.as_mut().poll(cx)
    })
    .await;
}

/// Waits until a fault is added, changed or removed, or goes on or off by its own time.
pub(super) async fn changed(faults: &mut watch::Receiver<Current>) {
    let edge = {
        let current = faults.borrow();
        current.iter().filter_map(|placed| placed.next_edge()).min()
    };
    tokio::select! {
        () = sleep_until(edge.map_or_else(|| Instant::now() + FOREVER, Instant::from_std)) => {}
        // the table is gone only when the proxy is
        _ = faults.changed() => {}
    }
}

/// Until when at least one of these faults is on as it is now; `None`: none of them is.
fn on_until(current: &Current, ids: &[u32]) -> Option<Instant> {
    let on = |placed: &&std::sync::Arc<Placed>| ids.contains(&placed.id) && placed.is_on();
    let edges = current.iter().filter(on).map(|placed| {
        let edge = placed.next_edge().map(Instant::from_std);
        edge.unwrap_or_else(|| Instant::now() + FOREVER)
    });
    edges.min()
}
