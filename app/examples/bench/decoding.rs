//! Decoding alone: packets to exchanges as an import makes them, and thrown away. Nothing is redacted
//! or stored.

use std::ops::ControlFlow;
use std::path::Path;
use std::time::Instant;

use reprise_capture::file::CaptureFile;
use reprise_capture::link::{self, Decoded};
use reprise_capture::reassembly::{ConnectionEvent, Reassembler, ReassemblyLimits};
use reprise_wire::{ConnectionDecoder, Exchange, Limits};

use crate::Failure;

/// Prints how many seconds it took.
pub(crate) fn decode(path: &Path) -> Result<(), Failure> {
    let began = Instant::now();
    let mut file = CaptureFile::open(path)?;
    let mut reassembler = Reassembler::new(ReassemblyLimits::default());
    let mut decoders = Decoders::default();
    let mut last = None;
    file.read(&mut |packet| {
        last = last.max(Some(packet.at));
        if let Decoded::Segment(segment) = link::decode(packet) {
            reassembler.push(&segment, &mut |event| decoders.event(event));
        }
        ControlFlow::Continue(())
    });
    reassembler.finish(last.unwrap_or_default(), &mut |event| decoders.event(event));
    let took = began.elapsed().as_secs_f64();
    if decoders.exchanges == 0 {
        return Err("decode: no exchange was found".into());
    }
    println!("{took}");
    Ok(())
}

#[derive(Default)]
struct Decoders {
    open: Vec<Option<ConnectionDecoder>>,
    decoded: Vec<Exchange>,
    exchanges: usize,
}

impl Decoders {
    fn event(&mut self, event: ConnectionEvent<'_>) {
        match event {
            ConnectionEvent::Opened {
                slot, midstream, ..
            } => {
                let index = slot.0 as usize;
                if index >= self.open.len() {
                    self.open.resize_with(index + 1, || None);
                }
                self.open[index] = Some(ConnectionDecoder::new(&Limits::default(), midstream));
            }
            ConnectionEvent::Piece {
                slot,
                direction,
                piece,
            } => {
                if let Some(decoder) = &mut self.open[slot.0 as usize] {
                    decoder.push(direction, piece, &mut self.decoded);
                    self.exchanges += self.decoded.len();
                    self.decoded.clear();
                }
            }
            ConnectionEvent::Closed { slot, .. } => self.open[slot.0 as usize] = None,
        }
    }
}
