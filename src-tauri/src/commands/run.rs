//! The Run page: a run from the engine while it is on, from the file afterwards.

use std::collections::BTreeMap;
use std::path::PathBuf;

use reprise_app::{ChartKind, RunSpan, RunTimeline, Style, Tick};
use tauri::ipc::Channel;
use tauri::{AppHandle, State};
use tauri_plugin_dialog::{DialogExt as _, FilePath};

use super::{compare, off_main};
use crate::boundary::{
    AgainForm, Chart, FailureLine, Mismatches, PlanningNews, RunNews, RunPage, RunView, ThemeName,
};
use crate::desk::Desk;
use crate::error::Failure;

/// The charts of a run's page with their heights in CSS pixels, from top to bottom.
const CHARTS: [(ChartKind, u32); 10] = [
    (ChartKind::ResponseTime, 130),
    (ChartKind::HeatMap, 168),
    (ChartKind::Service, 116),
    (ChartKind::Probes, 100),
    (ChartKind::ErrorRate, 104),
    (ChartKind::Statuses, 96),
    (ChartKind::Rows, 88),
    (ChartKind::Rate, 84),
    (ChartKind::InFlight, 72),
    (ChartKind::Lateness, 84),
];

/// The charts that are not over time, below all others, once a run is over: each reads all of it, whatever stretch the
/// others show.
const WHOLE_CHARTS: [(ChartKind, u32); 3] = [
    (ChartKind::Quantiles, 170),
    (ChartKind::Distribution, 150),
    (ChartKind::OverRate, 150),
];

/// The height of a chart of what was watched.
const WATCHED_HEIGHT: u32 = 78;

/// A run's numbers, its faults and checks, its operations.
#[tauri::command]
#[specta::specta]
pub(crate) async fn run(desk: State<'_, Desk>, name: String) -> Result<RunPage, Failure> {
    let desk = desk.inner().clone();
    off_main(move || {
        let answer = desk.library().run(&name)?;
        let plan = desk.library().plan_of_run(&name)?;
        let recorded = desk.library().operations(&answer.run.recording, usize::MAX);
        // The recording may be gone; then there is nothing to set the run against.
        let recorded_p99_us: BTreeMap<u32, u64> = recorded
            .unwrap_or_default()
            .iter()
            .map(|operation| (operation.id, operation.latency_us.p99))
            .collect();
        let mut page = RunPage::new(&answer, &plan, &recorded_p99_us);
        if let Some(live) = desk.live_place().clone().filter(|live| live.name() == name) {
            if !live.is_over() {
                let library = desk.library();
                let recovery =
                    desk.with_timeline(&name, |timeline| library.recovery_so_far(&name, timeline))?;
                page.recovers(&recovery?);
            }
            live.dress(&mut page);
        }
        Ok(page)
    })
    .await
}

/// The charts of a run.
#[tauri::command]
#[specta::specta]
pub(crate) async fn run_charts(
    desk: State<'_, Desk>,
    name: String,
    theme: ThemeName,
    width: u16,
    view: RunView,
) -> Result<Vec<Chart>, Failure> {
    let desk = desk.inner().clone();
    off_main(move || {
        let live = desk.live().filter(|live| live.name() == name);
        let is_on = live.is_some();
        let planned_us = live.and_then(|live| live.planned_end_us()).unwrap_or(0);
        let wide = u32::from(width).max(160);
        desk.with_timeline(&name, |timeline| {
            drawn(timeline, theme, wide, &view, planned_us, is_on)
        })
    })
    .await
}

/// The charts of a run from its timeline; those that read all of it once it is over.
fn drawn(
    timeline: &RunTimeline,
    theme: ThemeName,
    wide: u32,
    view: &RunView,
    planned_us: u64,
    is_on: bool,
) -> Vec<Chart> {
    let reached_us = timeline.ticks().last().map_or(0, Tick::end_us);
    let draw = |(kind, height): (ChartKind, u32)| {
        let style = Style::new(wide, height, theme.into()).bare();
        let span = view.span(kind.name(), reached_us, planned_us);
        Chart::new(kind.name(), timeline.draw(kind, &span, style))
    };
    let draw_whole = |(kind, height): (ChartKind, u32)| {
        let style = Style::new(wide, height, theme.into()).bare();
        let drawn = timeline.draw(kind, &RunSpan::default(), style);
        Chart::new(kind.name(), drawn)
    };
    let any = |holds: fn(&Tick) -> bool| timeline.ticks().iter().any(holds);
    let shown = CHARTS.into_iter().filter(|(kind, _)| match kind {
        ChartKind::Probes => any(|tick| !tick.probes.is_empty()),
        ChartKind::Rows => any(|tick| tick.rows.total() > 0),
        _ => true,
    });
    let mut charts: Vec<Chart> = shown.map(draw).collect();
    let style = Style::new(wide, WATCHED_HEIGHT, theme.into()).bare();
    let span = |chart: &str| view.span(chart, reached_us, planned_us);
    let hidden = |title: &str| span(&watched_kind(title)).hidden;
    let watched = timeline.draw_watched(&span(""), hidden, style).into_iter();
    charts.extend(watched.map(|chart| Chart::new(&watched_kind(&chart.title), chart)));
    if !is_on {
        charts.extend(WHOLE_CHARTS.into_iter().map(draw_whole));
    }
    charts
}

