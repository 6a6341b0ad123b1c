//! What replaying a large recording takes: the most memory that was resident, played once as fast as it
//! goes, and again and again.

use std::path::Path;

use super::load::{Client, replayed};
use super::target::Nginx;
use crate::Failure;
use crate::process::told;

/// Replays the recording in `file` and prints the memory that took.
pub(crate) fn measure(folder: &Path, file: &Path) -> Result<(), Failure> {
    let nginx = Nginx::start(folder, 1, 10_000)?.ok_or("nginx is not installed")?;
    for (what, more) in [
        ("once", &[][..]),
        ("for 20 s", &["--duration", "20s"]),
        ("for 60 s", &["--duration", "60s"]),
    ] {
        let mut command = replayed(file, &nginx.url(), "max");
        command.args(more);
        let told = told(&mut command, &folder.join("told"))?;
        let load = Client::Replay(file).read(&told, None)?;
        println!(
            "replayed {what}: {:.0} requests/s, at most {:.0} MB resident",
            load.rate,
            told.used.peak_bytes as f64 / 1e6,
        );
    }
    Ok(())
}
