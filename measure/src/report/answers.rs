//! What two sides answered differently, each operation with one example of both answers side by side.

use super::page::{Page, Tone};
use super::table::{Cell, Table};
use crate::Comparison;
use crate::answers::{AnswerExample, status_name};
use crate::readable::count;

/// Operations that are listed; the others are summed up in a line.
const OPERATIONS: usize = 40;

/// Examples that are shown.
const EXAMPLES: usize = 10;

pub(super) fn write(page: &mut Page, comparison: &Comparison) {
    if comparison.answers.is_empty() {
        return;
    }
    page.subheading("Answers that changed");
    let mut table = Table::new(&[
        "Operation",
        "answers A, B",
        "not as recorded A, B",
        "what changed",
    ]);
    for change in comparison.answers.iter().take(OPERATIONS) {
        let both = |a, b| Cell::new(format!("{}, {}", count(a), count(b)));
        table.row([
            Cell::code(&change.operation),
            both(change.answers.a, change.answers.b),
            both(change.differing.a, change.differing.b),
            Cell::new(change.words()).wide(),
        ]);
    }
    page.table(table);
    let more = comparison.answers.len().saturating_sub(OPERATIONS);
    if more > 0 {
        let text = format!(
            "{} operations with fewer changed answers are not listed.",
            count(more as u64)
        );
        page.paragraph(&text, Tone::Plain);
    }
    let examples = comparison
        .answers
        .iter()
        .filter_map(|change| change.example.as_ref());
    for example in examples.take(EXAMPLES) {
        write_example(page, example);
    }
}

fn write_example(page: &mut Page, example: &AnswerExample) {
    let what = if example.request.is_empty() {
        format!("Exchange {}", example.exchange)
    } else {
        example.request.clone()
    };
    let head = |who: &str, status| format!("{who}: {}", status_name(status));
    page.side_by_side(
        &format!("{what}, at {}", example.place),
        [
            &head(example.a_is.name(), example.a_status),
            &head("B", example.b_status),
        ],
        &example.lines,
    );
}
