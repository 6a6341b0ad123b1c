//! What this program is, what this machine is good for, and the sample shop on it.

use reprise_app::{SampleShop, doctor};
use tauri::State;

use super::off_main;
use crate::boundary::{About, MachineFinding, ShopCard};
use crate::desk::Desk;
use crate::error::Failure;

/// Versions, and everything there is to find about this machine and the open file.
#[tauri::command]
#[specta::specta]
pub(crate) async fn about(desk: State<'_, Desk>) -> Result<About, Failure> {
    let library = desk.library();
    off_main(move || {
        let program = std::env::current_exe().map(|path| path.display().to_string());
        let findings = doctor(Some(library.path())).into_iter();
        Ok(About {
            version: env!("CARGO_PKG_VERSION").to_owned(),
            web_engine: tauri::webview_version().unwrap_or_default(),
            program: program.unwrap_or_default(),
            findings: findings.map(MachineFinding::from).collect(),
        })
    })
    .await
}

/// Whether packets can be captured here, and what makes it so.
#[tauri::command]
#[specta::specta]
pub(crate) async fn capture_rights() -> Result<MachineFinding, Failure> {
    off_main(move || Ok(reprise_app::capture_rights().into())).await
}

/// The sample shop, if it is open.
#[tauri::command]
#[specta::specta]
pub(crate) fn shop(desk: State<'_, Desk>) -> Option<ShopCard> {
    desk.shop().as_ref().map(|shop| shop.targets().into())
}

/// Opens the sample shop on this machine, if it is not open yet.
#[tauri::command]
#[specta::specta]
pub(crate) async fn open_shop(desk: State<'_, Desk>) -> Result<ShopCard, Failure> {
    let desk = desk.inner().clone();
    off_main(move || {
        let mut place = desk.shop();
        if let Some(shop) = place.as_ref() {
            return Ok(shop.targets().into());
        }
        let shop = SampleShop::open()?;
        let card = shop.targets().into();
        *place = Some(shop);
        Ok(card)
    })
    .await
}

/// Closes the sample shop.
#[tauri::command]
#[specta::specta]
pub(crate) async fn close_shop(desk: State<'_, Desk>) -> Result<(), Failure> {
    let desk = desk.inner().clone();
    off_main(move || {
        drop(desk.shop().take());
        Ok(())
    })
    .await
}
