//! What has to be right before a window can open: a display to open it on, and a renderer that draws.

use std::os::unix::process::CommandExt as _;
use std::path::Path;
use std::process::Command;

/// `WebKit`'s renderer through shared graphics buffers, switched off by a value of 1.
const DMABUF_OFF: &str = "WEBKIT_DISABLE_DMABUF_RENDERER";

/// Starts this program again with `WebKit`'s shared graphics buffers off where they show an empty window: with
/// NVIDIA's own driver. Has to be done before GTK starts, and a user's own choice stands. Returns when there is
/// nothing to do.
pub(crate) fn work_around_blank_windows() {
    let nvidia = Path::new("/proc/driver/nvidia/version").exists();
    if !nvidia || std::env::var_os(DMABUF_OFF).is_some() {
        return;
    }
    let Ok(program) = std::env::current_exe() else {
        return;
    };
    // Replaces this process; it returns only when that failed, and then the window may still be fine.
    let _ = Command::new(program)
        .args(std::env::args_os().skip(1))
        .env(DMABUF_OFF, "1")
        .exec();
}

/// Connects to the display.
///
/// # Errors
/// When there is none, with what to do about it.
pub(crate) fn connect() -> anyhow::Result<()> {
    gtk::init().map_err(|_| {
        anyhow::anyhow!(
            "cannot open a window: no display; set DISPLAY or WAYLAND_DISPLAY, \
             or use the `reprise` command, which does the same work"
        )
    })
}

/// Shows why no window can be opened to whoever has no terminal to read it in; returns once it is dismissed.
pub(crate) fn complain(why: &str) {
    use gtk::prelude::*;

    let message = gtk::MessageDialog::new(
        None::<&gtk::Window>,
        gtk::DialogFlags::MODAL,
        gtk::MessageType::Error,
        gtk::ButtonsType::Close,
        why,
    );
    message.set_title("Reprise");
    message.run();
    message.close();
}
