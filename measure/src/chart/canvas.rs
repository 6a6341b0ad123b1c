//! A sheet to draw on: plotters' SVG back end in tenths of a CSS pixel, with the theme's tokens as
//! colours. plotters draws at whole pixels only; ten times the size makes lines smooth.

use std::cell::RefCell;
use std::fmt::Write as _;

use plotters::backend::SVGBackend;
use plotters::coord::Shift;
use plotters::drawing::{DrawingArea, IntoDrawingArea};
use plotters::element::{Circle, Drawable, PathElement, PointCollection, Polygon, Rectangle, Text};
use plotters::style::text_anchor::{HPos, Pos, VPos};
use plotters::style::{Color, FontStyle, IntoTextStyle, RGBColor, ShapeStyle};

use super::{Theme, Token};
use crate::markup::{escape, printable};

/// Drawing units in one CSS pixel.
const FINE: f64 = 10.0;
/// plotters divides the size it is given by this.
const FONT_SCALE: f64 = 1.24;
const FONT: &str = "Inter, 'Inter Variable', system-ui, sans-serif";
/// The red part of every colour drawn before the theme's colours take their places.
const MARK: u8 = 0xE0;
/// The green part of a token's mark; the token's number is in the blue part.
const TOKENS: u8 = 0x01;
/// The green part of a place that strips take; its number is in the blue part.
const STRIPS: u8 = 0x02;
/// Set in the blue part for dashed strokes.
const DASHED: u8 = 0x80;

/// Text starts, is centred or ends at its place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Align {
    Start,
    Middle,
    End,
}

/// How a line is drawn.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Stroke {
    pub(super) token: Token,
    pub(super) width: f64,
    pub(super) dashed: bool,
}

impl Stroke {
    pub(super) const fn new(token: Token, width: f64) -> Self {
        Self {
            token,
            width,
            dashed: false,
        }
    }

    pub(super) const fn dashed(self) -> Self {
        Self {
            dashed: true,
            ..self
        }
    }

    fn style(self) -> ShapeStyle {
        let mark = mark(self.token, self.dashed).to_rgba();
        ShapeStyle {
            color: mark,
            filled: false,
            stroke_width: fine(self.width).max(1) as u32,
        }
    }
}

/// Draws with `draw` on a sheet of this size, in CSS pixels, and answers the SVG. `label` names it, `words` say what
/// is on it.
pub(super) fn draw(
    size: (u32, u32),
    theme: Theme,
    label: &str,
    words: &str,
    draw: impl FnOnce(&Canvas<'_>),
) -> String {
    let mut svg = String::new();
    let mut strips = Vec::new();
    {
        let fine_size = (size.0 * FINE as u32, size.1 * FINE as u32);
        let area = SVGBackend::with_string(&mut svg, fine_size).into_drawing_area();
        let canvas = Canvas {
            area,
            strips: RefCell::default(),
        };
        draw(&canvas);
        kept(canvas.area.present());
        strips.append(&mut canvas.strips.borrow_mut());
    }
    let body = svg.split_once('>').map_or("", |(_, body)| body);
    let head = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{}\" height=\"{}\" \
         viewBox=\"0 0 {} {}\" stroke-linejoin=\"round\" font-family=\"{FONT}\" \
         role=\"img\">\n<title>{}</title>{}",
        size.0,
        size.1,
        size.0 * FINE as u32,
        size.1 * FINE as u32,
        escape(label),
        described(words)
    );
    with_strips(dress(&(head + body), theme), &strips, theme)
}

fn described(words: &str) -> String {
    match words {
        "" => String::new(),
        words => format!("\n<desc>{}</desc>", escape(words)),
    }
}

/// The sheet. All places and sizes are in CSS pixels from the top left corner.
pub(super) struct Canvas<'a> {
    area: DrawingArea<SVGBackend<'a>, Shift>,
    strips: RefCell<Vec<Strips>>,
}

/// Strips of one colour, as a path. They are long, so they take their places when all else is finished.
struct Strips {
    path: String,
    token: Token,
    opacity: f64,
}

