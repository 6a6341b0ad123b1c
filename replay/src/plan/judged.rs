//! The parts of a run that its checks name: which stretches a stage of its rate is, and a fault.

use reprise_fault::Fault;
use reprise_measure::{Check, During, Stretch, Watching};

use super::Plan;
use crate::ReplayError;

/// A check of a plan, with the stretches of the run that it is about when it names a stage or a fault.
#[derive(Debug)]
pub(crate) struct Judged {
    pub(crate) check: Check,
    stretches: Option<Vec<Stretch>>,
}

impl Judged {
    /// The first moment of the stage or the fault that it names; microseconds of the run.
    pub(crate) fn first_us(&self) -> Option<u64> {
        let stretches = self.stretches.iter().flatten();
        stretches.map(|stretch| stretch.from_us).min()
    }

    /// The check as it is watched: of the operation with this id, from this moment on.
    pub(crate) fn watched(self, operation: Option<u32>, from_us: u64) -> Watching {
        let watching = Watching::new(self.check, operation, from_us);
        match self.stretches {
            Some(stretches) => watching.about(stretches),
            None => watching,
        }
    }
}

impl Plan {
    /// The checks, and what they are about.
    pub(crate) fn judged(&self) -> Result<Vec<Judged>, ReplayError> {
        let judged = self.checks.iter().map(|text| {
            let check = Check::parse(text).map_err(|source| ReplayError::Check {
                check: text.clone(),
                source,
            })?;
            let stretches = match check.during() {
                None | Some(During::Span(..)) => None,
                Some(During::Stage(number)) => Some(self.stage(*number, text)?),
                Some(During::Fault(number)) => {
                    let fault = number.checked_sub(1).and_then(|at| self.faults.get(at));
                    Some(vec![stretch(fault.ok_or_else(|| self.no_fault(text))?)])
                }
                Some(During::FaultCalled(name)) => Some(self.faults_called(name, text)?),
            };
            Ok(Judged { check, stretches })
        });
        judged.collect()
    }

    /// A stage by its number in the stages as they were written: of a run that goes on with another one, those that
    /// were over have no time left.
    fn stage(&self, number: usize, check: &str) -> Result<Vec<Stretch>, ReplayError> {
        let over = self.begins.stages_over;
        if (1..=over).contains(&number) {
            return Ok(Vec::new());
        }
        let left = number.checked_sub(over + 1);
        let begun = left.and_then(|left| self.stages.begun().nth(left));
        let (from_us, stage) = begun.ok_or_else(|| ReplayError::NoStage {
            check: check.to_owned(),
            there_are: self.stages_there_are(),
        })?;
        let to_us = from_us.saturating_add(stage.lasts_us);
        Ok(vec![Stretch::once(from_us, to_us)])
    }

    fn faults_called(&self, name: &str, check: &str) -> Result<Vec<Stretch>, ReplayError> {
        let called = |fault: &&Fault| name == fault.behaviour.name() || name == fault.counted_as();
        let found: Vec<Stretch> = self.faults.iter().filter(called).map(stretch).collect();
        if found.is_empty() {
            return Err(self.no_fault(check));
        }
        Ok(found)
    }

    fn stages_there_are(&self) -> String {
        if self.stages.is_empty() {
            return "the run has no stages; give it some, as in --stages 1x:1m,5x:2m".to_owned();
        }
        let over = self.begins.stages_over;
        let stages = self.stages.list().iter().enumerate();
        let stages = stages.map(|(at, stage)| format!("@stage{} ({stage})", over + at + 1));
        format!(
            "the run has no such stage; there are {}",
            stages.collect::<Vec<_>>().join(", ")
        )
    }

    fn no_fault(&self, check: &str) -> ReplayError {
        let there_are = if self.faults.is_empty() {
            "the run has no faults; give it one with --fault".to_owned()
        } else {
            let faults = self.faults.iter().enumerate();
            let faults = faults.map(|(at, fault)| {
                let name = fault.counted_as();
                format!("@fault{} or @fault:{name} ({fault})", at + 1)
            });
            format!(
                "the run has no such fault; there are {}",
                faults.collect::<Vec<_>>().join(", ")
            )
        };
        ReplayError::NoFault {
            check: check.to_owned(),
            there_are,
        }
    }
}

