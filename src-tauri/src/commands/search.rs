//! A search for the edge: started from the fields of the Replay page, shown again from the runs that were its steps.

use reprise_app::{Style, knee_charts};
use tauri::ipc::Channel;
use tauri::{AppHandle, State};

use super::off_main;
use super::run::ask_where_to_save;
use super::series::named;
use crate::boundary::{Chart, PlanningNews, ReplayForm, SearchForm, SearchPage, ThemeName};
use crate::desk::Desk;
use crate::error::Failure;
use crate::live_series::LiveSeries;

/// The height of each chart in CSS pixels.
const HEIGHT: u32 = 210;

/// Searches for the highest rate the target holds; resolves to the search's name once its first run is on.
#[tauri::command]
#[specta::specta]
pub(crate) async fn start_search(
    desk: State<'_, Desk>,
    form: ReplayForm,
    search: SearchForm,
    news: Channel<PlanningNews>,
) -> Result<String, Failure> {
    let desk = desk.inner().clone();
    off_main(move || {
        let request = search.request(form.request()?)?;
        let name = named(&request.replay)?;
        let series = LiveSeries::search(&desk, name, request, news)?;
        Ok(series.name().to_owned())
    })
    .await
}

/// What a search found; null while the first step of one that is on has not ended.
#[tauri::command]
#[specta::specta]
pub(crate) async fn search(
    desk: State<'_, Desk>,
    name: String,
) -> Result<Option<SearchPage>, Failure> {
    let desk = desk.inner().clone();
    off_main(move || {
        let found = desk.library().knee_found(&name);
        if found.is_err() && desk.series().is_some_and(|series| series.name() == name) {
            return Ok(None);
        }
        Ok(Some(SearchPage::from(&found?)))
    })
    .await
}

/// Puts every run of a search into the bin; answers their names, by which they come back.
#[tauri::command]
#[specta::specta]
pub(crate) async fn delete_search(
    desk: State<'_, Desk>,
    name: String,
) -> Result<Vec<String>, Failure> {
    let desk = desk.inner().clone();
    off_main(move || {
        if desk.series().is_some_and(|series| series.name() == name) {
            return Err(Failure::usage("this search is on; stop it first"));
        }
        Ok(desk.library().delete_knee(&name)?)
    })
    .await
}

/// Response time and throughput over the rate.
#[tauri::command]
#[specta::specta]
pub(crate) async fn search_charts(
    desk: State<'_, Desk>,
    name: String,
    theme: ThemeName,
    width: u16,
) -> Result<Vec<Chart>, Failure> {
    let library = desk.library();
    off_main(move || {
        let style = Style::new(u32::from(width).max(160), HEIGHT, theme.into()).bare();
        let [response, throughput] = knee_charts(&library.knee_found(&name)?, style);
        Ok(vec![
            Chart::new("response_time_by_rate", response),
            Chart::new("throughput_by_rate", throughput),
        ])
    })
    .await
}

/// Asks where to, and writes the search as an HTML page; null when the user changed their mind.
#[tauri::command]
#[specta::specta]
pub(crate) async fn save_search_report(
    app: AppHandle,
    desk: State<'_, Desk>,
    name: String,
) -> Result<Option<String>, Failure> {
    let library = desk.library();
    off_main(move || {
        let Some(path) = ask_where_to_save(&app, &name)? else {
            return Ok(None);
        };
        library.write_knee_report(&name, &path)?;
        Ok(Some(path.display().to_string()))
    })
    .await
}
