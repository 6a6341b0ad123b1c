//! What is said before the first request of a run: what its plan asks for in vain, and what nobody supplies.

use super::event::WarningKind;
use crate::plan::{MissingValues, Plan};
use crate::prepare::Outline;

/// So many of a kind are named.
const NAMED: usize = 5;

/// The warnings that a plan deserves, given what it will do.
pub(super) fn warnings(plan: &Plan, outline: &Outline) -> Vec<(WarningKind, String)> {
    let unused = outline.rewrites.iter().filter(|rule| rule.exchanges == 0);
    let unused: Vec<String> = unused.map(|rule| format!("'{}'", rule.rule)).collect();
    let rewrites = (!unused.is_empty()).then(|| {
        let message = format!("rewriting changes nothing by {}", unused.join(", "));
        (WarningKind::RuleUnused, message)
    });
    let faults = too_late(plan, outline).map(|message| (WarningKind::FaultUnused, message));
    let secrets = unknown_secrets(plan, outline).map(|text| (WarningKind::SecretUnused, text));
    let values = unsupplied(plan, outline).map(|text| (WarningKind::Unsupplied, text));
    // what the plan names and the recording does not have
    let in_vain = (!outline.in_vain.is_empty()).then(|| outline.in_vain.join("; "));
    let in_vain = in_vain.map(|text| (WarningKind::InVain, text));
    [rewrites, faults, secrets, values, in_vain]
        .into_iter()
        .flatten()
        .collect()
}

/// Faults that begin when the run is over.
fn too_late(plan: &Plan, outline: &Outline) -> Option<String> {
    if plan.goes_on() || outline.takes_ms == 0 {
        return None;
    }
    let ends_us = outline.takes_ms.saturating_mul(1_000);
    let late = plan
        .faults
        .iter()
        .filter(|fault| fault.window.is_some_and(|window| window.from_us >= ends_us));
    let late: Vec<String> = late.map(|fault| format!("'{fault}'")).collect();
    (!late.is_empty()).then(|| {
        let seconds = outline.takes_ms as f64 / 1e3;
        let late = late.join(", ");
        format!("the run takes {seconds:.0} s and is over before these faults begin: {late}")
    })
}

/// Secrets that stand for nothing the recording holds.
fn unknown_secrets(plan: &Plan, outline: &Outline) -> Option<String> {
    let is_used = |name: &String| {
        let placed = format!("{{secret.{name}}}");
        outline.unsourced.iter().any(|value| value.key == *name)
            || plan
                .rewrites
                .iter()
                .any(|rule| rule.to_string().contains(&placed))
    };
    let unknown: Vec<&str> = plan
        .secrets
        .iter()
        .filter(|name| !is_used(name))
        .map(String::as_str)
        .collect();
    if unknown.is_empty() {
        return None;
    }
    let known: Vec<&str> = outline
        .unsourced
        .iter()
        .map(|value| value.key.as_str())
        .take(NAMED)
        .collect();
    let known = match known.as_slice() {
        [] => "no request carries a redacted value that an answer does not give".to_owned(),
        known => format!("what lacks a value is called {}", known.join(", ")),
    };
    let unknown = unknown.join(", ");
    Some(format!("nothing uses the secret {unknown}: {known}"))
}

/// Redacted values that go out as they stand in the recording.
fn unsupplied(plan: &Plan, outline: &Outline) -> Option<String> {
    if plan.missing_values == MissingValues::Skip {
        return None;
    }
    let missing = outline.unsourced.iter().filter(|value| !value.supplied);
    let mut missing: Vec<&str> = missing.map(|value| value.key.as_str()).collect();
    // a theme or a language is seldom missed
    missing.sort_by_key(|key| key.starts_with("cookie."));
    let first = missing.first()?;
    let more = match missing.len().saturating_sub(NAMED) {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    let named = missing.get(..NAMED).unwrap_or(&missing).join(", ");
    Some(format!(
        "redacted and sent as it stands in the recording: {named}{more}; supply it with --secret {first}=VALUE"
    ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::prepare::Unsourced;

    fn outline(unsourced: &[(&str, bool)]) -> Outline {
        let unsourced = unsourced.iter().map(|(key, supplied)| Unsourced {
            key: (*key).to_owned(),
            requests: 1,
            supplied: *supplied,
        });
        Outline {
            takes_ms: 60_000,
            unsourced: unsourced.collect(),
            ..Outline::default()
        }
    }

    fn said(plan: &Plan, outline: &Outline) -> Vec<WarningKind> {
        warnings(plan, outline)
            .into_iter()
            .map(|one| one.0)
            .collect()
    }

    #[test]
    fn a_password_that_nobody_supplies_is_named_with_the_flag_that_does() {
        let mut plan = Plan::of("friday");
        let lacking = outline(&[
            ("cookie.theme", false),
            ("login.password", false),
            ("login.pin", true),
        ]);
        let all = warnings(&plan, &lacking);
        assert!(
            all[0].1.contains("--secret login.password=VALUE"),
            "{all:?}"
        );
        assert!(!all[0].1.contains("login.pin"), "{all:?}");
        assert_eq!(said(&plan, &outline(&[("login.pin", true)])), []);
        plan.missing_values = MissingValues::Skip;
        assert_eq!(said(&plan, &lacking), []);
    }

    #[test]
    fn a_secret_of_another_name_than_what_is_redacted_is_said() {
        let mut plan = Plan::of("friday");
        plan.secrets = vec!["login.passwort".to_owned(), "api".to_owned()];
        plan.rewrites = vec!["header:X-Key={secret.api}".parse().unwrap()];
        let known = outline(&[("login.password", true)]);
        let all = warnings(&plan, &known);
        assert_eq!(all[0].0, WarningKind::SecretUnused);
        assert!(
            all[0]
                .1
                .contains("login.passwort: what lacks a value is called login.password")
        );
        plan.secrets = vec!["login.password".to_owned(), "api".to_owned()];
        assert_eq!(said(&plan, &known), []);
    }

    #[test]
    fn a_fault_that_begins_after_the_end_is_said_unless_the_run_goes_on() {
        let mut plan = Plan::of("friday");
        plan.faults = vec![
            "5:delay(ms=10)@30s..40s".parse().unwrap(),
            "5:delay(ms=20)@1h..2h".parse().unwrap(),
        ];
        let all = warnings(&plan, &outline(&[]));
        assert_eq!(all[0].0, WarningKind::FaultUnused);
        assert!(
            all[0].1.contains("ms=20") && !all[0].1.contains("ms=10"),
            "{all:?}"
        );
        plan.repeat = true;
        assert_eq!(said(&plan, &outline(&[])), []);
    }
}
