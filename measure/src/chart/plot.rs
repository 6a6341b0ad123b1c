//! One chart put together: layout, shading, grid, lines, legend, and the frame that comes along.

use super::axis::Axis;
use super::canvas::{Align, Canvas, Stroke, draw, fitted, text_width};
use super::{Chart, Frame, Grid, Series, Style, Token, words};

pub(super) const LABEL: f64 = 11.0;
pub(super) const HEADING: f64 = 12.0;
const SMALLEST: (u32, u32) = (160, 60);

/// A line to draw.
#[derive(Clone, Debug)]
pub(super) struct Line {
    pub(super) name: String,
    pub(super) token: Token,
    pub(super) dashed: bool,
    /// Shades what is under the line.
    pub(super) filled: bool,
    /// Rising x; a missing y breaks the line.
    pub(super) points: Vec<(f64, Option<f64>)>,
}

impl Line {
    pub(super) fn new(
        name: impl Into<String>,
        token: Token,
        points: Vec<(f64, Option<f64>)>,
    ) -> Self {
        Self {
            name: name.into(),
            token,
            dashed: false,
            filled: false,
            points,
        }
    }

    pub(super) fn dashed(self) -> Self {
        Self {
            dashed: true,
            ..self
        }
    }

    pub(super) fn filled(self) -> Self {
        Self {
            filled: true,
            ..self
        }
    }
}

/// A stretch of the x axis that is shaded, with its label.
#[derive(Clone, Debug)]
pub(super) struct Shade {
    pub(super) from: f64,
    pub(super) to: f64,
    pub(super) label: String,
    pub(super) token: Token,
}

/// A place on the x axis that is marked.
#[derive(Clone, Debug)]
pub(super) struct Rule {
    pub(super) at: f64,
    pub(super) label: String,
    pub(super) token: Token,
    /// Whether the label is at the top; at the bottom otherwise.
    pub(super) at_top: bool,
}

/// A region between two lines, or a range of y across the whole plot.
#[derive(Clone, Debug)]
pub(super) struct Band {
    pub(super) token: Token,
    pub(super) opacity: f64,
    /// x, low, high; rising x.
    pub(super) points: Vec<(f64, f64, f64)>,
}

/// The cells of a heat map.
#[derive(Clone, Debug)]
pub(super) struct Cells {
    /// What the legend says before its colours: `answers in 2 s`.
    pub(super) legend: String,
    pub(super) grid: Grid,
    /// The largest count of each colour, the weakest first.
    pub(super) bounds: Vec<u64>,
}

/// Everything a chart shows.
#[derive(Clone, Debug)]
pub(super) struct Plot {
    pub(super) title: String,
    pub(super) x: Axis,
    pub(super) y: Axis,
    /// Whether the grid also has lines at the marks of x.
    pub(super) upright_grid: bool,
    pub(super) shades: Vec<Shade>,
    pub(super) rules: Vec<Rule>,
    pub(super) bands: Vec<Band>,
    /// Bars from the bottom up: left, right, height.
    pub(super) bars: Vec<(f64, f64, f64)>,
    pub(super) lines: Vec<Line>,
    /// Whether the lines are layers on top of one another.
    pub(super) stacked: bool,
    pub(super) cells: Option<Cells>,
    /// What it shows, where that is not the range of its lines.
    pub(super) words: Option<String>,
}

/// The plot area in CSS pixels.
#[derive(Clone, Copy, Debug)]
pub(super) struct Area {
    pub(super) left: f64,
    pub(super) top: f64,
    pub(super) right: f64,
    pub(super) bottom: f64,
}

/// How many marks suit an axis of this style: across, and upwards.
pub(super) fn marks(style: Style) -> (usize, usize) {
    let across = f64::from(style.width.max(SMALLEST.0)) - 62.0;
    let upwards = f64::from(style.height.max(SMALLEST.1)) - if style.headed { 52.0 } else { 28.0 };
    (
        (across / 64.0).max(2.0) as usize,
        (upwards / 26.0).clamp(2.0, 7.0) as usize,
    )
}

