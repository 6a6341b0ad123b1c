//! What an earlier run has shown to vary: the places its mismatches were at are noise for the next.

use std::collections::{BTreeMap, BTreeSet};

use reprise_store::Store;
use serde::{Deserialize, Serialize};

use crate::http::verify::noise::NoiseBook;
use crate::mismatch::Mismatch;
use crate::{Plan, ReplayError};

/// How many runs back a baseline is followed: each may have had one of its own.
const MOST_RUNS: usize = 32;

/// A place in answers at which an earlier run differed.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct NoisyPlace {
    /// The operation: `GET /orders/{id}`.
    pub operation: String,
    /// Where in its answers: `json:created`, `html:p`, `body`.
    pub place: String,
}

/// Notes the places at which answers of `run` differed from the recording, by operation, and those it had
/// taken from a baseline of its own: they did not differ there for not being compared.
///
/// # Errors
/// There is no such run, or it cannot be read.
pub(super) fn learn(
    store: &Store,
    run: &str,
    operations: &BTreeMap<u32, String>,
    noise: &mut NoiseBook,
) -> Result<Vec<NoisyPlace>, ReplayError> {
    let mut found = BTreeSet::new();
    let mut next = Some(run.to_owned());
    for _ in 0..MOST_RUNS {
        let Some(name) = next.take() else { break };
        let run = match store.run(&name) {
            Ok(run) => run,
            // an earlier one may have been deleted since
            Err(_) if !found.is_empty() => break,
            Err(error) => return Err(error.into()),
        };
        for mismatch in Mismatch::all(store, run.id)? {
            for place in mismatch.places {
                found.insert(NoisyPlace {
                    operation: mismatch.operation.clone(),
                    place,
                });
            }
        }
        next = serde_json::from_value::<Plan>(run.plan)
            .ok()
            .and_then(|plan| plan.baseline);
    }
    for noisy in &found {
        let of = operations
            .iter()
            .filter(|(_, text)| **text == noisy.operation);
        for (operation, _) in of {
            noise.note(*operation, &noisy.place);
        }
    }
    Ok(found.into_iter().collect())
}
