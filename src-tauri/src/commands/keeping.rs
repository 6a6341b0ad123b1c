//! Names, notes, tags, finding, and the bin.

use reprise_app::RemarkChange;
use tauri::State;

use super::off_main;
use crate::boundary::{BinnedCard, Found, KeptKind};
use crate::desk::Desk;
use crate::error::Failure;

/// What a search shows at most.
const MOST_FOUND: usize = 60;

/// Puts a recording or a run into the bin.
#[tauri::command]
#[specta::specta]
pub(crate) async fn put_in_bin(
    desk: State<'_, Desk>,
    kind: KeptKind,
    name: String,
) -> Result<(), Failure> {
    let library = desk.library();
    off_main(move || Ok(library.delete(kind.into(), &name)?)).await
}

/// What is in the bin, last deleted first.
#[tauri::command]
#[specta::specta]
pub(crate) async fn bin(desk: State<'_, Desk>) -> Result<Vec<BinnedCard>, Failure> {
    let library = desk.library();
    off_main(move || Ok(library.bin()?.into_iter().map(BinnedCard::from).collect())).await
}

/// Brings back what was deleted last under a name.
#[tauri::command]
#[specta::specta]
pub(crate) async fn restore(
    desk: State<'_, Desk>,
    kind: KeptKind,
    name: String,
) -> Result<(), Failure> {
    let library = desk.library();
    off_main(move || Ok(library.restore(kind.into(), &name)?)).await
}

/// Removes for good what was deleted last under a name.
#[tauri::command]
#[specta::specta]
pub(crate) async fn remove_binned(
    desk: State<'_, Desk>,
    kind: KeptKind,
    name: String,
) -> Result<(), Failure> {
    let library = desk.library();
    off_main(move || Ok(library.remove_binned(kind.into(), &name)?)).await
}

/// Removes for good what is in the bin.
#[tauri::command]
#[specta::specta]
pub(crate) async fn empty_bin(desk: State<'_, Desk>) -> Result<(), Failure> {
    let library = desk.library();
    off_main(move || Ok(library.empty_bin().map(|_| ())?)).await
}

/// Calls a recording or a run something else.
#[tauri::command]
#[specta::specta]
pub(crate) async fn rename(
    desk: State<'_, Desk>,
    kind: KeptKind,
    from: String,
    to: String,
) -> Result<(), Failure> {
    let library = desk.library();
    off_main(move || Ok(library.rename(kind.into(), &from, to.trim())?)).await
}

/// Writes beside a recording or a run: the note and all its tags from now on.
#[tauri::command]
#[specta::specta]
pub(crate) async fn remark(
    desk: State<'_, Desk>,
    kind: KeptKind,
    name: String,
    note: String,
    tags: Vec<String>,
) -> Result<(), Failure> {
    let library = desk.library();
    off_main(move || {
        let mut untag = library.remarks(kind.into(), &name)?.tags;
        untag.retain(|tag| !tags.contains(tag));
        let change = RemarkChange {
            note: Some(note),
            tag: tags,
            untag,
        };
        library.remark(kind.into(), &name, change)?;
        Ok(())
    })
    .await
}

/// What has every word of a text in its name, note, tags or operations.
#[tauri::command]
#[specta::specta]
pub(crate) async fn find(desk: State<'_, Desk>, text: String) -> Result<Vec<Found>, Failure> {
    let library = desk.library();
    off_main(move || {
        let found = library.find(&text, MOST_FOUND)?;
        Ok(found.into_iter().map(Found::from).collect())
    })
    .await
}
