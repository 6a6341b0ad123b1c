//! Notes and tags stay with what they were written beside.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

#[expect(dead_code, reason = "each test file uses a part of it")]
mod support;

use reprise_measure::Summary;
use reprise_store::{Error, Kept, RemarkChange, Remarks, RunState, Store, Totals};
use support::*;

fn words(words: &[&str]) -> Vec<String> {
    words.iter().map(|word| (*word).to_owned()).collect()
}

fn tagged(tag: &[&str], untag: &[&str]) -> RemarkChange {
    RemarkChange {
        note: None,
        tag: words(tag),
        untag: words(untag),
    }
}

fn noted(note: &str) -> RemarkChange {
    RemarkChange {
        note: Some(note.to_owned()),
        ..RemarkChange::default()
    }
}

#[test]
fn a_note_and_tags_are_there_after_the_file_was_opened_again() {
    let (folder, store) = store();
    let writer = store.create_recording(&new_recording("r")).unwrap();
    store
        .remark(Kept::Recording, "r", noted("  before the index\n"))
        .unwrap();
    writer.finish(&Totals::default()).unwrap();
    let run = store.create_run(new_run("r")).unwrap();
    run.finish(RunState::Complete, &Summary::default()).unwrap();
    store
        .remark(Kept::Recording, "r", tagged(&["peak", "friday"], &[]))
        .unwrap();
    store
        .remark(Kept::Recording, "r", tagged(&["friday", "v2"], &["peak"]))
        .unwrap();
    store
        .remark(Kept::Run, "r", tagged(&["slow"], &[]))
        .unwrap();
    drop(store);

    let store = Store::open(folder.path().join("t.reprise")).unwrap();
    let expected = Remarks {
        note: "before the index".to_owned(),
        tags: words(&["friday", "v2"]),
    };
    assert_eq!(store.recording("r").unwrap().remarks, expected);
    assert_eq!(store.run("r").unwrap().remarks.tags, ["slow"]);
    let cleared = store.remark(Kept::Recording, "r", noted("")).unwrap();
    assert_eq!((cleared.note.as_str(), cleared.tags.len()), ("", 2));
}

#[test]
fn what_cannot_be_typed_as_a_tag_is_refused() {
    let (_folder, store) = store();
    let writer = store.create_recording(&new_recording("r")).unwrap();
    writer.finish(&Totals::default()).unwrap();
    for tag in ["", "two words", "a,b", "-x", &"t".repeat(51)] {
        let refused = store.remark(Kept::Recording, "r", tagged(&[tag], &[]));
        assert!(matches!(refused, Err(Error::BadRemark(_))), "{tag:?}");
    }
    let many: Vec<String> = (0..21).map(|n| n.to_string()).collect();
    let many: Vec<&str> = many.iter().map(String::as_str).collect();
    let refused = store.remark(Kept::Recording, "r", tagged(&many, &[]));
    assert!(matches!(refused, Err(Error::BadRemark(_))));
    let unknown = store.remark(Kept::Run, "r", tagged(&["x"], &[]));
    assert!(matches!(unknown, Err(Error::Unknown { .. })));
    assert_eq!(store.recording("r").unwrap().remarks, Remarks::default());
}
