//! Lets the process that draws the page wait for the threads that send: without a graphics card drawing takes a core,
//! and a run on a small machine would be late by that alone.

use std::fs;
use std::path::Path;

use rustix::process::{Pid, getpid, getpriority_process, setpriority_process};

/// How nice (`nice(1)`) drawing is: a tenth of the processor where both want all of it, and any of it that is idle.
const DRAWING_NICE: i32 = 10;
/// `WebKit`'s process that draws, as the kernel names it: cut at 15 bytes.
const DRAWING: &str = "WebKitWebProces";

/// Makes the processes that draw this program's pages as nice as drawing should be. Who sends is in this process, and
/// stays as it is. Where it is not allowed, or the process is elsewhere, the window is none the worse.
pub(crate) fn give_way() {
    let Ok(processes) = fs::read_dir("/proc") else {
        return;
    };
    let ours = processes
        .flatten()
        .map(|process| process.path())
        .filter(|process| draws_for(getpid(), process));
    for thread in ours.flat_map(|process| threads(&process)) {
        // One that is nicer already stays so.
        if getpriority_process(Some(thread)).is_ok_and(|nice| nice < DRAWING_NICE) {
            let _ = setpriority_process(Some(thread), DRAWING_NICE);
        }
    }
}

/// Whether this process of `/proc` draws and was started by that one: the fields of `stat` in proc(5).
fn draws_for(program: Pid, process: &Path) -> bool {
    let Ok(stat) = fs::read_to_string(process.join("stat")) else {
        return false;
    };
    stat.split_once(&format!(" ({DRAWING}) "))
        .and_then(|(_, after)| after.split(' ').nth(1)?.parse().ok())
        == Some(program.as_raw_nonzero().get())
}

/// Each thread has its own priority, and hands it to those that it starts.
fn threads(process: &Path) -> Vec<Pid> {
    let tasks = fs::read_dir(process.join("task"))
        .into_iter()
        .flatten()
        .flatten();
    tasks
        .filter_map(|task| Pid::from_raw(task.file_name().to_str()?.parse().ok()?))
        .collect()
}

#[cfg(test)]
mod tests {
    use std::process::{Child, Command};

    use super::*;

    #[test]
    fn only_the_process_that_draws_gives_way() {
        let folder = tempfile::tempdir().unwrap();
        let drawing = folder.path().join("WebKitWebProcess");
        fs::copy("/bin/sleep", &drawing).unwrap();
        let mut children = [drawing.as_path(), Path::new("/bin/sleep")]
            .map(|program| Command::new(program).arg("60").spawn().unwrap());
        let nice = |child: &Child| getpriority_process(Some(Pid::from_child(child))).unwrap();
        let before = children.each_ref().map(nice);

        give_way();
        let after = children.each_ref().map(nice);
        for child in &mut children {
            child.kill().unwrap();
            child.wait().unwrap();
        }

        assert_eq!(after, [before[0].max(DRAWING_NICE), before[1]]);
    }
}
