//! The filter language.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| reprise_wire::invariants::filter(data));
