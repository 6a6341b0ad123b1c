//! What an earlier run has shown to vary: the places its mismatches were at are noise for the next.

use std::collections::BTreeMap;

use reprise_store::Store;

use crate::ReplayError;
use crate::http::verify::noise::NoiseBook;
use crate::mismatch::Mismatch;

/// Notes the places at which answers of `run` differed from the recording, by operation.
///
/// # Errors
/// There is no such run, or it cannot be read.
pub(super) fn learn(
    store: &Store,
    run: &str,
    operations: &BTreeMap<u32, String>,
    noise: &mut NoiseBook,
) -> Result<(), ReplayError> {
    let run = store.run(run)?.id;
    for mismatch in Mismatch::all(store, run)? {
        let of = operations
            .iter()
            .filter(|(_, text)| **text == mismatch.operation);
        for (operation, _) in of {
            for place in &mismatch.places {
                noise.note(*operation, place);
            }
        }
    }
    Ok(())
}
