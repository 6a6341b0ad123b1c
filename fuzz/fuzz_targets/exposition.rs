//! Metrics in Prometheus's text format, and what chooses among them.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| reprise_wire::invariants::metrics::exposition(data));
