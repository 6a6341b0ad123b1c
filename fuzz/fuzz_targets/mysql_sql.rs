//! SQL text: tokens and digest.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| reprise_wire::invariants::mysql::sql(data));
