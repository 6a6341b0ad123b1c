//! The Proxy page: opening and closing standing proxies, and their faults while they are on.

use reprise_app::{Error, PlannedFault, faults_as_text, write_faults};
use tauri::State;

use super::off_main;
use crate::boundary::{ControlledProxy, ProxyCard, ProxyForm};
use crate::desk::Desk;
use crate::error::Failure;

/// The proxies that are on, oldest first, with what each has done so far.
#[tauri::command]
#[specta::specta]
pub(crate) fn proxies(desk: State<'_, Desk>) -> Vec<ProxyCard> {
    desk.proxies.cards()
}

/// Opens a proxy; it listens when this resolves.
#[tauri::command]
#[specta::specta]
pub(crate) async fn open_proxy(desk: State<'_, Desk>, form: ProxyForm) -> Result<(), Failure> {
    let desk = desk.inner().clone();
    off_main(move || desk.proxies.open(&desk.library(), form.request()?)).await
}

/// Closes a proxy with all its connections.
#[tauri::command]
#[specta::specta]
pub(crate) async fn close_proxy(desk: State<'_, Desk>, name: String) -> Result<(), Failure> {
    let desk = desk.inner().clone();
    off_main(move || desk.proxies.close(&name)).await
}

/// Lets replays have a proxy of this window under their control; where that is done.
#[tauri::command]
#[specta::specta]
pub(crate) async fn control_proxy(desk: State<'_, Desk>, name: String) -> Result<String, Failure> {
    let desk = desk.inner().clone();
    off_main(move || desk.proxies.control(&desk.library(), &name)).await
}

/// The proxies that are controlled at an address, of this window or not.
#[tauri::command]
#[specta::specta]
pub(crate) async fn controlled_proxies(
    desk: State<'_, Desk>,
    at: String,
    token: String,
) -> Result<Vec<ControlledProxy>, Failure> {
    let library = desk.library();
    off_main(move || {
        let token = Some(token).filter(|token| !token.trim().is_empty());
        let proxies = library.controlled_proxies(&at, token)?.into_iter();
        Ok(proxies.map(ControlledProxy::from).collect())
    })
    .await
}

/// Adds a fault after the others, switched on.
#[tauri::command]
#[specta::specta]
pub(crate) fn add_proxy_fault(
    desk: State<'_, Desk>,
    name: &str,
    text: &str,
) -> Result<(), Failure> {
    let fault = read(text)?;
    let proxy = desk.proxies.find(name)?;
    proxy.add_fault(fault, true).map_err(Error::from)?;
    Ok(())
}

/// Puts another fault in the place of one, counted from zero.
#[tauri::command]
#[specta::specta]
pub(crate) fn change_proxy_fault(
    desk: State<'_, Desk>,
    name: &str,
    id: u32,
    text: &str,
) -> Result<(), Failure> {
    let fault = read(text)?;
    let proxy = desk.proxies.find(name)?;
    proxy.change_fault(id, fault).map_err(Error::from)?;
    Ok(())
}

/// Switches a fault on or off, on open connections too.
#[tauri::command]
#[specta::specta]
pub(crate) fn switch_proxy_fault(
    desk: State<'_, Desk>,
    name: &str,
    id: u32,
    on: bool,
) -> Result<(), Failure> {
    let proxy = desk.proxies.find(name)?;
    proxy.switch_fault(id, on).map_err(Error::from)?;
    Ok(())
}

/// Removes a fault.
#[tauri::command]
#[specta::specta]
pub(crate) fn remove_proxy_fault(
    desk: State<'_, Desk>,
    name: &str,
    id: u32,
) -> Result<(), Failure> {
    let proxy = desk.proxies.find(name)?;
    proxy.remove_fault(id).map_err(Error::from)?;
    Ok(())
}

/// The faults of a proxy as a text, one a line.
#[tauri::command]
#[specta::specta]
pub(crate) fn proxy_faults_text(desk: State<'_, Desk>, name: &str) -> Result<String, Failure> {
    let proxy = desk.proxies.find(name)?;
    Ok(faults_as_text(&proxy))
}

/// Makes the faults of a proxy those of a text.
#[tauri::command]
#[specta::specta]
pub(crate) fn write_proxy_faults(
    desk: State<'_, Desk>,
    name: &str,
    text: &str,
) -> Result<(), Failure> {
    let proxy = desk.proxies.find(name)?;
    Ok(write_faults(&proxy, text)?)
}

fn read(text: &str) -> Result<PlannedFault, Failure> {
    PlannedFault::parse(text).map_err(|error| Failure::usage(error.to_string()))
}
