//! What replaying costs and how punctual it is: the command with one sending thread on one core, against
//! nginx on the other, beside wrk, oha, vegeta and GoReplay as far as they are installed, and a bare timer loop; and
//! point queries against MariaDB, beside sysbench.

pub(crate) mod endless;
pub(crate) mod lanes;
mod load;
pub(crate) mod memory;
pub(crate) mod mysql;
mod recording;
mod table;
pub(crate) mod target;
pub(crate) mod timer;

use std::path::{Path, PathBuf};

use load::{Client, Load};
use recording::Answers;
use target::Nginx;

use crate::Failure;

/// How often everything is measured, in turns.
const ROUNDS: usize = 3;

/// Connections of the lanes, and of every other client.
const CONNECTIONS: u32 = 50;

/// The rates of the open rows, beside half of the highest, in requests a second.
const RATES: [u64; 2] = [1_000, 10_000];

/// Measures all rows and prints them.
pub(crate) fn bench(folder: &Path) -> Result<(), Failure> {
    if !pinning_works() {
        println!("replaying: skipped, it wants two cores and taskset");
        return Ok(());
    }
    let Some(nginx) = Nginx::start(folder, 1, CONNECTIONS)? else {
        println!("replaying: skipped, nginx is not installed");
        return Ok(());
    };
    let stored = folder.join("stored.reprise");
    let verified = folder.join("verified.reprise");
    recording::write(&stored, Answers::Left)?;
    recording::write(&verified, Answers::Kept)?;
    let gor = folder.join("stored.gor");
    recording::export(&stored, &gor)?;
    let mut bench = Bench {
        folder,
        nginx,
        stored,
        verified,
        gor,
    };
    let most = bench.closed()?;
    bench.open(most / 2)?;
    table::print_legend();
    mysql::bench(folder)
}

/// Whether a program can be held to a core, and there are two of them.
pub(crate) fn pinning_works() -> bool {
    let pinned = std::process::Command::new("taskset")
        .args(["-c", "1", "true"])
        .status();
    pinned.is_ok_and(|status| status.success())
}

struct Bench<'a> {
    folder: &'a Path,
    nginx: Nginx,
    /// The recording without answers, with them, and in GoReplay's format.
    stored: PathBuf,
    verified: PathBuf,
    gor: PathBuf,
}

impl Bench<'_> {
    /// As fast as it goes; returns how many requests a second that was with answers verified.
    fn closed(&mut self) -> Result<u64, Failure> {
        let rows = [
            ("wrk", Client::Wrk),
            ("replay, samples stored", Client::Replay(&self.stored)),
            ("replay, answers verified", Client::Replay(&self.verified)),
            ("oha", Client::Oha),
            ("vegeta", Client::Vegeta),
            ("GoReplay", Client::Goreplay(&self.gor)),
        ];
        let rows = Self::in_turns(self.folder, &mut self.nginx, &rows, None)?;
        table::print_closed(&rows);
        let most = rows.iter().find(|row| row.name.ends_with("verified"));
        Ok(most.map_or(0, |row| row.load(|load| load.rate) as u64))
    }

    /// At given rates.
    fn open(&mut self, half: u64) -> Result<(), Failure> {
        for rate in RATES.into_iter().chain([half]) {
            let rows = [
                ("bare timer", Client::Timer),
                ("replay, answers verified", Client::Replay(&self.verified)),
                ("oha", Client::Oha),
                ("vegeta", Client::Vegeta),
                ("GoReplay", Client::Goreplay(&self.gor)),
            ];
            let rows = Self::in_turns(self.folder, &mut self.nginx, &rows, Some(rate))?;
            table::print_open(rate, &rows);
        }
        Ok(())
    }

    fn in_turns(
        folder: &Path,
        nginx: &mut Nginx,
        clients: &[(&'static str, Client<'_>)],
        rate: Option<u64>,
    ) -> Result<Vec<Row>, Failure> {
        let mut rows: Vec<Row> = clients.iter().map(|(name, _)| Row::new(name)).collect();
        for _ in 0..ROUNDS {
            for (row, (_, client)) in rows.iter_mut().zip(clients) {
                if let Some(load) = client.run(folder, nginx, rate)? {
                    row.loads.push(load);
                }
            }
        }
        Ok(rows)
    }
}

/// One client's measurements, round by round; none when it is not installed.
struct Row {
    name: &'static str,
    loads: Vec<Load>,
}

impl Row {
    const fn new(name: &'static str) -> Self {
        Self {
            name,
            loads: Vec::new(),
        }
    }

    /// The median of one number.
    fn load(&self, of: impl Fn(&Load) -> f64) -> f64 {
        crate::table::median(self.loads.iter().map(of))
    }
}
