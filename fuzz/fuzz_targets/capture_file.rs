//! Capture files: pcap and pcapng, plain or compressed.
#![no_main]

use std::io::Write;

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    let mut file = tempfile::NamedTempFile::new().expect("a temporary file");
    file.write_all(data).expect("room for it");
    reprise_capture::invariants::capture_file(file.path());
});
