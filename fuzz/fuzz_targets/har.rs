//! HTTP Archives.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| reprise_capture::invariants::har(data));
