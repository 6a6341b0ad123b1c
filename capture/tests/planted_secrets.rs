//! Traffic full of planted secrets is recorded; afterwards, and while the recording is open, none of them
//! is anywhere in the bytes of the file, its log, its index or its folder, in any spelling.
#![expect(clippy::unwrap_used, reason = "a failing helper fails the test")]

mod planted;

use std::path::Path;

use planted::search::{RULES, all_are_said, found_in, found_unpacked};
use planted::{Traffic, http, mysql};
use reprise_capture::{ImportConfig, Redaction, import};
use reprise_store::{Recording, Store};
use reprise_wire::redact::{RedactionKey, Rules, find_pseudonyms};

/// A store in a folder of its own. SQLite keeps its temporary tables in memory (`temp_store`), and nothing
/// else of Reprise writes temporary files.
struct Bench {
    folder: tempfile::TempDir,
    store: Store,
}

impl Bench {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir(folder.path().join("store")).unwrap();
        let store = Store::open(folder.path().join("store/test.reprise")).unwrap();
        Self { folder, store }
    }

    /// Imports traffic; what it says is looked for meanwhile too.
    fn record(&self, traffic: &Traffic, redaction: Option<Redaction>) -> Recording {
        let capture = self.folder.path().join("planted.pcap");
        std::fs::write(&capture, traffic.pcap()).unwrap();
        let watches = redaction.is_some();
        let config = ImportConfig {
            files: vec![capture],
            name: "planted".to_owned(),
            redaction,
            ..ImportConfig::default()
        };
        let handle = import(config, &self.store).unwrap();
        if watches {
            for _ in handle.events().iter() {
                assert_eq!(self.found(traffic), Vec::<String>::new(), "while recording");
            }
        }
        handle.join().unwrap()
    }

    /// The planted secrets that are in any file of the store's folder, with the file and the spelling.
    fn found(&self, traffic: &Traffic) -> Vec<String> {
        let folder = self.folder.path().join("store");
        let files: Vec<_> = std::fs::read_dir(folder)
            .unwrap()
            .map(|file| file.unwrap().path())
            .collect();
        files
            .iter()
            .flat_map(|path| {
                // A log may go away between listing and reading.
                let bytes = std::fs::read(path).unwrap_or_default();
                found_in(&bytes, &name(path), traffic)
            })
            .collect()
    }
}

fn name(path: &Path) -> String {
    path.file_name().unwrap().to_string_lossy().into_owned()
}

fn redaction() -> Option<Redaction> {
    Some(Redaction {
        key: RedactionKey::new([7; 32]),
        rules: Rules::parse(RULES).unwrap(),
    })
}

fn nothing_is_found(traffic: &Traffic) {
    let raw = Bench::new();
    let recording = raw.record(traffic, None);
    assert!(recording.raw);
    all_are_said(&found_unpacked(&raw.store, &recording, traffic), traffic);
    let bench = Bench::new();
    let recording = bench.record(traffic, redaction());
    assert!(!recording.raw && !recording.redacted.is_empty());
    assert_eq!(
        recording.exchanges,
        raw.store.recordings().unwrap()[0].exchanges
    );
    assert_eq!(
        found_unpacked(&bench.store, &recording, traffic),
        Vec::<String>::new()
    );
    assert_eq!(bench.found(traffic), Vec::<String>::new());
    let pseudonyms: usize = bench
        .store
        .requests(recording.id, true)
        .map(|exchange| find_pseudonyms(&exchange.unwrap().request.unwrap_or_default()).count())
        .sum();
    assert!(pseudonyms > 0);
    drop(bench.store);
}

#[test]
fn no_secret_of_http_reaches_the_disk() {
    nothing_is_found(&http::traffic());
}

#[test]
fn no_secret_of_mysql_reaches_the_disk() {
    nothing_is_found(&mysql::traffic(mysql::Packing::Plain));
}

#[test]
fn no_secret_of_compressed_mysql_reaches_the_disk() {
    nothing_is_found(&mysql::traffic(mysql::Packing::Compressed));
}
