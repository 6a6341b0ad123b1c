//! What idle lanes take: many connections open at once, each with one request at the beginning and one at
//! the end, and the most memory that was resident meanwhile.

use std::path::Path;

use super::load::{Client, replayed};
use super::recording;
use super::target::Nginx;
use crate::Failure;
use crate::process::told;

/// Measures a run with few lanes and one with `lanes`, and prints what each one more takes.
pub(crate) fn measure(folder: &Path, lanes: u32) -> Result<(), Failure> {
    const FEW: u32 = 100;
    let nginx = Nginx::start(folder, 1, lanes)?.ok_or("nginx is not installed")?;
    let mut peaks = Vec::new();
    for many in [FEW, lanes] {
        let file = folder.join(format!("{many}.reprise"));
        recording::write_idle(&file, many)?;
        let mut command = replayed(&file, &nginx.url(), "1");
        let told = told(&mut command, &folder.join("told"))?;
        let load = Client::Replay(&file).read(&told, None, None)?;
        println!(
            "{many} lanes: at most {:.1} MB resident, {:.1} % as recorded",
            told.used.peak_bytes as f64 / 1e6,
            load.ok * 100.0,
        );
        peaks.push(told.used.peak_bytes);
    }
    if let [few, many] = peaks.as_slice() {
        let each = many.saturating_sub(*few) / u64::from(lanes.saturating_sub(FEW).max(1));
        println!("each lane more: {each} bytes");
    }
    Ok(())
}
