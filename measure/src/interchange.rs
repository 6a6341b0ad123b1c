//! A run or a comparison in the forms other tools read: JUnit for build servers, Markdown for pull requests, CSV for
//! spreadsheets and notebooks, HDR's percentile table for its plotter. HTML pages are [`crate::report`]'s.

mod csv;
mod hgrm;
mod junit;
mod markdown;

pub use csv::{
    SampleRows, operations as operations_csv, ticks as ticks_csv, watched as watched_csv,
};
pub use hgrm::hgrm;
pub use junit::junit;
pub use markdown::{comparison as comparison_markdown, run as run_markdown};
