//! The redaction rules in Settings: read, tried on a recording, saved.

use tauri::State;

use super::off_main;
use crate::boundary::{RedactionPreview, RedactionRules, RulesReading};
use crate::desk::Desk;
use crate::error::Failure;

/// The rules in force and their text.
#[tauri::command]
#[specta::specta]
pub(crate) async fn redaction_rules() -> Result<RedactionRules, Failure> {
    off_main(|| Ok(reprise_app::redaction_rules(None)?.into())).await
}

/// Reads a text of rules as it is typed.
#[tauri::command]
#[specta::specta]
pub(crate) async fn read_redaction_rules(text: String) -> Result<RulesReading, Failure> {
    off_main(move || Ok(reprise_app::read_redaction_rules(&text).into())).await
}

/// Saves a text of rules, which hold from the next recording on.
#[tauri::command]
#[specta::specta]
pub(crate) async fn save_redaction_rules(text: String) -> Result<RedactionRules, Failure> {
    off_main(move || Ok(reprise_app::save_redaction_rules(&text)?.into())).await
}

/// What a text of rules would do to a recording; changes nothing.
#[tauri::command]
#[specta::specta]
pub(crate) async fn preview_redaction(
    desk: State<'_, Desk>,
    recording: String,
    text: String,
) -> Result<RedactionPreview, Failure> {
    let library = desk.library();
    off_main(move || Ok(library.preview_redaction(&recording, Some(&text))?.into())).await
}
