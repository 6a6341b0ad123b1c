//! What clients and servers say through a proxy.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| reprise_fault::invariants::conversation(data));
