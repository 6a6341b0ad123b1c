//! Reassembly of one stream, cut, repeated and dropped at will, against a model.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| reprise_capture::invariants::reassembly(data));
