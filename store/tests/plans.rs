//! Plans kept under a name.

use reprise_store::{Error, SavedPlan, Store};
use reprise_wire::Timestamp;
use serde_json::json;

fn plan(name: &str) -> SavedPlan {
    SavedPlan {
        name: name.to_owned(),
        recording_name: "friday".to_owned(),
        saved_at: Timestamp::from_micros(1_700_000_000_000_000),
        plan: json!({"version": 1, "rate": {"copies": 2.5}, "where": "größer"}),
    }
}

#[test]
fn a_plan_comes_back_as_it_was_kept_also_after_the_file_was_closed() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("plans.reprise");
    let store = Store::open(&path).unwrap();
    store.save_plan(plan("peak")).unwrap();
    store.save_plan(plan("base")).unwrap();
    drop(store);
    let store = Store::open(&path).unwrap();
    assert_eq!(store.plans().unwrap(), [plan("base"), plan("peak")]);
    assert_eq!(store.plan("peak").unwrap(), plan("peak"));
    store.delete_plan("base").unwrap();
    assert_eq!(store.plans().unwrap(), [plan("peak")]);
}

#[test]
fn a_name_that_is_taken_or_not_there_is_refused_with_what_helps() {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open(folder.path().join("plans.reprise")).unwrap();
    store.save_plan(plan("peak")).unwrap();
    let said = |result: Result<(), Error>| result.unwrap_err().to_string();
    let taken = said(store.save_plan(plan("peak")));
    assert!(taken.contains("`reprise plans delete peak`"), "{taken}");
    let unknown = said(store.delete_plan("other"));
    assert!(unknown.contains("`reprise plans` lists them"), "{unknown}");
    assert!(matches!(store.plan("other"), Err(Error::Unknown { .. })));
    assert!(matches!(
        store.save_plan(plan("-x")),
        Err(Error::BadName(_))
    ));
}
