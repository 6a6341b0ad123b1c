//! What a replay would do: what is sent and left out and why, what is changed on the way, what is missing.

use reprise_app::{AllowedTargets, Correlation, Outline};
use serde::Serialize;
use specta::Type;
use specta_typescript::Number;

use super::{Count, Skipped, said_here, whole};

/// Operations that may change data are listed up to here, the most frequent first.
const MOST_WRITES: usize = 8;

/// What a replay would do.
#[derive(Clone, Debug, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub(crate) struct DryRun {
    sends: u32,
    /// Whether `sends` is what the recording's mean rate comes to.
    estimated: bool,
    /// Whether it is sent again and again until the run is stopped.
    goes_on: bool,
    duration_ms: u32,
    #[specta(type = Number)]
    asked_per_s: f64,
    http_lanes: u32,
    mysql_lanes: u32,
    /// Those of `sends` that may change data.
    writes: u32,
    /// The operations that do, most frequent first.
    writing: Vec<Count>,
    /// Those of `sends` that only set lanes up, and are in no statistic.
    setup: u32,
    skipped: Vec<Skipped>,
    targets: Vec<String>,
    /// Whether all of them are this machine, as far as addresses tell.
    loopback: bool,
    /// Recorded values that will be taken from the target's answers.
    values: u32,
    /// Where they come from and where they go, most used first.
    correlations: Vec<CorrelationLine>,
    /// Requests with a token that only another user's answer gave; sent as recorded.
    from_other_lanes: u32,
    /// Redacted values without a source, with the requests that carry them.
    missing: Vec<Count>,
    /// The rewriting rules with the requests each changes.
    rewrites: Vec<Count>,
    /// How many accounts give every copy its own; 0 without accounts.
    users_needed: u32,
    /// The lanes that send most, to be watched by a probe.
    lanes: Vec<Count>,
    /// Lanes that cannot keep up at this speed.
    slow_lanes: u32,
    warnings: Vec<String>,
    /// Why it could not start all the same.
    refused: Option<String>,
}

/// One value that is taken from the target's answers.
#[derive(Clone, Debug, Serialize, Type)]
#[serde(rename_all = "camelCase")]
struct CorrelationLine {
    /// What it is left out by.
    name: String,
    /// `GET /login html:csrf_token`
    from: String,
    /// `POST /login form:csrf_token`, with how many requests.
    to: Vec<Count>,
    requests: u32,
}

impl DryRun {
    /// What the window shows of an outline, and where it would go.
    pub(crate) fn new(
        outline: &Outline,
        allowed: AllowedTargets,
        refused: Option<&reprise_app::Error>,
    ) -> Self {
        let seconds = outline.takes_ms as f64 / 1_000.0;
        let missing = outline.unsourced.iter().filter(|value| !value.supplied);
        let writing = outline.operations.iter().filter(|row| row.writes);
        Self {
            sends: whole(outline.sends),
            estimated: outline.estimated,
            goes_on: outline.goes_on,
            duration_ms: whole(outline.takes_ms),
            asked_per_s: if seconds > 0.0 {
                outline.sends as f64 / seconds
            } else {
                0.0
            },
            http_lanes: whole(outline.http_lanes),
            mysql_lanes: whole(outline.mysql_lanes),
            writes: whole(outline.writes),
            writing: writing
                .take(MOST_WRITES)
                .map(|row| Count::new(row.operation.as_str(), row.sends))
                .collect(),
            setup: whole(outline.setup),
            skipped: Skipped::all(&outline.skipped),
            targets: allowed.names,
            loopback: allowed.loopback,
            values: whole(outline.values),
            correlations: outline.correlations.iter().map(correlation).collect(),
            from_other_lanes: whole(outline.from_other_lanes),
            missing: missing
                .map(|value| Count::new(value.key.as_str(), value.requests + value.left_out))
                .collect(),
            rewrites: outline
                .rewrites
                .iter()
                .map(|rule| Count::new(rule.rule.as_str(), rule.exchanges))
                .collect(),
            users_needed: whole(outline.users_needed),
            lanes: outline
                .lanes
                .iter()
                .map(|one| Count::new(one.lane.to_string(), one.sends))
                .collect(),
            slow_lanes: whole(outline.slow_lanes.len() as u64),
            warnings: allowed
                .warnings
                .iter()
                .chain(&outline.in_vain)
                .map(|warning| said_here(warning))
                .collect(),
            refused: refused.map(|error| said_here(&error.to_string())),
        }
    }
}

fn correlation(found: &Correlation) -> CorrelationLine {
    let to = found.to.iter();
    CorrelationLine {
        name: found.name.clone(),
        from: format!("{} {}", found.from, found.from_place),
        to: to
            .map(|one| Count::new(format!("{} {}", one.operation, one.place), one.requests))
            .collect(),
        requests: whole(found.requests),
    }
}
