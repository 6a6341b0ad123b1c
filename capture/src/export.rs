//! A recording out, in the format of another tool: its exchanges in the order in which they began.

mod in_order;

use std::collections::BTreeMap;
use std::io::{self, BufWriter, Write};
use std::ops::ControlFlow;
use std::str::FromStr;

use reprise_store::{Connection, Recording, Store};
use reprise_wire::filter::Filter;
use rustc_hash::FxHashMap;

use crate::CaptureError;
use crate::formats::{
    CurlWriter, ExchangeWriter, Exported, GorWriter, HarWriter, PcapWriter, VegetaWriter, Written,
};
use in_order::InOrder;

/// How many exchanges go by between two calls of the caller's `look`.
const LOOK_EVERY: u64 = 64;

/// A format that is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ExportFormat {
    /// HTTP Archive 1.2.
    Har,
    /// A capture file.
    Pcap,
    /// GoReplay's files.
    Gor,
    /// Vegeta's JSON targets.
    Vegeta,
    /// A shell script of curl commands.
    Curl,
}

impl ExportFormat {
    /// Every format, in the order in which they are listed.
    pub const ALL: [Self; 5] = [Self::Har, Self::Pcap, Self::Gor, Self::Vegeta, Self::Curl];

    /// The name that the command knows it by.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Har => "har",
            Self::Pcap => "pcap",
            Self::Gor => "gor",
            Self::Vegeta => "vegeta",
            Self::Curl => "curl",
        }
    }

    /// Whether it is for programs only, and no terminal should show it.
    pub const fn is_binary(self) -> bool {
        match self {
            Self::Pcap => true,
            Self::Har | Self::Gor | Self::Vegeta | Self::Curl => false,
        }
    }
}

impl FromStr for ExportFormat {
    type Err = UnknownFormat;

    fn from_str(name: &str) -> Result<Self, UnknownFormat> {
        let found = Self::ALL.into_iter().find(|format| format.name() == name);
        found.ok_or(UnknownFormat)
    }
}

/// A name that no format has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("no such format; there are: {}", ExportFormat::ALL.map(ExportFormat::name).join(", "))]
pub struct UnknownFormat;

/// What an export did.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Exports {
    /// Exchanges written.
    pub exchanges: u64,
    /// Exchanges that matched and that the format cannot hold, by what they are.
    pub left_out: BTreeMap<&'static str, u64>,
    /// Whether `look` ended it early.
    pub stopped: bool,
}

/// Writes the exchanges of `recording` that match `filter` to `out`; `look` is told how much is done, from 0
/// to 1, and may end it: what is written then is whole, but not all.
///
/// # Errors
/// The recording cannot be read, or `out` refuses.
pub fn export(
    store: &Store,
    recording: &Recording,
    format: ExportFormat,
    filter: Option<&Filter>,
    out: &mut dyn Write,
    look: &mut dyn FnMut(f64) -> ControlFlow<()>,
) -> Result<Exports, CaptureError> {
    let mut out = BufWriter::new(out);
    let mut writer: Box<dyn ExchangeWriter> = match format {
        ExportFormat::Har => Box::new(HarWriter::default()),
        ExportFormat::Pcap => Box::new(PcapWriter::default()),
        ExportFormat::Gor => Box::new(GorWriter),
        ExportFormat::Vegeta => Box::new(VegetaWriter),
        ExportFormat::Curl => Box::new(CurlWriter),
    };
    let connections = store.connections(recording.id)?.into_iter();
    let connections: FxHashMap<u32, Connection> = connections.map(|one| (one.id.0, one)).collect();
    let mut exports = Exports::default();
    let mut payloads = store.payload_reader(recording.id);
    let mut rows = InOrder::of(store, recording.id, filter)?;
    writer.begin(&mut out).map_err(failed)?;
    let (mut seen, all) = (0_u64, rows.len());
    while let Some((row, is_last)) = rows.next()? {
        seen += 1;
        if seen % LOOK_EVERY == 0 && look(share(seen, all)).is_break() {
            exports.stopped = true;
            break;
        }
        let Some(connection) = connections.get(&row.connection.0) else {
            continue;
        };
        let [request, response] = payloads.read(&row)?;
        let exchange = Exported {
            row: &row,
            connection,
            started_at: recording.started_at,
            is_last,
            request: request.as_deref(),
            response: response.as_deref(),
        };
        match writer.exchange(&mut out, &exchange).map_err(failed)? {
            Written::Yes => exports.exchanges += 1,
            Written::No(what) => *exports.left_out.entry(what).or_default() += 1,
        }
    }
    writer.end(&mut out).map_err(failed)?;
    out.flush().map_err(failed)?;
    Ok(exports)
}

#[expect(clippy::cast_precision_loss, reason = "a fraction for a progress bar")]
fn share(seen: u64, all: usize) -> f64 {
    seen as f64 / (all.max(1) as f64)
}

const fn failed(source: io::Error) -> CaptureError {
    CaptureError::Write(source)
}
