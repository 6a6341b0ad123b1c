//! The desktop: one window on one Reprise file. A thin shell: the work is `reprise-app`'s, the pages are `ui/`.

mod bindings;
mod boundary;
mod commands;
mod desk;
mod device_rates;
mod display;
mod drawing;
mod error;
mod live_recording;
mod live_run;
mod live_series;
mod notification;
mod planning;
mod single_instance;
mod sparkline;
mod standing_proxies;
mod watched;

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{Context as _, bail};
use reprise_app::Library;
use tauri::{App, AppHandle, Emitter as _, Manager as _, Window, WindowEvent};
use tauri_plugin_window_state::StateFlags;

use desk::Desk;
use single_instance::{Door, Instance};

const USAGE: &str = "usage: reprise-desktop [FILE]\n\
    Opens the window on FILE, else on $REPRISE_FILE, else on your library. \
    A window that is open already takes it over.";

/// What is kept of the window from one start to the next. A hidden one comes back when the program is started.
const KEPT: StateFlags = StateFlags::SIZE
    .union(StateFlags::POSITION)
    .union(StateFlags::MAXIMIZED)
    .union(StateFlags::FULLSCREEN);

/// The exit code of a failure that is neither the user's nor the target's, as in the `reprise` command.
const INTERNAL: u8 = 4;

fn main() -> ExitCode {
    match open() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            #[expect(clippy::print_stderr, reason = "there is no window to say it in")]
            {
                eprintln!("reprise-desktop: {error:#}");
            }
            ExitCode::from(INTERNAL)
        }
    }
}

fn open() -> anyhow::Result<()> {
    display::suit_the_graphics();
    let file = file()?;
    display::connect()?;
    let instance = single_instance::find(file.as_deref());
    if matches!(instance, Instance::Second) {
        return Ok(());
    }
    let library = Library::open(file.as_deref())
        .inspect_err(|error| display::complain(&error.to_string()))?;
    let commands = bindings::commands();
    tauri::Builder::default()
        .plugin(tauri_plugin_dialog::init())
        .plugin(
            tauri_plugin_window_state::Builder::new()
                .with_state_flags(KEPT)
                .build(),
        )
        .manage(Desk::new(library))
        .invoke_handler(commands.invoke_handler())
        .on_window_event(ask_before_closing)
        .on_page_load(|_, _| {
            if !display::has_graphics_card() {
                drawing::give_way();
            }
        })
        .setup(move |app| {
            if let (Some(file), Some(window)) = (&file, app.get_webview_window("main")) {
                window.set_title(&commands::file::title(file))?;
            }
            if let Instance::First(door) = instance {
                answer(app, door);
            }
            Ok(())
        })
        .run(tauri::generate_context!())
        .context("cannot open the window")
}

/// A program that is started later brings this window to the front, and its file into it.
fn answer(app: &App, door: Door) {
    let app: AppHandle = app.handle().clone();
    door.answer(move |file| {
        if let Some(window) = app.get_webview_window("main") {
            // A window manager may keep what it has in front.
            let _ = window
                .show()
                .and_then(|()| window.unminimize())
                .and_then(|()| window.set_focus());
        }
        if let Some(file) = file {
            // A page that cannot be asked does not take it.
            let _ = app.emit("file-asked", file.to_string_lossy());
        }
    });
}

/// Closing the window would end a recording, a run or a proxy that is on, so the window asks first; `close_window` does it.
fn ask_before_closing(window: &Window, event: &WindowEvent) {
    let WindowEvent::CloseRequested { api, .. } = event else {
        return;
    };
    // A page that cannot be asked does not hold the window open.
    let desk = window.state::<Desk>();
    if desk.is_busy() && window.emit("close-asked", ()).is_ok() {
        api.prevent_close();
    }
}

/// The file that the arguments or the environment name.
fn file() -> anyhow::Result<Option<PathBuf>> {
    let mut arguments = std::env::args_os().skip(1);
    let named = match arguments.next() {
        None => std::env::var_os("REPRISE_FILE").filter(|file| !file.is_empty()),
        Some(flag) if flag == "--file" => match arguments.next() {
            Some(file) => Some(file),
            None => bail!("--file names no file\n{USAGE}"),
        },
        Some(flag) if flag.as_encoded_bytes().starts_with(b"-") => {
            bail!("unknown argument {}\n{USAGE}", flag.display())
        }
        // as file managers name it
        Some(file) => Some(file),
    };
    Ok(named.map(PathBuf::from))
}
