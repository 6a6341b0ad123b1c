//! What a dry run found, in words.

use std::cmp::Reverse;

use reprise_app::readable::{count, counted, duration, moment};
use reprise_app::{Correlation, Outline, SkipReason, Unsourced};

use crate::table::Table;

/// Lanes a dry run lists, to be watched with --probe lane:ID.
const MOST_LANES: usize = 5;

/// Operations a dry run lists.
const MOST_OPERATIONS: usize = 20;

/// Values a dry run lists that are swapped; `--json` has them all.
const MOST_CORRELATIONS: usize = 30;

/// Operations it lists of those that carry one of them.
const MOST_TARGETS: usize = 5;

/// `csrf_token  GET /login html:csrf_token -> POST /login form:csrf_token (94)`
fn describe_correlation(correlation: &Correlation) -> String {
    let whose = if correlation.of_another_lane {
        " of another user, if it has come"
    } else {
        ""
    };
    let mut text = format!(
        "    {}: {} {}{whose}\n",
        correlation.name, correlation.from, correlation.from_place
    );
    let mut targets: Vec<_> = correlation.to.iter().collect();
    let mut shown = targets.len();
    // a line that speaks of one more takes as much room as that one
    if shown > MOST_TARGETS + 1 {
        targets.sort_by_key(|target| Reverse(target.requests));
        shown = MOST_TARGETS;
    }
    let (shown, others) = targets.split_at(shown);
    for target in shown {
        text.push_str(&format!(
            "      -> {} {} ({})\n",
            target.operation,
            target.place,
            count(target.requests)
        ));
    }
    if !others.is_empty() {
        text.push_str(&format!(
            "      -> {} more operations ({})\n",
            count(others.len() as u64),
            count(others.iter().map(|target| target.requests).sum())
        ));
    }
    text
}

/// What would be sent, what not and why, and what is swapped.
pub(super) fn describe(outline: &Outline) -> String {
    let mut text = sends(outline);
    values(&mut text, outline);
    noise(&mut text, outline);
    changes(&mut text, outline);
    lanes(&mut text, outline);
    operations(&mut text, outline);
    text
}

/// How long that takes.
fn lasting(outline: &Outline) -> String {
    let over = match outline.takes_ms {
        0 => " as fast as it is answered".to_owned(),
        ms => format!(" over {}", moment(ms * 1_000)),
    };
    match outline.goes_on {
        true => format!("{over}, again and again until it is stopped"),
        false => over,
    }
}

/// How much is sent and left out.
fn sends(outline: &Outline) -> String {
    let mut text = format!(
        "would send {}{} in {} HTTP and {} MySQL lanes{}\n",
        if outline.estimated { "about " } else { "" },
        counted(outline.sends, "exchange"),
        count(outline.http_lanes),
        count(outline.mysql_lanes),
        lasting(outline),
    );
    for (reason, n) in &outline.skipped {
        let why = SkipReason::named(reason).map_or("", SkipReason::explanation);
        text.push_str(&format!("  {} left out: {reason} ({why})\n", count(*n)));
    }
    if outline.setup > 0 {
        text.push_str(&format!(
            "  {} sent to set lanes up, not measured: what was left out and later requests need\n",
            count(outline.setup)
        ));
    }
    if outline.pinned > 0 {
        text.push_str(&format!(
            "  {} with the session's time set to the recorded one before them\n",
            count(outline.pinned)
        ));
    }
    text.push_str(&format!("  {} may change data\n", count(outline.writes)));
    text.push_str(&format!(
        "  {} values are taken from the target's own answers\n",
        count(outline.values)
    ));
    text
}

/// What is swapped, and what nobody supplies.
fn values(text: &mut String, outline: &Outline) {
    for correlation in outline.correlations.iter().take(MOST_CORRELATIONS) {
        text.push_str(&describe_correlation(correlation));
    }
    let others = outline.correlations.len().saturating_sub(MOST_CORRELATIONS);
    if others > 0 {
        text.push_str(&format!(
            "    and {} more, less used; --json has all\n",
            count(others as u64)
        ));
    }
    if outline.from_other_lanes > 0 {
        text.push_str(&format!(
            "  sent as recorded, with a token that only another user's answer gave: {}\n",
            count(outline.from_other_lanes)
        ));
    }
    if outline.users_needed > 0 {
        text.push_str(&format!(
            "  {} accounts give every copy its own\n",
            count(outline.users_needed)
        ));
    }
    for value in &outline.unsourced {
        text.push_str(&describe_unsourced(value));
    }
}

