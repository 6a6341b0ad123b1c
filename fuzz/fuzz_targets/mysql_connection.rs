//! A captured MySQL connection: pieces of both directions, holes among them.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| reprise_wire::invariants::mysql::connection(data));
