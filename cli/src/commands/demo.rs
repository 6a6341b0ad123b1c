//! `reprise demo`: the whole story on the sample shop, told as it happens.

use std::path::PathBuf;
use std::process::ExitCode;

use reprise_app::readable::{bytes, counted};
use reprise_app::{CaptureNews, DemoNews, DemoRequest, ReplayNews, demo};

use super::{Context, compare, recordings, runs};
use crate::arguments::DemoArguments;
use crate::progress::Progress;
use crate::stop::Stop;
use crate::{live, output};

pub(crate) fn run(context: &Context, arguments: DemoArguments) -> anyhow::Result<ExitCode> {
    let stop = Stop::listen()?;
    let request = DemoRequest {
        folder: arguments.out.unwrap_or_else(default_folder),
        length: arguments.length,
        capture: !arguments.no_capture,
    };
    let mut teller = Teller {
        json: context.json,
        progress: None,
        length_us: None,
        failed: None,
    };
    let answer = demo(&request, &mut |news| {
        if let Err(error) = teller.tell(news) {
            teller.failed.get_or_insert(error);
        }
        teller.failed.is_none() && !stop.asked()
    })?;
    if let Some(error) = teller.failed {
        return Err(error);
    }
    if context.json {
        output::json(&serde_json::json!({ "file": answer.file, "report": answer.report }))?;
    } else {
        output::text(&format!(
            "\nrecording and runs  {}\nreport              {}\n\n\
             Look further: reprise --file {0} exchanges shop; or open the desktop: make app FILE={0}\n",
            answer.file.display(),
            answer.report.display(),
        ))?;
    }
    Ok(ExitCode::SUCCESS)
}

fn default_folder() -> PathBuf {
    std::env::temp_dir().join("reprise-demo")
}

/// Prints the story; with `--json`, one object for each result.
struct Teller {
    json: bool,
    progress: Option<Progress>,
    length_us: Option<u64>,
    failed: Option<anyhow::Error>,
}

impl Teller {
    fn tell(&mut self, news: DemoNews) -> anyhow::Result<()> {
        let over = !matches!(news, DemoNews::Capture(_) | DemoNews::Replay(_));
        if let Some(progress) = self.progress.take_if(|_| over) {
            progress.finish();
        }
        match news {
            DemoNews::Chapter(text) if !self.json => output::text(&format!("\n{text}\n"))?,
            DemoNews::Note(text) if !self.json => output::text(&format!("  {text}\n"))?,
            DemoNews::Chapter(_) | DemoNews::Note(_) => {}
            DemoNews::Capture(news) => self.captured(&news),
            DemoNews::Replay(news) => self.replayed(&news),
            DemoNews::Recorded(answer) if self.json => output::json(&answer)?,
            DemoNews::Recorded(answer) => output::text(&recordings::describe(&answer))?,
            DemoNews::Ran(answer) if self.json => output::json(&answer)?,
            DemoNews::Ran(answer) => output::text(&runs::describe(&answer))?,
            DemoNews::Compared(comparison) if self.json => output::json(&comparison)?,
            DemoNews::Compared(comparison) => output::text(&compare::describe(&comparison))?,
        }
        Ok(())
    }

    fn captured(&mut self, news: &CaptureNews) {
        let json = self.json;
        let progress = self
            .progress
            .get_or_insert_with(|| Progress::start("recording", json));
        match news {
            CaptureNews::Warning(warning) => progress.note(&format!("reprise: warning: {warning}")),
            // The demo records once.
            CaptureNews::Rotated { .. } => {}
            CaptureNews::Progress(now) => progress.update(
                now.fraction,
                &format!(
                    "{}, {}, {}",
                    counted(now.packets, "packet"),
                    bytes(now.bytes),
                    counted(now.exchanges, "exchange")
                ),
            ),
        }
    }

    fn replayed(&mut self, news: &ReplayNews) {
        let json = self.json;
        let progress = self
            .progress
            .get_or_insert_with(|| Progress::start("replaying", json));
        match news {
            ReplayNews::Started { takes_ms, .. } => self.length_us = Some(takes_ms * 1_000),
            ReplayNews::Warning(warning) => progress.note(&format!("reprise: warning: {warning}")),
            ReplayNews::Tick(tick) => live::show(progress, tick, self.length_us),
        }
    }
}
