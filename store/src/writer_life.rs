//! Who is writing a recording or run, and whether they still live. The file is shared by several
//! processes, and one that was killed cannot say goodbye: readers find out here.

use std::sync::OnceLock;
use std::time::{SystemTime, UNIX_EPOCH};

/// A writer that has not written for this long is taken for dead, in milliseconds.
const SILENCE_MS: i64 = 10_000;

/// A writer with nothing to write still says that it lives this often, in milliseconds.
pub(crate) const HEARTBEAT_MS: i64 = 2_000;

/// The wall clock, in milliseconds since the Unix epoch.
pub(crate) fn now_ms() -> i64 {
    let since = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap_or_default();
    i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
}

/// This process, as stored in `writer` columns: pid namespace, pid and start time.
pub(crate) fn this_process() -> &'static str {
    static NAME: OnceLock<String> = OnceLock::new();
    NAME.get_or_init(|| {
        let pid = std::process::id();
        match (namespace(), start_time(pid)) {
            (Some(namespace), Some(start)) => format!("{namespace} {pid} {start}"),
            _ => format!("- {pid} -"),
        }
    })
}

/// Whether the process called `writer`, which last wrote at `written_at_ms`, still lives.
pub(crate) fn is_alive(writer: Option<&str>, written_at_ms: i64, now_ms: i64) -> bool {
    let Some(writer) = writer else { return false };
    if now_ms.saturating_sub(written_at_ms) > SILENCE_MS {
        return false;
    }
    let mut parts = writer.split(' ');
    let (Some(its_namespace), Some(pid), Some(start)) = (parts.next(), parts.next(), parts.next())
    else {
        return false;
    };
    // A pid says something only in the namespace it was given in.
    match (namespace(), pid.parse()) {
        (Some(ours), Ok(pid)) if ours == its_namespace => start_time(pid).as_deref() == Some(start),
        _ => true,
    }
}

#[cfg(target_os = "linux")]
fn namespace() -> Option<String> {
    let link = std::fs::read_link("/proc/self/ns/pid").ok()?;
    Some(link.to_string_lossy().into_owned())
}

/// Field 22 of `/proc/PID/stat` (proc_pid_stat(5)), which tells a process from a later one with its
/// number; a zombie no longer writes and has none.
#[cfg(target_os = "linux")]
fn start_time(pid: u32) -> Option<String> {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    // The second field is the command in parentheses and may hold anything.
    let (_, rest) = stat.rsplit_once(')')?;
    let mut fields = rest.split_ascii_whitespace();
    let state = fields.next()?;
    if matches!(state, "Z" | "X" | "x") {
        return None;
    }
    fields.nth(18).map(str::to_owned)
}

#[cfg(not(target_os = "linux"))]
fn namespace() -> Option<String> {
    None
}

#[cfg(not(target_os = "linux"))]
fn start_time(_pid: u32) -> Option<String> {
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn this_process_lives_until_it_has_been_silent_too_long() {
        let now = now_ms();
        assert!(is_alive(Some(this_process()), now, now));
        assert!(!is_alive(Some(this_process()), now - SILENCE_MS - 1, now));
        assert!(!is_alive(None, now, now));
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn a_process_that_ended_is_dead_at_once() {
        let now = now_ms();
        let mut child = std::process::Command::new("true").spawn().unwrap();
        let pid = child.id();
        let writer = format!(
            "{} {pid} {}",
            namespace().unwrap(),
            start_time(pid).unwrap_or_default()
        );
        child.wait().unwrap();
        assert!(!is_alive(Some(&writer), now, now));
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn a_later_process_with_the_same_number_is_not_the_writer() {
        let now = now_ms();
        let writer = format!("{} {} 1", namespace().unwrap(), std::process::id());
        assert!(!is_alive(Some(&writer), now, now));
    }
}