impl Plot {
    pub(super) fn new(title: impl Into<String>, x: Axis, y: Axis) -> Self {
        Self {
            title: title.into(),
            x,
            y,
            upright_grid: false,
            shades: Vec::new(),
            rules: Vec::new(),
            bands: Vec::new(),
            bars: Vec::new(),
            lines: Vec::new(),
            stacked: false,
            cells: None,
            words: None,
        }
    }

    /// Takes the points of the lines of these names; their names stay in the frame.
    pub(super) fn hide(&mut self, names: &[String]) {
        for line in &mut self.lines {
            if names.contains(&line.name) {
                line.points.clear();
            }
        }
    }

    /// Draws it.
    pub(super) fn draw(self, style: Style) -> Chart {
        let size = (style.width.max(SMALLEST.0), style.height.max(SMALLEST.1));
        let area = self.area(size, style.headed);
        let words = words::of(&self);
        let svg = draw(size, style.theme, &self.title, &words, |canvas| {
            if style.headed {
                self.draw_heading(canvas, area);
            }
            self.draw_shades(canvas, area);
            self.draw_grid(canvas, area);
            self.draw_cells(canvas, area);
            self.draw_bands(canvas, area);
            self.draw_layers(canvas, area);
            self.draw_bars(canvas, area);
            self.draw_rules(canvas, area);
            // Lines that only serve comparison lie below the others, the first of those on top.
            let lines = self.lines.iter().filter(|_| !self.stacked);
            let (below, above): (Vec<_>, Vec<_>) = lines.partition(|line| line.dashed);
            for line in below.into_iter().chain(above.into_iter().rev()) {
                self.draw_line(canvas, area, line);
            }
            self.draw_shade_labels(canvas, area);
            if self.is_empty() {
                let middle = (
                    (area.left + area.right) / 2.0,
                    (area.top + area.bottom) / 2.0,
                );
                canvas.text(
                    "nothing measured yet",
                    middle,
                    Align::Middle,
                    HEADING,
                    Token::Faint,
                );
            }
        });
        Chart {
            title: self.title.clone(),
            words,
            svg,
            frame: self.frame(size, area),
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.bars.is_empty()
            && self.cells.is_none()
            && self
                .lines
                .iter()
                .all(|line| line.points.iter().all(|(_, y)| y.is_none()))
    }

    /// Whether its area is filled, so that words on it need a ground of their own.
    const fn is_covered(&self) -> bool {
        self.stacked || self.cells.is_some()
    }

    fn area(&self, size: (u32, u32), headed: bool) -> Area {
        let widest = self
            .y
            .marks
            .iter()
            .map(|mark| text_width(&mark.label, LABEL))
            .fold(0.0, f64::max);
        Area {
            // Wide enough for "100 ms", so that charts below each other share a time axis.
            left: (widest + 14.0).max(56.0).round(),
            // a legend of colours is part of the picture also where the lines' names are not
            top: match (headed, &self.cells) {
                (true, _) => 30.0,
                (false, Some(_)) => 20.0,
                (false, None) => 8.0,
            },
            right: f64::from(size.0) - 14.0,
            bottom: f64::from(size.1) - 20.0,
        }
    }

    fn frame(self, size: (u32, u32), area: Area) -> Frame {
        let series = self.lines.into_iter().map(|line| Series {
            name: line.name,
            color: line.token.name().to_owned(),
            points: line.points,
        });
        Frame {
            width: f64::from(size.0),
            height: f64::from(size.1),
            left: area.left,
            top: area.top,
            right: area.right,
            bottom: area.bottom,
            x: self.x.scale,
            y: self.y.scale,
            series: series.collect(),
            stacked: self.stacked,
            grid: self.cells.map(|cells| cells.grid),
        }
    }

    pub(super) fn x(&self, area: Area, value: f64) -> f64 {
        area.left + self.x.scale.share(value).clamp(0.0, 1.0) * (area.right - area.left)
    }

    pub(super) fn y(&self, area: Area, value: f64) -> f64 {
        area.bottom - self.y.scale.share(value).clamp(0.0, 1.0) * (area.bottom - area.top)
    }

    /// Title, then each line's name in its colour, as far as there is room.
    fn draw_heading(&self, canvas: &Canvas<'_>, area: Area) {
        let y = 13.0;
        canvas.heading(&self.title, (area.left, y), HEADING, Token::Dim);
        let mut x = area.left + text_width(&self.title, HEADING) * 1.06 + 16.0;
        for line in self.lines.iter().filter(|line| !line.name.is_empty()) {
            let width = text_width(&line.name, HEADING);
            if x + width + 16.0 > area.right {
                return;
            }
            let stroke = Stroke {
                dashed: line.dashed,
                ..Stroke::new(line.token, 2.0)
            };
            canvas.line(&[(x, y), (x + 10.0, y)], stroke);
            canvas.text(&line.name, (x + 15.0, y), Align::Start, HEADING, line.token);
            x += width + 31.0;
        }
    }

    fn draw_grid(&self, canvas: &Canvas<'_>, area: Area) {
        let stroke = Stroke::new(Token::Line, 1.0);
        for mark in &self.y.marks {
            let y = self.y(area, mark.value);
            canvas.hairline((area.left, y), (area.right, y), stroke);
            canvas.text(
                &mark.label,
                (area.left - 8.0, y),
                Align::End,
                LABEL,
                Token::Faint,
            );
        }
        let mut free_from = 0.0;
        for mark in &self.x.marks {
            let x = self.x(area, mark.value);
            if self.upright_grid {
                canvas.hairline((x, area.top), (x, area.bottom), stroke);
            }
            let half = text_width(&mark.label, LABEL) / 2.0;
            // The last label moves inwards rather than out of the picture, and none overlap.
            let centre = x.min(area.right + 11.0 - half);
            if centre - half >= free_from {
                canvas.text(
                    &mark.label,
                    (centre, area.bottom + 11.0),
                    Align::Middle,
                    LABEL,
                    Token::Faint,
                );
                free_from = centre + half + 8.0;
            }
        }
    }

    fn draw_shades(&self, canvas: &Canvas<'_>, area: Area) {
        for shade in self.visible_shades() {
            let (from, to) = (self.x(area, shade.from), self.x(area, shade.to));
            canvas.rectangle((from, area.top), (to, area.bottom), shade.token, 0.1);
        }
    }

    pub(super) fn visible_shades(&self) -> impl Iterator<Item = &Shade> {
        let (from, to) = (self.x.scale.from, self.x.scale.to);
        self.shades
            .iter()
            .filter(move |shade| shade.to > from && shade.from < to)
    }

    /// Labels at the top of what they shade; those of overlapping shades below one another.
    fn draw_shade_labels(&self, canvas: &Canvas<'_>, area: Area) {
        let mut taken: Vec<(f64, f64)> = Vec::new();
        for shade in self.visible_shades() {
            let (from, to) = (self.x(area, shade.from), self.x(area, shade.to));
            // a short span's label goes on until the next one begins
            let next = self.visible_shades().map(|other| self.x(area, other.from));
            let next = next
                .filter(|other| *other > from)
                .fold(area.right, f64::min);
            let label = fitted(&shade.label, LABEL, to.max(next) - from - 10.0);
            let to = to.max(from + 9.0 + text_width(&label, LABEL));
            let row = taken.iter().filter(|(a, b)| from < *b && to > *a).count();
            let y = area.top + 10.0 + row as f64 * 14.0;
            if !label.is_empty() && y + 6.0 < area.bottom {
                let width = text_width(&label, LABEL) + 4.0;
                // A line behind the label would make it hard to read.
                canvas.rectangle(
                    (from + 3.0, y - 7.0),
                    (from + 3.0 + width, y + 7.0),
                    Token::Bg,
                    if self.is_covered() { 0.85 } else { 0.55 },
                );
                canvas.text(&label, (from + 5.0, y), Align::Start, LABEL, shade.token);
                taken.push((from, to));
            }
        }
    }

    fn draw_rules(&self, canvas: &Canvas<'_>, area: Area) {
        let (from, to) = (self.x.scale.from, self.x.scale.to);
        for (i, rule) in self
            .rules
            .iter()
            .filter(|rule| (from..=to).contains(&rule.at))
            .enumerate()
        {
            let x = self.x(area, rule.at);
            // Without opacity: WebKit sometimes drops a line without width that has one.
            let stroke = Stroke::new(rule.token, 1.0).dashed();
            if x > area.left + 1.0 {
                canvas.hairline((x, area.top), (x, area.bottom), stroke);
            }
            let next = self
                .rules
                .get(i + 1)
                .map_or(area.right, |next| self.x(area, next.at));
            let room = next.max(x) - x - 6.0;
            let label = fitted(&rule.label, LABEL, room);
            let y = if rule.at_top {
                area.top + 8.0
            } else {
                area.bottom - 8.0
            };
            if self.is_covered() && !label.is_empty() {
                let width = text_width(&label, LABEL) + 4.0;
                let corners = [(x + 2.0, y - 7.0), (x + 2.0 + width, y + 7.0)];
                canvas.rectangle(corners[0], corners[1], Token::Bg, 0.85);
            }
            canvas.text(&label, (x + 4.0, y), Align::Start, LABEL, rule.token);
        }
    }

    fn draw_bands(&self, canvas: &Canvas<'_>, area: Area) {
        for band in &self.bands {
            let low = band
                .points
                .iter()
                .map(|(x, low, _)| (self.x(area, *x), self.y(area, *low)));
            let high = band
                .points
                .iter()
                .rev()
                .map(|(x, _, high)| (self.x(area, *x), self.y(area, *high)));
            canvas.polygon(
                &low.chain(high).collect::<Vec<_>>(),
                band.token,
                band.opacity,
            );
        }
    }

    fn draw_bars(&self, canvas: &Canvas<'_>, area: Area) {
        for (left, right, height) in &self.bars {
            let (left, right) = (self.x(area, *left), self.x(area, *right));
            let gap = if right - left > 3.0 { 0.5 } else { 0.0 };
            let top = self.y(area, *height).min(area.bottom - 1.0);
            canvas.rectangle(
                (left + gap, top),
                (right - gap, area.bottom),
                Token::P50,
                0.45,
            );
        }
    }

    /// The stretches of a line that have values; one value alone becomes a dot.
    fn draw_line(&self, canvas: &Canvas<'_>, area: Area, line: &Line) {
        let stroke = Stroke {
            dashed: line.dashed,
            ..Stroke::new(line.token, 1.5)
        };
        let (from, to) = (self.x.scale.from, self.x.scale.to);
        let seen: Vec<_> = line
            .points
            .iter()
            .filter(|(x, _)| (from..=to).contains(x))
            .copied()
            .collect();
        for stretch in seen.split(|(_, y)| y.is_none()) {
            let points: Vec<(f64, f64)> = stretch
                .iter()
                .filter_map(|(x, y)| Some((self.x(area, *x), self.y(area, (*y)?))))
                .collect();
            match points.as_slice() {
                [] => {}
                [alone] => canvas.dot(*alone, 2.0, line.token),
                [first, .., last] => {
                    if line.filled {
                        let mut shape = points.clone();
                        shape.extend([(last.0, area.bottom), (first.0, area.bottom)]);
                        canvas.polygon(&shape, line.token, 0.12);
                    }
                    canvas.line(&points, stroke);
                }
            }
        }
    }
}
