//! Reads a recording's exchanges one after another and sorts them into lanes.

mod belonging;
mod finishing;
mod gathered;
mod mysql;
mod step;
mod stored_sessions;

use std::collections::BTreeMap;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::path::Path;

use reprise_store::{Connection, ExchangeRow, RecordedRequest};
use reprise_wire::Protocol;
use reprise_wire::filter::Filter;
use reprise_wire::http::Message;
use reprise_wire::mysql::Session;
use rustc_hash::{FxHashMap, FxHashSet};

use super::ahead::Findings;
use super::clock;
use super::contention::Contention;
use super::eligible::{Writing, cannot_be_sent};
use super::in_vain::Met;
use super::keys::{KeyLearner, LearnedKeys};
use super::lane::{Lane, Marks};
use super::noise::{Columns, NoiseLearner};
use super::notes::{Notes, Taking};
use super::outline::Outline;
use super::rewritten::{Rewritten, RewrittenCounts};
use super::session::Sessions;
use super::sorter::Sorter;
use super::statements::Statements;
use super::steps::{Fate, Found, Steps};
use super::values::{Context, Told, UseSet};
use crate::http::values::Carry;
use crate::http::verify::noise::NoiseBook;
use crate::mysql::command::{Kill, kill_of};
use crate::reason::SkipReason;
use crate::{Plan, ReplayError};
use finishing::Finishing;
use gathered::Gathered;
use step::{listened_us, mysql_digest, step_of};
use stored_sessions::sessions_of;

/// Collects lanes while a recording is read.
pub(crate) struct Gatherer<'a> {
    plan: &'a Plan,
    operations: &'a BTreeMap<u32, String>,
    filter: Option<Filter>,
    /// Whether the plan leaves out what later requests of a lane may need.
    cuts: bool,
    servers: FxHashMap<u32, SocketAddr>,
    clients: FxHashMap<u32, IpAddr>,
    /// When MySQL connections were opened.
    opened_us: FxHashMap<u32, u64>,
    /// When connections were closed.
    closed_us: FxHashMap<u32, u64>,
    http_servers: FxHashSet<IpAddr>,
    sessions: Sessions,
    mysql_lanes: FxHashMap<u32, u32>,
    mysql_sessions: FxHashMap<u32, Session>,
    /// The recorded thread ids of MySQL connections.
    threads: FxHashSet<u32>,
    /// Those of them that a KILL names.
    killed: FxHashSet<u32>,
    statements: Statements,
    writing: Writing<'a>,
    lanes: Vec<Gathered>,
    context: Context<'a>,
    rewritten: RewrittenCounts,
    met: Met,
    keys: KeyLearner,
    noise: NoiseLearner,
    contention: Contention,
    /// What is sent, and what may be.
    found: Sorter<Found>,
    notes: Notes,
    takings: Sorter<Taking>,
    folder: &'a Path,
    /// Values that the lanes remember for their requests to come, all together; at least.
    remembered: usize,
}

/// Values remembered by all lanes together, at some two hundred bytes each.
const MOST_REMEMBERED: usize = 200_000;

/// What a recording comes to.
pub(crate) struct Gathering {
    pub(crate) lanes: Vec<Lane>,
    pub(crate) steps: Steps,
    pub(crate) notes: Notes,
    /// What of the outline is counted by lanes and steps.
    pub(crate) counted: Outline,
    /// What is told of their values.
    pub(crate) told: Told,
    /// What the plan names and the recording does not have, each in words.
    pub(crate) in_vain: Vec<String>,
    /// The names of the accounts that log in, by their numbers.
    pub(crate) accounts: Vec<Vec<u8>>,
    /// The names under which somebody signed up, by their numbers in the run.
    pub(crate) names: FxHashMap<u32, Box<[u8]>>,
    /// What varies in its answers.
    pub(crate) noise: NoiseBook,
    /// The columns of MySQL operations whose executions leave out their definitions.
    pub(crate) columns: FxHashMap<u32, Columns>,
    /// Which MySQL statements others write in the way of.
    pub(crate) contention: Contention,
    /// Which columns hold keys that the server generates, and which refer to them.
    pub(super) keys: LearnedKeys,
}

