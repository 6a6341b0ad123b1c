//! Plans to run again: those kept under a name, and those that runs keep.

use reprise_replay::Plan;
use reprise_store::SavedPlan;
use reprise_wire::Timestamp;
use serde_json::{Map, Value};

use crate::answer::{PlanAnswer, rfc3339};
use crate::replay::http_targets::shown;
use crate::{Error, Library, ReplayRequest};

/// A plan that was taken out of the file.
#[derive(Clone, Debug)]
pub struct ForgottenPlan(SavedPlan);

impl Library {
    /// Keeps the plan that a request asks for under a name.
    ///
    /// # Errors
    /// When the request cannot be read, or the name is taken or unusable.
    pub fn save_plan(&self, name: &str, request: &ReplayRequest) -> Result<(), Error> {
        self.keep_plan(name, self.plan_of(request)?)
    }

    /// Keeps the plan that a request asks for in the place of the one of that name; what was there.
    ///
    /// # Errors
    /// When the request cannot be read, or there is no plan of that name; then nothing has changed.
    pub fn replace_plan(
        &self,
        name: &str,
        request: &ReplayRequest,
    ) -> Result<ForgottenPlan, Error> {
        let plan = self.plan_of(request)?;
        let before = self.delete_plan(name)?;
        if let Err(error) = self.keep_plan(name, plan) {
            self.put_plan_back(before)?;
            return Err(error);
        }
        Ok(before)
    }

    /// Keeps the plan of a run under a name.
    ///
    /// # Errors
    /// When there is no such run, or the name is taken or unusable.
    pub fn save_plan_of_run(&self, name: &str, run: &str) -> Result<(), Error> {
        self.keep_plan(name, self.plan_of_run(run)?)
    }

    fn keep_plan(&self, name: &str, plan: Plan) -> Result<(), Error> {
        let plan = Plan {
            resumes: None,
            search: None,
            ..plan
        };
        Ok(self.store.save_plan(SavedPlan {
            name: name.to_owned(),
            recording_name: plan.recording.clone(),
            saved_at: now(),
            plan: plan.to_json()?,
        })?)
    }

    /// Whether a plan could be kept under this name.
    ///
    /// # Errors
    /// When the name is taken.
    pub fn check_plan_name(&self, name: &str) -> Result<(), Error> {
        if self.store.plans()?.iter().any(|plan| plan.name == name) {
            let name = name.to_owned();
            return Err(reprise_store::Error::NameTaken { kind: "plan", name }.into());
        }
        Ok(())
    }

    /// Every plan that has a name, in order of names.
    ///
    /// # Errors
    /// When the file cannot be read, or a newer program made one of them.
    pub fn plans(&self) -> Result<Vec<PlanAnswer>, Error> {
        self.store.plans()?.into_iter().map(answer).collect()
    }

    /// One of them, with what of it is not as plans are by themselves.
    ///
    /// # Errors
    /// When there is none of that name, or a newer program made it.
    pub fn plan_named(&self, name: &str) -> Result<PlanAnswer, Error> {
        answer(self.store.plan(name)?)
    }

    /// Keeps a plan under another name, too.
    ///
    /// # Errors
    /// When there is none of that name, or the other one is taken or unusable.
    pub fn copy_plan(&self, name: &str, other: &str) -> Result<(), Error> {
        Ok(self.store.save_plan(SavedPlan {
            name: other.to_owned(),
            saved_at: now(),
            ..self.store.plan(name)?
        })?)
    }

    /// Forgets a plan, which can be put back as long as somebody holds it; runs of it keep theirs.
    ///
    /// # Errors
    /// When there is none of that name.
    pub fn delete_plan(&self, name: &str) -> Result<ForgottenPlan, Error> {
        let plan = self.store.plan(name)?;
        self.store.delete_plan(name)?;
        Ok(ForgottenPlan(plan))
    }

    /// Puts back what was forgotten, in the place of what has its name now.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn put_plan_back(&self, ForgottenPlan(plan): ForgottenPlan) -> Result<(), Error> {
        if self.store.plan(&plan.name).is_ok() {
            self.store.delete_plan(&plan.name)?;
        }
        Ok(self.store.save_plan(plan)?)
    }

    /// The plan kept under a name, for the recording as it is called now.
    ///
    /// # Errors
    /// When there is none of that name, or a newer program made it.
    pub fn saved_plan(&self, name: &str) -> Result<Plan, Error> {
        match self.store.plan(name) {
            Ok(saved) => Ok(Plan {
                recording: saved.recording_name,
                ..Plan::from_json(saved.plan)?
            }),
            Err(unknown @ reprise_store::Error::Unknown { .. }) => match self.store.run(name) {
                Ok(_) => Err(Error::Usage(format!(
                    "there is no plan '{name}'; to run the plan of the run '{name}' again, say --again {name}"
                ))),
                Err(_) => Err(unknown.into()),
            },
            Err(other) => Err(other.into()),
        }
    }

    /// The plan that a run was started with, for the recording as it is called now.
    ///
    /// # Errors
    /// When there is no run of that name, or a newer program made its plan.
    pub fn plan_of_run(&self, run: &str) -> Result<Plan, Error> {
        let run = self.store.run(run)?;
        Ok(Plan {
            recording: run.recording_name,
            ..Plan::from_json(run.plan)?
        })
    }
}

fn now() -> Timestamp {
    Timestamp::from_micros(jiff::Timestamp::now().as_microsecond())
}

fn answer(saved: SavedPlan) -> Result<PlanAnswer, Error> {
    let plan = Plan::from_json(saved.plan)?;
    let routes: Vec<String> = plan.http.iter().map(shown).collect();
    Ok(PlanAnswer {
        name: saved.name,
        recording: saved.recording_name,
        saved_at: rfc3339(saved.saved_at),
        seed: plan.seed,
        http: Some(routes.join(", ")).filter(|text| !text.is_empty()),
        mysql: plan.mysql.as_ref().map(|route| route.address.clone()),
        says: says(&plan)?,
    })
}

/// The fields of a plan that are not as they are by themselves.
fn says(plan: &Plan) -> Result<Map<String, Value>, Error> {
    let (Value::Object(mut says), Value::Object(usual)) =
        (plan.to_json()?, Plan::default().to_json()?)
    else {
        return Ok(Map::new());
    };
    says.retain(|field, value| usual.get(field) != Some(value));
    Ok(says)
}
