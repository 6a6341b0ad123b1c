//! One window a user: a program started while another is open hands it the file it was started with, and ends.
//!
//! The first holds a lock for as long as it lives and listens on a socket beside it, in the user's runtime folder,
//! else beside the library. What is sent is the file's path as bytes, or nothing.

use std::ffi::OsStr;
use std::fs::{File, TryLockError};
use std::io::{Read as _, Write as _};
use std::os::unix::ffi::OsStrExt as _;
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::{Path, PathBuf};
use std::time::Duration;

/// How long the other may take to answer.
const PATIENCE: Duration = Duration::from_secs(2);
/// The longest path Linux takes (`PATH_MAX`), in bytes.
const LONGEST: u64 = 4_096;
/// What says that the file was taken.
const TAKEN: &[u8] = b"ok";

/// Whether this program is the only one.
pub(crate) enum Instance {
    /// It is; others will knock here.
    First(Door),
    /// Another is open and has taken the file.
    Second,
    /// Nothing can be said: there is no folder for the lock, or the other does not answer. It opens a window.
    Unknown,
}

/// Where programs that are started later knock.
pub(crate) struct Door {
    listener: UnixListener,
    /// Held while this program lives.
    lock: File,
}

/// Becomes the first, or hands `file` to whoever is.
pub(crate) fn find(file: Option<&Path>) -> Instance {
    let Some(folder) = folder() else {
        return Instance::Unknown;
    };
    find_in(&folder, file)
}

fn find_in(folder: &Path, file: Option<&Path>) -> Instance {
    let socket = folder.join("reprise-desktop.socket");
    let Ok(lock) = File::create(folder.join("reprise-desktop.lock")) else {
        return Instance::Unknown;
    };
    match lock.try_lock() {
        Ok(()) => {
            // one that was killed left it behind
            let _ = std::fs::remove_file(&socket);
            UnixListener::bind(&socket).map_or(Instance::Unknown, |listener| {
                Instance::First(Door { listener, lock })
            })
        }
        Err(TryLockError::WouldBlock) if knock(&socket, file).is_ok() => Instance::Second,
        Err(_) => Instance::Unknown,
    }
}

fn folder() -> Option<PathBuf> {
    let runtime = std::env::var_os("XDG_RUNTIME_DIR").map(PathBuf::from);
    if let Some(folder) = runtime.filter(|folder| folder.is_absolute()) {
        return Some(folder);
    }
    let folder = reprise_app::default_file().parent()?.to_path_buf();
    std::fs::create_dir_all(&folder).ok()?;
    Some(folder)
}

/// Tells the first of a file; it may just be starting.
fn knock(socket: &Path, file: Option<&Path>) -> std::io::Result<()> {
    let mut stream = UnixStream::connect(socket).or_else(|_| {
        std::thread::sleep(PATIENCE / 4);
        UnixStream::connect(socket)
    })?;
    stream.set_read_timeout(Some(PATIENCE))?;
    let file = file.map(std::path::absolute).transpose()?;
    if let Some(file) = &file {
        stream.write_all(file.as_os_str().as_bytes())?;
    }
    stream.shutdown(std::net::Shutdown::Write)?;
    let mut answer = [0; TAKEN.len()];
    stream.read_exact(&mut answer)
}

impl Door {
    /// Calls `take` with the file of every program that is started while this one is open; in a thread of its own.
    pub(crate) fn answer(self, mut take: impl FnMut(Option<PathBuf>) + Send + 'static) {
        let work = move || {
            for stream in self.listener.incoming() {
                // One that went away before it asked for anything is not missed.
                let Ok(file) = stream.and_then(hear) else {
                    continue;
                };
                take(file);
            }
            drop(self.lock);
        };
        // Without the thread there is one window more, which is no harm.
        let _ = std::thread::Builder::new()
            .name("door".to_owned())
            .spawn(work);
    }
}

/// The file that is asked for; answers that it was heard.
fn hear(mut stream: UnixStream) -> std::io::Result<Option<PathBuf>> {
    stream.set_read_timeout(Some(PATIENCE))?;
    let mut path = Vec::new();
    (&mut stream).take(LONGEST).read_to_end(&mut path)?;
    stream.write_all(TAKEN)?;
    Ok((!path.is_empty()).then(|| PathBuf::from(OsStr::from_bytes(&path))))
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc;

    use super::*;

    #[test]
    fn the_second_hands_its_file_to_the_first_and_ends() {
        let folder = tempfile::tempdir().unwrap();
        let Instance::First(door) = find_in(folder.path(), None) else {
            panic!("the first one is the first");
        };
        let (sender, heard) = mpsc::channel();
        door.answer(move |file| sender.send(file).unwrap());
        let file = Path::new("/srv/friday.reprise");
        for asked in [Some(file), None] {
            assert!(matches!(find_in(folder.path(), asked), Instance::Second));
            assert_eq!(heard.recv().unwrap().as_deref(), asked);
        }
    }

    #[test]
    fn a_socket_that_was_left_behind_is_no_other_window() {
        let folder = tempfile::tempdir().unwrap();
        drop(UnixListener::bind(folder.path().join("reprise-desktop.socket")).unwrap());
        assert!(matches!(find_in(folder.path(), None), Instance::First(_)));
    }
}
