//! Real pairs: a command plays the same run again and again, and each second one is compared with the one
//! before it. Whatever is called changed is wrong.

use std::process::{Command, Stdio};

use serde_json::Value;

/// `live PAIRS COMMAND...`, where `{}` in the command is the run's name. The first word of the command compares, too.
pub(super) fn run(mut arguments: impl Iterator<Item = String>) {
    let pairs: u32 = arguments
        .next()
        .and_then(|pairs| pairs.parse().ok())
        .unwrap_or(20);
    let command: Vec<String> = arguments.collect();
    let Some(reprise) = command.first() else {
        println!("say what to run: live 20 reprise replay NAME --http URL --run {{}}");
        std::process::exit(2);
    };
    println!("| pair | verdict | p50 | p95 | p99 | why |");
    println!("|---|---|---|---|---|---|");
    let mut changed = 0;
    for pair in 1..=pairs {
        let names = [format!("calibrate-{pair}a"), format!("calibrate-{pair}b")];
        for name in &names {
            let with_name = command[1..].iter().map(|word| word.replace("{}", name));
            let status = Command::new(reprise)
                .args(with_name)
                .stdout(Stdio::null())
                .status();
            if !status.is_ok_and(|status| status.success()) {
                println!("'{}' failed", command.join(" "));
                std::process::exit(1);
            }
        }
        let compared = Command::new(reprise)
            .args(["compare", &names[0], &names[1], "--json"])
            .output();
        let answer: Value = compared
            .ok()
            .and_then(|output| serde_json::from_slice(&output.stdout).ok())
            .unwrap_or_default();
        let verdict = answer["verdict"].as_str().unwrap_or("not compared");
        changed += u32::from(matches!(verdict, "regressed" | "improved"));
        let change = |name: &str| {
            let change = answer["quantiles"][name]["change"].as_f64();
            change.map_or_else(
                || "n/a".to_owned(),
                |change| format!("{:+.1} %", change * 100.0),
            )
        };
        println!(
            "| {pair} | {verdict} | {} | {} | {} | {} |",
            change("p50"),
            change("p95"),
            change("p99"),
            answer["why"][0].as_str().unwrap_or("")
        );
    }
    println!("\n{changed} of {pairs} pairs of the same target were called changed");
}
