//! `reprise shop`: the sample shop on this machine, as a target for the sample's traffic, until Ctrl-C.

use std::process::ExitCode;
use std::time::Duration;

use reprise_app::SampleShop;

use super::Context;
use crate::output;
use crate::stop::Stop;

const LOOK_AGAIN: Duration = Duration::from_millis(100);

pub(crate) fn run(context: &Context) -> anyhow::Result<ExitCode> {
    let stop = Stop::listen()?;
    let shop = SampleShop::open()?;
    let targets = shop.targets();
    if context.json {
        output::json(&targets)?;
    } else {
        output::text(&format!(
            "the sample shop is open until Ctrl-C\n  --http {}\n  --mysql {}\n  --secret '{}'\n",
            targets.http, targets.mysql, targets.secret
        ))?;
    }
    while !stop.asked() {
        std::thread::sleep(LOOK_AGAIN);
    }
    Ok(ExitCode::SUCCESS)
}
