//! Adds up what sources tell over a run, in bounded memory.

use super::spread::Spread;
use super::{Reading, WatchGap, WatchSeries, WatchSummary, WatchTick};

/// What sources have told so far.
#[derive(Clone, Debug, Default)]
pub struct WatchTotals {
    /// Readings before this moment, in microseconds of the run, are in no statistic.
    from_us: u64,
    sources: Vec<SourceTotals>,
}

#[derive(Clone, Debug, Default)]
struct SourceTotals {
    source: String,
    series: Vec<SeriesTotals>,
    gaps: Vec<WatchGap>,
    missed: u64,
    /// Whether it told nothing the last time it was asked.
    silent: bool,
}

#[derive(Clone, Debug)]
struct SeriesTotals {
    first: Reading,
    count: u64,
    sum: f64,
    min: f64,
    max: f64,
    spread: Spread,
}

impl WatchTotals {
    /// So many gaps of a source are kept.
    pub const MOST_GAPS: usize = 100;

    /// So many series of a source are added up; a server that makes up new ones without end grows nothing.
    const MOST_SERIES: usize = 1_000;

    /// Leaves out what is told before the run has warmed up.
    pub fn measuring_from(from_us: u64) -> Self {
        Self {
            from_us,
            sources: Vec::new(),
        }
    }

    /// Adds what a source told `at_us` of the run. True when it fell silent with it.
    pub fn add(&mut self, at_us: u64, told: &WatchTick) -> bool {
        let found = self
            .sources
            .iter()
            .position(|known| known.source == told.source);
        let index = found.unwrap_or_else(|| {
            self.sources.push(SourceTotals {
                source: told.source.clone(),
                ..SourceTotals::default()
            });
            self.sources.len() - 1
        });
        let Some(source) = self.sources.get_mut(index) else {
            return false;
        };
        if at_us >= self.from_us {
            for reading in &told.series {
                source.read(reading);
            }
        }
        match &told.gap {
            Some(why) => source.miss(at_us, why),
            None => {
                source.silent = false;
                false
            }
        }
    }

    /// What it comes to.
    pub fn summary(&self) -> Vec<WatchSummary> {
        let sources = self.sources.iter().map(|source| WatchSummary {
            source: source.source.clone(),
            series: source.series.iter().map(SeriesTotals::summary).collect(),
            gaps: source.gaps.clone(),
            missed: source.missed,
        });
        sources.collect()
    }
}

impl SourceTotals {
    fn read(&mut self, reading: &Reading) {
        let room = self.series.len() < WatchTotals::MOST_SERIES;
        let mut known = self.series.iter_mut();
        match known.find(|known| known.first.series == reading.series) {
            Some(known) => known.add(reading),
            None if room => self.series.push(SeriesTotals::of(reading)),
            None => {}
        }
    }

    /// Counts a time it told nothing. True when it had told something the time before.
    fn miss(&mut self, at_us: u64, why: &str) -> bool {
        self.missed += 1;
        let fell_silent = !self.silent;
        self.silent = true;
        if !fell_silent {
            if let Some(gap) = self.gaps.last_mut() {
                gap.to_us = at_us;
            }
        } else if self.gaps.len() < WatchTotals::MOST_GAPS {
            self.gaps.push(WatchGap {
                from_us: at_us,
                to_us: at_us,
                why: why.to_owned(),
            });
        }
        fell_silent
    }
}

impl SeriesTotals {
    fn of(reading: &Reading) -> Self {
        let mut totals = Self {
            first: reading.clone(),
            count: 0,
            sum: 0.0,
            min: f64::INFINITY,
            max: f64::NEG_INFINITY,
            spread: Spread::default(),
        };
        totals.add(reading);
        totals
    }

    fn add(&mut self, reading: &Reading) {
        self.count += u64::from(reading.count);
        self.sum += reading.mean * f64::from(reading.count);
        self.min = self.min.min(reading.mean);
        self.max = self.max.max(reading.max);
        self.spread.add(reading.mean);
    }

    fn summary(&self) -> WatchSeries {
        let p95 = self.spread.quantile(0.95);
        WatchSeries {
            series: self.first.series.clone(),
            unit: self.first.unit,
            count: self.count,
            mean: self.sum / self.count.max(1) as f64,
            // a cell's middle may lie a thousandth beside every value
            p95: p95.max(self.min).min(self.max),
            max: self.max,
        }
    }
}
