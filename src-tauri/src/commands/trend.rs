//! The Trend page: the last runs of one plan.

use reprise_app::chart::response_time_by_run;
use reprise_app::{Style, Trend};
use tauri::{AppHandle, State};

use super::off_main;
use super::run::ask_where_to_save;
use crate::boundary::{Chart, ThemeName, TrendPage};
use crate::desk::Desk;
use crate::error::Failure;

/// So many runs are looked at, as by the command without `--last`.
const LAST: usize = 20;
/// The height of the chart in CSS pixels.
const HEIGHT: u32 = 230;

/// The last complete runs of the plan that a run is of, and where they took a step.
#[tauri::command]
#[specta::specta]
pub(crate) async fn trend(desk: State<'_, Desk>, run: String) -> Result<TrendPage, Failure> {
    let desk = desk.inner().clone();
    off_main(move || Ok(trend_of(&desk, &run)?.into())).await
}

/// Quantiles of the response time by run, the oldest first.
#[tauri::command]
#[specta::specta]
pub(crate) async fn trend_chart(
    desk: State<'_, Desk>,
    run: String,
    theme: ThemeName,
    width: u16,
) -> Result<Chart, Failure> {
    let desk = desk.inner().clone();
    off_main(move || {
        let style = Style::new(u32::from(width).max(320), HEIGHT, theme.into()).bare();
        let drawn = response_time_by_run(&trend_of(&desk, &run)?, style);
        Ok(Chart::new("trend", drawn))
    })
    .await
}

/// Asks where to, and writes the trend as an HTML page; null when the user changed their mind.
#[tauri::command]
#[specta::specta]
pub(crate) async fn save_trend_report(
    app: AppHandle,
    desk: State<'_, Desk>,
    run: String,
) -> Result<Option<String>, Failure> {
    let desk = desk.inner().clone();
    off_main(move || {
        let Some(path) = ask_where_to_save(&app, &format!("{run} over time"))? else {
            return Ok(None);
        };
        let trend = trend_of(&desk, &run)?;
        desk.library().write_trend_report(&trend, &path)?;
        Ok(Some(path.display().to_string()))
    })
    .await
}

fn trend_of(desk: &Desk, run: &str) -> Result<Trend, Failure> {
    Ok(desk.library().trend(run, LAST)?)
}
