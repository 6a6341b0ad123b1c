//! Real pairs: a command plays the same traffic against two sides again and again, and compares them. Where both are the
//! same server, whatever is called changed is wrong; where one operation of B was slowed down, it has to be found.

use std::process::{Command, Stdio};

use serde_json::Value;

/// `live PAIRS [--slowed OPERATION] COMMAND...`: the command is a `reprise replay ... --http-b URL --json`; `{}` in it is
/// the number of the pair.
pub(super) fn run(mut arguments: impl Iterator<Item = String>) {
    let pairs: u32 = arguments
        .next()
        .and_then(|pairs| pairs.parse().ok())
        .unwrap_or(20);
    let mut command: Vec<String> = arguments.collect();
    let slowed = (command.first().map(String::as_str) == Some("--slowed") && command.len() > 1)
        .then(|| command.drain(..2).next_back())
        .flatten();
    if command.is_empty() {
        println!(
            "say what to run: live 20 reprise replay NAME --http U --http-b U --repeat 1 --seed {{}} --json"
        );
        std::process::exit(2);
    }
    println!("| pair | load | verdict | p50 | p95 | p99 | operations that changed | why |");
    println!("|---|---|---|---|---|---|---|---|");
    let (mut changed, mut found) = (0, 0);
    for pair in 1..=pairs {
        let comparison = play(&command, pair);
        let verdict = comparison["verdict"].as_str().unwrap_or("not compared");
        changed += u32::from(matches!(verdict, "regressed" | "improved"));
        let operations = changed_operations(&comparison);
        let named = operations.first().map(|(name, _)| name.as_str());
        found += u32::from(verdict == "regressed" && named == slowed.as_deref());
        let change = |name: &str| percent(&comparison["quantiles"][name]["change"]);
        let operations: Vec<String> = operations
            .iter()
            .map(|(name, change)| format!("`{name}` {change}"))
            .collect();
        println!(
            "| {pair} | {} | {verdict} | {} | {} | {} | {} | {} |",
            load(),
            change("p50"),
            change("p95"),
            change("p99"),
            operations.join(", "),
            comparison["why"][0].as_str().unwrap_or("")
        );
    }
    match slowed {
        None => println!("\n{changed} of {pairs} pairs of the same target were called changed"),
        Some(operation) => {
            println!("\n`{operation}` was found, named first, in {found} of {pairs} pairs")
        }
    }
}

/// Plays one pair; the comparison it answers, or nothing when it could not be played.
fn play(command: &[String], pair: u32) -> Value {
    let words: Vec<String> = command
        .iter()
        .map(|word| word.replace("{}", &pair.to_string()))
        .collect();
    let played = Command::new(&words[0])
        .args(&words[1..])
        .stderr(Stdio::null())
        .output();
    let answer: Option<Value> = played
        .ok()
        .and_then(|output| serde_json::from_slice(&output.stdout).ok());
    match answer {
        Some(mut answer) => answer["comparison"].take(),
        None => {
            println!("'{}' did not answer", words.join(" "));
            std::process::exit(1);
        }
    }
}

/// The operations that are called changed, by how surely, with their change.
fn changed_operations(comparison: &Value) -> Vec<(String, String)> {
    let operations = comparison["operations"].as_array();
    operations
        .into_iter()
        .flatten()
        .filter(|operation| operation["response_us"]["significant"] == true)
        .map(|operation| {
            let name = operation["operation"].as_str().unwrap_or_default();
            (
                name.to_owned(),
                percent(&operation["response_us"]["change"]),
            )
        })
        .collect()
}

fn percent(change: &Value) -> String {
    change.as_f64().map_or_else(
        || "n/a".to_owned(),
        |change| format!("{:+.1} %", change * 100.0),
    )
}

/// How many tasks the machine had to run in the last minute, on average.
fn load() -> String {
    let average = std::fs::read_to_string("/proc/loadavg").unwrap_or_default();
    average.split(' ').next().unwrap_or_default().to_owned()
}
