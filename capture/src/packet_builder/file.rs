//! Packets as pcap and pcapng files. Formats: draft-ietf-opsawg-pcap, draft-ietf-opsawg-pcapng.

use std::io::{self, Write};

use super::Frame;
use crate::LinkType;

/// Longer than any packet.
const SNAP_LENGTH: u32 = 262_144;

/// How a pcap file is written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct PcapOptions {
    /// Numbers are big-endian.
    pub big_endian: bool,
    /// Times are kept to the nanosecond instead of the microsecond.
    pub nanoseconds: bool,
}

impl PcapOptions {
    const fn word(self, value: u32) -> [u8; 4] {
        if self.big_endian {
            value.to_be_bytes()
        } else {
            value.to_le_bytes()
        }
    }

    const fn half(self, value: u16) -> [u8; 2] {
        if self.big_endian {
            value.to_be_bytes()
        } else {
            value.to_le_bytes()
        }
    }
}

/// Writes a pcap file. All of `frames` must have `link`; others are left out.
///
/// # Errors
/// `out` refuses.
pub fn write_pcap(
    out: &mut impl Write,
    link: LinkType,
    options: PcapOptions,
    frames: &[Frame],
) -> io::Result<()> {
    let magic = if options.nanoseconds {
        0xa1b2_3c4d
    } else {
        0xa1b2_c3d4
    };
    out.write_all(&options.word(magic))?;
    out.write_all(&options.half(2))?;
    out.write_all(&options.half(4))?;
    for word in [0, 0, SNAP_LENGTH, u32::from(link.0)] {
        out.write_all(&options.word(word))?;
    }
    let mut frames = frames.iter().filter(|frame| frame.link == link);
    frames.try_for_each(|frame| write_frame(out, options, frame))
}

/// Writes one packet to a pcap file that was begun with the same options.
///
/// # Errors
/// `out` refuses.
pub(crate) fn write_frame(
    out: &mut impl Write,
    options: PcapOptions,
    frame: &Frame,
) -> io::Result<()> {
    let nanos = frame.at.nanos();
    let seconds = u32::try_from(nanos.div_euclid(1_000_000_000)).unwrap_or(0);
    let fraction = u32::try_from(nanos.rem_euclid(1_000_000_000)).unwrap_or(0);
    let fraction = if options.nanoseconds {
        fraction
    } else {
        fraction / 1_000
    };
    for word in [seconds, fraction, kept(frame), frame.wire_len] {
        out.write_all(&options.word(word))?;
    }
    out.write_all(&frame.data)
}

/// Writes a pcapng file with nanosecond times: one interface for each link type and interface
/// number among `frames`.
///
/// # Errors
/// `out` refuses.
pub fn write_pcapng(out: &mut impl Write, frames: &[Frame]) -> io::Result<()> {
    const SECTION: u32 = 0x0a0d_0d0a;
    const BYTE_ORDER: u32 = 0x1a2b_3c4d;
    const INTERFACE: u32 = 1;
    const PACKET: u32 = 6;
    let mut section = BYTE_ORDER.to_le_bytes().to_vec();
    section.extend_from_slice(&[1, 0, 0, 0]);
    section.extend_from_slice(&u64::MAX.to_le_bytes());
    block(out, SECTION, &section)?;
    let mut interfaces: Vec<(LinkType, u32)> = Vec::new();
    for frame in frames {
        let interface = (frame.link, frame.interface);
        if !interfaces.contains(&interface) {
            interfaces.push(interface);
            let mut body = frame.link.0.to_le_bytes().to_vec();
            body.extend_from_slice(&[0, 0]);
            body.extend_from_slice(&SNAP_LENGTH.to_le_bytes());
            // if_tsresol (9) of one byte: 10^-9 seconds; then the end of the options.
            body.extend_from_slice(&[9, 0, 1, 0, 9, 0, 0, 0, 0, 0, 0, 0]);
            block(out, INTERFACE, &body)?;
        }
        let number = interfaces
            .iter()
            .position(|known| *known == interface)
            .unwrap_or(0);
        let nanos = frame.at.nanos().cast_unsigned();
        let mut body = u32::try_from(number).unwrap_or(0).to_le_bytes().to_vec();
        body.extend_from_slice(&u32::try_from(nanos >> 32).unwrap_or(0).to_le_bytes());
        body.extend_from_slice(
            &u32::try_from(nanos & 0xffff_ffff)
                .unwrap_or(0)
                .to_le_bytes(),
        );
        body.extend_from_slice(&kept(frame).to_le_bytes());
        body.extend_from_slice(&frame.wire_len.to_le_bytes());
        body.extend_from_slice(&frame.data);
        body.resize(body.len().next_multiple_of(4), 0);
        block(out, PACKET, &body)?;
    }
    Ok(())
}

fn block(out: &mut impl Write, kind: u32, body: &[u8]) -> io::Result<()> {
    let length = u32::try_from(body.len() + 12).map_err(io::Error::other)?;
    out.write_all(&kind.to_le_bytes())?;
    out.write_all(&length.to_le_bytes())?;
    out.write_all(body)?;
    out.write_all(&length.to_le_bytes())
}

fn kept(frame: &Frame) -> u32 {
    u32::try_from(frame.data.len()).unwrap_or(u32::MAX)
}
