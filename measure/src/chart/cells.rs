//! The cells of a heat map, and the legend that says how many each colour stands for. One colour, ever stronger over
//! the page: on a light page darker, on a dark one lighter, and told apart by everybody.

use super::canvas::{Align, Canvas, Stroke, text_width};
use super::plot::{Area, Cells, HEADING, LABEL, Plot};
use super::{GridColumn, Token};
use crate::readable;

const TOKEN: Token = Token::P50;
/// How strong the weakest colour is: one answer must be seen.
const WEAKEST: f64 = 0.2;
/// The side of a legend's square, in CSS pixels.
const SQUARE: f64 = 9.0;
/// Above a plot area that begins below this there is a heading.
const HEADED: f64 = 25.0;

impl Plot {
    pub(super) fn draw_cells(&self, canvas: &Canvas<'_>, area: Area) {
        let Some(cells) = &self.cells else {
            return;
        };
        let rows = cells.grid.edges.len().saturating_sub(1);
        let edge =
            |row: usize| area.bottom - (area.bottom - area.top) * row as f64 / rows.max(1) as f64;
        let strips = |holds: &dyn Fn(usize) -> bool| -> Vec<[f64; 4]> {
            let of_row = |row| {
                let ends = cells.strips(row, holds).into_iter();
                ends.map(move |(from, to)| {
                    [
                        self.x(area, from),
                        edge(row + 1),
                        self.x(area, to),
                        edge(row),
                    ]
                })
            };
            (0..rows).flat_map(of_row).collect()
        };
        // what is shaded behind them would change their colours
        canvas.strips(&strips(&|_| true), Token::Bg, 1.0);
        for level in 0..cells.bounds.len() {
            canvas.strips(
                &strips(&|other| other == level),
                TOKEN,
                cells.strength(level),
            );
        }
        let left = if area.top > HEADED {
            area.left + text_width(&self.title, HEADING) * 1.06 + 16.0
        } else {
            area.left
        };
        cells.draw_legend(canvas, area, left);
    }
}

impl Cells {
    /// From where to where neighbours in a row have colours of which this holds.
    fn strips(&self, row: usize, holds: &dyn Fn(usize) -> bool) -> Vec<(f64, f64)> {
        let mut strips: Vec<(f64, f64)> = Vec::new();
        let same = |column: &&GridColumn| self.level(column, row).is_some_and(holds);
        for column in self.grid.columns.iter().filter(same) {
            match strips.last_mut() {
                Some((_, to)) if *to >= column.from => *to = column.to,
                _ => strips.push((column.from, column.to)),
            }
        }
        strips
    }

    /// Which colour a cell has; none without a count.
    fn level(&self, column: &GridColumn, row: usize) -> Option<usize> {
        let count = *column.counts.get(row.checked_sub(column.first as usize)?)?;
        let level = self.bounds.iter().position(|bound| count <= *bound);
        level.filter(|_| count > 0)
    }

    fn strength(&self, level: usize) -> f64 {
        let steps = self.bounds.len().saturating_sub(1).max(1) as f64;
        let share = if self.bounds.len() > 1 {
            level as f64 / steps
        } else {
            1.0
        };
        ((WEAKEST + (1.0 - WEAKEST) * share) * 100.0).round() / 100.0
    }

    /// From right to left, as far as `left`: a square for each colour with its counts, an empty one for none, and what
    /// is counted. Without room only the weakest and the strongest are named.
    fn draw_legend(&self, canvas: &Canvas<'_>, area: Area, left: f64) {
        let y = area.top - if area.top > HEADED { 17.0 } else { 11.0 };
        let names = self.names();
        let room = |name: &String| text_width(name, LABEL) + SQUARE + 13.0;
        let legend = text_width(&self.legend, LABEL);
        let terse = names.iter().map(room).sum::<f64>() + legend > area.right - left;
        let mut right = area.right;
        for (place, name) in names.iter().enumerate().rev() {
            let named = !terse || place == 0 || place + 1 == names.len();
            if named {
                canvas.text(name, (right, y), Align::End, LABEL, Token::Dim);
                right -= text_width(name, LABEL) + 4.0;
            }
            let square = [
                (right - SQUARE, y - SQUARE / 2.0),
                (right, y + SQUARE / 2.0),
            ];
            match place.checked_sub(1) {
                Some(level) => canvas.rectangle(square[0], square[1], TOKEN, self.strength(level)),
                None => outline(canvas, square),
            }
            right -= SQUARE + if terse { 3.0 } else { 9.0 };
        }
        if right - legend > left {
            canvas.text(&self.legend, (right, y), Align::End, LABEL, Token::Dim);
        }
    }

    /// `0`, `1 to 3`, `4 to 12`.
    fn names(&self) -> Vec<String> {
        let mut names = vec!["0".to_owned()];
        let mut from = 1;
        for bound in &self.bounds {
            names.push(if from >= *bound {
                readable::count(*bound)
            } else {
                format!("{}–{}", readable::count(from), readable::count(*bound))
            });
            from = bound + 1;
        }
        names
    }
}

fn outline(canvas: &Canvas<'_>, [(left, top), (right, bottom)]: [(f64, f64); 2]) {
    let corners = [
        (left, top),
        (right, top),
        (right, bottom),
        (left, bottom),
        (left, top),
    ];
    canvas.line(&corners, Stroke::new(Token::Faint, 0.8));
}
