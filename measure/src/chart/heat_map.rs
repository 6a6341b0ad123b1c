//! Response times over time as a heat map: how many answers took how long, in every stretch of the run. Cells are equal
//! ratios high; the more answers, the stronger the one colour; where there was none the page shows through.

use super::axis::Axis;
use super::grouped::visible;
use super::over_time::{Timeline, time_axis, timed};
use super::plot::{Cells, marks};
use super::{Chart, Grid, GridColumn, Style, Unit};
use crate::histogram::MAX_US;
use crate::{Histogram, Tick, readable};

/// How many colours there are, beside none. More could not be told apart.
const LEVELS: usize = 6;
/// A cell is at least so wide and so high, in CSS pixels.
const CELL: (u32, u32) = (6, 6);
/// However large the picture is: nobody reads more, and every cell makes a page longer.
const MOST: (usize, usize) = (160, 32);
/// What an axis, its labels and the legend take of a picture's height.
const AROUND: u32 = 50;

/// How many answers took how long, over time.
pub fn heat_map(timeline: &Timeline<'_>, style: Style) -> Chart {
    let columns = columns(timeline, style);
    let times = |end: fn(&Histogram) -> u64| columns.iter().map(move |column| end(&column.times));
    let fastest = times(Histogram::min).min().unwrap_or(1_000);
    let slowest = times(Histogram::max).max().unwrap_or(1_000_000);
    let y = Axis::ratios(fastest as f64, slowest as f64, Unit::Us, marks(style).1);
    let rows = (style.height.saturating_sub(AROUND) / CELL.1) as usize;
    let rows = rows.clamp(8, MOST.1);
    let tops = tops(rows, |us| y.scale.share(us));
    let edge =
        |row: usize| y.scale.from * (y.scale.to / y.scale.from).powf(row as f64 / rows as f64);
    let grid = Grid {
        edges: (0..=rows).map(edge).collect(),
        columns: columns.iter().map(|column| column.counted(&tops)).collect(),
    };
    let longest = columns.iter().map(|column| column.to - column.from);
    let longest = longest.fold(0.0, f64::max);
    let bounds = bounds(grid.fullest());
    let mut plot = timed("Heat map", timeline, time_axis(timeline, style), y);
    plot.words = Some(words(&grid, &columns));
    plot.cells = (!columns.is_empty()).then(|| Cells {
        legend: format!("answers in {}", readable::duration(longest as u64)),
        grid,
        bounds,
    });
    plot.draw(style)
}

/// A stretch of the run with its answers.
struct Column {
    from: f64,
    to: f64,
    times: Histogram,
}

/// The stretches in which something was answered.
fn columns(timeline: &Timeline<'_>, style: Style) -> Vec<Column> {
    let visible = visible(timeline);
    let most = (style.width / CELL.0) as usize;
    let most = most.clamp(20, MOST.0).min(style.most_points());
    let together = visible.len().div_ceil(most).max(1);
    let columns = visible.chunks(together).filter_map(|ticks| {
        let (first, rest) = ticks.split_first()?;
        let mut times = first.response.clone();
        rest.iter().for_each(|tick| times.merge(&tick.response));
        (!times.is_empty()).then_some(Column {
            from: first.start_us as f64,
            to: ticks.last().map_or(0, |tick| Tick::end_us(tick)) as f64,
            times,
        })
    });
    columns.collect()
}

impl Column {
    /// Its answers by row; `tops` are the longest times of the rows.
    fn counted(&self, tops: &[u64]) -> GridColumn {
        let counts = self.times.counts_up_to(tops);
        let first = counts.iter().position(|count| *count > 0).unwrap_or(0);
        let end = counts.iter().rposition(|count| *count > 0);
        GridColumn {
            from: self.from,
            to: self.to,
            first: first as u32,
            counts: counts[first..end.map_or(first, |end| end + 1)].to_vec(),
        }
    }
}

/// The longest time of each row, in whole microseconds; `share` says how far up a time lies. Sought once, since the
/// logarithms of every time of every column would take longer than all the rest of the picture.
fn tops(rows: usize, share: impl Fn(f64) -> f64) -> Vec<u64> {
    let row_of = |us: u64| (share(us.max(1) as f64) * rows as f64) as usize;
    let top = |row: usize| {
        let (mut low, mut high) = (0, 2 * MAX_US);
        while low < high {
            let middle = (low + high).div_ceil(2);
            if row_of(middle) <= row {
                low = middle;
            } else {
                high = middle - 1;
            }
        }
        low
    };
    // the last row takes all that is left
    (1..rows)
        .map(|row| top(row - 1))
        .chain([2 * MAX_US])
        .collect()
}

