//! Several runs asked for at once: a plan played several times, against one target or two in turn; and what is on of these
//! and of searches.

use reprise_app::ReplayRequest;
use tauri::State;
use tauri::ipc::Channel;

use super::off_main;
use crate::boundary::{PlanningNews, RepeatForm, ReplayForm, SeriesNews};
use crate::desk::Desk;
use crate::error::Failure;
use crate::live_series::LiveSeries;

/// Plays a plan several times; resolves to the name its runs begin with once the first is on.
#[tauri::command]
#[specta::specta]
pub(crate) async fn start_series(
    desk: State<'_, Desk>,
    form: ReplayForm,
    repeat: RepeatForm,
    news: Channel<PlanningNews>,
) -> Result<String, Failure> {
    let desk = desk.inner().clone();
    off_main(move || {
        let request = repeat.request(form.request()?)?;
        let name = named(&request.replay)?;
        let series = LiveSeries::repeat(&desk, name, &request, news)?;
        Ok(series.name().to_owned())
    })
    .await
}

/// What is on of several runs; null when nothing is.
#[tauri::command]
#[specta::specta]
pub(crate) fn series_on(desk: State<'_, Desk>) -> Option<SeriesNews> {
    desk.series().map(|series| series.news())
}

/// Tells how a series goes until it is over; resolves to how it stood then.
#[tauri::command]
#[specta::specta]
pub(crate) async fn watch_series(
    desk: State<'_, Desk>,
    name: String,
    news: Channel<SeriesNews>,
) -> Result<Option<SeriesNews>, Failure> {
    let series = desk
        .series_place()
        .clone()
        .filter(|series| series.name() == name);
    off_main(move || {
        let Some(series) = series else {
            return Ok(None);
        };
        series.watch(|now| news.send(now).is_ok())?;
        Ok(Some(series.news()))
    })
    .await
}

/// Ends a series: the run that is on has a few seconds for its answers, no other is started.
#[tauri::command]
#[specta::specta]
pub(crate) fn stop_series(desk: State<'_, Desk>) -> Result<(), Failure> {
    desk.stop_series()
}

/// What the runs are called by.
pub(super) fn named(replay: &ReplayRequest) -> Result<String, Failure> {
    let name = replay.run.clone();
    name.ok_or_else(|| Failure::usage("the runs have no name; write one"))
}
