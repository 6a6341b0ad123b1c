//! The Record page: which interfaces there are, and recording from one while the user looks on or elsewhere.

use reprise_app::Style;
use tauri::State;
use tauri::ipc::Channel;

use super::off_main;
use crate::boundary::{Chart, DeviceCard, DeviceRate, RecordForm, RecordNews, ThemeName};
use crate::desk::Desk;
use crate::error::Failure;
use crate::live_recording::LiveRecording;

/// The chart's height in CSS pixels.
const CHART_HEIGHT: u32 = 170;

/// The interfaces of this machine, and why one cannot be captured.
#[tauri::command]
#[specta::specta]
pub(crate) async fn devices() -> Result<Vec<DeviceCard>, Failure> {
    off_main(|| {
        let devices = reprise_app::devices()?;
        Ok(devices.into_iter().map(DeviceCard::from).collect())
    })
    .await
}

/// What each interface carries, since this was asked last.
#[tauri::command]
#[specta::specta]
pub(crate) async fn device_rates(
    desk: State<'_, Desk>,
    theme: ThemeName,
) -> Result<Vec<DeviceRate>, Failure> {
    let desk = desk.inner().clone();
    off_main(move || Ok(desk.device_rates().read(theme))).await
}

/// Reads a capture filter once it is typed.
#[tauri::command]
#[specta::specta]
pub(crate) async fn check_capture_filter(filter: String) -> Result<(), Failure> {
    off_main(move || Ok(reprise_app::check_capture_filter(&filter)?)).await
}

/// Starts recording; when this resolves, every matching packet is captured.
#[tauri::command]
#[specta::specta]
pub(crate) async fn start_recording(
    desk: State<'_, Desk>,
    form: RecordForm,
) -> Result<(), Failure> {
    let desk = desk.inner().clone();
    off_main(move || {
        let request = form.request()?;
        let mut place = desk.recording_place();
        if let Some(live) = place.as_ref().filter(|live| !live.is_over()) {
            let name = live.name();
            return Err(Failure::usage(format!(
                "the recording {name} is on; stop it first"
            )));
        }
        let taken = desk.library().recordings()?.into_iter();
        let taken: Vec<String> = taken.map(|one| one.recording.name).collect();
        let asked = form.asked(&request, &taken);
        let job = desk.library().record(&request)?;
        *place = Some(LiveRecording::follow(job, asked)?);
        Ok(())
    })
    .await
}

/// The recording that is on, if one is.
#[tauri::command]
#[specta::specta]
pub(crate) fn recording_on(desk: State<'_, Desk>) -> Option<RecordNews> {
    desk.recording().map(|live| live.news())
}

/// Tells how the recording that is on goes, until it is stored.
#[tauri::command]
#[specta::specta]
pub(crate) async fn watch_recording(
    desk: State<'_, Desk>,
    news: Channel<RecordNews>,
) -> Result<(), Failure> {
    let live = desk.recording_place().clone();
    off_main(move || match live {
        Some(live) => live.watch(|now| news.send(now).is_ok()),
        None => Ok(()),
    })
    .await
}

/// Exchanges over time of the recording that is on or was on last.
#[tauri::command]
#[specta::specta]
pub(crate) async fn recording_chart(
    desk: State<'_, Desk>,
    theme: ThemeName,
    width: u16,
) -> Result<Option<Chart>, Failure> {
    let live = desk.recording_place().clone();
    off_main(move || {
        let style = Style::new(u32::from(width).max(160), CHART_HEIGHT, theme.into()).bare();
        Ok(live.map(|live| Chart::new("recorded_rate", live.chart(style))))
    })
    .await
}

/// Asks the recording that is on to end; what was captured is kept.
#[tauri::command]
#[specta::specta]
pub(crate) fn stop_recording(desk: State<'_, Desk>) {
    if let Some(live) = desk.recording() {
        live.stop();
    }
}
