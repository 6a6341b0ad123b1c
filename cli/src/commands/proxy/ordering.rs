//! `reprise proxy list|add|set|remove|enable|disable|reset --control URL`: orders to proxies that run elsewhere.

use std::process::ExitCode;

use reprise_app::ProxyOrder;
use reprise_app::readable::counted;
use serde_json::Value;

use crate::arguments::{ControlArguments, ProxyCommand};
use crate::commands::Context;
use crate::output;

pub(super) fn run(context: &Context, command: ProxyCommand) -> anyhow::Result<ExitCode> {
    let (control, order) = order(command);
    let library = context.library()?;
    let states = library.order_proxies(&control.at, control.token, &order)?;
    if context.json {
        output::json_lines(states)?;
    } else {
        output::text(&states.iter().map(describe).collect::<String>())?;
    }
    Ok(ExitCode::SUCCESS)
}

fn order(command: ProxyCommand) -> (ControlArguments, ProxyOrder) {
    match command {
        ProxyCommand::List { control } => (control, ProxyOrder::List),
        ProxyCommand::Add {
            proxy,
            fault,
            off,
            control,
        } => {
            let on = !off;
            (control, ProxyOrder::Add { proxy, fault, on })
        }
        ProxyCommand::Set {
            proxy,
            id,
            fault,
            on,
            off,
            control,
        } => {
            let on = (on || off).then_some(on);
            let order = ProxyOrder::Set {
                proxy,
                id,
                fault,
                on,
            };
            (control, order)
        }
        ProxyCommand::Remove { proxy, id, control } => (control, ProxyOrder::Remove { proxy, id }),
        ProxyCommand::Enable { proxy, control } => {
            let enabled = true;
            (control, ProxyOrder::Enable { proxy, enabled })
        }
        ProxyCommand::Disable { proxy, control } => {
            let enabled = false;
            (control, ProxyOrder::Enable { proxy, enabled })
        }
        ProxyCommand::Reset { control } => (control, ProxyOrder::Reset),
    }
}

/// A proxy and its faults, a line each.
fn describe(state: &Value) -> String {
    let text = |name: &str| state[name].as_str().unwrap_or("?").to_owned();
    let off = match state["enabled"].as_bool() {
        Some(false) => ", switched off",
        _ => "",
    };
    let mut lines = format!(
        "{}: {} to {} ({}), {} open{off}\n",
        text("name"),
        text("listen"),
        text("to"),
        text("protocol"),
        counted(
            state["connections"]["open"].as_u64().unwrap_or(0),
            "connection"
        ),
    );
    let opaque = state["connections"]["opaque"].as_u64().unwrap_or(0);
    if opaque > 0 {
        lines.push_str(&format!(
            "  {} spoke something else, or TLS: only faults of bytes act there\n",
            counted(opaque, "connection")
        ));
    }
    if let Some(trouble) = state["trouble"].as_str() {
        lines.push_str(&format!("  last trouble: {trouble}\n"));
    }
    for fault in state["faults"].as_array().into_iter().flatten() {
        let off = match fault["on"].as_bool() {
            Some(false) => " (off)",
            _ => "",
        };
        lines.push_str(&format!(
            "  {}  {}{off}: {} injected, on {}\n",
            fault["id"],
            fault["fault"].as_str().unwrap_or("?"),
            fault["injected"],
            counted(fault["connections"].as_u64().unwrap_or(0), "connection"),
        ));
    }
    lines
}
