//! Two texts side by side, line by line: the longest common run of lines pairs them, what is left differs.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Lines shown around each difference.
const AROUND: usize = 3;

/// Lines shown at most.
const MOST_SHOWN: usize = 60;

/// Lines looked at; answers are kept up to 8 KiB.
const MOST_LINES: usize = 1_200;

/// A line longer than this is broken where it can be.
const LONG: usize = 120;

/// One line of both sides.
#[derive(Clone, Debug, Default, PartialEq, Eq, JsonSchema, Serialize, Deserialize)]
pub struct Line {
    /// A's; `None` where B has one that A has not.
    pub a: Option<String>,
    /// B's; `None` where A has one that B has not.
    pub b: Option<String>,
    /// Whether they differ.
    pub differs: bool,
}

/// Both texts, with as much around their differences as shows where they are; a line of both sides `…` stands for what is left
/// out. JSON is laid out first.
pub fn side_by_side(a: &str, b: &str) -> Vec<Line> {
    let (a, b) = (laid_out(a), laid_out(b));
    shortened(paired(&a, &b))
}

/// A text as lines that people can compare.
fn laid_out(text: &str) -> Vec<String> {
    if is_binary(text) {
        return vec!["(no text)".to_owned()];
    }
    let json = serde_json::from_str::<serde_json::Value>(text).ok();
    let json = json.filter(|value| value.is_object() || value.is_array());
    let pretty = json.and_then(|value| serde_json::to_string_pretty(&value).ok());
    let lines = pretty.as_deref().unwrap_or(text).lines();
    let lines = lines.flat_map(broken).take(MOST_LINES);
    lines
        .map(|line| line.replace(|c: char| c.is_control() && c != '\t', " "))
        .collect()
}

/// Whether a text was made of bytes that are none: a picture, something packed.
fn is_binary(text: &str) -> bool {
    let strange =
        |letter: char| letter == '\u{fffd}' || (letter.is_control() && !letter.is_whitespace());
    let all = text.chars().count();
    text.chars().filter(|letter| strange(*letter)).count() * 20 > all
}

/// A long line in pieces, each up to a place where markup or a list goes on.
fn broken(line: &str) -> Vec<String> {
    let mut pieces = Vec::new();
    let mut piece = String::new();
    let mut letters = 0;
    let long = line.chars().count() > LONG;
    for letter in line.chars() {
        piece.push(letter);
        letters += 1;
        let ends =
            (matches!(letter, '>' | ',' | ';' | '}') && letters >= LONG / 3) || letters >= 2 * LONG;
        if long && ends {
            pieces.push(std::mem::take(&mut piece));
            letters = 0;
        }
    }
    if !piece.is_empty() || pieces.is_empty() {
        pieces.push(piece);
    }
    pieces
}

/// The longest common subsequence of lines is the same, what is between is paired as it comes.
fn paired(a: &[String], b: &[String]) -> Vec<Line> {
    // common[i][j]: the length of the longest one of a[i..] and b[j..]
    let mut common = vec![vec![0_u16; b.len() + 1]; a.len() + 1];
    for i in (0..a.len()).rev() {
        for j in (0..b.len()).rev() {
            common[i][j] = if a[i] == b[j] {
                common[i + 1][j + 1] + 1
            } else {
                common[i + 1][j].max(common[i][j + 1])
            };
        }
    }
    let mut lines = Vec::new();
    let (mut only_a, mut only_b) = (Vec::new(), Vec::new());
    let (mut i, mut j) = (0, 0);
    while i < a.len() || j < b.len() {
        if i < a.len() && j < b.len() && a[i] == b[j] {
            flush(&mut lines, &mut only_a, &mut only_b);
            lines.push(Line {
                a: Some(a[i].clone()),
                b: Some(b[j].clone()),
                differs: false,
            });
            (i, j) = (i + 1, j + 1);
        } else if j == b.len() || (i < a.len() && common[i + 1][j] >= common[i][j + 1]) {
            only_a.push(a[i].clone());
            i += 1;
        } else {
            only_b.push(b[j].clone());
            j += 1;
        }
    }
    flush(&mut lines, &mut only_a, &mut only_b);
    lines
}

