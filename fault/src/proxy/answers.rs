//! From the server to the client: answers find their exchanges, and are changed, held or lost as faults want.

use std::time::Duration;

use reprise_wire::Direction;
use tokio::time::Instant;

use super::bursts::Bursts;
use super::link::{Cut, Due, Link};
use super::queue::{Pause, What};
use super::relay::Scratch;
use super::speech::{Altered, Verdict};
use crate::turn::Lost;

/// What an answer takes at most to leave this machine.
const UNTIL_SENT: Duration = Duration::from_millis(20);

/// Reads the server to its end.
pub(super) async fn run(link: &Link, scratch: &Scratch) -> Result<(), Cut> {
    let mut number = 0;
    let mut bursts = Bursts::new(Direction::ToClient);
    loop {
        let mut out = Vec::new();
        let read = match bursts.wait(&link.ends.server).await {
            Ok(again) => {
                out = again;
                scratch.read(&link.ends.server)
            }
            Err(error) => Err(error),
        };
        let latency = link.flow(Direction::ToClient).latency;
        let ready = Instant::now() + latency;
        let spoke = matches!(&read, Ok(Some(_)));
        let ends = match read {
            Ok(None) => None,
            Ok(Some(bytes)) if bytes.is_empty() => {
                out.extend(bursts.ended(Duration::MAX));
                out.push(What::Bytes(link.said.server_ended(), None));
                Some(What::Finish)
            }
            Ok(Some(bytes)) => {
                number += 1;
                link.speaks(Direction::ToClient);
                // what ended the exchanges was still one of them
                let is_bytes = link.is_bytes();
                let mut heard = Vec::new();
                hear(link, &bytes, number, &mut heard);
                link.tell_opaque();
                if is_bytes {
                    heard = bursts.pass(link, heard);
                }
                out.extend(heard);
                None
            }
            // what came before the reset arrives first
            Err(_) => Some(What::Reset),
        };
        let is_end = ends.is_some();
        for what in out.into_iter().chain(ends) {
            link.to_client.put(ready, what).await;
        }
        if is_end {
            // nobody answers any more: whoever waits for that goes on
            link.nobody_answers();
            return Ok(());
        }
        if spoke {
            bursts.waits();
        }
    }
}

/// What the server's next bytes become.
fn hear(link: &Link, bytes: &[u8], number: u64, out: &mut Vec<What>) {
    link.said.note_server();
    let mut input = bytes;
    while !input.is_empty() {
        let mut due = link.due.borrow_mut();
        let Some(first) = due.front_mut() else {
            out.push(What::Bytes(link.said.server_spoke(input), None));
            return;
        };
        let seed = link.luck.proxy.config.seed;
        let mut altered = Altered::new(seed ^ link.luck.number, number);
        let verdict = first
            .answer
            .take(&mut input, &first.changes, &link.said, &mut altered);
        // the answer to a burst has no end to wait for
        let lost = first
            .changes
            .lost
            .filter(|lost| *lost == Lost::AsItBegins || first.answer.is_burst());
        pass(first, altered, out);
        drop(due);
        let ends = match verdict {
            Verdict::More => lost.map(|_| What::Close),
            Verdict::Cut => Some(What::Close),
            Verdict::Done => link.answered().and_then(|due| end_after(&due, out)),
            Verdict::DoneAndOpaque | Verdict::Foreign => {
                link.forget_exchanges();
                None
            }
        };
        if let Some(end) = ends {
            out.push(end);
            return;
        }
    }
}

/// How the connection ends once an answer is whole.
fn end_after(due: &Due, out: &mut Vec<What>) -> Option<What> {
    if due.changes.lost.is_some() || due.changes.closes {
        return Some(What::Close);
    }
    let length = due.changes.resets?;
    // a reset throws away what has not left yet
    out.push(What::Pause(Pause {
        length: length.max(UNTIL_SENT),
        faults: due.faults.clone(),
    }));
    Some(What::Reset)
}

/// Sends on what an answer has become.
fn pass(due: &mut Due, altered: Altered, out: &mut Vec<What>) {
    if due.own || due.changes.lost.is_some() {
        return;
    }
    let pause = |length| {
        What::Pause(Pause {
            length,
            faults: due.faults.clone(),
        })
    };
    if !due.begun && !due.changes.hold.is_zero() {
        out.push(pause(due.changes.hold));
    }
    due.begun = true;
    for (is_row, bytes) in altered.pieces {
        if is_row && !due.changes.row_hold.is_zero() {
            out.push(pause(due.changes.row_hold));
        }
        out.push(What::Bytes(bytes, due.changes.bytes_per_s));
    }
}
