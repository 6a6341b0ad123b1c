//! What is sent to the control API of proxies.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| reprise_fault::invariants::control_body(data));
