//! What refuses a run before anything is connected to: a plan that sends nothing, or measures nothing, checks of
//! stages that are not there, probes of what is not recorded, too few files or ports.

use reprise_fault::Faults;
use reprise_measure::readable;
use reprise_store::Store;

use super::http_target::HttpTarget;
use super::mysql_target::MysqlTarget;
use super::{Targets, probe, room};
use crate::ReplayError;
use crate::plan::{Judged, Speed};
use crate::prepare::Prepared;

/// Finds out whether a run of this plan would be refused before its targets are asked; connects to nothing. A
/// probe of recorded traffic is worked out for it, which reads the recording once more.
///
/// # Errors
/// As the run would be refused.
pub fn would_refuse(
    prepared: &Prepared,
    targets: &Targets,
    store: &Store,
) -> Result<(), ReplayError> {
    Startable::of(prepared, targets, store).map(drop)
}

/// What a run is started with, once nothing of that refuses it.
pub(super) struct Startable {
    pub(super) faults: Faults,
    pub(super) checks: Vec<Judged>,
    pub(super) http: Vec<HttpTarget>,
    pub(super) mysql: Option<MysqlTarget>,
    /// What each of the plan's probes sends, where that is recorded.
    pub(super) probes: Vec<Option<Prepared>>,
}

impl Startable {
    pub(super) fn of(
        prepared: &Prepared,
        targets: &Targets,
        store: &Store,
    ) -> Result<Self, ReplayError> {
        let plan = &prepared.plan;
        let faults = Faults::new(plan.faults.clone())?;
        let checks = plan.judged()?;
        prepared.sends_something()?;
        let http = HttpTarget::all(plan, targets)?;
        let login = targets.mysql.as_ref();
        let mysql = login
            .map(|login| MysqlTarget::new(plan, login))
            .transpose()?;
        room::make_room(prepared, http.iter().map(|target| target.address))?;
        Ok(Self {
            faults,
            checks,
            http,
            mysql,
            probes: probe::prepare(plan, store)?,
        })
    }
}

impl Prepared {
    /// Whether there is anything to run.
    ///
    /// # Errors
    /// The plan leaves everything out, goes on with a run of which nothing is left, or would be over before anything
    /// is measured.
    pub fn sends_something(&self) -> Result<(), ReplayError> {
        let plan = &self.plan;
        if let Some(run) = &plan.resumes
            && self.leaves_nothing()
        {
            return Err(ReplayError::NothingLeft(run.clone()));
        }
        if self.sends() == 0 {
            let reasons: Vec<String> = self
                .skips()
                .iter()
                .map(|(reason, count)| format!("{count} {}", reason.name()))
                .collect();
            return Err(ReplayError::NothingToSend(reasons.join(", ")));
        }
        if self.plays_no_lane() {
            let sent = self.lanes.iter().filter(|lane| !lane.steps.is_empty());
            return Err(ReplayError::NoLanes {
                lanes: readable::counted(sent.count() as u64, "lane"),
                copies: plan.most_copies(),
            });
        }
        let takes_ms = self.outline().takes_ms;
        let ends = !plan.goes_on() && plan.rate.speed != Speed::Max;
        if ends && plan.warm_up_ms > takes_ms {
            return Err(ReplayError::OnlyWarmUp {
                warms_up_ms: plan.warm_up_ms,
                takes_ms,
            });
        }
        Ok(())
    }
}
