//! The colours of charts, window and report, by what they are for. Told apart by people who see
//! red and green alike: blue, amber and red also differ in lightness.

use serde::{Deserialize, Serialize};

/// Which colours a chart is drawn in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Theme {
    /// Light on dark.
    #[default]
    Dark,
    /// Dark on light.
    Light,
    /// The custom properties of the page around it ([`Theme::css`]), for SVG inside HTML.
    Page,
}

/// What a colour is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Token {
    /// The page.
    Bg,
    /// What lies on the page.
    Panel,
    /// What is selected, and the range within which differences are noise.
    Sel,
    /// Hairlines and grids.
    Line,
    /// Text.
    Ink,
    /// Text that matters less.
    Dim,
    /// Axis labels and what only serves comparison.
    Faint,
    /// The median, what was sent, run A.
    P50,
    /// The 95th percentile, run B.
    P95,
    /// The 99th percentile.
    P99,
    /// A fourth line.
    Violet,
    /// A fifth line.
    Teal,
    /// Good.
    Ok,
    /// Doubtful.
    Warn,
    /// Bad, and faults.
    Bad,
}

impl Token {
    /// Every token.
    pub const ALL: [Self; 15] = [
        Self::Bg,
        Self::Panel,
        Self::Sel,
        Self::Line,
        Self::Ink,
        Self::Dim,
        Self::Faint,
        Self::P50,
        Self::P95,
        Self::P99,
        Self::Violet,
        Self::Teal,
        Self::Ok,
        Self::Warn,
        Self::Bad,
    ];

    /// The name of its custom property, without the dashes before it: `p99`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Bg => "bg",
            Self::Panel => "panel",
            Self::Sel => "sel",
            Self::Line => "line",
            Self::Ink => "ink",
            Self::Dim => "dim",
            Self::Faint => "faint",
            Self::P50 => "p50",
            Self::P95 => "p95",
            Self::P99 => "p99",
            Self::Violet => "violet",
            Self::Teal => "teal",
            Self::Ok => "ok",
            Self::Warn => "warn",
            Self::Bad => "bad",
        }
    }

    const fn dark(self) -> &'static str {
        match self {
            Self::Bg => "#0f1216",
            Self::Panel => "#161b21",
            Self::Sel => "#1d2530",
            Self::Line => "#262d36",
            Self::Ink => "#e6e9ed",
            Self::Dim => "#98a3b0",
            Self::Faint => "#838e9b",
            Self::P50 => "#6ea8fe",
            Self::P95 | Self::Warn => "#f2b35e",
            Self::P99 | Self::Bad => "#ef6f6c",
            Self::Violet => "#b79cf2",
            Self::Teal => "#56c2c6",
            Self::Ok => "#58c08f",
        }
    }

    const fn light(self) -> &'static str {
        match self {
            Self::Bg => "#f6f7f9",
            Self::Panel => "#ffffff",
            Self::Sel => "#e9eef5",
            Self::Line => "#e0e4ea",
            Self::Ink => "#1b2128",
            Self::Dim => "#56616f",
            Self::Faint => "#616c78",
            Self::P50 => "#2563c9",
            Self::P95 | Self::Warn => "#9c5d00",
            Self::P99 | Self::Bad => "#c2322f",
            Self::Violet => "#7a4fc4",
            Self::Teal => "#0d777d",
            Self::Ok => "#17774b",
        }
    }
}

impl Theme {
    /// The value of a token as CSS: `#6ea8fe`, or `var(--p50)` for [`Theme::Page`].
    pub fn color(self, token: Token) -> String {
        match self {
            Self::Dark => token.dark().to_owned(),
            Self::Light => token.light().to_owned(),
            Self::Page => format!("var(--{})", token.name()),
        }
    }

    /// A style sheet that sets every token as a custom property, dark unless the system says
    /// light; `--fault` is the shading of faults. `Theme::Dark` and `Theme::Light` set only theirs.
    pub fn css(self) -> String {
        match self {
            Self::Dark => format!(
                ":root{{{}--fault:rgb(239 111 108/.1)}}\n",
                properties(Token::dark)
            ),
            Self::Light => format!(
                ":root{{{}--fault:rgb(194 50 47/.08)}}\n",
                properties(Token::light)
            ),
            Self::Page => format!(
                "{}@media (prefers-color-scheme:light){{{}}}\n",
                Self::Dark.css(),
                Self::Light.css().trim_end()
            ),
        }
    }
}

fn properties(value: fn(Token) -> &'static str) -> String {
    Token::ALL
        .iter()
        .map(|token| format!("--{}:{};", token.name(), value(*token)))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Relative luminance, WCAG 2.2.
    fn luminance(hex: &str) -> f64 {
        let channel = |at: usize| {
            let value = f64::from(u8::from_str_radix(&hex[at..at + 2], 16).unwrap()) / 255.0;
            if value <= 0.04045 {
                value / 12.92
            } else {
                ((value + 0.055) / 1.055).powf(2.4)
            }
        };
        0.2126 * channel(1) + 0.7152 * channel(3) + 0.0722 * channel(5)
    }

    fn contrast(a: &str, b: &str) -> f64 {
        let (a, b) = (luminance(a), luminance(b));
        (a.max(b) + 0.05) / (a.min(b) + 0.05)
    }

    #[test]
    fn every_colour_can_be_read_as_text_on_page_panel_and_selected_row() {
        let grounds = [Token::Bg, Token::Panel, Token::Sel];
        let texts = Token::ALL
            .into_iter()
            .filter(|token| !grounds.contains(token) && *token != Token::Line);
        for (text, theme) in texts.flat_map(|text| [(text, Theme::Dark), (text, Theme::Light)]) {
            for ground in grounds {
                let found = contrast(&theme.color(text), &theme.color(ground));
                // WCAG 2.2, 1.4.3
                assert!(found >= 4.5, "{theme:?} {text:?} on {ground:?}: {found:.2}");
            }
        }
    }

    #[test]
    fn the_style_sheet_names_every_token_for_both_systems() {
        let css = Theme::Page.css();
        for token in Token::ALL {
            assert_eq!(
                css.matches(&format!("--{}:", token.name())).count(),
                2,
                "{token:?}"
            );
        }
        assert!(css.contains("prefers-color-scheme:light"));
    }
}
