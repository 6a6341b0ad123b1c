use proptest::prelude::*;

use super::*;
use crate::choice;

const BOUNDS: Bounds = Bounds {
    from: 1.0,
    to: 64.0,
    within: 0.05,
};

/// Searches a target that holds as `how` says; returns the edge and how many steps it took.
fn search(bounds: Bounds, mut how: impl FnMut(f64, usize) -> Tried) -> (Edge, usize) {
    let mut knee = Knee::new(bounds);
    let mut steps = 0;
    while let Some(rate) = knee.next() {
        steps += 1;
        assert!(steps < 100, "the search does not end");
        knee.tried(rate, how(rate, steps));
    }
    (knee.edge(), steps)
}

fn at_most(capacity: f64) -> impl FnMut(f64, usize) -> Tried {
    move |rate, _| {
        if rate <= capacity {
            Tried::Held
        } else {
            Tried::Failed
        }
    }
}

#[test]
fn the_edge_is_closed_in_on_and_both_sides_are_tried_again() {
    let mut tried = Vec::new();
    let (edge, _) = search(BOUNDS, |rate, step| {
        tried.push(rate);
        at_most(9.3)(rate, step)
    });
    let (holds, fails) = (edge.holds.unwrap(), edge.fails.unwrap());
    assert!(holds <= 9.3 && 9.3 < fails, "{edge:?}");
    assert!(fails <= holds * 1.05, "{edge:?}");
    for side in [holds, fails] {
        assert_eq!(tried.iter().filter(|rate| **rate == side).count(), 2);
    }
}

#[test]
fn one_unlucky_step_does_not_move_the_edge() {
    // the first try at 4 fails though the target holds 20
    let (edge, _) = search(BOUNDS, |rate, step| {
        if rate == 4.0 && step == 3 {
            return Tried::Failed;
        }
        at_most(20.0)(rate, step)
    });
    let (holds, fails) = (edge.holds.unwrap(), edge.fails.unwrap());
    assert!(holds <= 20.0 && 20.0 < fails, "{edge:?}");
}

#[test]
fn a_target_that_fails_at_once_has_no_rate_that_holds() {
    let (edge, steps) = search(BOUNDS, |_, _| Tried::Failed);
    assert_eq!((edge.holds, edge.fails), (None, Some(1.0)));
    assert_eq!(steps, 2);
}

#[test]
fn a_target_that_always_holds_is_tried_twice_at_the_bound() {
    let (edge, steps) = search(BOUNDS, |_, _| Tried::Held);
    assert_eq!((edge.holds, edge.fails), (Some(64.0), None));
    assert_eq!(steps, 8);
}

#[test]
fn what_the_generator_could_not_send_is_not_blamed_on_the_target() {
    let mut knee = Knee::new(BOUNDS);
    while let Some(rate) = knee.next() {
        let how = if rate > 3.0 {
            Tried::GeneratorLimited
        } else {
            Tried::Held
        };
        knee.tried(rate, how);
    }
    assert!(knee.is_generator_limited(knee.edge().fails.unwrap()));
    assert!(!knee.is_generator_limited(knee.edge().holds.unwrap()));
}

#[test]
fn rates_that_are_tried_can_be_written_by_people() {
    assert_eq!(between(8.0, 16.0), 11.3);
    assert_eq!(between(100.0, 110.0), 105.0);
    assert_eq!(between(0.5, 1.0), 0.707);
}

proptest! {
    #[test]
    fn any_capacity_is_found_within_what_was_asked(
        capacity in 1.0_f64..63.0,
        within in 0.01_f64..0.5,
    ) {
        let bounds = Bounds { within, ..BOUNDS };
        let (edge, steps) = search(bounds, at_most(capacity));
        let (holds, fails) = (edge.holds.unwrap(), edge.fails.unwrap());
        prop_assert!(holds <= capacity && capacity < fails);
        prop_assert!(fails <= holds * (1.0 + within));
        prop_assert!(steps <= 24);
    }

    #[test]
    fn with_noise_about_the_edge_it_is_found_near_it_and_ends(seed in any::<u64>(), capacity in 2.0_f64..40.0) {
        // every step's capacity is up to 8 % off
        let (edge, steps) = search(BOUNDS, |rate, step| {
            let off = choice::below(seed, &[step as u64], 1_600) as f64 / 10_000.0 - 0.08;
            at_most(capacity * (1.0 + off))(rate, step)
        });
        let holds = edge.holds.unwrap();
        prop_assert!((holds / capacity - 1.0).abs() < 0.15, "{} of {}", holds, capacity);
        prop_assert!(steps <= 40);
    }
}

fn step(p95_us: &[(&str, u64, f64)]) -> Vec<StepOperation> {
    p95_us
        .iter()
        .map(|(operation, p95_us, error_rate)| StepOperation {
            operation: (*operation).to_owned(),
            p95_us: Some(*p95_us),
            error_rate: *error_rate,
        })
        .collect()
}

#[test]
fn the_first_to_break_is_the_one_that_slowed_most_at_the_lowest_rate_where_one_did() {
    let steps = [
        (
            4.0,
            step(&[("GET /", 3_000, 0.0), ("GET /search", 90_000, 0.0)]),
        ),
        (
            1.0,
            step(&[("GET /", 1_000, 0.0), ("GET /search", 10_000, 0.0)]),
        ),
        (
            2.0,
            step(&[("GET /", 1_100, 0.0), ("GET /search", 21_000, 0.0)]),
        ),
    ];
    let first = first_to_break(&steps).unwrap();
    assert_eq!((first.operation.as_str(), first.at), ("GET /search", 2.0));
    assert_eq!(first.before_p95_us, Some(10_000));
}

#[test]
fn an_operation_that_fails_breaks_before_one_that_is_slow() {
    let steps = [
        (1.0, step(&[("a", 1_000, 0.0), ("b", 1_000, 0.0)])),
        (2.0, step(&[("a", 900_000, 0.0), ("b", 1_000, 0.02)])),
    ];
    assert_eq!(first_to_break(&steps).unwrap().operation, "b");
}

#[test]
fn where_nothing_broke_nothing_is_named() {
    let steps = [
        (1.0, step(&[("a", 1_000, 0.0)])),
        (2.0, step(&[("a", 2_500, 0.005)])),
    ];
    assert_eq!(first_to_break(&steps), None);
    assert_eq!(first_to_break(&[]), None);
}
