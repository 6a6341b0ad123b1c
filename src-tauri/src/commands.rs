//! What the window can call, by page. Commands are thin: they leave the main thread, ask `reprise-app`, and shape
//! its answer.

pub(crate) mod compare;
pub(crate) mod exchanges;
pub(crate) mod file;
pub(crate) mod import;
pub(crate) mod keeping;
pub(crate) mod library;
pub(crate) mod machine;
pub(crate) mod plans;
pub(crate) mod proxy;
pub(crate) mod record;
pub(crate) mod redaction;
pub(crate) mod replay;
pub(crate) mod run;
pub(crate) mod search;
pub(crate) mod series;
pub(crate) mod targets;
pub(crate) mod trend;
pub(crate) mod window;

use crate::error::Failure;

/// Runs a job on a thread where it may block.
async fn off_main<T: Send + 'static>(
    job: impl FnOnce() -> Result<T, Failure> + Send + 'static,
) -> Result<T, Failure> {
    tauri::async_runtime::spawn_blocking(job)
        .await
        .unwrap_or_else(|error| Err(Failure::internal(error.to_string())))
}
