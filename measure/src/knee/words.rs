//! What a search found, in sentences: the first is the edge.

use super::{KneeAnswer, KneeStep};
use crate::readable::{count, duration, percent};

impl KneeAnswer {
    /// What was found, in sentences without their full stops.
    pub fn sentences(&self) -> Vec<String> {
        let mut said = vec![self.edge_sentence()];
        if self.stopped && self.fails.is_some() {
            said.push("the search was stopped; the edge may be anywhere between".to_owned());
        }
        if self.generator_limited {
            said.push(
                "the generator was the limit, not the target: replay from a machine with more free cores"
                    .to_owned(),
            );
        }
        if let Some(first) = &self.first_to_break {
            let some = |us: Option<u64>| us.map_or_else(|| "n/a".to_owned(), duration);
            said.push(format!(
                "first to break: {}, at {}x (p95 {}, at the lowest rate {}; new errors {})",
                first.operation,
                first.at,
                some(first.p95_us),
                some(first.before_p95_us),
                percent(first.error_rate)
            ));
        }
        said
    }

    fn edge_sentence(&self) -> String {
        let name = &self.recording;
        let why = |step: &KneeStep| step.why.clone().unwrap_or_default();
        match (&self.holds, &self.fails) {
            (Some(holds), Some(fails)) => {
                let how = if self.generator_limited {
                    "could not be sent"
                } else {
                    "fails"
                };
                format!(
                    "{name} holds at {} and {how} at {}: {}",
                    at(holds),
                    at(fails),
                    why(fails)
                )
            }
            (Some(holds), None) if self.stopped => {
                format!(
                    "{name} holds at {}; the search was stopped there",
                    at(holds)
                )
            }
            (Some(holds), None) => format!(
                "{name} holds at {}, the highest rate tried; raise --to to find its edge",
                at(holds)
            ),
            (None, Some(fails)) if self.generator_limited => format!(
                "{name} could not even be sent at {}, the lowest rate tried: {}",
                at(fails),
                why(fails)
            ),
            (None, Some(fails)) => format!(
                "{name} does not hold at {}, the lowest rate tried: {}; lower --from, or loosen the checks",
                at(fails),
                why(fails)
            ),
            (None, None) => {
                format!("{name}: the search was stopped before its first step ended")
            }
        }
    }
}

/// `11.3x (1,130/s)`.
fn at(step: &KneeStep) -> String {
    let per_s = count(step.asked_per_s.round() as u64);
    format!("{}x ({per_s}/s)", step.times)
}
