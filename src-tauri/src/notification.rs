//! A message of the desktop's notification service, for when the window is not looked at.

use std::collections::HashMap;

use gtk::gio::{self, prelude::*};

/// How long the service may take, in milliseconds.
const TIMEOUT_MS: i32 = 1_000;

/// Shows a message (Desktop Notifications Specification 1.2, `Notify`). A desktop without the service shows nothing.
pub(crate) fn show(title: &str, body: &str) {
    // whose it is, so that it is kept with the program's others
    let hints = HashMap::from([("desktop-entry".to_owned(), "reprise".to_variant())]);
    let actions: Vec<String> = Vec::new();
    // A body may hold markup; a name is none.
    let body = body
        .replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;");
    let message = (
        "Reprise", 0_u32, "reprise", title, body, actions, hints, -1_i32,
    );
    let Ok(bus) = gio::bus_get_sync(gio::BusType::Session, gio::Cancellable::NONE) else {
        return;
    };
    // Nobody can be told that nobody can be told.
    drop(bus.call_sync(
        Some("org.freedesktop.Notifications"),
        "/org/freedesktop/Notifications",
        "org.freedesktop.Notifications",
        "Notify",
        Some(&message.to_variant()),
        None,
        gio::DBusCallFlags::NONE,
        TIMEOUT_MS,
        gio::Cancellable::NONE,
    ));
}
