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

/// What changed from the runs of A to those of B. A may be the name of a recording, which stands for the recording of B;
/// `least` is the least change that counts, as a share.
#[tauri::command]
#[specta::specta]
pub(crate) async fn compare(
    desk: State<'_, Desk>,
    a: Vec<String>,
    b: Vec<String>,
    least: Option<f64>,
) -> Result<Comparison, Failure> {
    let desk = desk.inner().clone();
    off_main(move || {
        let request = sides(&desk, a, b, least)?;
        Ok(desk.library().compare(&request)?.into())
    })
    .await
}

/// Both sides' quantiles, and the difference with its band.
#[tauri::command]
#[specta::specta]
pub(crate) async fn compare_charts(
    desk: State<'_, Desk>,
    a: Vec<String>,
    b: Vec<String>,
    least: Option<f64>,
    theme: ThemeName,
    width: u16,
) -> Result<Vec<Chart>, Failure> {
    let desk = desk.inner().clone();
    off_main(move || {
        let request = sides(&desk, a, b, least)?;
        let comparison = desk.library().compare(&request)?;
        let style = Style::new(u32::from(width).max(160), HEIGHT, theme.into()).bare();
        let [quantiles, difference] = comparison_charts(&comparison, style);
        let overlay = match (&*request.a, &*request.b) {
            ([a], [b]) => desk.library().overlay_chart(
                a,
                b,
                Style::new(u32::from(width).max(160) * 2, OVERLAY_HEIGHT, theme.into()).bare(),
            )?,
            // over whose time would several be drawn?
            _ => None,
        };
        let mut charts = vec![
            Chart::new("quantiles", quantiles),
            Chart::new("difference", difference),
        ];
        charts.extend(overlay.map(|overlay| Chart::new("overlay", overlay)));
        Ok(charts)
    })
    .await
}

/// What the Compare page compares.
///
/// # Errors
/// When the runs cannot be read.
pub(super) fn sides(
    desk: &Desk,
    a: Vec<String>,
    b: Vec<String>,
    least: Option<f64>,
) -> Result<CompareRequest, Failure> {
    Ok(CompareRequest {
        a: side(desk, a)?,
        b: side(desk, b)?,
        min_effect: least,
    })
}

/// Runs by their names; any other name stands for the recording.
fn side(desk: &Desk, names: Vec<String>) -> Result<Vec<String>, Failure> {
    let runs = desk.library().runs()?;
    let is_run = |name: &String| runs.iter().any(|run| run.run.name == *name);
    let taken = names.into_iter().map(|name| {
        if is_run(&name) {
            name
        } else {
            RECORDING.to_owned()
        }
    });
    Ok(taken.collect())
}
