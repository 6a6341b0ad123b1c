//! `reprise plans`: the plans kept under a name, to be run again with `reprise replay --plan NAME`.

use std::fmt::Write as _;
use std::process::ExitCode;

use reprise_app::answer::PlanAnswer;

use super::Context;
use crate::arguments::{PlansArguments, PlansCommand};
use crate::output;
use crate::table::Table;

pub(crate) fn run(context: &Context, arguments: PlansArguments) -> anyhow::Result<ExitCode> {
    let library = context.existing_library()?;
    match arguments.command.unwrap_or(PlansCommand::List) {
        PlansCommand::List => list(context, library.plans()?)?,
        PlansCommand::Show { name } => show(context, &library.plan_named(&name)?)?,
        PlansCommand::Save { name, run } => {
            library.save_plan_of_run(&name, &run)?;
            show(context, &library.plan_named(&name)?)?;
        }
        PlansCommand::Copy { name, copy } => {
            library.copy_plan(&name, &copy)?;
            show(context, &library.plan_named(&copy)?)?;
        }
        PlansCommand::Delete { name } => {
            library.delete_plan(&name)?;
            if !context.json {
                output::text(&format!("{name} is gone; its runs keep their plans\n"))?;
            }
        }
    }
    Ok(ExitCode::SUCCESS)
}

fn list(context: &Context, plans: Vec<PlanAnswer>) -> anyhow::Result<()> {
    if context.json {
        return output::json_lines(plans);
    }
    if plans.is_empty() {
        return output::text(
            "no plans yet; keep one with `reprise replay NAME ... --save-plan PLAN`\n",
        );
    }
    let mut table = Table::new(&["plan", "<recording", "<saved", "<to"]);
    for plan in plans {
        let to = targets(&plan);
        table.row(vec![plan.name, plan.recording, plan.saved_at, to]);
    }
    output::text(&table.render())
}

fn show(context: &Context, plan: &PlanAnswer) -> anyhow::Result<()> {
    if context.json {
        return output::json(plan);
    }
    let mut out = format!(
        "{}\n  recording {}, saved {}\n  seed {}\n",
        plan.name, plan.recording, plan.saved_at, plan.seed
    );
    for (field, value) in &plan.says {
        if !["recording", "seed"].contains(&field.as_str()) {
            writeln!(out, "  {field} {value}")?;
        }
    }
    writeln!(out, "run it with `reprise replay --plan {}`", plan.name)?;
    output::text(&out)
}

fn targets(plan: &PlanAnswer) -> String {
    let mysql = plan
        .mysql
        .as_ref()
        .map(|address| format!("mysql {address}"));
    let all: Vec<String> = plan.http.iter().cloned().chain(mysql).collect();
    all.join(", ")
}
