//! What of a run its charts show.

use reprise_app::RunSpan;
use serde::Deserialize;
use specta::Type;
use specta_typescript::Number;

/// All of a run, a stretch of it or its end; and which lines.
#[derive(Clone, Debug, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub(crate) struct RunView {
    /// Where the stretch begins; null for the start.
    #[specta(type = Option<Number>)]
    from_ms: Option<f64>,
    /// Where it ends; null for the end.
    #[specta(type = Option<Number>)]
    to_ms: Option<f64>,
    /// Only so much before the last tick; null for all.
    #[specta(type = Option<Number>)]
    last_ms: Option<f64>,
    /// Lines that are not drawn.
    hidden: Vec<HiddenLine>,
}

/// A line of one chart.
#[derive(Clone, Debug, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
struct HiddenLine {
    /// `response_time`
    chart: String,
    /// `p50`
    line: String,
}

impl RunView {
    /// What this chart shows of a run that has come to `reached_us` and is to go on until `planned_us`; 0 when
    /// nobody knows.
    pub(crate) fn span(&self, chart: &str, reached_us: u64, planned_us: u64) -> RunSpan {
        let us = |ms: f64| (ms.max(0.0) * 1_000.0) as u64;
        let of_chart = self.hidden.iter().filter(|hidden| hidden.chart == chart);
        let (from_us, to_us) = match self.last_ms {
            Some(ms) => (reached_us.saturating_sub(us(ms)), reached_us),
            None => (
                self.from_ms.map_or(0, us),
                self.to_ms.map_or(planned_us, us),
            ),
        };
        RunSpan {
            from_us,
            to_us,
            hidden: of_chart.map(|hidden| hidden.line.clone()).collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn view(from_ms: Option<f64>, to_ms: Option<f64>, last_ms: Option<f64>) -> RunView {
        RunView {
            from_ms,
            to_ms,
            last_ms,
            hidden: vec![HiddenLine {
                chart: "rate".to_owned(),
                line: "asked".to_owned(),
            }],
        }
    }

    fn ends(view: &RunView) -> (u64, u64) {
        let span = view.span("rate", 90_000_000, 300_000_000);
        (span.from_us, span.to_us)
    }

    #[test]
    fn the_whole_a_stretch_and_the_end_have_their_own_axes() {
        assert_eq!(ends(&view(None, None, None)), (0, 300_000_000));
        assert_eq!(
            ends(&view(Some(1_000.0), Some(2_000.0), None)),
            (1_000_000, 2_000_000)
        );
        assert_eq!(
            ends(&view(None, None, Some(60_000.0))),
            (30_000_000, 90_000_000)
        );
        assert_eq!(ends(&view(None, None, Some(1e9))), (0, 90_000_000));
    }

    #[test]
    fn a_line_is_hidden_in_its_own_chart_only() {
        let view = view(None, None, None);
        assert_eq!(view.span("rate", 1, 1).hidden, ["asked"]);
        assert!(view.span("lateness", 1, 1).hidden.is_empty());
    }
}
