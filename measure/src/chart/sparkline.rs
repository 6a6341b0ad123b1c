//! A line small enough for a row of a table.

use super::canvas::{Stroke, draw};
use super::{Theme, Token};

/// `values` from left to right, from zero up, without axes; a flat line when there are fewer than
/// two. The size is in CSS pixels.
pub fn sparkline(values: &[f64], width: u32, height: u32, theme: Theme, token: Token) -> String {
    let most = values
        .iter()
        .copied()
        .filter(|value| value.is_finite())
        .fold(0.0, f64::max);
    let (w, h) = (f64::from(width), f64::from(height));
    let y = |value: f64| {
        let share = if most > 0.0 && value.is_finite() {
            (value / most).clamp(0.0, 1.0)
        } else {
            0.0
        };
        h - 2.0 - share * (h - 4.0)
    };
    draw(
        (width.max(8), height.max(6)),
        theme,
        "over time",
        "",
        |canvas| {
            let points: Vec<(f64, f64)> = match values {
                [] => vec![(1.0, h - 2.0), (w - 1.0, h - 2.0)],
                [one] => vec![(1.0, y(*one)), (w - 1.0, y(*one))],
                many => {
                    let step = (w - 2.0) / (many.len() - 1) as f64;
                    many.iter()
                        .enumerate()
                        .map(|(i, v)| (1.0 + i as f64 * step, y(*v)))
                        .collect()
                }
            };
            let mut shape = points.clone();
            shape.extend([(w - 1.0, h), (1.0, h)]);
            let token = if values.is_empty() {
                Token::Line
            } else {
                token
            };
            canvas.polygon(&shape, token, 0.12);
            canvas.line(&points, Stroke::new(token, 1.3));
        },
    )
}