impl<'a> Gatherer<'a> {
    pub(crate) fn new(
        plan: &'a Plan,
        connections: &[Connection],
        operations: &'a BTreeMap<u32, String>,
        folder: &'a Path,
    ) -> Result<Self, ReplayError> {
        let spoke = |connection: &&Connection| connection.spoken.as_deref() == Some("http");
        let filter = plan.filter.as_deref().map(Filter::parse).transpose()?;
        let sessions = sessions_of(connections);
        Ok(Self {
            plan,
            operations,
            cuts: filter.is_some() || plan.between.is_some(),
            filter,
            servers: connections
                .iter()
                .map(|one| (one.id.0, one.server))
                .collect(),
            clients: connections
                .iter()
                .map(|one| (one.id.0, one.client.ip().to_canonical()))
                .collect(),
            opened_us: connections
                .iter()
                .filter(|one| one.mysql_session.is_some())
                .map(|one| (one.id.0, u64::try_from(one.opened_us).unwrap_or(0)))
                .collect(),
            closed_us: connections
                .iter()
                .filter_map(|one| Some((one.id.0, u64::try_from(one.closed_us?).ok()?)))
                .collect(),
            http_servers: connections
                .iter()
                .filter(spoke)
                .map(|one| one.server.ip().to_canonical())
                .collect(),
            sessions: Sessions::default(),
            mysql_lanes: FxHashMap::default(),
            threads: sessions.values().filter_map(|one| one.thread_id).collect(),
            killed: FxHashSet::default(),
            statements: Statements::new(connections, &plan.statements),
            writing: Writing::new(&plan.read_only_deny),
            lanes: Vec::new(),
            context: Context::new(plan, operations)?,
            rewritten: RewrittenCounts::new(plan),
            met: Met::new(
                plan,
                sessions.values().filter_map(|one| one.user.as_deref()),
            ),
            keys: KeyLearner::default(),
            noise: NoiseLearner::default(),
            contention: Contention::new(plan),
            found: Sorter::new(folder),
            notes: Notes::new(folder),
            takings: Sorter::new(folder),
            folder,
            remembered: 0,
            mysql_sessions: sessions,
        })
    }

