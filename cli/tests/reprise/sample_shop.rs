//! The sample shop as a target that the command opens.

use std::io::{BufRead as _, BufReader};
use std::process::{Command, Stdio};

use serde_json::Value;

use crate::support::Desk;

#[test]
fn the_sample_is_replayed_against_the_open_shop_which_ends_when_it_is_asked_to() {
    let desk = Desk::with_recording();
    let mut command = desk.command(&["shop", "--json"]);
    let mut shop = command.stdout(Stdio::piped()).spawn().unwrap();
    let mut line = String::new();
    let mut words = BufReader::new(shop.stdout.take().unwrap());
    words.read_line(&mut line).unwrap();
    let targets: Value = serde_json::from_str(&line).unwrap();
    let of = |name: &str| targets[name].as_str().unwrap();

    let replay = ["replay", "friday", "--run", "r", "--speed", "max"];
    let to = ["--http", of("http"), "--secret", of("secret")];
    let run = desk.answer(&[&replay[..], &to].concat());
    assert!(run["outcomes"]["ok"].as_u64() > Some(0), "{run}");

    let id = shop.id().to_string();
    let sent = Command::new("kill").args(["-INT", &id]).status().unwrap();
    assert!(sent.success());
    assert_eq!(shop.wait().unwrap().code(), Some(0));
}
