//! A MySQL command's payload.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| reprise_wire::invariants::mysql::command(data));
