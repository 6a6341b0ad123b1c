//! Where an exchange belongs: its lane, the target it goes to, and whether the plan leaves it out.

use std::cmp::Reverse;

use reprise_store::RecordedRequest;
use reprise_wire::Protocol;
use reprise_wire::http::Message;

use super::Gatherer;
use super::gathered::Gathered;
use crate::http::places::Carried;
use crate::http::readdress::target_and_host;
use crate::http::route::Addressed;
use crate::mysql::command::{Kill, kill_of};
use crate::plan::LaneKey;
use crate::prepare::lane::Lane;
use crate::reason::SkipReason;

impl Gatherer<'_> {
    /// The lane of an exchange, begun when it is the first.
    pub(super) fn lane_of(
        &mut self,
        exchange: &RecordedRequest,
        http: Option<&Message<'_>>,
        answer: Option<&Message<'_>>,
        carried: &[Carried],
    ) -> u32 {
        let connection = exchange.row.connection.0;
        let next = u32::try_from(self.lanes.len()).unwrap_or(u32::MAX);
        let lane = match exchange.row.protocol {
            Protocol::Mysql => *self.mysql_lanes.entry(connection).or_insert(next),
            Protocol::Http => {
                let key = &self.plan.lanes;
                let identity = http.and_then(|http| self.sessions.identity_of(http, key));
                let is_open = *key == LaneKey::Session && !self.sessions.knows(identity);
                let by_secret = is_open.then(|| self.context.lane_by_secret(carried));
                let lane = match by_secret.flatten() {
                    Some(lane) => self.sessions.joined(connection, identity, lane),
                    None => self.sessions.lane(connection, identity, next),
                };
                if let (Some(request), Some(answer)) = (http, answer) {
                    self.sessions
                        .answered((connection, lane), request, answer, key);
                }
                lane
            }
        };
        if lane == next {
            let lane = Lane {
                id: next,
                starts_us: self.begun_us(exchange),
                session: self.mysql_sessions.remove(&connection).map(Box::new),
                ..Lane::default()
            };
            self.lanes.push(Gathered {
                lane,
                ..Gathered::default()
            });
        }
        lane
    }

    /// The route of an HTTP request: of those that take it the most particular, and of these the first.
    pub(super) fn route_of(&self, connection: u32, request: &Message<'_>) -> Option<u16> {
        let (target, host) = target_and_host(request);
        let addressed = Addressed {
            server: *self.servers.get(&connection)?,
            host,
            target,
        };
        let fitting = (0..).zip(&self.plan.http).filter_map(|(number, route)| {
            let fit = match &route.recorded {
                None => Some((0, false)),
                Some(source) => source.fits(addressed),
            };
            Some((fit?, Reverse(number)))
        });
        fitting.max().map(|(_, Reverse(number))| number)
    }

    /// When a lane begins: with its first exchange, or when its MySQL connection was opened.
    fn begun_us(&self, exchange: &RecordedRequest) -> u64 {
        let at_us = u64::try_from(exchange.row.at_us).unwrap_or(0);
        match exchange.row.protocol {
            Protocol::Http => at_us,
            Protocol::Mysql => {
                let opened_us = self.opened_us.get(&exchange.row.connection.0).copied();
                opened_us.unwrap_or(at_us).min(at_us)
            }
        }
    }

    /// Why the plan leaves an exchange out that could be sent.
    pub(super) fn left_out(
        &self,
        exchange: &RecordedRequest,
        request: &[u8],
        operation: &str,
        writes: bool,
        route: Option<u16>,
    ) -> Option<SkipReason> {
        let row = &exchange.row;
        let connection = row.connection.0;
        let is_mysql = row.protocol == Protocol::Mysql;
        let has_target = match row.protocol {
            Protocol::Http => route.is_some(),
            Protocol::Mysql => self.plan.mysql.is_some(),
        };
        if !has_target {
            return Some(SkipReason::NoTarget);
        }
        if is_mysql
            && !self.plan.both_tiers
            && !self.plan.http.is_empty()
            && self
                .clients
                .get(&connection)
                .is_some_and(|client| self.http_servers.contains(client))
        {
            return Some(SkipReason::Downstream);
        }
        if let Some(Kill::Thread(thread)) = kill_of(request).filter(|_| is_mysql)
            && !self.threads.contains(&thread)
        {
            return Some(SkipReason::KillTarget);
        }
        if self.plan.read_only && writes {
            return Some(SkipReason::ReadOnly);
        }
        let at_us = u64::try_from(row.at_us).unwrap_or(0);
        if self.plan.between.is_some_and(|part| !part.holds(at_us)) {
            return Some(SkipReason::Outside);
        }
        let candidate = row.candidate(operation);
        let wanted = self
            .filter
            .as_ref()
            .is_none_or(|filter| filter.matches(&candidate));
        (!wanted).then_some(SkipReason::Filtered)
    }
}
