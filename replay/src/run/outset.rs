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
    let secrets = unknown_secrets(plan, outline).map(|text| (WarningKind::SecretUnused, text));
    let values = unsupplied(plan, outline).map(|text| (WarningKind::Unsupplied, text));
    // what the plan names and the recording does not have
    let in_vain = (!outline.in_vain.is_empty()).then(|| outline.in_vain.join("; "));
    let in_vain = in_vain.map(|text| (WarningKind::InVain, text));
    [rewrites, secrets, values, in_vain]
        .into_iter()
        .flatten()
        .collect()
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
    let missing: Vec<&str> = missing.map(|value| value.key.as_str()).collect();
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
            left_out: 0,
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
            ("login.password", false),
            ("cookie.theme", false),
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
}
