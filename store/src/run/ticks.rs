//! The ticks of a run, and their sums for charts, which are brought up to date as a run goes on: a tick that was unpacked
//! once is not unpacked again.

use reprise_measure::Tick;
use rusqlite::params;

use super::read::PAGE;
use crate::recording::key;
use crate::{Error, RunId, Store, segment};

/// The ticks of a run in at most so many: those of a long run are added up, two neighbours, four, eight, as many as it
/// takes. Unpacked, a tick takes some 20 KB, and a day has 86,400 of them.
#[derive(Clone, Debug)]
pub struct TickSums {
    run: RunId,
    most: usize,
    /// How many ticks each is the sum of; of the last one fewer, perhaps.
    together: usize,
    sums: Vec<Tick>,
    /// How many ticks they are the sums of.
    taken: usize,
    /// The key that the next tick has at least.
    next: i64,
}

impl TickSums {
    /// Of a run, with nothing read yet.
    pub fn new(run: RunId, most: usize) -> Self {
        Self {
            run,
            most: most.max(1),
            together: 1,
            sums: Vec::new(),
            taken: 0,
            next: key(run.0, 0),
        }
    }

    /// The run they are of.
    pub const fn run(&self) -> RunId {
        self.run
    }

    /// The sums, in order.
    pub fn ticks(&self) -> &[Tick] {
        &self.sums
    }

    /// The sums, in order.
    pub fn into_ticks(self) -> Vec<Tick> {
        self.sums
    }

    fn take(&mut self, tick: Tick) {
        if self.taken == self.together * self.most {
            self.halve();
        }
        match self.sums.last_mut() {
            Some(sum) if !self.taken.is_multiple_of(self.together) => sum.merge(&tick),
            _ => self.sums.push(tick),
        }
        self.taken += 1;
    }

    /// Takes every two neighbours together.
    fn halve(&mut self) {
        let mut sums = std::mem::take(&mut self.sums).into_iter();
        while let Some(mut sum) = sums.next() {
            if let Some(neighbour) = sums.next() {
                sum.merge(&neighbour);
            }
            self.sums.push(sum);
        }
        self.together *= 2;
    }
}

impl Store {
    /// The ticks of a run, in the order they were added.
    ///
    /// # Errors
    /// The file cannot be read.
    pub fn ticks(&self, run: RunId) -> Result<Vec<Tick>, Error> {
        self.ticks_at_most(run, usize::MAX)
    }

    /// The ticks of a run in at most so many.
    ///
    /// # Errors
    /// The file cannot be read.
    pub fn ticks_at_most(&self, run: RunId, most: usize) -> Result<Vec<Tick>, Error> {
        let mut sums = TickSums::new(run, most);
        self.take_ticks(&mut sums)?;
        Ok(sums.into_ticks())
    }

    /// Takes the ticks that the run has got since; how many those are.
    ///
    /// # Errors
    /// The file cannot be read.
    pub fn take_ticks(&self, sums: &mut TickSums) -> Result<usize, Error> {
        let (before, end) = (sums.taken, key(sums.run.0, u32::MAX));
        loop {
            let page = self.read(|sql| {
                let mut statement = sql.prepare_cached(
                    "SELECT id, data FROM tick WHERE id BETWEEN ?1 AND ?2 ORDER BY id LIMIT ?3",
                )?;
                let rows = statement.query_map(params![sums.next, end, PAGE], |row| {
                    Ok((row.get::<_, i64>(0)?, row.get::<_, Vec<u8>>(1)?))
                })?;
                Ok(rows.collect::<Result<Vec<_>, _>>()?)
            })?;
            if page.is_empty() {
                return Ok(sums.taken - before);
            }
            for (id, packed) in page {
                let json = segment::unpack_sized(&packed).ok_or_else(|| self.damaged())?;
                sums.take(serde_json::from_slice(&json)?);
                sums.next = id + 1;
            }
        }
    }
}
