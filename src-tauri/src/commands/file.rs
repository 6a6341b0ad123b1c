//! Which file the window works on.

use std::path::{Path, PathBuf};

use reprise_app::Library;
use tauri::{AppHandle, State, WebviewWindow};
use tauri_plugin_dialog::{DialogExt as _, FilePath};

use super::off_main;
use crate::desk::Desk;
use crate::error::Failure;

/// How names of Reprise files end, without the dot.
const ENDING: &str = "reprise";

/// Asks for a Reprise file with the system's dialog: one that is there, or the name of a new one. Null when the user
/// changed their mind.
#[tauri::command]
#[specta::specta]
pub(crate) async fn choose_library(app: AppHandle, make: bool) -> Result<Option<String>, Failure> {
    off_main(move || {
        let dialog = app.dialog().file().add_filter("Reprise files", &[ENDING]);
        let chosen = if make {
            let dialog = dialog.set_title("A new file").set_file_name("new.reprise");
            dialog.blocking_save_file()
        } else {
            dialog.set_title("Open a file").blocking_pick_file()
        };
        let Some(FilePath::Path(mut path)) = chosen else {
            return Ok(None);
        };
        if make && path.extension().is_none() {
            path.set_extension(ENDING);
        }
        Ok(Some(path.display().to_string()))
    })
    .await
}

/// Turns the window to another file; `make` makes it when it is not there.
#[tauri::command]
#[specta::specta]
pub(crate) async fn open_library(
    desk: State<'_, Desk>,
    window: WebviewWindow,
    path: String,
    make: bool,
) -> Result<(), Failure> {
    let desk = desk.inner().clone();
    off_main(move || {
        let path = PathBuf::from(path);
        let library = if make {
            Library::open(Some(&path))?
        } else {
            Library::open_existing(Some(&path))?
        };
        desk.turn_to(library)?;
        // Only the title bar would be wrong.
        let _ = window.set_title(&title(&path));
        Ok(())
    })
    .await
}

/// What a window on a file is called: `friday.reprise - Reprise`.
pub(crate) fn title(path: &Path) -> String {
    path.file_name().map_or_else(
        || "Reprise".to_owned(),
        |name| format!("{} - Reprise", name.display()),
    )
}
