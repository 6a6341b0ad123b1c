//! The commands as the window knows them: one list for Tauri and for the generated TypeScript.

use tauri::Wry;
use tauri_specta::{Builder, ErrorHandlingMode, collect_commands};

use crate::commands::{
    compare, exchanges, file, import, keeping, library, machine, plans, proxy, record, redaction,
    replay, run, search, series, targets, trend, window,
};

/// Every command, typed.
#[expect(clippy::too_many_lines, reason = "it is one list")]
pub(crate) fn commands() -> Builder<Wry> {
    Builder::new()
        .disable_serde_phases()
        .error_handling(ErrorHandlingMode::Throw)
        .commands(collect_commands![
            library::library,
            library::recording,
            library::recording_rate,
            exchanges::exchanges,
            exchanges::exchange,
            exchanges::exchange_bytes,
            exchanges::connection_exchanges,
            exchanges::filter_values,
            import::choose_files,
            import::import_files,
            import::stop_import,
            keeping::put_in_bin,
            keeping::bin,
            keeping::restore,
            keeping::remove_binned,
            keeping::empty_bin,
            keeping::rename,
            keeping::remark,
            keeping::find,
            machine::about,
            machine::capture_rights,
            machine::shop,
            machine::open_shop,
            machine::close_shop,
            record::devices,
            record::device_rates,
            record::check_capture_filter,
            record::start_recording,
            record::recording_on,
            record::watch_recording,
            record::recording_chart,
            record::stop_recording,
            file::choose_library,
            file::open_library,
            window::hide_window,
            window::show_window,
            window::set_zoom,
            window::notify,
            window::close_window,
            replay::read_fault,
            replay::read_check,
            replay::read_stages,
            replay::plan_chart,
            replay::read_probe,
            replay::read_watch,
            replay::read_rewrite,
            replay::choose_file,
            replay::dry_run,
            replay::stop_planning,
            replay::try_targets,
            replay::start_replay,
            plans::plans,
            plans::open_plan,
            plans::open_plan_of_run,
            plans::save_plan,
            plans::save_plan_of_run,
            plans::copy_plan,
            plans::delete_plan,
            plans::undo_delete_plan,
            run::run,
            run::run_charts,
            run::mismatches,
            run::failures,
            run::start_again,
            run::run_on,
            run::watch_run,
            run::pause_run,
            run::set_rate,
            run::set_fault,
            run::stop_run,
            search::start_search,
            search::search,
            search::search_charts,
            search::save_search_report,
            search::delete_search,
            series::start_series,
            series::series_on,
            series::watch_series,
            series::stop_series,
            compare::compare,
            compare::compare_charts,
            run::save_report,
            trend::trend,
            trend::trend_chart,
            trend::save_trend_report,
            proxy::proxies,
            proxy::open_proxy,
            proxy::close_proxy,
            proxy::control_proxy,
            proxy::controlled_proxies,
            proxy::add_proxy_fault,
            proxy::change_proxy_fault,
            proxy::switch_proxy_fault,
            proxy::remove_proxy_fault,
            proxy::proxy_faults_text,
            proxy::write_proxy_faults,
            redaction::redaction_rules,
            redaction::read_redaction_rules,
            redaction::save_redaction_rules,
            redaction::preview_redaction,
            targets::allowed_hosts,
            targets::allow_host,
            targets::forget_host,
        ])
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use reprise_app::chart::Theme;
    use specta_typescript::Typescript;

    use super::*;

    const WINDOW: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../ui/src");

    /// Writes what is generated; fails when the committed file was another, so that a second run passes.
    fn is_current(file: &Path, write: impl FnOnce(&Path)) -> bool {
        let before = std::fs::read_to_string(file).unwrap_or_default();
        write(file);
        std::fs::read_to_string(file).unwrap() == before
    }

    #[test]
    fn the_windows_types_are_those_of_the_commands() {
        let file = Path::new(WINDOW).join("host/bindings.ts");
        let current = is_current(&file, |file| {
            let header = "// Written by `cargo test -p reprise-desktop`; not to be edited.\n";
            commands()
                .export(Typescript::default().header(header), file)
                .unwrap();
        });
        assert!(current, "{} was out of date; commit it", file.display());
    }

    #[test]
    fn the_windows_colours_are_those_of_the_charts() {
        let file = Path::new(WINDOW).join("theme.css");
        let current = is_current(&file, |file| {
            let header = "/* Written by `cargo test -p reprise-desktop`; not to be edited. */\n";
            let system = Theme::Page.css();
            // The person's own choice, as an attribute of the root.
            let of = |theme: Theme, name: &str| {
                let chosen = format!(":root[data-theme={name}]");
                theme.css().replace(":root", &chosen)
            };
            let (dark, light) = (of(Theme::Dark, "dark"), of(Theme::Light, "light"));
            std::fs::write(file, format!("{header}{system}{dark}{light}")).unwrap();
        });
        assert!(current, "{} was out of date; commit it", file.display());
    }

    #[test]
    fn every_command_is_permitted_by_name_and_nothing_else_is() {
        let source = include_str!("bindings.rs");
        let list = source
            .split("collect_commands![")
            .nth(1)
            .and_then(|rest| rest.split(']').next());
        let mut commands: Vec<String> = list
            .unwrap()
            .split(',')
            .filter_map(|path| path.trim().rsplit("::").next())
            .filter(|name| !name.is_empty())
            .map(|name| format!("allow-{}", name.replace('_', "-")))
            .collect();
        let capability: serde_json::Value =
            serde_json::from_str(include_str!("../capabilities/window.json")).unwrap();
        let mut permitted: Vec<String> = capability["permissions"]
            .as_array()
            .unwrap()
            .iter()
            .map(|name| name.as_str().unwrap().to_owned())
            .filter(|name| !name.starts_with("core:event:"))
            .collect();
        commands.sort();
        permitted.sort();
        assert_eq!(commands, permitted);
    }
}
