//! What is found, what is not, and that lengths stay.

use super::*;
use crate::redact::pseudonym::{Pseudonyms, RedactionKey};

fn pass(rules: &str) -> Pass {
    let rules = Rules::parse(rules).unwrap();
    Pass::new(&rules, Pseudonyms::new(&RedactionKey::new([5; 32])))
}

const ALL: &str = "[[rule]]\nname = \"personal\"\ndetector = [\"email\", \"iban\"]";

fn redacted(text: &str, neighbours: Neighbours) -> String {
    let mut bytes = text.as_bytes().to_vec();
    redact(&mut bytes, neighbours, &mut pass(ALL));
    assert_eq!(bytes.len(), text.len());
    String::from_utf8(bytes).unwrap()
}

const SECRETS: [&str; 15] = [
    "4111111111111111",
    "4111 1111 1111 1111",
    "3782-822463-10005",
    "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.c2lnbmF0dXJl",
    "AKIAIOSFODNN7EXAMPLE",
    "ghp_abcdefghijklmnopqrstuvwxyz0123456789",
    "github_pat_11ABCDEFG0abcdefghij_klmnopqrstuvwxyz",
    "xoxb-123456789012-abcdefghijkl",
    "AIzaSyA1234567890abcdefghijklmnopqrstuv",
    "sk_live_abcdefghijklmnop",
    "-----BEGIN RSA PRIVATE KEY-----\nMIIEpAIBAAKCAQEA\n-----END RSA PRIVATE KEY-----",
    "-----BEGIN PRIVATE KEY-----\\nMIIEpAIBAAKCAQEA\\n",
    "ada.lovelace@example.com",
    "DE89 3704 0044 0532 0130 00",
    "GB82WEST12345698765432",
];

#[test]
fn every_kind_of_secret_is_found_anywhere_in_a_text_and_its_neighbours_stay() {
    for secret in SECRETS {
        for offset in 0..30 {
            let before = "=".repeat(offset);
            let text = format!("{before}<{secret}> and on");
            let after = redacted(&text, Neighbours::Text);
            assert!(!after.contains(secret), "{text}: {after}");
            assert!(
                after.starts_with(&format!("{before}<")) && after.ends_with("> and on"),
                "{after}"
            );
            assert_eq!(
                redacted(&after, Neighbours::Text),
                after,
                "a second time changes nothing"
            );
        }
    }
}

#[test]
fn digits_behind_the_point_of_a_number_are_no_card_and_cards_behind_other_points_are() {
    let numbers = "values=\"0.54901960784316 0.54901960784316 0 48.54901960784316\"";
    for neighbours in [Neighbours::Text, Neighbours::Binary] {
        assert_eq!(redacted(numbers, neighbours), numbers);
    }
    for card in [
        "no.4111111111111111",
        ".4111111111111111",
        "1.4111 1111 1111 1111",
    ] {
        assert_ne!(redacted(card, Neighbours::Text), card);
    }
}

#[test]
fn lengths_of_a_binary_protocol_beside_a_secret_do_not_hide_it() {
    for secret in ["4111111111111111", "AKIAIOSFODNN7EXAMPLE"] {
        for (before, after) in [("0", "3"), ("A", "z"), ("_", "9")] {
            let text = format!("\u{1}{before}{secret}{after}\u{1}");
            assert!(
                !redacted(&text, Neighbours::Binary).contains(secret),
                "{text}"
            );
            assert!(pass(ALL).detectors.may_find(text.as_bytes()), "{text}");
        }
    }
}

#[test]
fn what_only_looks_like_a_secret_stays() {
    for text in [
        "4111111111111112",
        "1234567890123456",
        "x4111111111111111",
        "1700000000000",
        "1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6",
        "eyJhbGciOiJIUzI1NiJ9",
        "AKIAIOSFODNN7",
        "----- PRIVATE KEY-----",
        "user@localhost",
        "@media.screen",
        "DE88 3704 0044 0532 0130 00",
    ] {
        assert_eq!(redacted(text, Neighbours::Text), text);
    }
}

#[test]
fn the_action_decides_and_the_length_stays() {
    for (action, expected) in [
        ("keep_last_4", "n=************1111;"),
        ("drop", "n=****************;"),
        ("fixed\"\ntext = \"card", "n=card************;"),
        ("keep", "n=4111111111111111;"),
    ] {
        let rules = format!("[[rule]]\nname = \"c\"\ndetector = [\"card\"]\naction = \"{action}\"");
        let mut bytes = b"n=4111111111111111;".to_vec();
        redact(&mut bytes, Neighbours::Text, &mut pass(&rules));
        assert_eq!(String::from_utf8(bytes).unwrap(), expected);
    }
}
