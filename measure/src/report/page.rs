//! The page around the parts: head, style, contents, foot. All text given to it is escaped here.

use std::fmt::Display;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest as _, Sha256};

use crate::answers::Line;
use crate::chart::{Chart, Style, Theme};
use crate::markup::escape;

use super::frame::carried;
use super::room::Room;
use super::table::Table;

/// The only script of the page: its policy names it by its digest, so nothing else runs.
const SCRIPT: &str = include_str!("page.js");

/// A page being written.
pub(super) struct Page {
    html: String,
    room: Room,
}

/// Whether a text is good news.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Tone {
    Plain,
    Good,
    Bad,
}

impl Tone {
    pub(super) const fn of(good: bool) -> Self {
        if good { Self::Good } else { Self::Bad }
    }

    pub(super) const fn class(self) -> &'static str {
        match self {
            Self::Plain => "dim",
            Self::Good => "ok",
            Self::Bad => "bad",
        }
    }
}

/// One large number with what it is and what it means.
pub(super) struct Tile {
    pub(super) name: &'static str,
    pub(super) value: String,
    pub(super) note: String,
    pub(super) tone: Tone,
}

impl Page {
    pub(super) fn new(title: &str, subtitle: &str, room: Room) -> Self {
        let (title, subtitle) = (escape(title), escape(subtitle));
        let html = format!(
            "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">\
             <meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">\
             <meta http-equiv=\"Content-Security-Policy\" \
             content=\"default-src 'none';style-src 'unsafe-inline';script-src 'sha256-{}'\">\
             <title>{title}</title>\n<style>\n{}{}</style></head>\n<body><main>\n\
             <header><h1>{title}</h1><p class=\"dim\">{subtitle}</p></header>\n",
            STANDARD.encode(Sha256::digest(SCRIPT)),
            Theme::Page.css(),
            include_str!("page.css"),
        );
        Self { html, room }
    }

    /// How charts of this size look on it.
    pub(super) const fn style(&self, width: u32, height: u32) -> Style {
        Style::new(width, height, Theme::Page).with_points(self.room.points)
    }

    /// What each run gets of it.
    pub(super) const fn room(&self) -> Room {
        self.room
    }

    pub(super) fn finish(mut self) -> String {
        self.html.push_str(
            "<footer>Response time is counted from the moment an exchange was meant to be sent, \
             so waiting that the target caused is part of it. Quantiles without enough samples are \
             n/a. Charts are read under the pointer or with the arrow keys; a drag or + zooms, Escape shows \
             all. Written by Reprise.</footer>\n</main>\n",
        );
        self.push(format!("<script>{SCRIPT}</script></body></html>\n"));
        self.html
    }

    pub(super) fn contents(&mut self, headings: impl Iterator<Item = String>) {
        self.html.push_str("<nav aria-label=\"Contents\"><ol>");
        for (number, heading) in headings.enumerate() {
            self.push(format!(
                "<li><a href=\"#part-{number}\">{}</a></li>",
                escape(&heading)
            ));
        }
        self.html.push_str("</ol></nav>\n");
    }

    pub(super) fn open_part(&mut self, number: usize) {
        self.push(format!("<section id=\"part-{number}\">\n"));
    }

    pub(super) fn close_part(&mut self) {
        self.html.push_str("</section>\n");
    }

    /// A part's heading with a word on how it stands.
    pub(super) fn heading(&mut self, heading: &str, state: &str, tone: Tone) {
        self.push(format!(
            "<div class=\"head\"><h2>{}</h2><span class=\"pill {}\">{}</span></div>\n",
            escape(heading),
            tone.class(),
            escape(state)
        ));
    }

    pub(super) fn subheading(&mut self, heading: &str) {
        self.push(format!("<h3>{}</h3>\n", escape(heading)));
    }

    pub(super) fn facts(&mut self, facts: &[(String, String)]) {
        if facts.is_empty() {
            return;
        }
        self.html.push_str("<dl>");
        for (name, value) in facts {
            self.push(format!(
                "<div><dt>{}</dt><dd>{}</dd></div>",
                escape(name),
                escape(value)
            ));
        }
        self.html.push_str("</dl>\n");
    }

    pub(super) fn alert(&mut self, text: &str) {
        self.push(format!(
            "<div class=\"alert\" role=\"note\">{}</div>\n",
            escape(text)
        ));
    }

    pub(super) fn paragraph(&mut self, text: &str, tone: Tone) {
        self.push(format!(
            "<p class=\"{}\">{}</p>\n",
            tone.class(),
            escape(text)
        ));
    }

