//! Plans that are kept under a name: listed, opened in the form, kept, copied, forgotten.

use reprise_app::{Library, Plan};
use tauri::State;

use super::off_main;
use crate::boundary::{OpenedPlan, PlanCard, ReplayForm};
use crate::desk::Desk;
use crate::error::Failure;

/// Every plan that has a name, in order of names.
#[tauri::command]
#[specta::specta]
pub(crate) async fn plans(desk: State<'_, Desk>) -> Result<Vec<PlanCard>, Failure> {
    let library = desk.library();
    off_main(move || {
        let plans = library.plans()?.into_iter().map(|answer| {
            let plan = library.saved_plan(&answer.name)?;
            Ok(PlanCard::new(answer, &plan))
        });
        plans.collect()
    })
    .await
}

/// A plan in the fields of the Replay page.
#[tauri::command]
#[specta::specta]
pub(crate) async fn open_plan(desk: State<'_, Desk>, name: String) -> Result<OpenedPlan, Failure> {
    opened(&desk, move |library| Ok(library.saved_plan(&name)?)).await
}

/// The plan of a run in the fields of the Replay page.
#[tauri::command]
#[specta::specta]
pub(crate) async fn open_plan_of_run(
    desk: State<'_, Desk>,
    run: String,
) -> Result<OpenedPlan, Failure> {
    opened(&desk, move |library| Ok(library.plan_of_run(&run)?)).await
}

async fn opened(
    desk: &Desk,
    find: impl FnOnce(&Library) -> Result<Plan, Failure> + Send + 'static,
) -> Result<OpenedPlan, Failure> {
    let library = desk.library();
    off_main(move || Ok(OpenedPlan::new(&find(&library)?))).await
}

/// Keeps the plan that the fields ask for under a name; in the place of one that has the name, where that is wanted.
#[tauri::command]
#[specta::specta]
pub(crate) async fn save_plan(
    desk: State<'_, Desk>,
    name: String,
    form: ReplayForm,
    replace: bool,
) -> Result<(), Failure> {
    let desk = desk.inner().clone();
    off_main(move || {
        let request = form.request()?;
        let name = name.trim();
        if replace {
            *desk.forgotten() = Some(desk.library().replace_plan(name, &request)?);
        } else {
            desk.library().save_plan(name, &request)?;
        }
        Ok(())
    })
    .await
}

/// Keeps the plan of a run under a name.
#[tauri::command]
#[specta::specta]
pub(crate) async fn save_plan_of_run(
    desk: State<'_, Desk>,
    name: String,
    run: String,
) -> Result<(), Failure> {
    let library = desk.library();
    off_main(move || Ok(library.save_plan_of_run(name.trim(), &run)?)).await
}

/// Keeps a plan under another name, too.
#[tauri::command]
#[specta::specta]
pub(crate) async fn copy_plan(
    desk: State<'_, Desk>,
    name: String,
    other: String,
) -> Result<(), Failure> {
    let library = desk.library();
    off_main(move || Ok(library.copy_plan(&name, other.trim())?)).await
}

/// Forgets a plan; it can be put back until another is.
#[tauri::command]
#[specta::specta]
pub(crate) async fn delete_plan(desk: State<'_, Desk>, name: String) -> Result<(), Failure> {
    let desk = desk.inner().clone();
    off_main(move || {
        *desk.forgotten() = Some(desk.library().delete_plan(&name)?);
        Ok(())
    })
    .await
}

/// Puts the plan back that was forgotten or replaced last; what has its name now goes.
#[tauri::command]
#[specta::specta]
pub(crate) async fn undo_delete_plan(desk: State<'_, Desk>) -> Result<(), Failure> {
    let desk = desk.inner().clone();
    off_main(move || {
        let forgotten = desk.forgotten().take();
        let plan = forgotten.ok_or_else(|| Failure::usage("no plan was deleted"))?;
        Ok(desk.library().put_plan_back(plan)?)
    })
    .await
}
