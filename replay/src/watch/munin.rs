//! A munin node: plugins of a machine that tell what they know, asked on one connection line by line
//! (<https://guide.munin-monitoring.org/en/latest/master/network-protocol.html>).

use std::collections::BTreeMap;
use std::io;
use std::net::SocketAddr;
use std::time::Instant;

use reprise_measure::{Reading, WatchUnit};
use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader};

use super::error::WatchError;
use super::rates::Rates;
use crate::socket::{self, StampedStream};

/// More than this of one answer is not a plugin's.
const LONGEST: u64 = 1 << 20;

/// A node, what of it is asked for, and what its counters were when they were last read.
pub(crate) struct Munin {
    address: SocketAddr,
    /// By plugin, in the order they were first named; no fields: all.
    plugins: Vec<(String, Vec<String>)>,
    connection: Option<BufReader<StampedStream>>,
    /// What each plugin says of its fields; asked once.
    known: BTreeMap<String, BTreeMap<String, Field>>,
    rates: Rates,
}

/// What a plugin says of one field.
#[derive(Clone, Debug, Default, PartialEq)]
struct Field {
    label: Option<String>,
    /// Whether its values only grow: what is drawn is their rate.
    grows: bool,
}

impl Munin {
    /// `fields` are `PLUGIN` or `PLUGIN.FIELD`.
    pub(crate) fn new(address: SocketAddr, fields: &[String]) -> Self {
        let mut plugins: Vec<(String, Vec<String>)> = Vec::new();
        for name in fields {
            let (plugin, field) = match name.split_once('.') {
                Some((plugin, field)) => (plugin, Some(field.to_owned())),
                None => (name.as_str(), None),
            };
            match plugins.iter_mut().find(|(known, _)| known == plugin) {
                Some((_, fields)) => fields.extend(field),
                None => plugins.push((plugin.to_owned(), field.into_iter().collect())),
            }
        }
        Self {
            address,
            plugins,
            connection: None,
            known: BTreeMap::new(),
            rates: Rates::default(),
        }
    }

    /// Leaves the connection.
    pub(crate) fn hang_up(&mut self) {
        self.connection = None;
    }

    /// What the node tells now.
    ///
    /// # Errors
    /// It does not answer, or has no such plugin or field.
    pub(crate) async fn read(&mut self) -> Result<Vec<Reading>, WatchError> {
        let mut connection = match self.connection.take() {
            Some(connection) => connection,
            None => connect(self.address).await?,
        };
        if self.known.is_empty() {
            self.known = self.describe(&mut connection).await?;
        }
        self.rates.begin(Instant::now());
        let mut readings = Vec::new();
        for (plugin, fields) in &self.plugins {
            let fetched = ask(&mut connection, &format!("fetch {plugin}")).await?;
            let values = values(&fetched);
            if let Some(missing) = fields.iter().find(|field| !values.contains_key(*field)) {
                let known = values.keys().map(|field| format!("{plugin}.{field}"));
                let wanted = format!("{plugin}.{missing}");
                return Err(WatchError::no_series(&wanted, known));
            }
            let described = self.known.get(plugin);
            for (name, value) in values {
                if !fields.is_empty() && !fields.contains(&name) {
                    continue;
                }
                let field = described.and_then(|all| all.get(&name));
                let field = field.cloned().unwrap_or_default();
                let series = field.label.unwrap_or_else(|| name.clone());
                let series = format!("{plugin}: {series}");
                let reading = if field.grows {
                    let rate = self.rates.per_second(&format!("{plugin}.{name}"), value);
                    rate.and_then(|rate| Reading::of(&series, plugin, WatchUnit::PerSecond, rate))
                } else {
                    Reading::of(&series, plugin, WatchUnit::Number, value)
                };
                readings.extend(reading);
            }
        }
        self.connection = Some(connection);
        Ok(readings)
    }

    /// What each plugin says of its fields.
    async fn describe(
        &self,
        connection: &mut BufReader<StampedStream>,
    ) -> Result<BTreeMap<String, BTreeMap<String, Field>>, WatchError> {
        let mut known = BTreeMap::new();
        for (plugin, _) in &self.plugins {
            let config = ask(connection, &format!("config {plugin}")).await?;
            if config.iter().any(|line| line.starts_with("# ")) && fields(&config).is_empty() {
                let listed = line_of(connection, "list").await?;
                let listed = listed.split_whitespace().map(str::to_owned);
                return Err(WatchError::no_series(plugin, listed));
            }
            known.insert(plugin.clone(), fields(&config));
        }
        Ok(known)
    }
}

/// Connects and reads the greeting.
async fn connect(address: SocketAddr) -> Result<BufReader<StampedStream>, WatchError> {
    let mut connection = BufReader::new(socket::connect(address).await?);
    let greeting = line(&mut connection).await?;
    if !greeting.starts_with("# munin node at") {
        let why = "it does not greet as a munin node does";
        return Err(WatchError::Unreadable("the answer".to_owned(), why));
    }
    Ok(connection)
}

/// The lines of an answer that ends with a full stop.
async fn ask(
    connection: &mut BufReader<StampedStream>,
    command: &str,
) -> Result<Vec<String>, WatchError> {
    send(connection, command).await?;
    let mut lines = Vec::new();
    let mut length = 0;
    loop {
        let line = line(connection).await?;
        length += line.len() as u64;
        if line == "." {
            return Ok(lines);
        }
        if length > LONGEST {
            return Err(WatchError::Unreadable(
                command.to_owned(),
                "it does not end",
            ));
        }
        lines.push(line);
    }
}

/// An answer of one line.
async fn line_of(
    connection: &mut BufReader<StampedStream>,
    command: &str,
) -> Result<String, WatchError> {
    send(connection, command).await?;
    line(connection).await
}

async fn send(connection: &mut BufReader<StampedStream>, command: &str) -> io::Result<()> {
    connection
        .write_all(format!("{command}\n").as_bytes())
        .await
}

async fn line(connection: &mut BufReader<StampedStream>) -> Result<String, WatchError> {
    let mut line = Vec::new();
    let read = connection
        .take(LONGEST)
        .read_until(b'\n', &mut line)
        .await?;
    if read == 0 || line.last() != Some(&b'\n') {
        return Err(io::Error::from(io::ErrorKind::UnexpectedEof).into());
    }
    Ok(String::from_utf8_lossy(&line).trim_end().to_owned())
}

/// `user.value 17` of each line; a field without a number now (`U`) is left out.
fn values(lines: &[String]) -> BTreeMap<String, f64> {
    let value = |line: &String| {
        let (name, value) = line.split_once(char::is_whitespace)?;
        let field = name.strip_suffix(".value")?;
        Some((field.to_owned(), value.trim().parse().ok()?))
    };
    lines.iter().filter_map(value).collect()
}

/// `user.label user` and `user.type DERIVE`: counters come as DERIVE and COUNTER, all else as it is.
fn fields(lines: &[String]) -> BTreeMap<String, Field> {
    let mut fields: BTreeMap<String, Field> = BTreeMap::new();
    for line in lines {
        let Some((name, value)) = line.split_once(char::is_whitespace) else {
            continue;
        };
        let Some((field, what)) = name.rsplit_once('.') else {
            continue;
        };
        let field = fields.entry(field.to_owned()).or_default();
        match what {
            "label" => field.label = Some(value.trim().to_owned()),
            "type" => field.grows = matches!(value.trim(), "DERIVE" | "COUNTER"),
            _ => {}
        }
    }
    fields
}
