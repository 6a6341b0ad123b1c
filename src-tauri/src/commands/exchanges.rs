//! The exchanges table and its detail pane.

use std::time::Duration;

use reprise_app::BytesOf;
use tauri::State;

use super::off_main;
use crate::boundary::{
    ConnectionPage, ExchangeDetail, ExchangePage, FilterValue, ListingForm, PieceOfBytes, SideName,
};
use crate::desk::Desk;
use crate::error::Failure;

/// Rows that one answer may hold.
const MOST_ROWS: u32 = 1_000;
/// A page whose exchanges are still being looked for waits so long; the window asks again.
const PATIENCE: Duration = Duration::from_millis(120);

/// Exchanges from a place of the listing on, counted from 0, and the place of one that is asked for.
#[tauri::command]
#[specta::specta]
pub(crate) async fn exchanges(
    desk: State<'_, Desk>,
    name: String,
    form: ListingForm,
    from: u32,
    limit: u32,
    find: Option<u32>,
) -> Result<ExchangePage, Failure> {
    let desk = desk.inner().clone();
    off_main(move || {
        let listing = desk.listing(&name, form.into())?;
        let page = listing.page(from, limit.min(MOST_ROWS), PATIENCE)?;
        let place = find.and_then(|exchange| listing.place_of(exchange));
        Ok(ExchangePage::new(page, place))
    })
    .await
}

/// What a recording has that a filter can ask for, most frequent first.
#[tauri::command]
#[specta::specta]
pub(crate) async fn filter_values(
    desk: State<'_, Desk>,
    name: String,
) -> Result<Vec<FilterValue>, Failure> {
    let library = desk.library();
    off_main(move || {
        let values = library.filter_values(&name)?;
        Ok(values.into_iter().map(FilterValue::from).collect())
    })
    .await
}

/// One exchange, taken apart.
#[tauri::command]
#[specta::specta]
pub(crate) async fn exchange(
    desk: State<'_, Desk>,
    name: String,
    id: u32,
) -> Result<ExchangeDetail, Failure> {
    let library = desk.library();
    off_main(move || Ok(library.reading(&name, id)?.into())).await
}

/// Some bytes of one side of an exchange, as they were sent or decoded.
#[tauri::command]
#[specta::specta]
pub(crate) async fn exchange_bytes(
    desk: State<'_, Desk>,
    name: String,
    id: u32,
    side: SideName,
    decoded: bool,
    from: u32,
    limit: u32,
) -> Result<PieceOfBytes, Failure> {
    let library = desk.library();
    off_main(move || {
        let of = BytesOf {
            answer: side.is_answer(),
            decoded,
        };
        let piece = library.exchange_bytes(&name, id, of, from as usize, limit as usize)?;
        Ok(piece.into())
    })
    .await
}

/// Exchanges of one connection from a place on, counted from 0, and the place of one that is asked for.
#[tauri::command]
#[specta::specta]
pub(crate) async fn connection_exchanges(
    desk: State<'_, Desk>,
    name: String,
    connection: u32,
    from: u32,
    limit: u32,
    find: Option<u32>,
) -> Result<ConnectionPage, Failure> {
    let desk = desk.inner().clone();
    off_main(move || {
        let listing = desk.connection_listing(&name, connection)?;
        let limit = limit.min(MOST_ROWS) as usize;
        let exchanges = listing.page(from as usize, limit)?;
        let place = find.and_then(|exchange| listing.place_of(exchange));
        Ok(ConnectionPage::new(
            listing.connection()?,
            exchanges,
            listing.total(),
            place,
        ))
    })
    .await
}
