//! A recording's loss ledger in words: what every face shows wherever the recording is shown.

use reprise_store::Ledger;
use serde::Serialize;

/// One line of the ledger that is not zero.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Loss {
    /// How many.
    pub count: u64,
    /// Of what, in words: `packets dropped by the kernel`.
    pub what: String,
}

/// Every loss that is not zero, worst first. Connections that spoke something else are named.
pub fn losses(ledger: &Ledger) -> Vec<Loss> {
    let counted = [
        (ledger.kernel_dropped, "packets dropped by the kernel"),
        (ledger.interface_dropped, "packets dropped by the interface"),
        (ledger.truncated_packets, "packets cut short"),
        (ledger.gap_bytes, "bytes never seen"),
        (ledger.unpaired_requests, "requests without an answer"),
        (ledger.unpaired_responses, "answers without a request"),
        (ledger.over_cap, "messages longer than the cap"),
        (ledger.undecodable_bytes, "bytes not decodable"),
        (ledger.unsupported_link, "packets of an unsupported kind"),
        (ledger.not_tcp, "packets not TCP"),
    ];
    let mut losses: Vec<Loss> = counted
        .into_iter()
        .filter(|(count, _)| *count > 0)
        .map(|(count, what)| Loss {
            count,
            what: what.to_owned(),
        })
        .collect();
    losses.extend(ledger.spoken.iter().filter(|(_, count)| **count > 0).map(
        |(protocol, count)| Loss {
            count: *count,
            what: format!("connections of {protocol}, not recorded"),
        },
    ));
    losses
}
