//! What has to be right before a window can open: a display to open it on, and a renderer that draws.

use std::os::unix::process::CommandExt as _;
use std::path::Path;
use std::process::Command;

/// `WebKit`'s renderer through shared graphics buffers, switched off by a value of 1.
const DMABUF_OFF: &str = "WEBKIT_DISABLE_DMABUF_RENDERER";
/// Layers that a graphics card puts together, switched off by a value of 1.
const COMPOSITING_OFF: &str = "WEBKIT_DISABLE_COMPOSITING_MODE";
/// Set by whoever drives the window from outside, whose pictures of a window without layers never end.
const DRIVEN: &str = "TAURI_WEBVIEW_AUTOMATION";

/// Starts this program again with what `WebKit` has to be told of this machine's graphics; a user's own choice
/// stands. Has to be done before GTK starts. Returns when there is nothing to tell.
pub(crate) fn suit_the_graphics() {
    let nvidia = Path::new("/proc/driver/nvidia/version").exists();
    let told = [
        // With NVIDIA's own driver they show an empty window.
        (nvidia, DMABUF_OFF),
        // Without a card one is played by the processor, which compiles every step of it first and is slow at each:
        // the first page of a table takes three times as long.
        (
            !nvidia && !is_driven() && !has_graphics_card(),
            COMPOSITING_OFF,
        ),
    ];
    let missing = |&(wanted, name): &(bool, &str)| wanted && std::env::var_os(name).is_none();
    let mut missing = told.into_iter().filter(missing).peekable();
    if missing.peek().is_none() {
        return;
    }
    let Ok(program) = std::env::current_exe() else {
        return;
    };
    // Replaces this process; it returns only when that failed, and then the window may still be fine.
    let _ = Command::new(program)
        .args(std::env::args_os().skip(1))
        .envs(missing.map(|(_, name)| (name, "1")))
        .exec();
}

fn is_driven() -> bool {
    std::env::var_os(DRIVEN).is_some_and(|driven| driven == "true")
}

/// Whether something other than the processor can draw: a render node of the kernel's, or the host's card under WSL.
pub(crate) fn has_graphics_card() -> bool {
    let nodes = std::fs::read_dir("/dev/dri")
        .into_iter()
        .flatten()
        .flatten();
    let mut names = nodes.map(|node| node.file_name());
    names.any(|name| name.as_encoded_bytes().starts_with(b"renderD"))
        || Path::new("/dev/dxg").exists()
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
