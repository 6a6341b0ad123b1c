//! The Replay page: reading its small languages, saying what would happen, starting.

use reprise_app::{Check, PlannedFault};
use tauri::State;

use super::off_main;
use crate::boundary::{CheckState, DryRun, FaultNote, ReplayForm, fault_title};
use crate::desk::Desk;
use crate::error::Failure;
use crate::live_run::LiveRun;

/// Reads a fault as it is typed.
#[tauri::command]
#[specta::specta]
pub(crate) fn read_fault(text: &str) -> Result<FaultNote, Failure> {
    let fault = PlannedFault::parse(text).map_err(|error| Failure::usage(error.to_string()))?;
    let when = fault
        .window
        .map_or_else(|| "all the time".to_owned(), |window| window.to_string());
    Ok(FaultNote {
        title: format!("{}, {when}", fault_title(&fault)),
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
pub(crate) async fn dry_run(desk: State<'_, Desk>, form: ReplayForm) -> Result<DryRun, Failure> {
    let library = desk.library.clone();
    off_main(move || {
        let request = form.request()?;
        let allowed = library.allow_targets(&request)?;
        let outline = library.dry_run(&request)?;
        Ok(DryRun::new(&outline, allowed.names, allowed.warnings))
    })
    .await
}

/// Starts a replay; resolves to the run's name once it is on.
#[tauri::command]
#[specta::specta]
pub(crate) async fn start_replay(
    desk: State<'_, Desk>,
    form: ReplayForm,
) -> Result<String, Failure> {
    let desk = desk.inner().clone();
    off_main(move || {
        let request = form.request()?;
        let mut place = desk.live_place();
        if let Some(live) = place.as_ref().filter(|live| !live.is_over()) {
            let name = live.name();
            return Err(Failure::usage(format!(
                "the run {name} is on; wait for it or stop it"
            )));
        }
        let job = desk.library.replay(&request)?;
        let live = LiveRun::follow(job, request.faults.len(), request.duration_ms)?;
        let name = live.name().to_owned();
        *place = Some(live);
        Ok(name)
    })
    .await
}
