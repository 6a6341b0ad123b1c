//! Importing capture files: one import at a time.

use reprise_app::{CaptureLimits, CaptureNews, ImportRequest, RedactionChoice};
use tauri::ipc::Channel;
use tauri::{AppHandle, State};
use tauri_plugin_dialog::DialogExt as _;

use super::off_main;
use crate::boundary::{ImportNews, whole};
use crate::desk::Desk;
use crate::error::Failure;

/// Asks for capture files with the system's dialog; none when the user changed their mind.
#[tauri::command]
#[specta::specta]
pub(crate) async fn choose_files(app: AppHandle) -> Result<Vec<String>, Failure> {
    off_main(move || {
        let chosen = app
            .dialog()
            .file()
            .set_title("Import a capture")
            .add_filter(
                "Captures and logs",
                &["pcap", "pcapng", "cap", "har", "gor", "log", "gz", "zst"],
            )
            .add_filter("All files", &["*"])
            .blocking_pick_files();
        Ok(chosen
            .unwrap_or_default()
            .iter()
            .map(ToString::to_string)
            .collect())
    })
    .await
}

/// Imports files into a new recording; resolves to its name when all is read.
#[tauri::command]
#[specta::specta]
pub(crate) async fn import_files(
    desk: State<'_, Desk>,
    paths: Vec<String>,
    name: String,
    news: Channel<ImportNews>,
) -> Result<String, Failure> {
    let desk = desk.inner().clone();
    off_main(move || {
        let sizes = paths.iter().filter_map(|path| std::fs::metadata(path).ok());
        let total_bytes: f64 = sizes.map(|file| file.len() as f64).sum();
        let files = paths.into_iter().map(Into::into).collect();
        let request = ImportRequest {
            files,
            name,
            redaction: RedactionChoice::InForce,
            limits: CaptureLimits::default(),
        };
        let job = {
            let mut place = desk.import();
            if place.is_some() {
                return Err(Failure::usage("an import is on; wait for it or stop it"));
            }
            let job = desk.library().import(&request)?;
            *place = Some(job.stopper());
            job
        };
        while let Some(said) = job.next_news() {
            let CaptureNews::Progress(now) = said else {
                continue;
            };
            // A window that went away does not stop an import.
            let _ = news.send(ImportNews {
                packets: whole(now.packets),
                exchanges: whole(now.exchanges),
                read_bytes: now.fraction.unwrap_or(0.0) * total_bytes,
                total_bytes,
            });
        }
        let finished = job.finish();
        *desk.import() = None;
        Ok(finished?.recording.name)
    })
    .await
}

/// Stops the import; what was read so far stays.
#[tauri::command]
#[specta::specta]
pub(crate) fn stop_import(desk: State<'_, Desk>) {
    if let Some(stopper) = desk.import().as_ref() {
        stopper.stop();
    }
}