    /// Takes the next exchange, in the order they completed; `folder` is for what memory does not hold.
    ///
    /// # Errors
    /// That folder cannot be written to.
    pub(crate) fn add(
        &mut self,
        exchange: &RecordedRequest,
        findings: &mut Findings,
    ) -> io::Result<()> {
        self.forget_idle();
        let row = &exchange.row;
        let request = exchange.request.as_deref().unwrap_or_default();
        let http = (row.protocol == Protocol::Http)
            .then(|| Message::parse(request).ok())
            .flatten();
        let answer = match (row.protocol, exchange.response.as_deref()) {
            (Protocol::Http, Some(bytes)) => Message::parse(bytes).ok(),
            _ => None,
        };
        let lane = self.lane_of(exchange, http.as_ref(), answer.as_ref(), &findings.carried);
        let route = http
            .as_ref()
            .and_then(|http| self.route_of(row.connection.0, http));
        let operation = self.operations.get(&row.operation.0);
        let operation = operation.map_or("", String::as_str);
        let of = (row.operation.0, operation);
        let writes = self.writing.writes(row.protocol, request, of);
        let reason = cannot_be_sent(exchange)
            .or_else(|| self.left_out(exchange, request, operation, writes, route));
        if let (None, Some(request)) = (reason, &http) {
            let row_as = row.candidate(operation);
            self.rewritten.add(self.plan, row.id.0, &row_as, request);
        }
        let is_sent = reason.is_none();
        self.met
            .exchange(self.plan, (exchange, operation), route, is_sent);
        let (at_us, mut took_us) = times_of(row);
        let listened_us = listened_us(row, self.closed_us.get(&row.connection.0).copied());
        took_us = listened_us.unwrap_or(took_us);
        if let (Protocol::Mysql, Some(Kill::Thread(thread))) = (row.protocol, kill_of(request)) {
            self.killed.insert(thread);
        }
        let dialect = self.dialect_of(lane);
        if row.protocol == Protocol::Mysql {
            self.hear_mysql(exchange, (operation, lane), (writes, is_sent), &dialect);
        }
        let Some(gathered) = self.lanes.get_mut(lane as usize) else {
            return Ok(());
        };
        gathered.reach(at_us, at_us + took_us);
        if let Some(reason) = reason.filter(|reason| !may_be_needed(*reason)) {
            gathered.lane.skipped.add(reason, 1);
            return Ok(());
        }
        let mut uses = UseSet::default();
        if let Some(request) = &http {
            let said = (request, answer.as_ref());
            uses = match self.search(exchange, (lane, writes), said, findings) {
                Some(uses) => uses,
                None => return Ok(()),
            };
        }
        let mut step = step_of(exchange, answer.as_ref(), at_us, took_us);
        if row.protocol == Protocol::Mysql {
            step.digest = mysql_digest(exchange, &dialect);
            let sent_write = writes && reason.is_none();
            self.contention
                .note((step.operation, operation), lane, sent_write);
        }
        step.route = route.unwrap_or(0);
        let on_time = self.plan.pin_clock && row.protocol == Protocol::Mysql;
        let on_time = on_time && clock::depends_on_it(request, operation, writes);
        step.marks.set(Marks::CLOCK, on_time);
        step.marks.set(Marks::WRITES, writes);
        step.marks.set(Marks::LEFT, listened_us.is_some());
        if let Some(gathered) = self.lanes.get_mut(lane as usize).filter(|_| self.cuts) {
            let (http, answer) = (http.as_ref(), answer.as_ref());
            let sent = reason.is_none();
            gathered.learn_needs((&step, sent), (request, operation), http, answer);
        }
        let fate = self.fate_of(exchange, lane, reason, &dialect);
        self.keep(Found {
            lane,
            step,
            fate,
            uses,
        })
    }

    /// Looks for the values that an HTTP request carries, and for those that its answer gives and that vary in it; what
    /// the request makes use of.
    /// `None`, and it is counted as left out, when it lacks one and the plan skips such.
    fn search(
        &mut self,
        exchange: &RecordedRequest,
        (lane, writes): (u32, bool),
        said: (&Message<'_>, Option<&Message<'_>>),
        findings: &mut Findings,
    ) -> Option<UseSet> {
        let gathered = self.lanes.get_mut(lane as usize)?;
        let before = gathered.search.remembered();
        let lacks = gathered.search(exchange, said, findings, &mut self.context);
        let now = gathered.search.remembered();
        self.remembered = (self.remembered + now).saturating_sub(before);
        let uses = self.context.uses.take();
        if lacks && self.context.skips_missing() {
            self.context.uses.left_out(uses);
            gathered.lane.skipped.add(SkipReason::ValueMissing, 1);
            return None;
        }
        gathered.learn(exchange, said, writes, &mut self.noise);
        Some(uses)
    }

    /// Keeps a step, and what was found of the values it carries.
    fn keep(&mut self, found: Found) -> io::Result<()> {
        let step = &found.step;
        let is_sent = !matches!(found.fate, Fate::LeftOut(_));
        let mut carries: &[Carry] = &[];
        if step.protocol == Protocol::Http
            && let Some(gathered) = self.lanes.get_mut(found.lane as usize)
        {
            gathered.note_values(step.exchange, self.plan.http_order, &mut self.notes)?;
            for sought in gathered.search.takings() {
                self.takings.push(self.notes.push_sought(&sought)?)?;
            }
            carries = gathered.search.carries();
        }
        self.notes
            .push(step.exchange, (step.route, is_sent), carries)?;
        self.found.push(found)
    }