/// What differs between two lines that are the same, side by side.
fn flush(lines: &mut Vec<Line>, only_a: &mut Vec<String>, only_b: &mut Vec<String>) {
    let (mut a, mut b) = (only_a.drain(..), only_b.drain(..));
    loop {
        match (a.next(), b.next()) {
            (None, None) => return,
            (a, b) => lines.push(Line {
                a,
                b,
                differs: true,
            }),
        }
    }
}

/// The lines around differences.
fn shortened(lines: Vec<Line>) -> Vec<Line> {
    let near: Vec<bool> = (0..lines.len())
        .map(|at| {
            let from = at.saturating_sub(AROUND);
            let to = (at + AROUND + 1).min(lines.len());
            lines[from..to].iter().any(|line| line.differs)
        })
        .collect();
    let gap = || Line {
        a: Some("…".to_owned()),
        b: Some("…".to_owned()),
        differs: false,
    };
    let mut shown = Vec::new();
    let mut skipped = false;
    for (line, near) in lines.into_iter().zip(near) {
        if !near {
            skipped = true;
            continue;
        }
        if skipped {
            shown.push(gap());
            skipped = false;
        }
        if shown.len() >= MOST_SHOWN {
            skipped = true;
            break;
        }
        shown.push(line);
    }
    if skipped {
        shown.push(gap());
    }
    shown
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn drawn(lines: &[Line]) -> Vec<String> {
        let side = |text: &Option<String>| text.clone().unwrap_or_else(|| "-".to_owned());
        lines
            .iter()
            .map(|line| {
                let mark = if line.differs { "!" } else { " " };
                format!("{mark}{} | {}", side(&line.a), side(&line.b))
            })
            .collect()
    }

    #[test]
    fn a_value_that_changed_in_json_stands_beside_the_old_one() {
        let lines = side_by_side(
            r#"{"id":7,"total":1200,"items":[1,2]}"#,
            r#"{"id":7,"total":1100,"items":[1,2]}"#,
        );
        let drawn = drawn(&lines);
        assert!(
            drawn.contains(&"!  \"total\": 1200, |   \"total\": 1100,".to_owned()),
            "{drawn:#?}"
        );
        assert_eq!(lines.iter().filter(|line| line.differs).count(), 1);
    }

    #[test]
    fn a_line_of_one_side_has_nothing_beside_it() {
        assert_eq!(
            drawn(&side_by_side("x\nz", "x\ny\nz")),
            [" x | x", "!- | y", " z | z"]
        );
    }

    #[test]
    fn a_picture_is_not_shown_as_text() {
        let picture = String::from_utf8_lossy(b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0").into_owned();
        assert_eq!(
            drawn(&side_by_side(&picture, "<h1>no</h1>")),
            ["!(no text) | <h1>no</h1>"]
        );
    }

    #[test]
    fn what_is_far_from_a_difference_is_left_out() {
        let long: Vec<String> = (0..100).map(|number| number.to_string()).collect();
        let mut other = long.clone();
        other[50] = "changed".to_owned();
        let lines = side_by_side(&long.join("\n"), &other.join("\n"));
        assert_eq!(lines.len(), 2 * AROUND + 1 + 2);
        assert_eq!(drawn(&lines)[0], " … | …");
    }

    #[test]
    fn one_long_line_of_markup_is_broken_at_its_tags() {
        let a = "<li>same</li>".repeat(40);
        let b = format!("{a}<li>new</li>");
        let lines = side_by_side(&a, &b);
        assert!(
            lines
                .iter()
                .any(|line| line.differs && line.b.as_deref().is_some_and(|b| b.contains("new")))
        );
        assert!(lines.len() < 10, "{lines:#?}");
    }

    proptest! {
        #[test]
        fn every_line_that_differs_is_marked_and_none_that_does_not(
            a in prop::collection::vec("[abc]", 0..30), b in prop::collection::vec("[abc]", 0..30)
        ) {
            let lines = paired(&a, &b);
            let of = |side: fn(&Line) -> &Option<String>| -> Vec<String> {
                lines.iter().filter_map(|line| side(line).clone()).collect()
            };
            prop_assert_eq!(of(|line| &line.a), a);
            prop_assert_eq!(of(|line| &line.b), b);
            for line in &lines {
                prop_assert!(line.differs || line.a == line.b);
            }
        }
    }
}
