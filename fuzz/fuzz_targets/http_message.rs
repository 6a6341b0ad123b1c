//! A stored message, taken apart and put together, its content decoded.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| reprise_wire::invariants::http_message(data));
