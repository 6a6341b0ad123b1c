//! The captures that are measured with: written connection group by connection group, so that they can
//! be of any size.

use std::fs::File;
use std::io::{BufWriter, Write as _};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use reprise_capture::LinkType;
use reprise_capture::packet_builder::{Conversation, Frame, PcapOptions, write_pcap};
use reprise_wire::Timestamp;

use crate::{Failure, http, mysql};

/// How many connections are open at a time.
const GROUP: u32 = 125;
/// The length of a pcap file's header.
const PCAP_HEADER: usize = 24;
const EPOCH_US: i64 = 1_700_000_000_000_000;

/// What the traffic is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Workload {
    /// GETs with JSON answers of 60 bytes.
    HttpSmall,
    /// POSTs of 1.2 kB with JSON answers of 6 kB, in full frames.
    HttpBodies,
    /// `SELECT ... WHERE id = 7` as text, one row back.
    MysqlText,
    /// The same, prepared once for each connection.
    MysqlPrepared,
}

/// A capture that has been written.
pub(crate) struct Capture {
    pub(crate) path: PathBuf,
    pub(crate) workload: Workload,
    pub(crate) bytes: u64,
    pub(crate) packets: u64,
    pub(crate) connections: u64,
    pub(crate) exchanges: u64,
}

impl Workload {
    pub(crate) const ALL: [Self; 4] = [
        Self::HttpSmall,
        Self::HttpBodies,
        Self::MysqlText,
        Self::MysqlPrepared,
    ];

    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::HttpSmall => "HTTP, small exchanges",
            Self::HttpBodies => "HTTP, 1.5 kB frames, bodies",
            Self::MysqlText => "MySQL point queries, text",
            Self::MysqlPrepared => "MySQL point queries, prepared",
        }
    }

    /// What tshark is asked to print.
    pub(crate) fn tshark_fields(self) -> impl Iterator<Item = &'static str> {
        let fields: &[&str] = match self {
            Self::HttpSmall | Self::HttpBodies => &[
                "frame.time_epoch",
                "http.request.method",
                "http.request.uri",
                "http.response.code",
            ],
            Self::MysqlText | Self::MysqlPrepared => &[
                "frame.time_epoch",
                "mysql.command",
                "mysql.query",
                "mysql.stmt_id",
                "mysql.affected_rows",
            ],
        };
        fields.iter().flat_map(|field| ["-e", field])
    }

    /// Writes the capture that is measured.
    pub(crate) fn write(self, path: &Path) -> Result<Capture, Failure> {
        let connections = match self {
            Self::HttpSmall => 1_000,
            Self::HttpBodies => 125,
            Self::MysqlText | Self::MysqlPrepared => 375,
        };
        self.write_until(path, |capture| capture.connections >= connections)
    }

    /// Writes a capture of at least `bytes`.
    pub(crate) fn write_bytes(self, path: &Path, bytes: u64) -> Result<Capture, Failure> {
        self.write_until(path, |capture| capture.bytes >= bytes)
    }

    fn write_until(
        self,
        path: &Path,
        enough: impl Fn(&Capture) -> bool,
    ) -> Result<Capture, Failure> {
        let mut capture = Capture {
            path: path.to_path_buf(),
            workload: self,
            bytes: 0,
            packets: 0,
            connections: 0,
            exchanges: 0,
        };
        let mut out = BufWriter::new(File::create(path)?);
        let mut start = Timestamp::from_micros(EPOCH_US);
        write_pcap(&mut out, LinkType::ETHERNET, PcapOptions::default(), &[])?;
        while !enough(&capture) {
            let first = u32::try_from(capture.connections)?;
            let mut frames: Vec<Frame> = (first..first + GROUP)
                .flat_map(|number| {
                    let after = i64::from(number - first) * 37_000;
                    self.connection(number, start.plus_nanos(after))
                })
                .collect();
            frames.sort_by_key(|frame| frame.at);
            start = frames.last().map_or(start, |frame| frame.at);
            let mut bytes = Vec::new();
            let options = PcapOptions::default();
            write_pcap(&mut bytes, LinkType::ETHERNET, options, &frames)?;
            let records = bytes.get(PCAP_HEADER..).unwrap_or_default();
            out.write_all(records)?;
            capture.bytes += records.len() as u64;
            capture.packets += frames.len() as u64;
            capture.connections += u64::from(GROUP);
            capture.exchanges += u64::from(GROUP) * u64::from(self.exchanges_each());
        }
        out.flush()?;
        Ok(capture)
    }

    const fn exchanges_each(self) -> u32 {
        match self {
            Self::MysqlPrepared => mysql::EXECUTIONS + 1,
            Self::MysqlText => mysql::EXECUTIONS,
            Self::HttpSmall | Self::HttpBodies => http::EXCHANGES,
        }
    }

    fn connection(self, number: u32, start: Timestamp) -> Vec<Frame> {
        let [_, high, middle, low] = number.to_be_bytes();
        let client = SocketAddr::from(([10, 1 + high, middle, low], 40_000));
        let port = match self {
            Self::HttpSmall | Self::HttpBodies => 8_080,
            Self::MysqlText | Self::MysqlPrepared => 3_306,
        };
        let mut talk = Conversation::new(client, ([10, 0, 0, 1], port).into(), start);
        talk.handshake();
        match self {
            Self::HttpSmall => http::small(&mut talk, number),
            Self::HttpBodies => http::bodies(&mut talk, number),
            Self::MysqlText => mysql::text(&mut talk, number),
            Self::MysqlPrepared => mysql::prepared(&mut talk, number),
        }
        talk.close();
        talk.into_frames()
    }
}
