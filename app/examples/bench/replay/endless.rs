//! Whether a run that repeats its recording grows: ten hours of it at a high speed, with the memory that is resident,
//! the rate and the lateness as time passes.

use std::path::Path;

use reprise_store::Store;

use super::CONNECTIONS;
use super::load::replayed;
use super::recording;
use super::target::Nginx;
use crate::Failure;
use crate::process::resident;

/// How much recorded time is played; seconds.
const PLAYED_S: u64 = 36_000;

/// In so many parts it is told.
const PARTS: u64 = 10;

/// What the run is called.
const RUN: &str = "loop";

/// Plays ten hours at `speed` and prints how they went, hour by hour.
pub(crate) fn measure(folder: &Path, speed: u32) -> Result<(), Failure> {
    let nginx = Nginx::start(folder, 1, CONNECTIONS)?.ok_or("nginx is not installed")?;
    let file = folder.join("loop.reprise");
    recording::write_long(&file)?;
    let lasts_ms = PLAYED_S * 1_000 / u64::from(speed.max(1));
    let mut command = replayed(&file, &nginx.url(), &speed.to_string());
    command.args([
        "--loop",
        "--duration",
        &format!("{lasts_ms}ms"),
        "--run",
        RUN,
    ]);
    let part_ms = lasts_ms / PARTS;
    let mut seen = vec![0; usize::try_from(PARTS)?];
    let used = resident(&mut command, |passed, bytes| {
        let part = passed.as_millis() as u64 / part_ms.max(1);
        if let Some(seen) = usize::try_from(part)
            .ok()
            .and_then(|part| seen.get_mut(part))
        {
            *seen = bytes;
        }
    })?;
    let store = Store::open_existing(&file)?;
    let ticks = store.ticks(store.run(RUN)?.id)?;
    println!(
        "recorded time | resident, MB | requests/s | of them ok | late p99, median of its seconds, us"
    );
    for (part, bytes) in (0..PARTS).zip(seen) {
        let of_part = ticks
            .iter()
            .filter(|tick| tick.start_us / 1_000 / part_ms.max(1) == part);
        let of_part: Vec<_> = of_part.collect();
        let sent: u64 = of_part.iter().map(|tick| tick.sent).sum();
        let ok: u64 = of_part.iter().map(|tick| tick.outcomes.ok).sum();
        let late = of_part.iter().map(|tick| tick.lateness_p99_us as f64);
        println!(
            "{} h | {:.1} | {:.0} | {:.1} % | {:.0}",
            part + 1,
            bytes as f64 / 1e6,
            sent as f64 * 1e3 / part_ms as f64,
            ok as f64 * 100.0 / sent.max(1) as f64,
            crate::table::median(late),
        );
    }
    println!(
        "at most {:.1} MB resident, {:.1} s of CPU time",
        used.peak_bytes as f64 / 1e6,
        used.cpu_s
    );
    Ok(())
}