    /// How many requests the plan's rules change.
    pub(crate) fn rewritten(&self) -> Vec<Rewritten> {
        self.rewritten.finish(self.plan)
    }

    /// Everything, each lane in order of sending.
    ///
    /// # Errors
    /// What memory did not hold cannot be written or read.
    pub(crate) fn finish(mut self) -> io::Result<Gathering> {
        let mut unknown = FxHashSet::default();
        for found in std::mem::take(&mut self.statements).resolve() {
            match (found.sql, self.lanes.get_mut(found.lane as usize)) {
                (Some(sql), Some(gathered)) => gathered.resolved(found.statement, sql),
                _ => {
                    unknown.insert((found.connection, found.statement));
                }
            }
        }
        for gathered in &mut self.lanes {
            let session = gathered.lane.session.as_deref();
            let thread = session.and_then(|session| session.thread_id);
            gathered.lane.killed = thread.filter(|thread| self.killed.contains(thread));
        }
        let accounts = self.context.take_accounts();
        let names = self.context.take_names();
        for (operation, place) in self.context.sources() {
            self.noise.generated(operation, place);
        }
        let (noise, columns) = self.noise.finish();
        let found = self.found.finish()?;
        let uses = std::mem::take(&mut self.context.uses);
        let mut finishing = Finishing::new(self.plan, found, unknown, uses, self.folder)?;
        // collected, they would leave room for as many more
        let mut lanes = Vec::with_capacity(self.lanes.len());
        for gathered in self.lanes {
            lanes.push(finishing.lane(gathered)?);
        }
        finishing.steps.close();
        self.context.uses = finishing.uses;
        let (told, origins) = self.context.into_told();
        let in_vain = self.met.in_vain(self.plan, self.operations, &told);
        self.notes.finish(self.takings.finish()?, origins)?;
        Ok(Gathering {
            lanes,
            steps: finishing.steps,
            notes: self.notes,
            counted: finishing.tally.finish(self.operations),
            told,
            in_vain,
            accounts,
            names,
            noise,
            columns,
            contention: self.contention,
            keys: self.keys.finish(&self.plan.shift_keys),
        })
    }

    /// Lets lanes forget what their answers gave when all together remember too much, the one idle longest
    /// first: most of them have ended, and nothing says which.
    fn forget_idle(&mut self) {
        if self.remembered <= MOST_REMEMBERED {
            return;
        }
        let mut lanes: Vec<&mut Gathered> = self.lanes.iter_mut().collect();
        lanes.sort_by_key(|gathered| gathered.lane.ends_us);
        self.remembered = lanes.iter().map(|lane| lane.search.remembered()).sum();
        for gathered in lanes {
            if self.remembered <= MOST_REMEMBERED / 2 {
                return;
            }
            self.remembered -= gathered.search.remembered();
            gathered.search.forget_remembered();
        }
    }

    /// Whether users are told apart by what the plan names.
    ///
    /// # Errors
    /// No request shows it.
    pub(crate) fn check_lane_key(&self) -> Result<(), ReplayError> {
        let key = &self.plan.lanes;
        if key.is_named() && self.sessions.tell_nobody() {
            return Err(ReplayError::LaneKeyUnseen(key.to_string()));
        }
        Ok(())
    }
}

/// When an exchange began, and how long it took; microseconds.
fn times_of(row: &ExchangeRow) -> (u64, u64) {
    let ends_us = row.response_last_us.unwrap_or(row.request_last_us);
    let unsigned = |us| u64::try_from(us).unwrap_or(0);
    (unsigned(row.at_us), unsigned(ends_us))
}

/// Whether what is left out for this reason could be sent, should later requests of its lane need it.
const fn may_be_needed(reason: SkipReason) -> bool {
    matches!(reason, SkipReason::Filtered | SkipReason::Outside)
}
