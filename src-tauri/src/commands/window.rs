//! The window itself: hidden while a run goes on, shown again, closed.

use std::sync::Arc;

use tauri::{State, WebviewWindow};

use super::off_main;
use crate::desk::Desk;
use crate::error::Failure;
use crate::notification;

/// Hides the window; what is on goes on.
#[tauri::command]
#[specta::specta]
pub(crate) fn hide_window(window: WebviewWindow) -> Result<(), Failure> {
    window.hide().map_err(failed)
}

/// Shows the window again.
#[tauri::command]
#[specta::specta]
pub(crate) fn show_window(window: WebviewWindow) -> Result<(), Failure> {
    window.show().map_err(failed)
}

/// Shows everything larger or smaller: 1 is as designed.
#[tauri::command]
#[specta::specta]
pub(crate) fn set_zoom(window: WebviewWindow, factor: f64) -> Result<(), Failure> {
    window.set_zoom(factor).map_err(failed)
}

/// Tells the user something where they are now, when that is not this window.
#[tauri::command]
#[specta::specta]
pub(crate) async fn notify(
    window: WebviewWindow,
    title: String,
    body: String,
) -> Result<(), Failure> {
    off_main(move || {
        if !window.is_focused().unwrap_or(false) {
            notification::show(&title, &body);
        }
        Ok(())
    })
    .await
}

/// Ends the recording, the run and the proxies that are on, waits until all is stored, and closes the window.
#[tauri::command]
#[specta::specta]
pub(crate) async fn close_window(
    window: WebviewWindow,
    desk: State<'_, Desk>,
) -> Result<(), Failure> {
    let (recording, series) = (desk.recording(), desk.series());
    let (stopping, run) = (desk.inner().clone(), desk.live());
    let proxies = Arc::clone(&desk.proxies);
    off_main(move || {
        if series.is_some() {
            // it may have ended by itself in the meantime
            let _ = stopping.stop_series();
        } else if let Some(run) = &run {
            run.control().stop();
        }
        if let Some(recording) = &recording {
            recording.stop();
            recording.wait_for_end()?;
        }
        if let Some(run) = &run {
            run.wait_for_end()?;
        }
        if let Some(series) = &series {
            series.wait_for_end();
        }
        proxies.close_all();
        window.destroy().map_err(failed)
    })
    .await
}

fn failed(error: tauri::Error) -> Failure {
    Failure::internal(error.to_string())
}
