//! Files of every flavour, and files in every state of disrepair.

mod compressed;
mod pcapng;

use std::io::Write;
use std::ops::ControlFlow;
use std::path::PathBuf;

use proptest::prelude::*;
use reprise_wire::Timestamp;
use tempfile::TempDir;

use super::{CaptureFile, FileEnd};
use crate::packet_builder::{Conversation, Frame, Framing, PcapOptions, write_pcap, write_pcapng};
use crate::{CaptureError, LinkType};

/// A file in a folder that goes away with it.
struct Saved {
    _folder: TempDir,
    path: PathBuf,
}

fn saved(bytes: &[u8]) -> Saved {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("capture");
    std::fs::write(&path, bytes).unwrap();
    Saved {
        _folder: folder,
        path,
    }
}

fn frames(framing: Framing) -> Vec<Frame> {
    let start = Timestamp::from_nanos(1_700_000_000_123_456_789);
    let [client, server] = ["10.0.0.1:40000", "10.0.0.2:80"].map(|text| text.parse().unwrap());
    let mut script = Conversation::new(client, server, start).framing(framing);
    script.handshake().client("hello").server("world").close();
    script.into_frames()
}

fn pcap(options: PcapOptions, frames: &[Frame]) -> Vec<u8> {
    let mut bytes = Vec::new();
    write_pcap(&mut bytes, LinkType::ETHERNET, options, frames).unwrap();
    bytes
}

/// What a file holds, in the writer's terms, and how it ended.
fn read(bytes: &[u8]) -> (Vec<Frame>, FileEnd) {
    let saved = saved(bytes);
    let mut file = CaptureFile::open(&saved.path).unwrap();
    let mut packets = Vec::new();
    let end = file.read(&mut |packet| {
        packets.push(Frame {
            at: packet.at,
            link: packet.link,
            interface: packet.interface,
            wire_len: packet.wire_len,
            data: packet.data.to_vec(),
        });
        ControlFlow::Continue(())
    });
    (packets, end)
}

#[test]
fn pcap_is_read_in_either_byte_order_and_precision() {
    let written = frames(Framing::ETHERNET);
    for big_endian in [false, true] {
        for nanoseconds in [false, true] {
            let (read, end) = read(&pcap(
                PcapOptions {
                    big_endian,
                    nanoseconds,
                },
                &written,
            ));
            let mut expected = written.clone();
            if !nanoseconds {
                for frame in &mut expected {
                    frame.at = Timestamp::from_micros(frame.at.micros());
                }
            }
            assert_eq!(
                (read, end),
                (expected, FileEnd::Whole),
                "{big_endian} {nanoseconds}"
            );
        }
    }
}

#[test]
fn pcapng_may_have_interfaces_of_different_link_types() {
    let mut written = frames(Framing::ETHERNET);
    let mut cooked = frames(Framing::LinuxCooked2 { interface: 1 });
    cooked.iter_mut().for_each(|frame| frame.interface = 1);
    written.extend(cooked);
    let mut bytes = Vec::new();
    write_pcapng(&mut bytes, &written).unwrap();
    assert_eq!(read(&bytes), (written, FileEnd::Whole));
}

#[test]
fn compressed_files_are_recognised_by_their_first_bytes() {
    let written = frames(Framing::ETHERNET);
    let plain = pcap(
        PcapOptions {
            nanoseconds: true,
            ..PcapOptions::default()
        },
        &written,
    );
    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    gzip.write_all(&plain).unwrap();
    assert_eq!(
        read(&gzip.finish().unwrap()),
        (written.clone(), FileEnd::Whole)
    );
    let zstd = zstd::encode_all(plain.as_slice(), 1).unwrap();
    assert_eq!(read(&zstd), (written, FileEnd::Whole));
}

#[test]
fn a_file_cut_anywhere_gives_every_whole_packet_before_the_cut() {
    let written = frames(Framing::ETHERNET);
    let whole = pcap(
        PcapOptions {
            nanoseconds: true,
            ..PcapOptions::default()
        },
        &written,
    );
    for length in (24..whole.len()).step_by(11) {
        let (packets, end) = read(&whole[..length]);
        assert!(written.starts_with(&packets));
        let on_a_boundary = pcap(
            PcapOptions {
                nanoseconds: true,
                ..PcapOptions::default()
            },
            &written[..packets.len()],
        )
        .len()
            == length;
        assert_eq!(
            end == FileEnd::Whole,
            on_a_boundary,
            "cut after {length} bytes"
        );
    }
}

#[test]
fn a_packet_larger_than_the_first_buffer_is_read() {
    let mut written = frames(Framing::ETHERNET);
    written[3].data.resize(3 << 20, 7);
    written[3].wire_len = 3 << 20;
    let options = PcapOptions {
        nanoseconds: true,
        ..PcapOptions::default()
    };
    assert_eq!(read(&pcap(options, &written)), (written, FileEnd::Whole));
}

#[test]
fn what_is_no_capture_is_refused_with_the_reason() {
    let error = |bytes: &[u8]| CaptureFile::open(&saved(bytes).path).unwrap_err();
    assert!(matches!(error(b""), CaptureError::Empty(_)));
    assert!(matches!(
        error(b"{\"log\": {\"version\": \"1.2\"}}"),
        CaptureError::Foreign(_)
    ));
    assert!(matches!(error(&[0; 400]), CaptureError::Foreign(_)));
    assert!(matches!(
        error(b"\xd4\xc3\xb2\xa1\x02\x00"),
        CaptureError::HeaderCut(_)
    ));
    assert!(matches!(
        error(b"BZh91AY"),
        CaptureError::Compression { how: "bzip2", .. }
    ));
    let snoop = saved(b"snoop\0\0\0\0\0\0\x02");
    let said = CaptureFile::open(&snoop.path).unwrap_err().to_string();
    assert!(
        said.contains("Sun's snoop") && said.contains("editcap -F pcapng"),
        "{said}"
    );
    let missing = CaptureFile::open(std::path::Path::new("/nowhere/x.pcap")).unwrap_err();
    assert!(matches!(missing, CaptureError::Io { .. }));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn no_damage_breaks_reading(
        ng in any::<bool>(),
        damage in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..12),
    ) {
        let written = frames(Framing::ETHERNET);
        let mut bytes = Vec::new();
        if ng {
            write_pcapng(&mut bytes, &written).unwrap();
        } else {
            bytes = pcap(PcapOptions::default(), &written);
        }
        for (index, byte) in damage {
            let index = index.index(bytes.len());
            bytes[index] = byte;
        }
        let saved = saved(&bytes);
        if let Ok(mut file) = CaptureFile::open(&saved.path) {
            let mut packets = 0;
            file.read(&mut |_| {
                packets += 1;
                ControlFlow::Continue(())
            });
            prop_assert!(packets <= bytes.len());
        }
    }
}
