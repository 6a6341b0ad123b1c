//! Compressed captures that were cut or damaged: what came before is kept, and the end is never taken for whole.

use std::io::Write;
use std::ops::ControlFlow;

use super::{frames, pcap, saved};
use crate::file::{CaptureFile, FileEnd};
use crate::packet_builder::{Framing, PcapOptions};

/// A capture of a few hundred packets, compressed in both ways, each with a sum of what was packed.
fn compressed() -> (Vec<Vec<u8>>, [Vec<u8>; 2]) {
    let one = frames(Framing::ETHERNET);
    let written: Vec<_> = (0..30).flat_map(|_| one.clone()).collect();
    let options = PcapOptions {
        nanoseconds: true,
        ..PcapOptions::default()
    };
    let plain = pcap(options, &written);
    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    gzip.write_all(&plain).unwrap();
    let mut zstd = zstd::Encoder::new(Vec::new(), 1).unwrap();
    zstd.include_checksum(true).unwrap();
    zstd.write_all(&plain).unwrap();
    let packets = written.into_iter().map(|frame| frame.data).collect();
    (packets, [gzip.finish().unwrap(), zstd.finish().unwrap()])
}

/// The packets of a file, and how it ended; `None` when it is refused.
fn read(bytes: &[u8]) -> Option<(Vec<Vec<u8>>, FileEnd)> {
    let saved = saved(bytes);
    let mut file = CaptureFile::open(&saved.path).ok()?;
    let mut packets = Vec::new();
    let end = file.read(&mut |packet| {
        packets.push(packet.data.to_vec());
        ControlFlow::Continue(())
    });
    Some((packets, end))
}

#[test]
fn a_compressed_file_that_is_cut_anywhere_keeps_its_first_packets_and_is_not_whole() {
    let (written, files) = compressed();
    for whole in files {
        assert_eq!(read(&whole), Some((written.clone(), FileEnd::Whole)));
        for length in (0..whole.len()).rev().step_by(5) {
            if let Some((packets, end)) = read(&whole[..length]) {
                assert!(written.starts_with(&packets), "cut after {length} bytes");
                assert_ne!(end, FileEnd::Whole, "cut after {length} bytes");
            }
        }
    }
}

#[test]
fn a_compressed_file_with_a_wrong_byte_anywhere_is_not_whole_unless_nothing_is_wrong_in_it() {
    let (written, files) = compressed();
    for whole in files {
        for place in (0..whole.len()).step_by(3) {
            let mut damaged = whole.clone();
            damaged[place] ^= 0x80;
            if let Some((packets, end)) = read(&damaged) {
                let says_so = end != FileEnd::Whole;
                assert!(says_so || packets == written, "at {place}");
            }
        }
    }
}
