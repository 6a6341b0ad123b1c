//! A recording's loss ledger in words: what every face shows wherever the recording is shown.

use std::borrow::Cow;
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
        (kernel_dropped, "packet[s] dropped by the kernel"),
        (interface_dropped, "packet[s] dropped by the interface"),
        (truncated_packets, "packet[s] cut short"),
        (gap_bytes, "byte[s] never seen"),
        (unpaired_requests, "request[s] without an answer"),
        (unpaired_responses, "answer[s] without a request"),
        (incomplete_requests, "request[s] seen in part"),
        (incomplete_responses, "answer[s] seen in part"),
        (over_cap, "message[s] longer than the cap"),
        (undecodable_bytes, "byte[s] not decodable"),
        (unreadable_records, "record[s] of a file not readable"),
        (restarts, "time[s] the capturing command was started again"),
        (
            malformed_packets,
            "packet[s] that [contradict themselves|contradicts itself]",
        ),
        (
            fragments,
            "fragment[s] without the rest of [their|its] packet",
        ),
        (unsupported_link, "packet[s] of an unsupported kind"),
        (not_tcp, "packet[s] not TCP"),
        (replay_marked, "packet[s] of a replay, left out"),
        (filtered, "packet[s] left out by the filter"),
    ];
    let evicted = evicted
        .iter()
        // Nothing was said on those.
        .filter(|(reason, _)| *reason != "half_open")
        .map(|(reason, count)| (count, in_number(*count, &let_go(reason))));
    let spoken = spoken.iter().map(|(protocol, count)| {
        let mut what = in_number(*count, &left_out(protocol));
        if protocol == "tls" {
            what.push_str(&most_asked_for(tls_names));
        }
        (count, what)
    });
    counted
        .into_iter()
        .map(|(count, what)| (count, in_number(*count, what)))
        .chain(evicted)
        .chain(spoken)
        .filter(|(count, _)| **count > 0)
        .map(|(count, what)| Loss {
            count: *count,
            what,
        })
        .collect()
}

/// A text in which `[many|one]` stands for one of the two, by how many there are; `[s]` is nothing for one.
fn in_number(count: u64, text: &str) -> String {
    let mut parts = text.split(['[', ']']);
    let mut whole = parts.next().unwrap_or_default().to_owned();
    while let Some(choice) = parts.next() {
        let (many, one) = choice.split_once('|').unwrap_or((choice, ""));
        whole.push_str(if count == 1 { one } else { many });
        whole.push_str(parts.next().unwrap_or_default());
    }
    whole
}

/// What a reason of [`Ledger::evicted`] counts, for [`in_number`].
fn let_go(reason: &str) -> Cow<'static, str> {
    Cow::Borrowed(match reason {
        "idle" => {
            "connection[s] closed in the recording because [they were|it was] silent for long"
        }
        "table_full" => "connection[s] closed in the recording because there were too many",
        "memory" => "connection[s] begun anew because [their|its] messages took too much memory",
        "holes" => "hole[s] not waited for because too much came behind [them|it]",
        "fragments" => "fragmented packet[s] of which the rest did not come",
        other => return Cow::Owned(format!("let go ({other})")),
    })
}

/// Connections of a protocol that is not decoded, and what to do about it, for [`in_number`].
fn left_out(protocol: &str) -> String {
    const SEE: &str = "see docs/where-to-tap.md";
    let name = match protocol {
        "tls" => return format!("connection[s were| was] TLS and cannot be read: {SEE}"),
        "tls_refused" => {
            return "connection[s were| was] TLS on a port where the server answers in plain HTTP"
                .to_owned();
        }
        "mysql_over_tls" => {
            return format!("connection[s were| was] MySQL over TLS and cannot be read: {SEE}");
        }
        "mysql_replication" => "MySQL replication",
        "http2" => return format!("connection[s were| was] HTTP/2, which is not recorded: {SEE}"),
        "websocket" => return "connection[s] became WebSocket, left out from there on".to_owned(),
        "unknown" => {
            return "connection[s] too short to tell what [they speak|it speaks]".to_owned();
        }
        "other" => return "connection[s] of an unknown protocol, left out".to_owned(),
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
    format!("connection[s were| was] {name}, which is not recorded")
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
                "1 answer seen in part",
                "1 record of a file not readable",
                "3 packets that contradict themselves",
                "2 connections closed in the recording because they were silent for long",
                "2 connections were Redis, which is not recorded",
                "4 connections were TLS and cannot be read: see docs/where-to-tap.md (b.example, a.example, c.example and 1 more)",
            ]
        );
    }

    #[test]
    fn one_of_a_kind_is_said_in_the_singular() {
        let one = |name: &str| [(name.to_owned(), 1)].into();
        let ledger = Ledger {
            kernel_dropped: 1,
            malformed_packets: 1,
            evicted: one("memory"),
            spoken: one("tls"),
            tls_names: one("[a|b].example"),
            ..Ledger::default()
        };
        let lines: Vec<String> = losses(&ledger).into_iter().map(|loss| loss.what).collect();
        assert_eq!(
            lines,
            [
                "packet dropped by the kernel",
                "packet that contradicts itself",
                "connection begun anew because its messages took too much memory",
                "connection was TLS and cannot be read: see docs/where-to-tap.md ([a|b].example)",
            ]
        );
    }
}
