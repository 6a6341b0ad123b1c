//! The Replay page: reading its small languages, saying what would happen, starting.

use reprise_app::{Check, PlannedFault, Probe, ReplayRequest, Rewrite, Stages, Style, Watch};
use tauri::ipc::Channel;
use tauri::{AppHandle, State};
use tauri_plugin_dialog::DialogExt as _;

use super::off_main;
use crate::boundary::{
    Chart, CheckState, DryRun, FaultReading, PlanningNews, ReplayForm, StageLine, ThemeName,
    Understood,
};
use crate::desk::Desk;
use crate::error::Failure;

/// The height of the plan's chart in CSS pixels.
const PLAN_HEIGHT: u32 = 150;

/// Reads a fault as it is typed.
#[tauri::command]
#[specta::specta]
pub(crate) fn read_fault(text: &str) -> Result<FaultReading, Failure> {
    let fault = PlannedFault::parse(text).map_err(|error| Failure::usage(error.to_string()))?;
    Ok(FaultReading::new(&fault))
}

/// Reads stages as they are typed or drawn.
#[tauri::command]
#[specta::specta]
pub(crate) fn read_stages(text: &str) -> Result<Vec<StageLine>, Failure> {
    if text.trim().is_empty() {
        return Ok(Vec::new());
    }
    let stages = text.parse::<Stages>();
    let stages = stages.map_err(|error| Failure::usage(format!("failed to {error}")))?;
    Ok(stages.list().iter().map(StageLine::from).collect())
}

/// What a replay would ask for over its time, above what was recorded. Sends nothing.
#[tauri::command]
#[specta::specta]
pub(crate) async fn plan_chart(
    desk: State<'_, Desk>,
    form: ReplayForm,
    theme: ThemeName,
    width: u16,
) -> Result<Chart, Failure> {
    let library = desk.library();
    off_main(move || {
        let style = Style::new(u32::from(width).max(160), PLAN_HEIGHT, theme.into()).bare();
        let chart = library.plan_chart(&form.request()?, style)?;
        Ok(Chart::new("planned_rate", chart))
    })
    .await
}

/// Reads a probe as it is typed.
#[tauri::command]
#[specta::specta]
pub(crate) fn read_probe(text: &str) -> Result<Understood, Failure> {
    let probe = text.parse::<Probe>();
    let probe = probe.map_err(|error| Failure::usage(format!("failed to {error}")))?;
    Ok(Understood {
        title: format!("{}, called {}", how_often(&probe), probe.name),
    })
}

fn how_often(probe: &Probe) -> &'static str {
    match &probe.watch {
        Watch::Lane(_) => "that lane at its recorded pace, again and again",
        Watch::Operation(_) => "these operations at their recorded pace, again and again",
        Watch::Http { .. } => "a GET every second",
        Watch::Sql(_) => "a statement every second",
    }
}

/// Reads a source to watch as it is typed.
#[tauri::command]
#[specta::specta]
pub(crate) fn read_watch(text: &str) -> Result<Understood, Failure> {
    let title = reprise_app::describe_watched(text)?;
    Ok(Understood { title })
}

/// Reads a rewriting rule as it is typed.
#[tauri::command]
#[specta::specta]
pub(crate) fn read_rewrite(text: &str) -> Result<Understood, Failure> {
    let rule = text.parse::<Rewrite>();
    let rule = rule.map_err(|error| Failure::usage(format!("failed to {error}")))?;
    Ok(Understood {
        title: rule.to_string(),
    })
}

/// Reads a check as it is typed.
#[tauri::command]
#[specta::specta]
pub(crate) fn read_check(text: &str) -> Result<CheckState, Failure> {
    let check = Check::parse(text).map_err(|error| Failure::usage(error.to_string()))?;
    Ok(CheckState {
        check: check.to_string(),
        value: String::new(),
        held: None,
    })
}

/// What a replay would send and leave out, and why; or why it would be refused. Sends nothing.
#[tauri::command]
#[specta::specta]
pub(crate) async fn dry_run(
    desk: State<'_, Desk>,
    form: ReplayForm,
    news: Channel<PlanningNews>,
) -> Result<DryRun, Failure> {
    let desk = desk.inner().clone();
    off_main(move || {
        let request = form.request()?;
        let library = desk.library();
        let turn = desk.outlooks.take();
        let planned = library.plan_replay(&request, &mut turn.watch(&news))?;
        // the name is looked at when it starts: those of several runs are this one with numbers
        let unnamed = ReplayRequest {
            run: None,
            ..request
        };
        let refused = library.would_start(&unnamed, &planned).err();
        Ok(DryRun::new(
            &planned.outline(),
            planned.targets().clone(),
            refused.as_ref(),
        ))
    })
    .await
}

/// Ends what is being planned: an outlook, and a run that is about to start.
#[tauri::command]
#[specta::specta]
pub(crate) fn stop_planning(desk: State<'_, Desk>) {
    desk.outlooks.end();
    desk.starts.end();
}

/// Connects to every target once and leaves again; what there is to say of each, in words.
#[tauri::command]
#[specta::specta]
pub(crate) async fn try_targets(
    desk: State<'_, Desk>,
    form: ReplayForm,
) -> Result<Vec<String>, Failure> {
    let library = desk.library();
    off_main(move || Ok(library.try_targets(&form.request()?)?)).await
}

/// Asks for one file with the system's dialog; null when the user changed their mind.
#[tauri::command]
#[specta::specta]
pub(crate) async fn choose_file(app: AppHandle, title: String) -> Result<Option<String>, Failure> {
    off_main(move || {
        let chosen = app.dialog().file().set_title(title).blocking_pick_file();
        Ok(chosen.map(|path| path.to_string()))
    })
    .await
}

/// Starts a replay; resolves to the run's name once it is on.
#[tauri::command]
#[specta::specta]
pub(crate) async fn start_replay(
    desk: State<'_, Desk>,
    form: ReplayForm,
    news: Channel<PlanningNews>,
) -> Result<String, Failure> {
    let desk = desk.inner().clone();
    off_main(move || {
        let request = form.request()?;
        desk.start_run(&request, &news)
    })
    .await
}
