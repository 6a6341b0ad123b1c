//! What a stored plan reads back as, and which plans are refused.

use super::*;

#[test]
fn a_plan_reads_back_as_it_was_stored() {
    let mut plan = Plan::of("monday");
    plan.faults = vec!["20:delay(ms=250)@30s..60s".parse().unwrap()];
    plan.rate = Rate::by_copies(2.5);
    plan.stages = "1x:1m,1x..5x:90s".parse().unwrap();
    plan.http = vec![HttpRoute {
        recorded: None,
        url: "http://127.0.0.1:8080".into(),
    }];
    assert_eq!(Plan::from_json(plan.to_json().unwrap()).unwrap(), plan);
}

#[test]
fn a_newer_plan_is_refused_with_the_version_it_needs() {
    let message = Plan::from_json(serde_json::json!({"version": 9}))
        .unwrap_err()
        .to_string();
    assert!(
        message.contains("version 9") && message.contains('1'),
        "{message}"
    );
}

#[test]
fn fields_a_plan_does_not_name_have_their_defaults() {
    let plan = Plan::from_json(serde_json::json!({"version": 1, "recording": "x"})).unwrap();
    // a plan from before keys were looked for is run again as it was
    let expected = Plan {
        shift_keys: ShiftKeys::default(),
        ..Plan::of("x")
    };
    assert_eq!(plan, expected);
}

#[test]
fn a_rate_that_is_no_rate_is_refused() {
    for rate in [
        Rate::by_copies(0.0),
        Rate::by_speed(-1.0),
        Rate::by_speed(f64::NAN),
    ] {
        assert!(
            Plan {
                rate,
                ..Plan::of("x")
            }
            .validate()
            .is_err(),
            "{rate:?}"
        );
    }
    assert!(
        Plan {
            rate: Rate::by_copies(1e9),
            ..Plan::of("x")
        }
        .validate()
        .is_err()
    );
    let stages: Stages = "1x:1m,20000x:1m".parse().unwrap();
    for rate in [
        Rate::by_copies(6.0),
        Rate {
            speed: Speed::Max,
            ..Rate::default()
        },
    ] {
        let plan = Plan {
            rate,
            stages: stages.clone(),
            ..Plan::of("x")
        };
        assert!(plan.validate().is_err(), "{rate:?}");
    }
    assert!(Plan::of("x").validate().is_ok());
}