/// When a fault is on.
fn stretch(fault: &Fault) -> Stretch {
    let window = fault.window.unwrap_or_default();
    Stretch {
        from_us: window.from_us,
        to_us: window.to_us,
        every_for_us: window.every.map(|every| (every.every_us, every.for_us)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Progress;

    const SECOND: u64 = 1_000_000;

    fn plan(checks: &[&str]) -> Plan {
        let mut plan = Plan::of("x");
        plan.stages = "1x:10s,5x:20s,2x..1x:5s".parse().unwrap();
        let faults = [
            "20:delay(ms=250)@5s..8s",
            "5:error(status=503)@3s.. every 10s for 2s",
            "1:delay(ms=9)@20s..21s via db",
        ];
        plan.faults = faults.iter().map(|text| text.parse().unwrap()).collect();
        plan.proxies = vec!["127.0.0.1:8474".to_owned()];
        plan.checks = checks.iter().map(|&text| text.to_owned()).collect();
        plan
    }

    fn stretches(plan: &Plan) -> Option<Vec<Stretch>> {
        plan.judged().unwrap().pop().unwrap().stretches
    }

    fn refusal(check: &str) -> String {
        let refused = plan(&[check]).validate().unwrap_err();
        refused.to_string()
    }

    #[test]
    fn a_check_is_about_the_stage_or_the_faults_that_it_names() {
        let once = |from: u64, to: u64| Stretch::once(from * SECOND, to * SECOND);
        let again = Stretch {
            from_us: 3 * SECOND,
            to_us: None,
            every_for_us: Some((10 * SECOND, 2 * SECOND)),
        };
        for (part, expected) in [
            ("", None),
            (" @1s..2s", None),
            (" @stage1", Some(vec![once(0, 10)])),
            (" @stage3", Some(vec![once(30, 35)])),
            (" @fault1", Some(vec![once(5, 8)])),
            (" @fault2", Some(vec![again])),
            (" @fault:error", Some(vec![again])),
            (" @fault:delay", Some(vec![once(5, 8), once(20, 21)])),
            (" @fault:delay via db", Some(vec![once(20, 21)])),
        ] {
            let plan = plan(&[&format!("p99<1s{part}")]);
            assert_eq!(stretches(&plan), expected, "{part}");
            plan.validate().unwrap();
        }
        let mut always = plan(&["p99<1s @fault1"]);
        always.faults = vec!["1:delay(ms=9)".parse().unwrap()];
        assert_eq!(stretches(&always), Some(vec![Stretch::default()]));
    }

    #[test]
    fn a_name_that_the_run_does_not_have_is_refused_with_those_there_are() {
        let said = refusal("p99<1s @stage4");
        for there in [
            "p99<1s @stage4",
            "@stage1 (1x)",
            "@stage2 (5x)",
            "@stage3 (2x..1x)",
        ] {
            assert!(said.contains(there), "{said}");
        }
        for check in [
            "p99<1s @fault4",
            "p99<1s @fault:dealy",
            "p99<1s @fault:delay via x",
        ] {
            let said = refusal(check);
            for there in [
                check,
                "@fault:delay (20:delay",
                "@fault2 or @fault:error",
                "@fault:delay via db",
            ] {
                assert!(said.contains(there), "{said}");
            }
        }
        let mut bare = Plan::of("x");
        bare.checks = vec!["p99<1s @stage1".to_owned()];
        assert!(
            bare.validate()
                .unwrap_err()
                .to_string()
                .contains("--stages")
        );
        bare.checks = vec!["p99<1s @fault:delay".to_owned()];
        assert!(bare.validate().unwrap_err().to_string().contains("--fault"));
    }

    #[test]
    fn a_run_that_goes_on_keeps_the_numbers_of_its_stages() {
        let went_on = |plan: Plan, reached: u64| {
            let reached = Progress {
                run_us: reached * SECOND,
                recorded_us: 0,
                copy: 0,
            };
            plan.gone_on(reached).unwrap()
        };
        let about = |plan: &Plan, stage: usize| {
            let check = format!("p99<1s @stage{stage}");
            let plan = Plan {
                checks: vec![check],
                ..plan.clone()
            };
            stretches(&plan)
        };
        let second = went_on(plan(&[]), 14);
        assert_eq!(about(&second, 1), Some(Vec::new()));
        assert_eq!(about(&second, 2), Some(vec![Stretch::once(0, 16 * SECOND)]));
        let third = went_on(second, 18);
        assert_eq!(about(&third, 2), Some(Vec::new()));
        assert_eq!(about(&third, 3), Some(vec![Stretch::once(0, 3 * SECOND)]));
    }
}