/// What becomes of a redacted value that no answer gives.
fn describe_unsourced(value: &Unsourced) -> String {
    let key = &value.key;
    let carry = counted(value.requests, "request");
    if value.supplied {
        return format!("  redacted {key}: in {carry}, supplied\n");
    }
    let sent = (value.requests > 0).then(|| format!("in {carry}, sent as it is in the recording"));
    let left_out = (value.left_out > 0).then(|| {
        let lack = counted(value.left_out, "request");
        format!("{lack} left out for it")
    });
    let told: Vec<String> = sent.into_iter().chain(left_out).collect();
    let told = told.join(", ");
    format!("  redacted {key}: {told}; supply it with --secret {key}=VALUE\n")
}

/// What is not compared.
fn noise(text: &mut String, outline: &Outline) {
    if outline.noise > 0 {
        let noise = count(outline.noise);
        text.push_str(&format!(
            "  {noise} places in answers vary by themselves and are not compared\n"
        ));
    }
    for noisy in outline.noisy.iter().take(MOST_OPERATIONS) {
        let (operation, place) = (&noisy.operation, &noisy.place);
        text.push_str(&format!("    by the baseline: {operation}  {place}\n"));
    }
    if outline.noisy.len() > MOST_OPERATIONS {
        let more = count((outline.noisy.len() - MOST_OPERATIONS) as u64);
        text.push_str(&format!(
            "    and {more} more by the baseline; --json has all\n"
        ));
    }
}

/// What rules change, and what changes nothing.
fn changes(text: &mut String, outline: &Outline) {
    for vain in &outline.in_vain {
        text.push_str(&format!("  {vain}: is it meant so?\n"));
    }
    for rule in &outline.rewrites {
        text.push_str(&match rule.exchanges {
            0 => format!("  '{}' rewrites nothing: is it meant so?\n", rule.rule),
            n => format!("  '{}' rewrites {}\n", rule.rule, counted(n, "request")),
        });
    }
    // one without statements is among what is named in vain
    let met = outline.shift_keys.iter().filter(|one| one.statements > 0);
    for shifted in met {
        let how = if shifted.learned {
            ", as the recording shows"
        } else {
            ""
        };
        text.push_str(&format!(
            "  {} statements have values of '{}'{how}: named by the target's own, and shifted in copies\n",
            count(shifted.statements),
            shifted.key
        ));
    }
}

/// The lanes that cannot keep up, and the largest.
fn lanes(text: &mut String, outline: &Outline) {
    for lane in &outline.slow_lanes {
        text.push_str(&format!(
            "  lane {} cannot keep up at this speed: it would end {} behind\n",
            lane.lane,
            duration(lane.behind_ms * 1_000)
        ));
    }
    if outline.sends == 0 {
        return;
    }
    let lanes = outline.lanes.iter().take(MOST_LANES);
    let lanes: Vec<String> = lanes
        .map(|one| format!("{} ({})", one.lane, count(one.sends)))
        .collect();
    text.push_str(&format!("  lanes that send most: {}\n", lanes.join(", ")));
    text.push('\n');
}

/// The operations, busiest first.
fn operations(text: &mut String, outline: &Outline) {
    if outline.operations.is_empty() {
        return;
    }
    let mut table = Table::new(&["  operation", "sent", ""]);
    for row in outline.operations.iter().take(MOST_OPERATIONS) {
        let writes = if row.writes { "may change data" } else { "" };
        let name = format!("  {}", row.operation);
        table.row(vec![name, count(row.sends), writes.to_owned()]);
    }
    text.push_str(&table.render());
    let more = outline.operations.len().saturating_sub(MOST_OPERATIONS);
    if more > 0 {
        text.push_str(&format!("  and {more} more; --json has all\n"));
    }
}

#[cfg(test)]
mod tests {
    use reprise_app::CorrelationTarget;

    use super::*;

    #[test]
    fn a_cookie_that_goes_with_everything_is_said_in_a_few_lines() {
        let to = |operations: u64| Correlation {
            name: "sid".to_owned(),
            from: "POST /login".to_owned(),
            from_place: "cookie:sid".to_owned(),
            of_another_lane: false,
            to: (1..=operations)
                .map(|n| CorrelationTarget {
                    operation: format!("GET /{n}"),
                    place: "cookie:sid".to_owned(),
                    requests: n,
                })
                .collect(),
            values: 0,
            requests: 0,
        };
        let lines = |operations| describe_correlation(&to(operations)).lines().count();
        assert_eq!([1, 6, 7, 40].map(lines), [2, 7, 7, 7]);
        let told = describe_correlation(&to(10));
        let told: Vec<&str> = told.lines().map(str::trim).collect();
        assert_eq!(told.first(), Some(&"sid: POST /login cookie:sid"));
        assert_eq!(told.get(1), Some(&"-> GET /10 cookie:sid (10)"));
        assert_eq!(told.last(), Some(&"-> 5 more operations (15)"));
    }
}
