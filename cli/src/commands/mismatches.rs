//! `reprise report RUN --mismatches`: where answers were not the recorded ones, by operation and place.

use std::collections::BTreeMap;

use reprise_app::Mismatch;
use reprise_app::readable::count;

use super::Context;
use crate::output;

pub(crate) fn show(context: &Context, run: &str) -> anyhow::Result<()> {
    let mismatches = context.existing_library()?.mismatches(run)?;
    if context.json {
        output::json_lines(mismatches)?;
        return Ok(());
    }
    if mismatches.is_empty() {
        output::text("no mismatch was kept: every answer was the recorded one, or failed\n")?;
        return Ok(());
    }
    output::text(&describe(&mismatches))?;
    Ok(())
}

/// Each operation with the places that differed, the most frequent first, and one example of each.
fn describe(mismatches: &[Mismatch]) -> String {
    let mut operations: BTreeMap<&str, BTreeMap<&str, Vec<&Mismatch>>> = BTreeMap::new();
    for mismatch in mismatches {
        let places = operations.entry(&mismatch.operation).or_default();
        places.entry(&mismatch.place).or_default().push(mismatch);
    }
    let mut text = String::new();
    for (operation, places) in operations {
        text.push_str(&format!("{operation}\n"));
        let mut places: Vec<_> = places.into_iter().collect();
        places.sort_by_key(|(_, kept)| std::cmp::Reverse(kept.len()));
        for (place, kept) in places {
            let Some(first) = kept.first() else { continue };
            text.push_str(&format!(
                "  {place}  {} kept\n    recorded {}  {}\n    answered {}  {}\n    exchange {}, copy {}\n",
                count(kept.len() as u64),
                first.recorded_status,
                one_line(&first.recorded),
                first.status,
                one_line(&first.answered),
                first.exchange,
                first.copy,
            ));
        }
    }
    text.push_str(
        "both answers of each: --json; take these for noise in the next run: --baseline\n",
    );
    text
}

/// What a terminal takes on one line: control characters would move its cursor.
fn one_line(text: &str) -> String {
    const LONGEST: usize = 80;
    let shown = |letter: char| if letter.is_control() { ' ' } else { letter };
    let mut line: String = text.chars().take(LONGEST).map(shown).collect();
    if text.chars().count() > LONGEST {
        line.push('…');
    }
    line
}
