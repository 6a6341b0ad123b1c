//! Plain text tables for a terminal. The first column is set left, the others right
//! unless their head begins with `<`; nothing is wider than needed.

use std::fmt::Write as _;

/// Rows of cells under a head; printed with two spaces between columns.
pub(crate) struct Table {
    head: Vec<&'static str>,
    left: Vec<bool>,
    rows: Vec<Vec<String>>,
}

impl Table {
    pub(crate) fn new(head: &[&'static str]) -> Self {
        let left = head
            .iter()
            .enumerate()
            .map(|(i, name)| i == 0 || name.starts_with('<'))
            .collect();
        let head = head
            .iter()
            .map(|name| name.trim_start_matches('<'))
            .collect();
        Self {
            head,
            left,
            rows: Vec::new(),
        }
    }

    pub(crate) fn row(&mut self, cells: Vec<String>) {
        debug_assert_eq!(cells.len(), self.head.len());
        self.rows.push(cells);
    }

    /// The whole table, each line ended.
    pub(crate) fn render(&self) -> String {
        let widths: Vec<usize> = (0..self.head.len())
            .map(|column| {
                let cells = self.rows.iter().map(|row| row[column].chars().count());
                cells
                    .chain([self.head[column].chars().count()])
                    .max()
                    .unwrap_or(0)
            })
            .collect();
        let mut text = String::new();
        self.line(&mut text, &widths, self.head.iter().copied());
        for row in &self.rows {
            self.line(&mut text, &widths, row.iter().map(String::as_str));
        }
        text
    }

    fn line<'a>(&self, text: &mut String, widths: &[usize], cells: impl Iterator<Item = &'a str>) {
        let start = text.len();
        for (i, ((cell, width), left)) in cells.zip(widths).zip(&self.left).enumerate() {
            let gap = if i == 0 { "" } else { "  " };
            // Writing to a String cannot fail.
            let _ = if *left {
                write!(text, "{gap}{cell:<width$}")
            } else {
                write!(text, "{gap}{cell:>width$}")
            };
        }
        let end = text.trim_end().len().max(start);
        text.truncate(end);
        text.push('\n');
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_line_up_and_lines_have_no_trailing_blanks() {
        let mut table = Table::new(&["name", "n", ""]);
        table.row(vec!["a".to_owned(), "1,000".to_owned(), String::new()]);
        table.row(vec!["long name".to_owned(), "7".to_owned(), "x".to_owned()]);
        assert_eq!(
            table.render(),
            "name           n\na          1,000\nlong name      7  x\n"
        );
    }
}
