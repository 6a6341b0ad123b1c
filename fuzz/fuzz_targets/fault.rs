//! A fault as a person writes it.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| reprise_fault::invariants::fault(data));
