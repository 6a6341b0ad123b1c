//! The Library and Recording pages.

use std::path::{Path, PathBuf};

use reprise_app::Style;
use tauri::State;

use super::off_main;
use crate::boundary::{
    Chart, Library, RecordingCard, RecordingPage, RunCard, SearchCard, ThemeName,
};
use crate::desk::Desk;
use crate::error::Failure;
use crate::sparkline;

/// Operations listed: the file keeps all, the window shows the most frequent.
const OPERATIONS: usize = 1_000;
/// The chart's height in CSS pixels.
const RATE_HEIGHT: u32 = 130;

/// Everything in the file, newest first.
#[tauri::command]
#[specta::specta]
pub(crate) async fn library(desk: State<'_, Desk>, theme: ThemeName) -> Result<Library, Failure> {
    let library = desk.library();
    off_main(move || {
        let recordings = library.recordings()?.into_iter().map(|recording| {
            let line = sparkline::of_recording(&library, &recording, theme)?;
            Ok(RecordingCard::new(&recording, line))
        });
        let runs = library.runs()?.into_iter().map(|run| {
            let line = sparkline::of_run(&library, &run.run.name, theme)?;
            Ok(RunCard::new(&run, line))
        });
        Ok(Library {
            file: library.path().display().to_string(),
            recordings: recordings.collect::<Result<_, Failure>>()?,
            runs: runs.collect::<Result<_, Failure>>()?,
            searches: library.knees()?.iter().map(SearchCard::from).collect(),
            sample: sample_capture().map(|path| path.display().to_string()),
        })
    })
    .await
}

/// One recording, but for its exchanges.
#[tauri::command]
#[specta::specta]
pub(crate) async fn recording(
    desk: State<'_, Desk>,
    name: String,
    theme: ThemeName,
) -> Result<RecordingPage, Failure> {
    let library = desk.library();
    off_main(move || {
        let answer = library.recording(&name)?;
        let line = sparkline::of_recording(&library, &answer, theme)?;
        let operations = library.operations(&name, OPERATIONS)?;
        Ok(RecordingPage::new(
            &answer,
            RecordingCard::new(&answer, line),
            operations,
        ))
    })
    .await
}

/// A recording's exchanges over time, by protocol.
#[tauri::command]
#[specta::specta]
pub(crate) async fn recording_rate(
    desk: State<'_, Desk>,
    name: String,
    theme: ThemeName,
    width: u16,
) -> Result<Chart, Failure> {
    let library = desk.library();
    off_main(move || {
        let style = Style::new(u32::from(width).max(160), RATE_HEIGHT, theme.into()).bare();
        let chart = library.recording_chart(&name, style)?;
        Ok(Chart::new("recorded_rate", chart))
    })
    .await
}

/// The shipped capture of the sample shop: beside the program, where packages put it, or in the source tree that
/// the program was built in.
fn sample_capture() -> Option<PathBuf> {
    const NAMES: [&str; 2] = ["shop.pcap.gz", "shop.pcap"];
    let program = std::env::current_exe().ok()?;
    let folder = program.parent()?;
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).parent()?;
    let folders = [
        folder.join("captures"),
        folder.join("../share/reprise/captures"),
        source.join("fixtures/captures"),
    ];
    folders
        .iter()
        .flat_map(|folder| NAMES.map(|name| folder.join(name)))
        .find(|path| path.is_file())
}
