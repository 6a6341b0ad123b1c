//! The key behind pseudonyms: one per store file, kept outside it, in the user's configuration folder
//! with mode 0600. Whoever gets the file without the key cannot enumerate what a pseudonym stands for.

use std::fs::{self, OpenOptions};
use std::io::{Read, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::PathBuf;

use reprise_wire::redact::RedactionKey;

use crate::Error;
use crate::places::configuration_folder;

/// Reads the key of the file with this id, making one when there is none.
///
/// # Errors
/// When the configuration folder or the key cannot be read or written.
pub(crate) fn redaction_key(file_id: &str) -> Result<RedactionKey, Error> {
    let folder = folder();
    let path = key_path(file_id);
    match fs::read(&path) {
        Ok(bytes) => {
            let key: [u8; 32] = bytes.as_slice().try_into().map_err(|_| {
                Error::Usage(format!(
                    "{} is not a redaction key (32 bytes); move it away to have a new one made",
                    path.display()
                ))
            })?;
            Ok(RedactionKey::new(key))
        }
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => create(&folder, path),
        Err(source) => Err(Error::File {
            doing: "read the redaction key",
            path,
            source,
        }),
    }
}

/// Where the key of the file with this id is, or would be.
pub(crate) fn key_path(file_id: &str) -> PathBuf {
    folder().join(file_id)
}

fn folder() -> PathBuf {
    configuration_folder().join("keys")
}

fn create(folder: &PathBuf, path: PathBuf) -> Result<RedactionKey, Error> {
    fs::DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(folder)
        .map_err(|source| Error::File {
            doing: "create the folder",
            path: folder.clone(),
            source,
        })?;
    let mut key = [0_u8; 32];
    fs::File::open("/dev/urandom")
        .and_then(|mut random| random.read_exact(&mut key))
        .and_then(|()| {
            OpenOptions::new()
                .write(true)
                .create_new(true)
                .mode(0o600)
                .open(&path)
        })
        .and_then(|mut file| file.write_all(&key))
        .map_err(|source| Error::File {
            doing: "write the redaction key",
            path,
            source,
        })?;
    Ok(RedactionKey::new(key))
}
