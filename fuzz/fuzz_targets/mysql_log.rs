//! MySQL's slow and general logs.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| reprise_capture::invariants::mysql_log(data));
