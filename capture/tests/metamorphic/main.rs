//! The same traffic, sent, captured and written in another way, becomes the same exchanges.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a failing helper fails the test"
)]

mod changes;
mod choices;
mod dress;
mod packets;
#[expect(
    dead_code,
    reason = "its secrets and how they are sought are of another test"
)]
#[path = "../planted/mod.rs"]
mod planted;
mod told;

use changes::{ALL, Change};
use choices::Choices;
use dress::{FILES, WRAPS, Wrap, Write, dressed};
use packets::Segment;
use planted::mysql::Packing;
use reprise_capture::Redaction;
use reprise_fixtures::captures::{Capture, shop, shop_guarded, shop_mariadb};
use reprise_store::Ledger;
use reprise_wire::redact::{RedactionKey, Rules};
use told::{Told, difference, told};

/// Some traffic, and what it says.
struct Original {
    name: &'static str,
    segments: Vec<Segment>,
    told: Told,
    redacts: bool,
}

impl Original {
    fn of(name: &'static str, bytes: &[u8], redacts: bool) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(name);
        std::fs::write(&path, bytes).unwrap();
        Self {
            name,
            segments: packets::read(&path),
            told: told(bytes, redaction(redacts)),
            redacts,
        }
    }

    /// A shipped capture, of which nothing is lost.
    fn shipped(capture: &Capture, redacts: bool) -> Self {
        let original = Self::of(capture.name, capture.bytes, redacts);
        assert_eq!(original.told.loss, Ledger::default());
        original
    }

    fn says_the_same(
        &self,
        changes: &[(&str, Change)],
        wrap: (&str, Wrap),
        file: (&str, Write),
        seed: u64,
    ) {
        let mut choices = Choices::new(seed);
        let mut segments = self.segments.clone();
        for (_, change) in changes {
            segments = change(&segments, &mut choices);
        }
        let bytes = dressed(&segments, wrap.1, file.1, &mut choices);
        let changed = told(&bytes, redaction(self.redacts));
        if let Some(difference) = difference(&self.told, &changed) {
            let names: Vec<_> = changes.iter().map(|(name, _)| *name).collect();
            let clothes = [wrap.0, file.0];
            panic!(
                "{}, {names:?} in {clothes:?}, seed {seed}: {difference}",
                self.name
            );
        }
    }
}

fn redaction(redacts: bool) -> Option<Redaction> {
    let key = RedactionKey::new([3; 32]);
    let rules = Rules::default();
    redacts.then_some(Redaction { key, rules })
}

/// Each change alone, in other clothes each time.
fn every_change_of(original: &Original) {
    for (place, change) in ALL.iter().enumerate() {
        let (wrap, file) = (WRAPS[place % WRAPS.len()], FILES[place % FILES.len()]);
        original.says_the_same(&[*change], wrap, file, place as u64);
    }
}

/// Some changes one after another, others for each seed.
fn some_changes_of(original: &Original, seeds: std::ops::Range<u64>) {
    for seed in seeds {
        let mut choices = Choices::new(seed);
        let mut changes = ALL.to_vec();
        changes.retain(|_| choices.once_in(2));
        let (wrap, file) = (choices.place(WRAPS.len()), choices.place(FILES.len()));
        original.says_the_same(&changes, WRAPS[wrap], FILES[file], seed);
    }
}

#[test]
fn what_is_sent_in_another_way_says_the_same() {
    let original = Original::shipped(&shop_mariadb(), false);
    for (name, change) in ALL {
        let changed = change(&original.segments, &mut Choices::new(1));
        assert_ne!(changed, original.segments, "{name}");
    }
    every_change_of(&original);
    every_change_of(&Original::shipped(&shop_guarded(), true));
}

#[test]
fn what_is_captured_elsewhere_or_written_otherwise_says_the_same() {
    let original = Original::shipped(&shop_mariadb(), true);
    for wrap in WRAPS {
        original.says_the_same(&[], wrap, FILES[0], 1);
    }
    for file in FILES {
        original.says_the_same(&[], WRAPS[0], file, 1);
    }
}

#[test]
fn many_changes_at_once_say_the_same() {
    some_changes_of(&Original::shipped(&shop_mariadb(), true), 0..6);
    some_changes_of(&Original::shipped(&shop_guarded(), false), 6..12);
}

#[test]
fn a_long_capture_says_the_same_after_every_change_at_once() {
    let original = Original::shipped(&shop(), false);
    original.says_the_same(&ALL, WRAPS[WRAPS.len() - 1], FILES[3], 5);
}

#[test]
fn messages_of_every_kind_and_framing_say_the_same() {
    for (name, traffic) in [
        ("http", planted::http::traffic()),
        ("mysql", planted::mysql::traffic(Packing::Plain)),
        (
            "compressed mysql",
            planted::mysql::traffic(Packing::Compressed),
        ),
    ] {
        let original = Original::of(name, &traffic.pcap(), true);
        every_change_of(&original);
        some_changes_of(&original, 12..18);
    }
}