/// The largest count of each colour, rising by equal ratios up to the fullest cell's.
fn bounds(fullest: u64) -> Vec<u64> {
    let mut bounds: Vec<u64> = (1..=LEVELS)
        .map(|level| (fullest as f64).powf(level as f64 / LEVELS as f64).round() as u64)
        .collect();
    bounds.dedup();
    bounds
}

/// What somebody is told who cannot see it.
fn words(grid: &Grid, columns: &[Column]) -> String {
    let mut all = Histogram::default();
    columns.iter().for_each(|column| all.merge(&column.times));
    let between = |row: usize| {
        let edge = |row: usize| grid.edges.get(row).map_or(0, |edge| edge.round() as u64);
        format!(
            "{} to {}",
            readable::duration(edge(row)),
            readable::duration(edge(row + 1))
        )
    };
    let cells = grid.columns.iter().flat_map(|column| {
        let rows = column.first as usize..;
        let counts = rows.zip(&column.counts);
        counts.map(move |(row, count)| (*count, row, column.from))
    });
    let Some((count, row, from)) = cells.max_by_key(|(count, ..)| *count) else {
        return "nothing measured".to_owned();
    };
    format!(
        "{} between {} and {}, half of them within {}; the fullest cell has {} of {} at {}",
        readable::counted(all.count(), "answer"),
        readable::duration(all.min()),
        readable::duration(all.max()),
        readable::duration(all.quantile(0.5)),
        readable::count(count),
        between(row),
        readable::moment(from as u64),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::chart::Theme;

    fn tick(second: u64, times: &[u64]) -> Tick {
        let mut tick = Tick {
            start_us: second * 1_000_000,
            duration_us: 1_000_000,
            ..Tick::default()
        };
        times.iter().for_each(|us| tick.response.record(*us));
        tick
    }

    fn drawn(ticks: &[Tick], style: Style) -> Chart {
        let timeline = Timeline {
            ticks,
            ..Timeline::default()
        };
        heat_map(&timeline, style)
    }

    #[test]
    fn every_answer_is_in_one_cell_and_a_second_without_has_none() {
        let mut ticks: Vec<Tick> = (0..1_000)
            .map(|second| tick(second, &[900, 1_100, 5_000 + second * 37, 3_599_000_000]))
            .collect();
        ticks.push(tick(1_000, &[]));
        for style in [
            Style::new(900, 320, Theme::Dark),
            Style::new(160, 60, Theme::Light).bare(),
        ] {
            let grid = drawn(&ticks, style).frame.grid.unwrap();
            let counts = grid.columns.iter().flat_map(|column| &column.counts);
            assert_eq!(counts.sum::<u64>(), 4_000);
            assert!(grid.columns.len() <= MOST.0);
            let fits = |column: &GridColumn| {
                column.first as usize + column.counts.len() < grid.edges.len()
            };
            assert!(grid.columns.iter().all(fits));
        }
        let alone = drawn(&ticks[1_000..], Style::new(900, 320, Theme::Dark));
        assert!(alone.frame.grid.is_none());
        assert!(alone.svg.contains("nothing measured yet"));
    }

    #[test]
    fn the_top_of_a_row_is_the_last_time_that_lies_in_it() {
        for (from, to) in [(900.0, 3.6e9), (1.0, 10.0), (5_000.0, 5_000.0)] {
            let axis = Axis::ratios(from, to, Unit::Us, 5);
            let tops = tops(32, |us| axis.scale.share(us));
            let row_of = |us: u64| ((axis.scale.share(us.max(1) as f64) * 32.0) as usize).min(31);
            for (row, top) in tops.iter().enumerate().take(31) {
                assert!(row_of(*top) <= row, "{from}: {row}");
                assert!(row_of(top + 1) > row, "{from}: {row}");
            }
        }
    }

    #[test]
    fn few_answers_have_few_colours() {
        assert_eq!(bounds(1), [1]);
        assert_eq!(bounds(3), [1, 2, 3]);
        assert_eq!(
            bounds(1_000_000),
            [10, 100, 1_000, 10_000, 100_000, 1_000_000]
        );
    }
}
