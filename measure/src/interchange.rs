//! A run or a comparison in the forms other tools read: JUnit for build servers, Markdown for pull requests, CSV for
//! spreadsheets and notebooks, HDR's percentile table for its plotter, JSON lines and Prometheus's text while it is on. HTML pages are [`crate::report`]'s.

mod csv;
mod exposition;
mod hgrm;
mod junit;
mod markdown;
mod second;

pub use csv::{
    SampleRows, operations as operations_csv, ticks as ticks_csv, watched as watched_csv,
};
pub use exposition::Exposition;
pub use hgrm::hgrm;
pub use junit::junit;
pub use markdown::{comparison as comparison_markdown, run as run_markdown};
pub use second::{ProbeSecond, SecondLine};