    pub(super) fn tiles(&mut self, tiles: &[Tile]) {
        self.html.push_str("<div class=\"tiles\">");
        for tile in tiles {
            self.push(format!(
                "<div class=\"tile\"><span>{}</span><b>{}</b><i class=\"{}\">{}</i></div>",
                escape(tile.name),
                escape(&tile.value),
                tile.tone.class(),
                escape(&tile.note)
            ));
        }
        self.html.push_str("</div>\n");
    }

    /// The verdict of a comparison: the first reason large, the others below it.
    pub(super) fn verdict(&mut self, reasons: &[String]) {
        let mut reasons = reasons.iter();
        let first = reasons.next().map_or("", String::as_str);
        self.push(format!(
            "<div class=\"verdict\"><b>{}.</b>",
            escape(&capitalised(first))
        ));
        for reason in reasons {
            self.push(format!("<p>{}.</p>", escape(&capitalised(reason))));
        }
        self.html.push_str("</div>\n");
    }

    /// Charts below one another; two that are marked as halves stand side by side.
    pub(super) fn charts<'c>(&mut self, charts: impl IntoIterator<Item = (&'c Chart, bool)>) {
        self.html.push_str("<div class=\"charts\">\n");
        for (chart, half) in charts {
            let class = if half { "chart half" } else { "chart" };
            let frame = carried(&chart.frame);
            let frame = frame.map(|json| format!(" data-frame=\"{}\"", escape(&json)));
            // Drawn by `chart`, which escapes every text in it.
            self.push(format!(
                "<div class=\"{class}\"{}>{}</div>\n",
                frame.unwrap_or_default(),
                chart.svg
            ));
        }
        self.html.push_str("</div>\n");
    }

    pub(super) fn table(&mut self, table: Table) {
        self.push(table.into_html());
    }

    /// Something long that most readers skip.
    pub(super) fn folded(&mut self, summary: &str, text: &str) {
        let lines: Vec<String> = text.lines().map(escape).collect();
        self.push(format!(
            "<details><summary>{}</summary><pre>{}</pre></details>\n",
            escape(summary),
            lines.join("\n")
        ));
    }

    /// Two texts line by line under their heads, with what differs marked.
    pub(super) fn side_by_side(&mut self, caption: &str, heads: [&str; 2], lines: &[Line]) {
        let [a, b] = heads.map(escape);
        self.push(format!(
            "<div class=\"wide\"><table class=\"both\"><caption>{}</caption><thead><tr><th scope=\"col\">{a}</th>\
             <th scope=\"col\">{b}</th></tr></thead><tbody>\n",
            escape(caption)
        ));
        for line in lines {
            let side = |text: &Option<String>| text.as_deref().map(escape).unwrap_or_default();
            let class = if line.differs {
                " class=\"differs\""
            } else {
                ""
            };
            self.push(format!(
                "<tr{class}><td>{}</td><td>{}</td></tr>\n",
                side(&line.a),
                side(&line.b)
            ));
        }
        self.html.push_str("</tbody></table></div>\n");
    }

    /// Runs `left` and `right` into two columns.
    pub(super) fn columns(&mut self, left: impl FnOnce(&mut Self), right: impl FnOnce(&mut Self)) {
        self.html.push_str("<div class=\"two\"><div>\n");
        left(self);
        self.html.push_str("</div><div>\n");
        right(self);
        self.html.push_str("</div></div>\n");
    }

    /// A bar of shares in the colours of tokens, over a sentence for each line.
    pub(super) fn shares(&mut self, shares: &[(&str, u64)], lines: &[String]) {
        let total: u64 = shares.iter().map(|(_, count)| count).sum();
        self.html.push_str("<div class=\"sum\">");
        if total > 0 {
            self.html
                .push_str("<div class=\"bar\" aria-hidden=\"true\">");
            for (token, count) in shares.iter().filter(|(_, count)| *count > 0) {
                let width = *count as f64 * 100.0 / total as f64;
                self.push(format!(
                    "<i style=\"width:{width:.3}%;background:var(--{token})\"></i>"
                ));
            }
            self.html.push_str("</div>");
        }
        for line in lines {
            self.push(format!("<p>{}</p>", escape(line)));
        }
        self.html.push_str("</div>\n");
    }

    fn push(&mut self, html: impl Display) {
        self.html.push_str(&html.to_string());
    }
}

/// A reason as a sentence of its own.
fn capitalised(text: &str) -> String {
    let mut letters = text.chars();
    let lower_quantile =
        text.starts_with('p') && text[1..].starts_with(|c: char| c.is_ascii_digit());
    match letters.next() {
        Some(first) if !lower_quantile => first.to_uppercase().chain(letters).collect(),
        _ => text.to_owned(),
    }
}