/// What the window calls the chart of this title.
fn watched_kind(title: &str) -> String {
    format!("watch {title}")
}

/// The answers of a run that were not the recorded ones, by operation and place.
#[tauri::command]
#[specta::specta]
pub(crate) async fn mismatches(
    desk: State<'_, Desk>,
    name: String,
) -> Result<Vec<Mismatches>, Failure> {
    let library = desk.library();
    off_main(move || Ok(Mismatches::of(library.mismatches(&name)?))).await
}

/// What failed in a run, by operation and kind, with a sample of each.
#[tauri::command]
#[specta::specta]
pub(crate) async fn failures(
    desk: State<'_, Desk>,
    name: String,
) -> Result<Vec<FailureLine>, Failure> {
    let library = desk.library();
    off_main(move || {
        let groups = library.failures(&name)?.into_iter();
        Ok(groups.map(FailureLine::from).collect())
    })
    .await
}

/// Starts a stored plan, of a run or with a name, or goes on with a run; resolves to the new run's name once it is on.
#[tauri::command]
#[specta::specta]
pub(crate) async fn start_again(
    desk: State<'_, Desk>,
    again: AgainForm,
    news: Channel<PlanningNews>,
) -> Result<String, Failure> {
    let desk = desk.inner().clone();
    off_main(move || {
        let plan = again.plan(&desk.library())?;
        desk.start_run(&again.request(&plan), &news)
    })
    .await
}

/// The name of the run that is on, if one is.
#[tauri::command]
#[specta::specta]
pub(crate) fn run_on(desk: State<'_, Desk>) -> Option<String> {
    desk.live().map(|live| live.name().to_owned())
}

/// Tells how the run that is on goes, until it is over.
#[tauri::command]
#[specta::specta]
pub(crate) async fn watch_run(
    desk: State<'_, Desk>,
    name: String,
    news: Channel<RunNews>,
) -> Result<(), Failure> {
    let live = desk.live_place().clone().filter(|live| live.name() == name);
    off_main(move || match live {
        Some(live) => live.watch(|now| news.send(now).is_ok()),
        None => Ok(()),
    })
    .await
}

/// Holds the run, or lets it go on.
#[tauri::command]
#[specta::specta]
pub(crate) fn pause_run(desk: State<'_, Desk>, paused: bool) -> Result<(), Failure> {
    desk.running()?.pause(paused);
    Ok(())
}

/// Changes the rate, in times the recorded one.
#[tauri::command]
#[specta::specta]
pub(crate) fn set_rate(desk: State<'_, Desk>, rate: f64) -> Result<(), Failure> {
    desk.running()?.control().set_rate(rate);
    Ok(())
}

/// Switches one of the plan's faults.
#[tauri::command]
#[specta::specta]
pub(crate) fn set_fault(desk: State<'_, Desk>, index: u32, on: bool) -> Result<(), Failure> {
    desk.running()?.control().set_fault(index as usize, on);
    Ok(())
}

/// Ends the run: outstanding answers have a few seconds, everything measured is stored.
#[tauri::command]
#[specta::specta]
pub(crate) fn stop_run(desk: State<'_, Desk>) -> Result<(), Failure> {
    desk.running()?.control().stop();
    Ok(())
}

/// Asks where to, and writes the HTML report of one run, or of two sides; null when the user changed their mind.
#[tauri::command]
#[specta::specta]
pub(crate) async fn save_report(
    app: AppHandle,
    desk: State<'_, Desk>,
    a: Vec<String>,
    b: Vec<String>,
    least: Option<f64>,
) -> Result<Option<String>, Failure> {
    let desk = desk.inner().clone();
    off_main(move || {
        let library = desk.library();
        let ends = |side: &[String]| side.first().cloned().unwrap_or_default();
        let suggested = match &*b {
            [] => ends(&a),
            b => format!("{} and {}", ends(&a), ends(b)),
        };
        let Some(path) = ask_where_to_save(&app, &suggested)? else {
            return Ok(None);
        };
        if b.is_empty() {
            library.write_run_report(&ends(&a), &path)?;
        } else {
            library.write_comparison_report(&compare::sides(&desk, a, b, least)?, &path)?;
        }
        Ok(Some(path.display().to_string()))
    })
    .await
}

/// Asks where an HTML page goes; `None` when the user changed their mind.
pub(super) fn ask_where_to_save(
    app: &AppHandle,
    suggested: &str,
) -> Result<Option<PathBuf>, Failure> {
    app.dialog()
        .file()
        .set_title("Save the report")
        .set_file_name(format!("{}.html", suggested.replace('/', "-")))
        .add_filter("HTML", &["html"])
        .blocking_save_file()
        .map(FilePath::into_path)
        .transpose()
        .map_err(|error| Failure::usage(error.to_string()))
}
