//! Access logs in the combined format.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| reprise_capture::invariants::access_log(data));
