//! Capture files: pcap and pcapng, plain or compressed.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| reprise_capture::invariants::capture_file(data));
