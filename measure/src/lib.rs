//! How long it took: samples, histograms, summaries, comparison, charts, and the seeded choice.
//! Pure: no I/O, no clock, no thread; operations are known by id only.

mod sample;

pub use sample::{Outcome, Sample, SampleFlags};
