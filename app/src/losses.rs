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
    // Every field by name, so that a new one is not forgotten here.
    let Ledger {
        packets: _,
        decoded_packets: _,
        kernel_dropped,
        interface_dropped,
        truncated_packets,
        unsupported_link,
        not_tcp,
        malformed_packets,
        unreadable_records,
        restarts,
        fragments,
        // Nothing is lost by those: their bytes came with the other copy.
        duplicate_packets: _,
        replay_marked,
        filtered,
        gap_bytes,
        undecodable_bytes,
        unpaired_requests,
        unpaired_responses,
        over_cap,
        evicted_connections,
        spoken,
    } = ledger;
    let counted = [
        (kernel_dropped, "packets dropped by the kernel"),
        (interface_dropped, "packets dropped by the interface"),
        (truncated_packets, "packets cut short"),
        (gap_bytes, "bytes never seen"),
        (unpaired_requests, "requests without an answer"),
        (unpaired_responses, "answers without a request"),
        (over_cap, "messages longer than the cap"),
        (undecodable_bytes, "bytes not decodable"),
        (evicted_connections, "connections closed to save memory"),
        (unreadable_records, "records of a file not readable"),
        (restarts, "times the capturing command was started again"),
        (malformed_packets, "packets that contradict themselves"),
        (fragments, "fragments without the rest of their packet"),
        (unsupported_link, "packets of an unsupported kind"),
        (not_tcp, "packets not TCP"),
        (replay_marked, "packets of a replay, left out"),
        (filtered, "packets left out by the filter"),
    ];
    let spoken = spoken
        .iter()
        .map(|(protocol, count)| (count, not_recorded(protocol)));
    counted
        .into_iter()
        .map(|(count, what)| (count, what.to_owned()))
        .chain(spoken)
        .filter(|(count, _)| **count > 0)
        .map(|(count, what)| Loss {
            count: *count,
            what,
        })
        .collect()
}

/// What is said of connections that speak something else.
fn not_recorded(protocol: &str) -> String {
    let name = match protocol {
        "tls" => return encrypted("TLS"),
        "mysql_over_tls" => return encrypted("MySQL over TLS"),
        "unknown" | "other" => return "connections spoke neither HTTP nor MySQL".to_owned(),
        "mysql_replication" => "MySQL replication",
        "http2" => "HTTP/2",
        "ssh" => "SSH",
        other => other,
    };
    format!("connections were {name}, which is not recorded")
}

fn encrypted(name: &str) -> String {
    format!("connections were {name} and cannot be read; record behind what ends it")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_ledger_without_loss_has_no_line() {
        let ledger = Ledger {
            packets: 10,
            decoded_packets: 9,
            duplicate_packets: 1,
            ..Ledger::default()
        };
        assert_eq!(losses(&ledger), []);
    }

    #[test]
    fn what_memory_and_damage_cost_is_said() {
        let ledger = Ledger {
            evicted_connections: 2,
            unreadable_records: 1,
            malformed_packets: 3,
            spoken: [("tls".to_owned(), 4)].into(),
            ..Ledger::default()
        };
        let lines: Vec<String> = losses(&ledger)
            .into_iter()
            .map(|loss| format!("{} {}", loss.count, loss.what))
            .collect();
        assert_eq!(
            lines,
            [
                "2 connections closed to save memory",
                "1 records of a file not readable",
                "3 packets that contradict themselves",
                "4 connections were TLS and cannot be read; record behind what ends it",
            ]
        );
    }
}
