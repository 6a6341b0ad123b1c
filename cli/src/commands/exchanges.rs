//! `reprise exchanges NAME`: a page of exchanges, or one whole.

use std::process::ExitCode;

use reprise_app::ExchangeQuery;
use reprise_app::readable::duration;

use super::Context;
use crate::arguments::ExchangesArguments;
use crate::output;
use crate::table::Table;
use crate::whole::at_most;

pub(crate) fn run(context: &Context, arguments: &ExchangesArguments) -> anyhow::Result<ExitCode> {
    let library = context.existing_library()?;
    if let Some(id) = arguments.id {
        let detail = library.exchange(&arguments.name, id)?;
        if context.json {
            output::json(&detail)?;
        } else {
            let missing = "(not captured)\n".to_owned();
            output::text(&format!(
                "{} -> {}\n\n{}\n{}",
                detail.client,
                detail.server,
                detail.request.unwrap_or_else(|| missing.clone()),
                detail.response.unwrap_or(missing),
            ))?;
        }
        return Ok(ExitCode::SUCCESS);
    }
    let query = ExchangeQuery {
        filter: arguments.filter.clone(),
        after: None,
        limit: at_most(arguments.limit),
    };
    let mut table = Table::new(&["id", "at", "status", "took", "<request"]);
    let mut shown = Vec::new();
    library.each_exchange(&arguments.name, &query, |exchange| {
        if context.json {
            shown.push(serde_json::to_value(&exchange)?);
            if shown.len() >= 1_000 {
                output::json_lines(shown.drain(..))?;
            }
            return Ok(());
        }
        table.row(vec![
            exchange.id.to_string(),
            format!("{:.3} s", exchange.at_us as f64 / 1e6),
            exchange
                .status
                .map_or_else(|| "-".to_owned(), |status| status.to_string()),
            exchange.latency_us.map_or_else(|| "-".to_owned(), duration),
            exchange.request,
        ]);
        Ok::<(), anyhow::Error>(())
    })?;
    output::json_lines(shown)?;
    if !context.json {
        output::text(&table.render())?;
    }
    Ok(ExitCode::SUCCESS)
}
