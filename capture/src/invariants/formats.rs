//! Files of other tools' formats, whatever is in them.

use std::collections::BTreeSet;
use std::io::BufReader;
use std::ops::ControlFlow;
use std::path::Path;

use reprise_wire::Limits;

use crate::formats::{Told, access_log, gor, har, mysql_log, tell};

/// Caps that a short input can reach.
const LIMITS: Limits = Limits {
    body_cap: 300,
    head_cap: 200,
    pipeline_cap: 8,
    waiting_cap: 2_000,
    gap_fill_cap: 50,
    opening_cap: 100,
};

/// An HTTP Archive.
pub fn har(data: &[u8]) {
    let mut told = InOrder::default();
    // What is no archive is refused.
    let _ = har::read(Path::new("x"), &mut reader(data), &LIMITS, &mut |one| {
        told.take(&one)
    });
    told.ended();
}

/// A file of GoReplay's.
pub fn gor(data: &[u8]) {
    let mut told = InOrder::default();
    let mut pairs = gor::Pairs::default();
    gor::read(&mut reader(data), &LIMITS, &mut pairs, &mut |one| {
        told.take(&one)
    });
    let _ = tell(pairs.finish(&LIMITS), &mut |one| told.take(&one));
    told.ended();
}

/// A log of MySQL's: the first byte says which.
pub fn mysql_log(data: &[u8]) {
    let Some((first, text)) = data.split_first() else {
        return;
    };
    let mut told = InOrder::default();
    let read = match first % 2 {
        0 => mysql_log::read_slow,
        _ => mysql_log::read_general,
    };
    read(&mut reader(text), &mut |one| told.take(&one));
    told.ended();
}

/// An access log.
pub fn access_log(data: &[u8]) {
    let mut told = InOrder::default();
    access_log::read(&mut reader(data), &LIMITS, &mut |one| told.take(&one));
    told.ended();
}

/// A reader that hands out little at a time, so that every place is met at the end of a buffer.
fn reader(data: &[u8]) -> BufReader<&[u8]> {
    BufReader::with_capacity(7, data)
}

/// What a reader told so far.
#[derive(Default)]
struct InOrder {
    seen: BTreeSet<u64>,
    open: BTreeSet<u64>,
}

impl InOrder {
    fn take(&mut self, told: &Told) -> ControlFlow<()> {
        match told {
            Told::Opened(opened) => {
                let number = opened.connection;
                assert!(self.seen.insert(number), "a connection opens twice");
                self.open.insert(number);
            }
            Told::Exchange(heard) => {
                let is_open = self.open.contains(&heard.connection);
                assert!(is_open, "an exchange on a connection that is not open");
                let exchange = &heard.exchange;
                assert!(exchange.operation.len() <= 512, "an endless operation");
                let sides = [&exchange.request, &exchange.response];
                assert!(sides.iter().any(|side| side.is_some()), "an empty exchange");
            }
            Told::Closed { connection, .. } => {
                assert!(self.open.remove(connection), "an end without a beginning");
            }
        }
        ControlFlow::Continue(())
    }

    fn ended(&self) {
        assert!(self.open.is_empty(), "a connection is left open");
    }
}
