//! Packets of a stream into batches, each handed over before the next wait.

use std::io::Read;
use std::ops::ControlFlow;
use std::path::Path;

use super::delivery::{Losses, Outlet};
use crate::batch::Batch;
use crate::file::{CaptureFile, FileEnd, FileLoss};
use crate::{LostBefore, Packet};

/// How a stream ended.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum StreamEnd {
    /// It is no capture: it begins with these bytes, or with none.
    Foreign(Vec<u8>),
    /// It was one.
    Read {
        end: FileEnd,
        /// How many packets came.
        packets: u64,
    },
}

/// Reads a stream to its end, or until nobody takes its packets any more. `interface` numbers
/// interfaces from the stream's own numbers.
pub(super) fn run(
    name: &Path,
    interface: impl Fn(u32) -> u32,
    bytes: Box<dyn Read + Send>,
    outlet: &mut Outlet,
    losses: &Losses,
) -> StreamEnd {
    let mut file = match CaptureFile::stream(name, bytes) {
        Ok(file) => file,
        Err(came) => return StreamEnd::Foreign(came),
    };
    let (mut batch, mut packets) = (Batch::default(), 0);
    let mut told = FileLoss::default();
    let end = loop {
        let shown = file.show(&mut |packet| {
            packets += 1;
            batch.copy(&Packet {
                interface: interface(packet.interface),
                ..*packet
            });
            if batch.is_full() {
                outlet.hand_over(&mut batch);
            }
            if outlet.is_cut_off() {
                ControlFlow::Break(())
            } else {
                ControlFlow::Continue(())
            }
        });
        outlet.hand_over(&mut batch);
        let now = file.loss();
        losses.add(LostBefore {
            kernel_dropped: now.kernel_dropped.saturating_sub(told.kernel_dropped),
            interface_dropped: now.interface_dropped.saturating_sub(told.interface_dropped),
            unreadable_records: now.unreadable_records - told.unreadable_records,
            restarts: 0,
        });
        told = now;
        if let Some(end) = shown.or_else(|| file.refill()) {
            break end;
        }
    };
    StreamEnd::Read { end, packets }
}
