//! Packets of any link type: headers, tags, tunnels, fragments.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| reprise_capture::invariants::packets(data));
