//! From the kernel's ring to stdout, as pcap with nanoseconds, without a look into any packet.

use std::fs::File;
use std::io::{self, Write};
use std::os::fd::AsFd;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use pcap::{Active, Capture, Packet};
use reprise_capture::{LinkType, OpenInterface, TapStatus};
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use signal_hook::consts::{SIGINT, SIGTERM};

use crate::say;

/// How much is written at a time.
const WRITE_BYTES: usize = 1 << 20;
/// How many packets are read before anything else is looked at.
const AT_ONCE: usize = 16_384;
/// How often the kernel is asked what it dropped.
const STATISTICS_EVERY: Duration = Duration::from_secs(1);
/// How long after the end the ring is still read: the kernel hands over what it has gathered.
const LINGER: Duration = Duration::from_millis(150);
const WAIT: Timespec = Timespec {
    tv_sec: 0,
    tv_nsec: 50_000_000,
};

/// Nanosecond pcap, in this machine's byte order.
const MAGIC: u32 = 0xa1b2_3c4d;

/// Passes packets, of which `snap_length` bytes are kept, on until it is told to end, or nobody reads them.
pub(crate) fn pass_on(open: OpenInterface, snap_length: u32) -> io::Result<()> {
    let asked = Arc::new(AtomicBool::new(false));
    for signal in [SIGTERM, SIGINT] {
        signal_hook::flag::register(signal, Arc::clone(&asked))?;
    }
    let OpenInterface {
        mut capture, link, ..
    } = open;
    // Past the standard library's buffer, which looks for the ends of lines.
    let mut out = File::from(io::stdout().as_fd().try_clone_to_owned()?);
    let mut buffer = header(link, snap_length);
    if out.write_all(&buffer).is_err() {
        // Nobody reads it.
        return Ok(());
    }
    say(&TapStatus::Listening { link: link.0 });
    let mut dropped = Dropped::default();
    let mut ends_at = None;
    loop {
        if asked.load(Ordering::Relaxed) {
            let end = *ends_at.get_or_insert_with(|| Instant::now() + LINGER);
            if Instant::now() >= end {
                break;
            }
        }
        buffer.clear();
        let read = capture.dispatch(Some(AT_ONCE), |packet| {
            put(&mut buffer, &packet);
            if buffer.len() >= WRITE_BYTES {
                // A pipe without a reader is noticed below.
                let _ = out.write_all(&buffer);
                buffer.clear();
            }
        });
        let written = out.write_all(&buffer);
        if written.is_err() || is_unread(&out) {
            break;
        }
        dropped.look(&mut capture, STATISTICS_EVERY);
        match read {
            Ok(0) => wait(&capture, &out),
            Ok(_) => {}
            Err(error) => return Err(io::Error::other(error.to_string())),
        }
    }
    dropped.look(&mut capture, Duration::ZERO);
    Ok(())
}

fn header(link: LinkType, snap_length: u32) -> Vec<u8> {
    let mut header = Vec::with_capacity(24);
    header.extend_from_slice(&MAGIC.to_ne_bytes());
    header.extend_from_slice(&2_u16.to_ne_bytes());
    header.extend_from_slice(&4_u16.to_ne_bytes());
    for word in [0, 0, snap_length, u32::from(link.0)] {
        header.extend_from_slice(&word.to_ne_bytes());
    }
    header
}

fn put(buffer: &mut Vec<u8>, packet: &Packet<'_>) {
    let kept = u32::try_from(packet.data.len()).unwrap_or(u32::MAX);
    let seconds = u32::try_from(packet.header.ts.tv_sec).unwrap_or(0);
    // With nanosecond precision libpcap puts nanoseconds where the name says microseconds.
    let nanos = u32::try_from(packet.header.ts.tv_usec).unwrap_or(0);
    for word in [seconds, nanos, kept, packet.header.len] {
        buffer.extend_from_slice(&word.to_ne_bytes());
    }
    buffer.extend_from_slice(packet.data);
}

/// Whether the other end of the pipe is closed.
fn is_unread(out: &File) -> bool {
    let mut pipe = [PollFd::new(out, PollFlags::empty())];
    let polled = poll(&mut pipe, Some(&Timespec::default()));
    let closed = |pipe: &PollFd<'_>| pipe.revents().intersects(PollFlags::ERR | PollFlags::HUP);
    polled.is_ok() && pipe.iter().any(closed)
}

/// Waits for packets, or for the end of the reader, for a moment.
fn wait(capture: &Capture<Active>, out: &File) {
    let mut either = [
        PollFd::new(capture, PollFlags::IN),
        PollFd::new(out, PollFlags::empty()),
    ];
    // A wait cut short by a signal is as good as one that is over.
    let _ = poll(&mut either, Some(&WAIT));
}

/// What the kernel dropped, told when it changes.
#[derive(Default)]
struct Dropped {
    looked: Option<Instant>,
    kernel: u64,
    interface: u64,
    last: (u32, u32),
}

impl Dropped {
    fn look(&mut self, capture: &mut Capture<Active>, every: Duration) {
        if self.looked.is_some_and(|looked| looked.elapsed() < every) {
            return;
        }
        self.looked = Some(Instant::now());
        let Ok(now) = capture.stats() else { return };
        let (kernel, interface) = self.last;
        // The kernel counts in 32 bits.
        let more = (
            now.dropped.wrapping_sub(kernel),
            now.if_dropped.wrapping_sub(interface),
        );
        self.last = (now.dropped, now.if_dropped);
        if more == (0, 0) {
            return;
        }
        self.kernel += u64::from(more.0);
        self.interface += u64::from(more.1);
        say(&TapStatus::Dropped {
            kernel: self.kernel,
            interface: self.interface,
        });
    }
}
