//! Which hosts replay may send to.

use tauri::State;

use super::off_main;
use crate::boundary::AllowedHost;
use crate::desk::Desk;
use crate::error::Failure;

/// The allowed hosts, besides this machine.
#[tauri::command]
#[specta::specta]
pub(crate) async fn allowed_hosts(desk: State<'_, Desk>) -> Result<Vec<AllowedHost>, Failure> {
    let library = desk.library();
    off_main(move || {
        let targets = library.targets()?.into_iter();
        Ok(targets
            .map(|target| AllowedHost { host: target.host })
            .collect())
    })
    .await
}

/// Allows a host from now on.
#[tauri::command]
#[specta::specta]
pub(crate) async fn allow_host(desk: State<'_, Desk>, host: String) -> Result<(), Failure> {
    let library = desk.library();
    off_main(move || Ok(library.allow_target(&host)?)).await
}

/// Takes a host off the list.
#[tauri::command]
#[specta::specta]
pub(crate) async fn forget_host(desk: State<'_, Desk>, host: String) -> Result<(), Failure> {
    let library = desk.library();
    off_main(move || Ok(library.forget_target(&host)?)).await
}
