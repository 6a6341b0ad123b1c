//! Whether packets can be captured here.

use super::Finding;
use crate::capture::devices;

const SUBJECT: &str = "capture";

/// Looks at the interfaces.
pub(super) fn look() -> Finding {
    let devices = match devices() {
        Ok(devices) => devices,
        Err(error) => {
            let fix = "install libpcap: apt install libpcap0.8".to_owned();
            return Finding::bad(SUBJECT, error.to_string(), fix);
        }
    };
    // an interface that is down carries nothing to miss
    let up: Vec<_> = devices.into_iter().filter(|device| device.up).collect();
    let able = up.iter().filter(|device| device.capturable).count();
    let found = format!(
        "{able} of {} interfaces that are up can be captured",
        up.len()
    );
    // most of those that cannot lack the same right; the first says what gives it
    let fix = up.into_iter().find_map(|device| device.fix.or(device.why));
    match (able, fix) {
        (0, fix) => {
            let fix = fix.unwrap_or_else(|| "see docs/capture-rights.md".to_owned());
            Finding::bad(SUBJECT, found, fix)
        }
        (_, Some(fix)) => Finding::limited(SUBJECT, found, fix),
        (_, None) => Finding::good(SUBJECT, found),
    }
}
