//! A table of a page: a heading row, then rows of cells that are escaped.

use crate::markup::escape;
use crate::readable::duration;
use crate::{Quantiles, minimum_count};

use super::page::Tone;

/// A table being filled.
pub(super) struct Table {
    head: Vec<&'static str>,
    body: String,
}

/// One cell.
pub(super) struct Cell {
    text: String,
    tone: Option<Tone>,
    code: bool,
    wide: bool,
}

impl Table {
    /// An empty table; the first column is text, the others numbers.
    pub(super) fn new(head: &[&'static str]) -> Self {
        Self {
            head: head.to_vec(),
            body: String::new(),
        }
    }

    pub(super) fn row(&mut self, cells: impl IntoIterator<Item = Cell>) {
        self.body.push_str("<tr>");
        for cell in cells {
            let tone = cell.tone.map_or("", Tone::class);
            let code = if cell.code { "op" } else { "" };
            let wide = if cell.wide { "wrap" } else { "" };
            let class = [tone, code, wide]
                .into_iter()
                .filter(|name| !name.is_empty());
            let class: Vec<&str> = class.collect();
            if class.is_empty() {
                self.body.push_str("<td>");
            } else {
                self.body
                    .push_str(&format!("<td class=\"{}\">", class.join(" ")));
            }
            self.body.push_str(&escape(&cell.text));
            self.body.push_str("</td>");
        }
        self.body.push_str("</tr>\n");
    }

    pub(super) fn into_html(self) -> String {
        let head: String = self
            .head
            .iter()
            .map(|name| format!("<th scope=\"col\">{}</th>", escape(name)))
            .collect();
        format!(
            "<div class=\"wide\"><table><thead><tr>{head}</tr></thead><tbody>\n{}</tbody></table></div>\n",
            self.body
        )
    }
}

impl Cell {
    pub(super) fn new(text: impl Into<String>) -> Self {
        Self {
            text: text.into(),
            tone: None,
            code: false,
            wide: false,
        }
    }

    /// A sentence rather than a number: it may take several lines.
    pub(super) fn wide(self) -> Self {
        Self { wide: true, ..self }
    }

    /// Text as it was sent or written: an operation, a check.
    pub(super) fn code(text: impl Into<String>) -> Self {
        Self {
            code: true,
            ..Self::new(text)
        }
    }

    pub(super) fn tone(self, tone: Tone) -> Self {
        Self {
            tone: Some(tone),
            ..self
        }
    }

    /// Bad when `bad`, without a tone otherwise.
    pub(super) fn bad_when(self, bad: bool) -> Self {
        if bad { self.tone(Tone::Bad) } else { self }
    }

    /// p50, p95 and p99 as durations, n/a without enough samples for them.
    pub(super) fn quantiles(of: &Quantiles) -> [Self; 3] {
        [(0.5, of.p50), (0.95, of.p95), (0.99, of.p99)]
            .map(|(quantile, value)| Self::quantile(of.count, quantile, value))
    }

    /// One quantile as a duration, n/a when `count` samples are not enough for it.
    pub(super) fn quantile(count: u64, quantile: f64, value: u64) -> Self {
        if count >= minimum_count(quantile) {
            Self::new(duration(value))
        } else {
            Self::new("n/a").tone(Tone::Plain)
        }
    }
}