impl Strips {
    fn write(&self, svg: &mut String, theme: Theme) {
        svg.push_str("<path d=\"");
        svg.push_str(&self.path);
        svg.push_str(&format!("\" fill=\"{}\"", theme.color(self.token)));
        let opacity = self.opacity.to_string();
        if opacity != "1" {
            svg.push_str(&format!(" opacity=\"{opacity}\""));
        }
        svg.push_str(" shape-rendering=\"crispEdges\"/>");
    }
}

impl Canvas<'_> {
    pub(super) fn line(&self, points: &[(f64, f64)], stroke: Stroke) {
        let points: Vec<_> = points.iter().map(|point| place(*point)).collect();
        self.put(&PathElement::new(points, stroke.style()));
    }

    /// A horizontal or vertical line of one pixel, placed so that it is not blurred.
    pub(super) fn hairline(&self, from: (f64, f64), to: (f64, f64), stroke: Stroke) {
        let sharp = |(x, y): (f64, f64)| {
            if from.0 == to.0 {
                (x.floor() + 0.5, y)
            } else {
                (x, y.floor() + 0.5)
            }
        };
        self.line(&[sharp(from), sharp(to)], stroke);
    }

    pub(super) fn rectangle(
        &self,
        left_top: (f64, f64),
        right_bottom: (f64, f64),
        token: Token,
        opacity: f64,
    ) {
        let corners = [place(left_top), place(right_bottom)];
        self.put(&Rectangle::new(
            corners,
            mark(token, false).mix(opacity).filled(),
        ));
    }

    pub(super) fn polygon(&self, points: &[(f64, f64)], token: Token, opacity: f64) {
        let points: Vec<_> = points.iter().map(|point| place(*point)).collect();
        self.put(&Polygon::new(points, mark(token, false).mix(opacity)));
    }

    /// Strips of one colour: left, top, right, bottom. All of them in one element, which plotters does not know: it
    /// draws a mark where they go.
    pub(super) fn strips(&self, strips: &[[f64; 4]], token: Token, opacity: f64) {
        let mut path = String::with_capacity(strips.len() * 24);
        for strip in strips {
            let [left, top, right, bottom] = strip.map(fine);
            let (width, height) = (right - left, bottom - top);
            // writing into a string cannot fail
            let _ = write!(path, "M{left} {top}h{width}v{height}h-{width}z");
        }
        let mut all = self.strips.borrow_mut();
        let Ok(number) = u8::try_from(all.len()) else {
            return;
        };
        all.push(Strips {
            path,
            token,
            opacity,
        });
        let place = RGBColor(MARK, STRIPS, number).filled();
        self.put(&Rectangle::new([(0, 0), (0, 0)], place));
    }

    pub(super) fn dot(&self, at: (f64, f64), radius: f64, token: Token) {
        self.put(&Circle::new(
            place(at),
            fine(radius),
            mark(token, false).filled(),
        ));
    }

    /// One line of text, its middle height at `at.1`.
    pub(super) fn text(&self, text: &str, at: (f64, f64), align: Align, size: f64, token: Token) {
        self.write(text, at, align, size, token, FontStyle::Normal);
    }

    /// As [`Self::text`], bold.
    pub(super) fn heading(&self, text: &str, at: (f64, f64), size: f64, token: Token) {
        self.write(text, at, Align::Start, size, token, FontStyle::Bold);
    }

    fn write(
        &self,
        text: &str,
        at: (f64, f64),
        align: Align,
        size: f64,
        token: Token,
        weight: FontStyle,
    ) {
        let horizontal = match align {
            Align::Start => HPos::Left,
            Align::Middle => HPos::Center,
            Align::End => HPos::Right,
        };
        let color = mark(token, false);
        let style = (FONT, size * FINE * FONT_SCALE, weight)
            .into_text_style(&self.area)
            .color(&color)
            .pos(Pos::new(horizontal, VPos::Center));
        self.put(&Text::new(printable(text), place(at), style));
    }

    fn put<'e, E>(&self, element: &'e E)
    where
        &'e E: PointCollection<'e, (i32, i32)>,
        E: for<'b> Drawable<SVGBackend<'b>>,
    {
        kept(self.area.draw(element));
    }
}

