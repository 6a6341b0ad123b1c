//! Prepared statements whose PREPARE was not seen. What they were prepared from is told by the plan, or by
//! connections of the same client to the same server that prepared the same: same parameters and same
//! columns. An id alone says nothing; where the evidence does not decide, the statement stays unknown.

use std::collections::{BTreeMap, BTreeSet};
use std::net::{IpAddr, SocketAddr};

use reprise_store::{Connection, RecordedRequest};
use reprise_wire::Flags;
use reprise_wire::mysql::{
    ColumnDefinition, Command, CommandCode, Dialect, Execute, ParameterType, PreparedStatements,
    ResultColumns, result_columns,
};
use rustc_hash::FxHashMap;

use crate::plan::GivenStatement;

/// One application on one server.
type Group = (IpAddr, SocketAddr);

/// What a recording shows of prepared statements.
#[derive(Debug, Default)]
pub(crate) struct Statements {
    groups: FxHashMap<u32, Group>,
    known: BTreeMap<Group, Vec<Known>>,
    /// By connection and id.
    unknown: BTreeMap<(u32, u32), Unknown>,
    given: FxHashMap<(u32, u32), String>,
    /// Which of its group's an id of a connection names.
    named: FxHashMap<(u32, u32), usize>,
}

/// A statement whose PREPARE was seen.
#[derive(Debug)]
struct Known {
    sql: String,
    /// The ids it was given.
    ids: BTreeSet<u32>,
    parameters: u16,
    /// The types that its first execution declared.
    types: Vec<ParameterType>,
    columns: Vec<Name>,
}

/// A statement whose PREPARE was not seen.
#[derive(Debug)]
struct Unknown {
    lane: u32,
    /// The types that its first execution declared; `None` until one did.
    types: Option<Vec<ParameterType>>,
    columns: Evidence,
    /// Redaction has blanked parameters: nobody can send them.
    blanked: bool,
}

/// What executions of a statement showed of its columns.
#[derive(Debug, PartialEq)]
enum Evidence {
    Nothing,
    /// It has this many.
    Count(u64),
    Names(Vec<Name>),
}

/// A column: database, table and name, as they are stored and as the statement calls them.
type Name = [Vec<u8>; 4];

/// What came of a statement whose PREPARE was not seen.
#[derive(Debug)]
pub(crate) struct Resolved {
    pub(crate) lane: u32,
    pub(crate) statement: u32,
    /// The recorded connection it is of.
    pub(crate) connection: u32,
    /// What it was prepared from; `None`: nothing tells.
    pub(crate) sql: Option<String>,
}

impl Statements {
    pub(crate) fn new(connections: &[Connection], given: &[GivenStatement]) -> Self {
        let groups = connections.iter().map(|connection| {
            let client = connection.client.ip().to_canonical();
            (connection.id.0, (client, connection.server))
        });
        let given = given.iter().flat_map(|given| {
            let of = connections
                .iter()
                .filter(|one| is_client(one, &given.client));
            of.map(|one| ((one.id.0, given.statement), given.sql.clone()))
        });
        Self {
            groups: groups.collect(),
            given: given.collect(),
            ..Self::default()
        }
    }

    /// Takes an exchange, sent or not: a PREPARE, and what executes it, tell of the statements of its group.
    pub(crate) fn observe(&mut self, exchange: &RecordedRequest, dialect: &Dialect) {
        let Some(id) = exchange.row.statement_id else {
            return;
        };
        let key = (exchange.row.connection.0, id);
        let Some(group) = self.groups.get(&key.0) else {
            return;
        };
        let known = self.known.entry(*group).or_default();
        let Some(sql) = prepared_sql(exchange) else {
            let named = self.named.get(&key).and_then(|place| known.get_mut(*place));
            if let Some(statement) = named.filter(|one| one.types.is_empty())
                && let Some(types) = declared(exchange, dialect)
            {
                statement.types = types;
            }
            return;
        };
        if let Some(place) = known.iter().position(|known| known.sql == sql) {
            self.named.insert(key, place);
            if let Some(same) = known.get_mut(place) {
                same.ids.insert(id);
            }
            return;
        }
        self.named.insert(key, known.len());
        let mut prepared = PreparedStatements::default();
        let request = exchange.request.as_deref().unwrap_or_default();
        let reply = exchange.response.as_deref().unwrap_or_default();
        prepared.observe(request, reply, dialect);
        if let Some(statement) = prepared.get(id) {
            known.push(Known {
                sql,
                ids: [id].into(),
                parameters: statement.parameter_count,
                types: Vec::new(),
                columns: names(&statement.columns),
            });
        }
    }

