//! The Compare page.

use reprise_app::{CompareRequest, RECORDING, Style, comparison_charts};
use tauri::State;

use super::off_main;
use crate::boundary::{Chart, Comparison, ThemeName};
use crate::desk::Desk;
use crate::error::Failure;

/// The height of both charts in CSS pixels.
const HEIGHT: u32 = 210;
/// The height of the one over time, twice as wide.
const OVERLAY_HEIGHT: u32 = 130;

/// What changed from A to B. Either may be the name of a recording, which stands for the recording of the other.
#[tauri::command]
#[specta::specta]
pub(crate) async fn compare(
    desk: State<'_, Desk>,
    a: String,
    b: String,
) -> Result<Comparison, Failure> {
    let desk = desk.inner().clone();
    off_main(move || Ok(compared(&desk, &a, &b)?.into())).await
}

/// Both sides' quantiles, and the difference with its band.
#[tauri::command]
#[specta::specta]
pub(crate) async fn compare_charts(
    desk: State<'_, Desk>,
    a: String,
    b: String,
    theme: ThemeName,
    width: u16,
) -> Result<Vec<Chart>, Failure> {
    let desk = desk.inner().clone();
    off_main(move || {
        let comparison = compared(&desk, &a, &b)?;
        let style = Style::new(u32::from(width).max(160), HEIGHT, theme.into()).bare();
        let [quantiles, difference] = comparison_charts(&comparison, style);
        let overlay = desk.library().overlay_chart(
            &side(&desk, &a)?,
            &side(&desk, &b)?,
            Style::new(u32::from(width).max(160) * 2, OVERLAY_HEIGHT, theme.into()).bare(),
        )?;
        let mut charts = vec![
            Chart::new("quantiles", quantiles),
            Chart::new("difference", difference),
        ];
        charts.extend(overlay.map(|overlay| Chart::new("overlay", overlay)));
        Ok(charts)
    })
    .await
}

fn compared(desk: &Desk, a: &str, b: &str) -> Result<reprise_app::Comparison, Failure> {
    let request = CompareRequest::of(&side(desk, a)?, &side(desk, b)?);
    Ok(desk.library().compare(&request)?)
}

/// A run by its name; any other name stands for the recording.
fn side(desk: &Desk, name: &str) -> Result<String, Failure> {
    let runs = desk.library().runs()?;
    let is_run = runs.iter().any(|run| run.run.name == name);
    Ok(if is_run { name } else { RECORDING }.to_owned())
}