/// About how wide a text will be, in CSS pixels, at this font size.
pub(super) fn text_width(text: &str, size: f64) -> f64 {
    let width = |c: char| match c {
        'i' | 'l' | 'j' | '.' | ',' | ':' | '\'' | '|' | 'I' | '(' | ')' | ' ' => 0.32,
        'm' | 'w' | 'M' | 'W' | '%' => 0.88,
        'A'..='Z' => 0.68,
        '0'..='9' => 0.62,
        _ => 0.58,
    };
    text.chars().map(width).sum::<f64>() * size
}

/// The text, or as much of its beginning as fits into this many CSS pixels.
pub(super) fn fitted(text: &str, size: f64, width: f64) -> String {
    if text_width(text, size) <= width {
        return text.to_owned();
    }
    let mut kept = String::new();
    for c in text.chars() {
        kept.push(c);
        if text_width(&kept, size) + size * 0.9 > width {
            kept.pop();
            return if kept.chars().count() < 3 {
                String::new()
            } else {
                format!("{}…", kept.trim_end())
            };
        }
    }
    kept
}

/// Puts strips where their marks are.
fn with_strips(svg: String, strips: &[Strips], theme: Theme) -> String {
    let mut rest = svg.as_str();
    let more: usize = strips.iter().map(|strips| strips.path.len() + 100).sum();
    let mut whole = String::with_capacity(svg.len() + more);
    for (number, strips) in strips.iter().enumerate() {
        let mark = format!("\"#{MARK:02X}{STRIPS:02X}{number:02X}\"");
        let Some(at) = rest.find(&mark) else {
            continue;
        };
        let from = rest[..at].rfind('<');
        let to = rest[at..].find("/>").map(|end| at + end + 2);
        if let Some((from, to)) = from.zip(to) {
            whole.push_str(&rest[..from]);
            strips.write(&mut whole, theme);
            rest = &rest[to..];
        }
    }
    whole.push_str(rest);
    whole
}

/// Puts the theme's colours where the marks are. A text cannot contain a mark: its quotes are
/// escaped.
fn dress(svg: &str, theme: Theme) -> String {
    let mut dressed = String::with_capacity(svg.len());
    let opens = format!("\"#{MARK:02X}{TOKENS:02X}");
    for (place, part) in svg.split(opens.as_str()).enumerate() {
        let marked = (place > 0).then(|| marked(part)).flatten();
        match marked {
            Some((token, dashed, rest)) => {
                dressed.push_str(&format!("\"{}\"", theme.color(token)));
                if dashed {
                    dressed.push_str(" stroke-dasharray=\"30 30\"");
                }
                dressed.push_str(rest);
            }
            None => {
                if place > 0 {
                    dressed.push_str(&opens);
                }
                dressed.push_str(part);
            }
        }
    }
    dressed
        .replace(
            &format!(
                " font-family=\"{}\" font-size",
                FONT.replace('\'', "&apos;")
            ),
            " font-size",
        )
        .replace(" opacity=\"1\"", "")
        .replace(" stroke=\"none\"", "")
        .replace(" \"/>", "\"/>")
}

/// The token whose mark has been begun, whether it is dashed, and what follows the mark.
fn marked(rest: &str) -> Option<(Token, bool, &str)> {
    let number = u8::from_str_radix(rest.get(..2)?, 16).ok()?;
    let rest = rest.get(2..)?.strip_prefix('"')?;
    let token = Token::ALL
        .into_iter()
        .find(|token| *token as u8 == number & !DASHED)?;
    Some((token, number & DASHED != 0, rest))
}

const fn mark(token: Token, dashed: bool) -> RGBColor {
    RGBColor(MARK, TOKENS, token as u8 | if dashed { DASHED } else { 0 })
}

fn fine(pixels: f64) -> i32 {
    (pixels * FINE).round().clamp(-1e6, 1e6) as i32
}

fn place((x, y): (f64, f64)) -> (i32, i32) {
    (fine(x), fine(y))
}

/// Drawing into a string cannot fail; plotters' signature says it could.
fn kept<E>(drawn: Result<(), E>) {
    debug_assert!(drawn.is_ok());
}
