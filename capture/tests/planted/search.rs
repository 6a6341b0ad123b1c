//! Looks for planted secrets: in bytes, and in what a store gives back of a recording.

use reprise_store::{Recording, Store};

use super::{Traffic, decoded_body, spellings};

/// Rules beside the built-in ones, for what is personal.
pub(crate) const RULES: &str = "[[rule]]\nname = \"personal\"\ndetector = [\"email\", \"iban\"]\njson = [\"$.customer.phone\"]\n\
    action = \"shape\"\n[[rule]]\nname = \"reset\"\nsegment = ['^reset-[a-z0-9]+$']\n";

/// The planted secrets in `bytes`, each with its spelling.
pub(crate) fn found_in(bytes: &[u8], place: &str, traffic: &Traffic) -> Vec<String> {
    let mut found = Vec::new();
    for secret in &traffic.secrets {
        for (spelling, text) in spellings(secret) {
            if memchr::memmem::find(bytes, &text).is_some() {
                found.push(format!("{secret} as {spelling} in {place}"));
            }
        }
    }
    found
}

/// Those in what the store gives back: rows, texts, unpacked payloads, decoded bodies.
pub(crate) fn found_unpacked(
    store: &Store,
    recording: &Recording,
    traffic: &Traffic,
) -> Vec<String> {
    let mut found = Vec::new();
    let mut look = |bytes: &[u8], place: &str| found.extend(found_in(bytes, place, traffic));
    look(format!("{recording:?}").as_bytes(), "recording");
    for connection in store.connections(recording.id).unwrap() {
        look(format!("{connection:?}").as_bytes(), "connection");
    }
    for operation in store.operations(recording.id).unwrap() {
        look(operation.text.as_bytes(), "operation");
    }
    for exchange in store.requests(recording.id, true) {
        let exchange = exchange.unwrap();
        let place = format!("exchange {} ({})", exchange.row.id, exchange.row.summary);
        look(exchange.row.summary.as_bytes(), &place);
        for payload in [exchange.request, exchange.response].into_iter().flatten() {
            look(&payload, &place);
            look(&decoded_body(&payload), &place);
        }
    }
    found
}

/// Insists that all were found where nothing is redacted: one that was not said tests nothing.
pub(crate) fn all_are_said(found: &[String], traffic: &Traffic) {
    for secret in &traffic.secrets {
        let start = format!("{secret} as ");
        let is_there = found.iter().any(|found| found.starts_with(&start));
        assert!(
            is_there,
            "{secret} was not said, so that nothing is tested by it"
        );
    }
}
