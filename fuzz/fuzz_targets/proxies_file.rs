//! A file of proxies.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| reprise_app::invariants::proxies_file(data));
