//! A server's reply to a MySQL command.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| reprise_wire::invariants::mysql::reply(data));
