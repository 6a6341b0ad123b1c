//! What replaying a large recording takes: the most memory that was resident, played once as fast as it
//! goes, again and again, and by many copies.

use std::path::Path;

use super::load::{Client, replayed};
use super::target::Nginx;
use crate::Failure;
use crate::process::told;

/// Replays the recording in `file` and prints the memory that took.
pub(crate) fn measure(folder: &Path, file: &Path) -> Result<(), Failure> {
    let nginx = Nginx::start(folder, 1, 10_000)?.ok_or("nginx is not installed")?;
    for (what, speed, more) in [
        ("once", "max", &[][..]),
        ("for 20 s", "max", &["--duration", "20s"]),
        ("for 60 s", "max", &["--duration", "60s"]),
        // each copy is in another part of the file
        (
            "by ten copies for 20 s, at a tenth of the speed",
            "0.1",
            &["--copies", "10", "--duration", "20s"],
        ),
    ] {
        let mut command = replayed(file, &nginx.url(), speed);
        command.args(more);
        let told = told(&mut command, &folder.join("told"))?;
        let load = Client::Replay(file).read(&told, None, None)?;
        println!(
            "replayed {what}: {:.0} requests/s, {:.0} us late at the median, at most {:.0} MB resident",
            load.rate,
            load.late_p50_us,
            told.used.peak_bytes as f64 / 1e6,
        );
    }
    Ok(())
}
