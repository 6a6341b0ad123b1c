//! What each command says of itself, and how a recording is shown: kept as they are unless someone means it.

use reprise_fixtures::captures;

use crate::support::{Desk, RECORDING};

#[test]
fn every_command_has_help_with_an_example_where_one_helps() {
    let desk = Desk::new();
    for command in [
        "demo",
        "devices",
        "record",
        "import",
        "export",
        "recordings",
        "show",
        "operations",
        "exchanges",
        "replay",
        "plans",
        "proxy",
        "knee",
        "runs",
        "report",
        "compare",
        "ci",
        "chart",
        "copy",
        "delete",
        "redaction",
        "targets",
        "trend",
        "doctor",
        "schema",
        "completions",
    ] {
        let said = desk.run(&[command, "--help"]).ok();
        fits_a_terminal(command, &said.stdout);
        insta::assert_snapshot!(format!("help_{command}"), said.stdout);
    }
    insta::assert_snapshot!("help", desk.run(&["--help"]).ok().stdout);
}

/// Examples are copied: a line that the terminal breaks would be two commands.
#[track_caller]
fn fits_a_terminal(command: &str, help: &str) {
    let mut rest = help.lines().skip_while(|line| !line.starts_with("Example"));
    let long = rest.find(|line| line.starts_with("  ") && line.len() > 80);
    assert_eq!(long, None, "{command}");
}

#[test]
fn without_a_command_the_help_is_shown_as_an_error() {
    let said = Desk::new().run(&[]).with_code(2);
    assert!(said.stdout.is_empty());
    assert!(said.stderr.contains("reprise demo"), "{said:?}");
}

#[test]
fn completions_name_every_command() {
    let said = Desk::new().run(&["completions", "bash"]).ok();
    for command in ["replay", "compare", "targets"] {
        assert!(said.stdout.contains(command));
    }
}

#[test]
fn a_recording_is_shown_in_a_few_lines() {
    let desk = Desk::with_recording();
    let shown = desk.run(&["show", RECORDING]).ok().stdout;
    // How much is stored depends on the compressor's version.
    let shown: Vec<&str> = shown
        .lines()
        .map(|line| match line.split_once(" captured, ") {
            Some((captured, _)) => captured,
            None => line,
        })
        .collect();
    insta::assert_snapshot!("show", shown.join("\n"));
}

#[test]
fn exchanges_are_shown_as_they_were_on_the_wire_with_secrets_replaced() {
    let desk = Desk::with_recording();
    let list = ["exchanges", RECORDING, "--where", "status:409"];
    let conflicts = desk.answers(&list);
    let statuses = captures::shop_mariadb().expected.http_statuses;
    assert!(statuses.contains(&(409, conflicts.len() as u64)));
    let id = conflicts[0]["id"].to_string();
    let shown = desk.run(&["exchanges", RECORDING, "--id", &id]).ok().stdout;
    assert!(shown.contains("HTTP/1.1 409 Conflict"), "{shown}");
    let login = [
        "exchanges",
        RECORDING,
        "--where",
        "operation:/login method:POST",
    ];
    let id = desk.answers(&login)[0]["id"].to_string();
    let shown = desk.run(&["exchanges", RECORDING, "--id", &id]).ok().stdout;
    assert!(shown.contains("shop_session=rp_"), "{shown}");
}
