//! Which files are opened, and what is said of those that are not.

use std::fs;

use super::*;
use crate::Store;

fn folder() -> tempfile::TempDir {
    tempfile::tempdir().unwrap()
}

fn refusal(path: &Path) -> Error {
    Store::open(path).map(|_| ()).unwrap_err()
}

#[test]
fn a_new_file_is_marked_as_ours_and_private() {
    let folder = folder();
    let path = folder.path().join("deep/er/t.reprise");
    let store = Store::open(&path).unwrap();
    assert_eq!(store.file_id().len(), 32);
    let sql = Connection::open(&path).unwrap();
    let pragma = |name| {
        sql.pragma_query_value(None, name, |row| row.get::<_, i64>(0))
            .unwrap()
    };
    assert_eq!(pragma("application_id"), i64::from(APPLICATION_ID));
    assert_eq!(pragma("user_version"), i64::from(migrate::CURRENT));
    assert_eq!(pragma("auto_vacuum"), 2);
    let mode: String = sql
        .pragma_query_value(None, "journal_mode", |row| row.get(0))
        .unwrap();
    assert_eq!(mode, "wal");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        assert_eq!(
            fs::metadata(&path).unwrap().permissions().mode() & 0o777,
            0o600
        );
    }
    let beside = fs::read_dir(path.parent().unwrap()).unwrap().count();
    assert!(beside <= 3, "only the file, -wal and -shm remain");
}

#[test]
fn the_id_of_a_file_stays() {
    let folder = folder();
    let path = folder.path().join("t.reprise");
    let first = Store::open(&path).unwrap().file_id().to_owned();
    assert_eq!(Store::open_existing(&path).unwrap().file_id(), first);
}

#[test]
fn a_missing_file_is_not_made_when_it_must_exist() {
    let folder = folder();
    let path = folder.path().join("absent.reprise");
    assert!(matches!(
        Store::open_existing(&path),
        Err(Error::Missing(_))
    ));
    assert!(!path.exists());
}

#[test]
fn empty_foreign_and_short_files_are_refused_and_left_alone() {
    let folder = folder();
    let path = folder.path().join("t.reprise");
    for (content, is_empty) in [(&b""[..], true), (b"hello", false), (&[0; 4_096], false)] {
        fs::write(&path, content).unwrap();
        let error = refusal(&path);
        assert_eq!(matches!(error, Error::Empty(_)), is_empty, "{error}");
        assert_eq!(matches!(error, Error::Foreign(_)), !is_empty, "{error}");
        assert_eq!(fs::read(&path).unwrap(), content);
    }
}

#[test]
fn someone_elses_database_is_refused() {
    let folder = folder();
    let path = folder.path().join("other.db");
    Connection::open(&path)
        .unwrap()
        .execute_batch("CREATE TABLE a (b)")
        .unwrap();
    assert!(matches!(refusal(&path), Error::Foreign(_)));
}

#[test]
fn a_file_cut_short_is_called_damaged() {
    let folder = folder();
    let path = folder.path().join("t.reprise");
    drop(Store::open(&path).unwrap());
    let whole = fs::read(&path).unwrap();
    fs::write(&path, &whole[..whole.len() / 2]).unwrap();
    assert!(matches!(refusal(&path), Error::Damaged(_)));
}

#[test]
fn a_file_with_garbage_inside_gives_an_error_and_no_panic() {
    let folder = folder();
    let path = folder.path().join("t.reprise");
    drop(Store::open(&path).unwrap());
    let mut bytes = fs::read(&path).unwrap();
    for byte in &mut bytes[100..] {
        *byte ^= 0xa5;
    }
    fs::write(&path, &bytes).unwrap();
    assert!(matches!(refusal(&path), Error::Damaged(_)));
}

#[test]
fn a_newer_file_is_refused_with_the_version_it_needs() {
    let folder = folder();
    let path = folder.path().join("t.reprise");
    drop(Store::open(&path).unwrap());
    let sql = Connection::open(&path).unwrap();
    sql.pragma_update(None, "user_version", migrate::CURRENT + 1)
        .unwrap();
    sql.execute("UPDATE meta SET value = '7.8.9' WHERE key = 'needs'", [])
        .unwrap();
    drop(sql);
    let error = refusal(&path);
    assert!(matches!(error, Error::Newer { .. }), "{error}");
    assert!(
        error.to_string().contains("needs Reprise 7.8.9 or later"),
        "{error}"
    );
}

#[test]
fn a_folder_in_its_place_or_a_file_for_its_folder_is_a_clear_error() {
    let folder = folder();
    assert!(matches!(refusal(folder.path()), Error::Io { .. }));
    let file = folder.path().join("file");
    fs::write(&file, "x").unwrap();
    assert!(matches!(refusal(&file.join("t.reprise")), Error::Io { .. }));
}

#[test]
fn two_creators_at_once_share_one_file() {
    let folder = folder();
    let path = folder.path().join("t.reprise");
    let ids: Vec<String> = std::thread::scope(|scope| {
        let open = || Store::open(&path).unwrap().file_id().to_owned();
        let threads: Vec<_> = (0..4).map(|_| scope.spawn(open)).collect();
        threads
            .into_iter()
            .map(|thread| thread.join().unwrap())
            .collect()
    });
    assert!(ids.iter().all(|id| *id == ids[0]), "{ids:?}");
}
