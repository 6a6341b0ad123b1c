//! Redis, memcached and SMTP, from both sides.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| reprise_wire::invariants::lines::read(data));
