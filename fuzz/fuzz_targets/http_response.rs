//! The replay's response reader.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| reprise_wire::invariants::http_response(data));
