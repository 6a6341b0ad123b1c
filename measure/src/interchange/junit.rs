//! The checks of runs, and a comparison's verdict, as JUnit's XML, the form in which build servers show what failed.

use quick_junit::{NonSuccessKind, Report, TestCase, TestCaseStatus, TestSuite};

use crate::{Comparison, Summary, Verdict};

/// Writes a suite for each run, by its name: one test case a check, and two more without which the others say little:
/// the generator kept up, and the answers were of the recorded work. A comparison is a suite of one case, skipped when
/// it cannot tell.
///
/// # Errors
/// The XML cannot be written.
pub fn junit(
    runs: &[(&str, &Summary)],
    comparison: Option<&Comparison>,
) -> Result<String, quick_junit::SerializeError> {
    let mut report = Report::new("reprise");
    for (run, summary) in runs {
        report.add_test_suite(checked(run, summary));
    }
    if let Some(comparison) = comparison {
        let name = format!("{} against {}", comparison.b, comparison.a);
        let why = comparison.why.join("; ");
        let mut suite = TestSuite::new(name.as_str());
        let mut nothing = case("compare", "nothing regressed", None);
        match comparison.verdict {
            Verdict::Regressed => nothing = case("compare", "nothing regressed", Some(why)),
            Verdict::Inconclusive => {
                nothing.status = TestCaseStatus::skipped();
                nothing.status.set_message(why);
            }
            Verdict::Improved | Verdict::Same => {}
        }
        suite.add_test_case(nothing);
        report.add_test_suite(suite);
    }
    let text = report.to_string()?;
    // the schema that build servers check against knows it of a suite only (xunit-plugin, junit-10.xsd)
    Ok(text.replacen(&format!(" skipped=\"{}\"", report.skipped), "", 1))
}

fn checked(run: &str, summary: &Summary) -> TestSuite {
    let mut suite = TestSuite::new(run);
    for check in &summary.checks {
        let failed = (!check.held).then(|| format!("measured {}", check.readable));
        suite.add_test_case(case(run, &check.check, failed));
    }
    let failed = summary.generator_failed();
    suite.add_test_case(case(run, "the generator kept up", failed));
    let unfaithful = summary
        .unfaithful
        .then(|| "more than 5 % of the answers differ from the recorded ones".to_owned());
    suite.add_test_case(case(
        run,
        "the answers are of the recorded work",
        unfaithful,
    ));
    suite
}

/// A case that failed for the reason given, or passed.
fn case(run: &str, name: &str, failed: Option<String>) -> TestCase {
    let status = match failed {
        None => TestCaseStatus::success(),
        Some(reason) => {
            let mut status = TestCaseStatus::non_success(NonSuccessKind::Failure);
            status.set_message(reason);
            status
        }
    };
    let mut case = TestCase::new(name, status);
    case.set_classname(format!("reprise.{run}"));
    case
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::CheckResult;

    #[test]
    fn a_check_that_did_not_hold_is_a_failed_case_with_what_was_measured() {
        let check = |check: &str, held, readable: &str| CheckResult {
            check: check.to_owned(),
            value: Some(1.0),
            held,
            readable: readable.to_owned(),
        };
        let summary = Summary {
            checks: vec![
                check("p99<250ms", false, "412 ms"),
                check("error_rate<1%", true, "0 %"),
            ],
            unfaithful: true,
            ..Summary::default()
        };
        let comparison = Comparison {
            a: "main".to_owned(),
            b: "five".to_owned(),
            verdict: Verdict::Regressed,
            why: vec!["B is slower: p99 +38 %".to_owned()],
            ..Comparison::default()
        };
        let compared = junit(&[], Some(&comparison)).unwrap();
        assert!(compared.contains("five against main"));
        assert!(compared.contains("message=\"B is slower: p99 +38 %\""));
        let unsure = Comparison {
            verdict: Verdict::Inconclusive,
            ..comparison
        };
        let unsure = junit(&[], Some(&unsure)).unwrap();
        assert!(
            unsure.contains("<skipped message=\"B is slower"),
            "{unsure}"
        );
        insta::assert_snapshot!(junit(&[("five", &summary)], None).unwrap());
    }
}
