//! A recording's loss ledger in words: what every face shows wherever the recording is shown.

use std::collections::BTreeMap;

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
        incomplete_requests,
        incomplete_responses,
        over_cap,
        // By reason in `evicted`.
        evicted_connections: _,
        evicted,
        spoken,
        tls_names,
    } = ledger;
    let counted = [
        (kernel_dropped, "packets dropped by the kernel"),
        (interface_dropped, "packets dropped by the interface"),
        (truncated_packets, "packets cut short"),
        (gap_bytes, "bytes never seen"),
        (unpaired_requests, "requests without an answer"),
        (unpaired_responses, "answers without a request"),
        (incomplete_requests, "requests seen in part"),
        (incomplete_responses, "answers seen in part"),
        (over_cap, "messages longer than the cap"),
        (undecodable_bytes, "bytes not decodable"),
        (unreadable_records, "records of a file not readable"),
        (restarts, "times the capturing command was started again"),
        (malformed_packets, "packets that contradict themselves"),
        (fragments, "fragments without the rest of their packet"),
        (unsupported_link, "packets of an unsupported kind"),
        (not_tcp, "packets not TCP"),
        (replay_marked, "packets of a replay, left out"),
        (filtered, "packets left out by the filter"),
    ];
    let evicted = evicted
        .iter()
        // Nothing was said on those.
        .filter(|(reason, _)| *reason != "half_open")
        .map(|(reason, count)| (count, let_go(reason)));
    let spoken = spoken
        .iter()
        .map(|(protocol, count)| (count, left_out(protocol, tls_names)));
    counted
        .into_iter()
        .map(|(count, what)| (count, what.to_owned()))
        .chain(evicted)
        .chain(spoken)
        .filter(|(count, _)| **count > 0)
        .map(|(count, what)| Loss {
            count: *count,
            what,
        })
        .collect()
}

/// What a reason of [`Ledger::evicted`] counts.
fn let_go(reason: &str) -> String {
    match reason {
        "idle" => {
            "connections closed in the recording because they were silent for long".to_owned()
        }
        "table_full" => {
            "connections closed in the recording because there were too many".to_owned()
        }
        "memory" => "connections begun anew because their messages took too much memory".to_owned(),
        "holes" => "holes not waited for because too much came behind them".to_owned(),
        "fragments" => "fragmented packets of which the rest did not come".to_owned(),
        other => format!("let go ({other})"),
    }
}

/// Connections of a protocol that is not decoded, and what to do about it.
fn left_out(protocol: &str, tls_names: &BTreeMap<String, u64>) -> String {
    const SEE: &str = "see docs/where-to-tap.md";
    let name = match protocol {
        "tls" => {
            return format!(
                "connections were TLS and cannot be read: {SEE}{}",
                most_asked_for(tls_names)
            );
        }
        "mysql_over_tls" => {
            return format!("connections were MySQL over TLS and cannot be read: {SEE}");
        }
        "mysql_replication" => "MySQL replication",
        "http2" => return format!("connections were HTTP/2, which is not recorded: {SEE}"),
        "websocket" => return "connections became WebSocket, left out from there on".to_owned(),
        "unknown" => return "connections too short to tell what they speak".to_owned(),
        "other" => return "connections of an unknown protocol, left out".to_owned(),
        "ssh" => "SSH",
        "postgres" => "PostgreSQL",
        "redis" => "Redis",
        "memcached" => "memcached",
        "mongodb" => "MongoDB",
        "kafka" => "Kafka",
        "amqp" => "AMQP",
        "smtp" => "SMTP",
        "ftp" => "FTP",
        "imap" => "IMAP",
        "pop3" => "POP3",
        other => &other.replace('_', " "),
    };
    format!("connections were {name}, which is not recorded")
}

/// The names that TLS clients asked for most: ` (api.example.org, shop.example.org and 3 more)`.
fn most_asked_for(names: &BTreeMap<String, u64>) -> String {
    const TOLD: usize = 3;
    let mut by_count: Vec<_> = names.iter().collect();
    by_count.sort_by_key(|(_, count)| std::cmp::Reverse(**count));
    let told: Vec<&str> = by_count
        .iter()
        .take(TOLD)
        .map(|(name, _)| name.as_str())
        .collect();
    match by_count.len() {
        0 => String::new(),
        all if all > TOLD => format!(" ({} and {} more)", told.join(", "), all - TOLD),
        _ => format!(" ({})", told.join(", ")),
    }
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
            evicted: [("idle".to_owned(), 2), ("half_open".to_owned(), 5)].into(),
            incomplete_responses: 1,
            unreadable_records: 1,
            malformed_packets: 3,
            spoken: [("tls".to_owned(), 4), ("redis".to_owned(), 2)].into(),
            tls_names: [
                ("a.example", 1),
                ("b.example", 2),
                ("c.example", 1),
                ("d.example", 1),
            ]
            .map(|(name, count)| (name.to_owned(), count))
            .into(),
            ..Ledger::default()
        };
        let lines: Vec<String> = losses(&ledger)
            .into_iter()
            .map(|loss| format!("{} {}", loss.count, loss.what))
            .collect();
        assert_eq!(
            lines,
            [
                "1 answers seen in part",
                "1 records of a file not readable",
                "3 packets that contradict themselves",
                "2 connections closed in the recording because they were silent for long",
                "2 connections were Redis, which is not recorded",
                "4 connections were TLS and cannot be read: see docs/where-to-tap.md (b.example, a.example, c.example and 1 more)",
            ]
        );
    }
}