    /// Takes an exchange that could be sent if it were known what statement it names.
    pub(crate) fn unknown(&mut self, lane: u32, exchange: &RecordedRequest, dialect: &Dialect) {
        let row = &exchange.row;
        let key = (row.connection.0, row.statement_id.unwrap_or(0));
        let unknown = self.unknown.entry(key).or_insert_with(|| Unknown {
            lane,
            types: None,
            columns: Evidence::Nothing,
            blanked: false,
        });
        let request = exchange.request.as_deref().unwrap_or_default();
        let Ok(Command::StmtExecute(execute)) = Command::decode(request, dialect) else {
            return;
        };
        unknown.blanked |= is_blanked(exchange.row.flags, &execute);
        if unknown.types.is_none() {
            unknown.types = declared(exchange, dialect);
        }
        if exchange.row.status == Some(0)
            && let Some(reply) = exchange.response.as_deref()
        {
            match result_columns(reply, dialect) {
                ResultColumns::Defined(columns) => {
                    unknown.columns = Evidence::Names(names(&columns))
                }
                ResultColumns::Counted(count) => unknown.columns = Evidence::Count(count),
                ResultColumns::None => unknown.columns = Evidence::Count(0),
                ResultColumns::Unknown => {}
            }
        }
    }

    /// What the unknown statements were prepared from.
    pub(crate) fn resolve(self) -> impl Iterator<Item = Resolved> {
        let Self {
            groups,
            known,
            unknown,
            given,
            ..
        } = self;
        unknown.into_iter().map(move |(key, unknown)| {
            let siblings = groups.get(&key.0).and_then(|group| known.get(group));
            let sql = given.get(&key).cloned().or_else(|| {
                let siblings = siblings.map_or(&[][..], Vec::as_slice);
                unknown.matching(key.1, siblings)
            });
            Resolved {
                lane: unknown.lane,
                statement: key.1,
                connection: key.0,
                sql: sql.filter(|_| !unknown.blanked),
            }
        })
    }
}

impl Unknown {
    /// The one statement that has its parameters and its columns. Without columns to tell by, it must have
    /// had the same id and the same types there, too, and no other statement that id.
    fn matching(&self, id: u32, siblings: &[Known]) -> Option<String> {
        let types = self.types.as_ref()?;
        let fits = |known: &&Known| {
            usize::from(known.parameters) == types.len()
                && match &self.columns {
                    Evidence::Nothing => true,
                    Evidence::Count(count) => known.columns.len() as u64 == *count,
                    Evidence::Names(names) => known.columns == *names,
                }
        };
        let candidates: Vec<&Known> = match &self.columns {
            Evidence::Names(_) => siblings.iter().filter(fits).collect(),
            Evidence::Nothing => return None,
            Evidence::Count(_) => {
                let same_id: Vec<&Known> = siblings
                    .iter()
                    .filter(|known| known.ids.contains(&id))
                    .collect();
                match same_id.as_slice() {
                    [one] if fits(one) && one.types == *types => same_id,
                    _ => return None,
                }
            }
        };
        match candidates.as_slice() {
            [one] => Some(one.sql.clone()),
            _ => None,
        }
    }
}

/// The text of a PREPARE that succeeded.
fn prepared_sql(exchange: &RecordedRequest) -> Option<String> {
    let request = exchange.request.as_deref()?;
    let sql = request.strip_prefix(&[CommandCode::StmtPrepare as u8])?;
    let succeeded = exchange.row.status == Some(0);
    succeeded.then(|| String::from_utf8(sql.to_vec()).ok())?
}

/// The types that an execution declares for its parameters; `None` when it does not.
fn declared(exchange: &RecordedRequest, dialect: &Dialect) -> Option<Vec<ParameterType>> {
    let request = exchange.request.as_deref()?;
    let Ok(Command::StmtExecute(execute)) = Command::decode(request, dialect) else {
        return None;
    };
    let parameters = execute.parameters(execute.recover_count()?, &[], |_| false);
    Some(parameters.ok()?.types)
}

fn names(columns: &[ColumnDefinition]) -> Vec<Name> {
    let name = |column: &ColumnDefinition| {
        [
            column.schema.clone(),
            column.org_table.clone(),
            column.org_name.clone(),
            column.name.clone(),
        ]
    };
    columns.iter().map(name).collect()
}

fn is_blanked(flags: Flags, execute: &Execute<'_>) -> bool {
    flags.contains(Flags::REDACTED)
        && !execute.parameters.is_empty()
        && execute.parameters.iter().all(|byte| *byte == 0)
}

/// Whether `client` names the connection's client: `ADDRESS:PORT`, or the port behind a host name.
fn is_client(connection: &Connection, client: &str) -> bool {
    if let Ok(address) = client.parse::<SocketAddr>() {
        return connection.client == address;
    }
    let port = client.rsplit_once(':').map_or(client, |(_, port)| port);
    port.parse() == Ok(connection.client.port())
}
