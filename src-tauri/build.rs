//! Generates the window's context. Every command is named here, and each then needs its own permission in
//! `capabilities/window.json`: nothing the window can call is allowed by default.

use std::path::Path;

/// Every command the window can call; `src/bindings.rs` tests that this is the whole list.
const COMMANDS: &[&str] = &[
    "library",
    "recording",
    "recording_rate",
    "exchanges",
    "exchange",
    "choose_files",
    "import_files",
    "stop_import",
    "put_in_bin",
    "bin",
    "restore",
    "remove_binned",
    "empty_bin",
    "rename",
    "remark",
    "find",
    "about",
    "capture_rights",
    "shop",
    "open_shop",
    "close_shop",
    "devices",
    "device_rates",
    "check_capture_filter",
    "start_recording",
    "recording_on",
    "watch_recording",
    "recording_chart",
    "stop_recording",
    "choose_library",
    "open_library",
    "hide_window",
    "show_window",
    "set_zoom",
    "notify",
    "close_window",
    "read_fault",
    "read_check",
    "read_stages",
    "plan_chart",
    "read_probe",
    "read_watch",
    "read_rewrite",
    "choose_file",
    "dry_run",
    "stop_planning",
    "try_targets",
    "start_replay",
    "plans",
    "open_plan",
    "open_plan_of_run",
    "save_plan",
    "save_plan_of_run",
    "copy_plan",
    "delete_plan",
    "undo_delete_plan",
    "run",
    "run_charts",
    "mismatches",
    "failures",
    "start_again",
    "run_on",
    "watch_run",
    "pause_run",
    "set_rate",
    "set_fault",
    "stop_run",
    "compare",
    "compare_charts",
    "save_report",
    "proxies",
    "open_proxy",
    "close_proxy",
    "control_proxy",
    "controlled_proxies",
    "add_proxy_fault",
    "change_proxy_fault",
    "switch_proxy_fault",
    "remove_proxy_fault",
    "proxy_faults_text",
    "write_proxy_faults",
    "redaction_rules",
    "read_redaction_rules",
    "save_redaction_rules",
    "preview_redaction",
    "allowed_hosts",
    "allow_host",
    "forget_host",
];

fn main() -> Result<(), Box<dyn std::error::Error>> {
    // The context embeds the built window, so a build without one needs a page to embed.
    let window = Path::new("../ui/dist");
    if !window.join("index.html").exists() {
        std::fs::create_dir_all(window)?;
        std::fs::write(
            window.join("index.html"),
            "Build the window first: npm run build in ui/\n",
        )?;
    }
    println!("cargo:rerun-if-changed=../ui/dist");
    let commands = tauri_build::AppManifest::new().commands(COMMANDS);
    tauri_build::try_build(tauri_build::Attributes::new().app_manifest(commands))?;
    Ok(())
}
