//! An exchange that is redacted.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| reprise_wire::invariants::redact::exchange(data));
