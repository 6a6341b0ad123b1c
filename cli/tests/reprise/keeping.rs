//! Names, notes and tags, finding by words, the bin.

use serde_json::json;

use crate::support::{Desk, RECORDING};

#[test]
fn a_note_and_tags_are_kept_shown_and_found() {
    let desk = Desk::with_recording();
    let note = "before the index\nasked for by Ada";
    let tags = ["--tag", "peak", "--tag", "v2"];
    desk.run(&[&["note", RECORDING, note][..], &tags].concat())
        .ok();
    let written = json!({
        "kind": "recording", "name": RECORDING, "note": note, "tags": ["peak", "v2"]
    });
    assert_eq!(desk.answer(&["note", RECORDING]), written);
    let untagged = desk.answer(&["note", RECORDING, "--untag", "v2"]);
    assert_eq!(untagged["tags"], json!(["peak"]));

    let shown = desk.run(&["show", RECORDING]).ok().stdout;
    assert!(shown.contains("note: asked for by Ada"), "{shown}");
    assert!(shown.contains("tags: peak"), "{shown}");
    assert_eq!(desk.answer(&["show", RECORDING])["recording"]["note"], note);
    assert!(desk.run(&["recordings"]).ok().stdout.contains("peak"));

    for (words, hit) in [
        (&["FRIDAY"][..], ""),
        (&["index"], "before the index"),
        (&["fri", "tag:peak"], "tag:peak"),
    ] {
        let found = desk.answers(&[&["find"][..], words].concat());
        let expected = json!({ "kind": "recording", "name": RECORDING, "hit": hit });
        assert_eq!(found.first(), Some(&expected), "{words:?}");
    }
    desk.run(&["note", RECORDING, "--tag", "two words"])
        .refused(2, "without blanks");
}

#[test]
fn sql_and_routes_are_found_in_the_operations() {
    let desk = Desk::with_recording();
    let found = desk.answers(&["find", "select", "FROM"]);
    assert!(!found.is_empty());
    for one in &found {
        assert_eq!(
            (&one["kind"], &one["name"]),
            (&json!("operation"), &json!(RECORDING))
        );
        let hit = one["hit"].as_str().unwrap();
        assert!(hit.contains("SELECT") && hit.contains(" FROM "), "{hit}");
    }
    assert_eq!(desk.answers(&["find", "select", "--limit", "1"]).len(), 1);
    let none = desk.run(&["find", "nothing-is-called-so"]).ok();
    assert_eq!(none.stdout, "nothing has all of these words\n");
}

#[test]
fn a_recording_is_renamed_and_known_by_its_new_name() {
    let desk = Desk::with_recording();
    desk.run(&["rename", RECORDING, "black friday"]).ok();
    desk.run(&["show", RECORDING]).refused(2, "there is none");
    desk.run(&["show", "black friday"]).ok();
    desk.run(&["rename", "--run", "none", "other"])
        .refused(2, "there is none");
}

#[test]
fn what_was_deleted_is_listed_with_its_size_and_removed_one_by_one() {
    let desk = Desk::with_recording();
    let stored = desk.answer(&["show", RECORDING])["bytes"]["stored"].clone();
    assert_eq!(desk.run(&["bin"]).ok().stdout, "the bin is empty\n");
    desk.run(&["delete", RECORDING]).ok();
    let binned = desk.answers(&["bin"]);
    assert_eq!(binned.len(), 1);
    assert_eq!(
        (&binned[0]["name"], &binned[0]["bytes"]),
        (&json!(RECORDING), &stored)
    );
    assert!(desk.run(&["bin", "list"]).ok().stdout.contains(RECORDING));
    desk.run(&["bin", "remove", RECORDING]).refused(2, "--yes");
    desk.run(&["bin", "remove", RECORDING, "--yes"]).ok();
    desk.run(&["bin", "restore", RECORDING])
        .refused(2, "there is none");
}
