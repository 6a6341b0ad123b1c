//! Files that are not what they should be, and disks that are full: one line, the right exit code, and what
//! was recorded before stays as it was.

use std::process::Command;

use reprise_fixtures::captures;

use crate::support::{Desk, RECORDING, Said, number, said};

/// Imports a file that cannot be imported, beside a recording that must not change.
#[track_caller]
fn import_refuses(desk: &Desk, file: &str, fix: &str) {
    let before = desk.answers(&["recordings"]);
    desk.run(&["import", file, "--name", "new"]).refused(2, fix);
    assert_eq!(desk.answers(&["recordings"]), before, "{file}");
}

#[test]
fn files_that_are_no_captures_are_refused_and_leave_no_recording_behind() {
    let desk = Desk::with_recording();
    desk.write("empty.pcap", b"");
    desk.write(
        "notes.txt",
        b"these are notes, not packets; they are long enough to be either\n",
    );
    desk.write("cut.pcap.gz", &captures::shop().bytes[..8]);
    import_refuses(
        &desk,
        "empty.pcap",
        "the file is empty; give a pcap or pcapng file",
    );
    import_refuses(&desk, "notes.txt", "neither pcap nor pcapng");
    import_refuses(&desk, "nowhere.pcap", "nowhere.pcap");
    import_refuses(&desk, ".", "directory");
    import_refuses(&desk, "cut.pcap.gz", "cut.pcap.gz");
}

#[test]
fn one_unreadable_file_among_good_ones_is_named() {
    let desk = Desk::with_recording();
    desk.write(
        "notes.txt",
        b"these are notes, not packets; they are long enough to be either\n",
    );
    let before = desk.answers(&["recordings"]);
    let file = captures::shop_mariadb().name;
    desk.run(&["import", file, "notes.txt", "--name", "new"])
        .refused(2, "notes.txt");
    assert_eq!(desk.answers(&["recordings"]), before);
}

#[test]
fn a_library_from_a_newer_version_is_not_touched() {
    let desk = Desk::with_recording();
    let newer = desk.path("newer.reprise");
    std::fs::copy(desk.library(), &newer).unwrap();
    let sql = rusqlite::Connection::open(&newer).unwrap();
    sql.pragma_update(None, "user_version", 999).unwrap();
    drop(sql);
    let bytes = std::fs::read(&newer).unwrap();
    for arguments in [
        &["recordings"][..],
        &["show", RECORDING],
        &["import", captures::shop_mariadb().name, "--name", "new"],
    ] {
        let arguments = [arguments, &["--file", "newer.reprise"]].concat();
        desk.run(&arguments).refused(2, "its format is 999");
    }
    assert_eq!(std::fs::read(&newer).unwrap(), bytes);
}

#[test]
fn a_file_that_is_not_a_library_is_not_touched() {
    let desk = Desk::with_recording();
    desk.write("notes.txt", b"these are notes");
    desk.write("empty", b"");
    let other = desk.path("other.db");
    let sql = rusqlite::Connection::open(&other).unwrap();
    sql.execute_batch("CREATE TABLE mine (a); INSERT INTO mine VALUES (1);")
        .unwrap();
    drop(sql);
    let bytes = std::fs::read(&other).unwrap();
    let file = captures::shop_mariadb().name;
    for name in ["notes.txt", "other.db"] {
        desk.run(&["recordings", "--file", name])
            .refused(2, "--file");
        desk.run(&["import", file, "--name", "new", "--file", name])
            .refused(2, "--file");
    }
    assert_eq!(desk.read("notes.txt"), "these are notes");
    assert_eq!(std::fs::read(&other).unwrap(), bytes);
    desk.run(&["recordings", "--file", "empty"])
        .refused(2, "the file is empty");
    desk.run(&["recordings", "--file", "absent"])
        .refused(2, "there is no such file");
}

#[test]
fn a_place_that_cannot_be_written_is_a_storage_failure_that_names_it() {
    let desk = Desk::with_recording();
    let file = captures::shop_mariadb().name;
    // A file where a folder should be: not even root can write below it.
    let place = format!("{file}/below.reprise");
    desk.run(&["import", file, "--name", "new", "--file", &place])
        .refused(4, &place);
}

/// Imports the long capture while no file may grow beyond so many kilobytes: writing fails as on a full
/// disk, whoever runs this.
fn import_with_space(desk: &Desk, kilobytes: u32) -> Said {
    desk.put(captures::shop());
    let script = format!(
        "trap '' XFSZ; ulimit -f {}; exec \"$0\" import shop.pcap.gz --name long",
        kilobytes * 2
    );
    let mut command = Command::new("sh");
    command.args(["-c", &script, env!("CARGO_BIN_EXE_reprise")]);
    said(desk.at_home(&mut command))
}

#[test]
fn a_full_disk_ends_an_import_and_keeps_what_was_recorded_before() {
    let desk = Desk::with_recording();
    let before = desk.answer(&["show", RECORDING]);
    for kilobytes in [300, 700] {
        let said = import_with_space(&desk, kilobytes).with_code(4);
        assert_eq!(said.stdout, "", "{said:?}");
        let last = said.stderr.lines().last().unwrap();
        assert!(
            last.contains("the disk is full; free some space"),
            "{said:?}"
        );
        assert_eq!(desk.answer(&["show", RECORDING]), before);
        desk.run(&["exchanges", RECORDING, "--id", "1"]).ok();
        let long = desk.answer(&["show", "long"]);
        assert_eq!(long["recording"]["state"], "interrupted");
        assert!(number(&long, "/exchanges/http") < captures::shop().expected.http_requests);
        desk.run(&["delete", "long"]).ok();
        desk.run(&["bin", "empty", "--yes"]).ok();
    }
    let long = desk.answer(&["import", "shop.pcap.gz", "--name", "long"]);
    assert_eq!(long["recording"]["state"], "complete");
}
