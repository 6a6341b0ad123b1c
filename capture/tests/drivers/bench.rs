//! A MariaDB that logs everything, a capture of its port, and what both say in the end.

use std::path::PathBuf;

use reprise_capture::{CaptureEvent, Handle, Interfaces, PacketSource, RecordConfig, record};
use reprise_fixtures::mariadb::{self, Mariadb};
use reprise_fixtures::shop::{MYSQL_DATABASE, MYSQL_PASSWORD, MYSQL_USER};
use reprise_store::{Recording, Store};

/// Lines that LOAD DATA LOCAL sends.
pub(crate) const FILE: &str = "one\t1\ntwo\t2\n";

pub(crate) struct Bench {
    pub(crate) server: Mariadb,
    folder: tempfile::TempDir,
    store: Store,
    capture: Handle,
}

impl Bench {
    /// A server with these options besides, its port being captured.
    pub(crate) fn start(options: &[&str]) -> Self {
        let common = [
            "--general-log",
            "--max-allowed-packet=64M",
            "--local-infile",
        ];
        let server = mariadb::start_with(&[&common, options].concat()).unwrap();
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("file.txt"), FILE).unwrap();
        let store = Store::open(folder.path().join("drivers.reprise")).unwrap();
        let config = RecordConfig {
            source: PacketSource::Interfaces(Interfaces::named(["lo"])),
            ports: vec![server.addr().port()],
            name: "drivers".to_owned(),
            ..RecordConfig::default()
        };
        let capture = record(config, &store).unwrap_or_else(|error| {
            panic!("failed to {error}\nthis test captures real packets: run it as root")
        });
        Self {
            server,
            folder,
            store,
            capture,
        }
    }

    /// `PORT USER PASSWORD DATABASE FILE`, as every driver program takes them.
    pub(crate) fn arguments(&self) -> Vec<String> {
        vec![
            self.server.addr().port().to_string(),
            MYSQL_USER.to_owned(),
            MYSQL_PASSWORD.to_owned(),
            MYSQL_DATABASE.to_owned(),
            self.path("file.txt").display().to_string(),
        ]
    }

    /// A file in a folder of the test's own.
    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Ends the capture: nothing may be lost that the comparison needs.
    pub(crate) fn stop(self) -> Recorded {
        self.capture.stop();
        let last = self.capture.events().iter().last();
        assert_eq!(last, Some(CaptureEvent::Finished));
        let recording = self.capture.join().unwrap();
        let loss = &recording.loss;
        let lost = (loss.kernel_dropped, loss.interface_dropped, loss.gap_bytes);
        assert_eq!(lost, (0, 0, 0), "the capture itself lost packets");
        Recorded {
            log: self.server.general_log().unwrap(),
            recording,
            store: self.store,
            _folder: self.folder,
        }
    }
}

/// A recording, and the log of the server it was made of.
pub(crate) struct Recorded {
    pub(crate) store: Store,
    pub(crate) recording: Recording,
    pub(crate) log: Vec<u8>,
    _folder: tempfile::TempDir,
}
