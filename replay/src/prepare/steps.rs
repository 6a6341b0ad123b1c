//! What all lanes send, lane by lane, where memory does not have to hold it: read back a few at a time by
//! whoever plays a lane.

use std::io;
use std::path::Path;

use reprise_wire::Protocol;

use super::lane::{Marks, Step};
use super::scratch::Scratch;
use super::sorter::Record;
use super::values::UseSet;
use crate::reason::SkipReason;

/// Which of all steps are a lane's.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct StepRange {
    /// The first, counted through all lanes.
    first: u64,
    count: u32,
}

impl StepRange {
    /// How many there are.
    pub(crate) const fn len(self) -> usize {
        self.count as usize
    }

    /// Whether nothing is sent.
    pub(crate) const fn is_empty(self) -> bool {
        self.count == 0
    }

    /// The first so many of all.
    #[cfg(test)]
    pub(crate) const fn of(count: u32) -> Self {
        Self { first: 0, count }
    }
}

/// The steps of all lanes.
#[derive(Debug)]
pub(crate) struct Steps(Scratch);

/// How many bytes a step takes.
const SIZE: usize = 52;

impl Steps {
    /// None yet; what memory does not hold goes to a file in `folder`.
    pub(crate) fn new(folder: &Path) -> Self {
        Self(Scratch::new(folder))
    }

    /// Adds a step to a lane, whose range it is given: the lane that was added to last, or a new one.
    ///
    /// # Errors
    /// The file cannot be written.
    pub(crate) fn push(&mut self, range: &mut StepRange, step: &Step) -> io::Result<()> {
        if range.is_empty() {
            range.first = self.0.end() / SIZE as u64;
        }
        let mut bytes = Vec::with_capacity(SIZE);
        write(step, &mut bytes);
        self.0.append(&bytes)?;
        range.count += 1;
        Ok(())
    }

    /// Sets marks of a step, by its place in its lane.
    ///
    /// # Errors
    /// The file cannot be read or written.
    pub(crate) fn mark(&mut self, range: StepRange, place: u32, marks: Marks) -> io::Result<()> {
        let at = (range.first + u64::from(place)) * SIZE as u64;
        let mut bytes = [0; SIZE];
        self.0.read(at, &mut bytes)?;
        let mut step = read(&bytes).ok_or(io::ErrorKind::InvalidData)?;
        step.marks.insert(marks);
        let mut changed = Vec::with_capacity(SIZE);
        write(&step, &mut changed);
        self.0.overwrite(at, &changed)
    }

    /// Nothing more is added.
    pub(crate) fn close(&mut self) {
        self.0.close();
    }

    /// Puts the lane's steps from place `from` on into `into`, at most so many.
    ///
    /// # Errors
    /// The file cannot be read.
    pub(crate) fn read(
        &self,
        range: StepRange,
        from: usize,
        most: usize,
        into: &mut Vec<Step>,
    ) -> io::Result<()> {
        into.clear();
        let count = range.len().saturating_sub(from).min(most);
        let mut bytes = vec![0; count * SIZE];
        self.0
            .read((range.first + from as u64) * SIZE as u64, &mut bytes)?;
        into.extend(bytes.chunks_exact(SIZE).filter_map(read));
        Ok(())
    }
}

fn write(step: &Step, to: &mut Vec<u8>) {
    to.extend(step.exchange.to_le_bytes());
    to.extend(step.operation.to_le_bytes());
    to.extend(step.connection.to_le_bytes());
    to.extend(step.at_us.to_le_bytes());
    to.extend(step.took_us.to_le_bytes());
    to.extend(step.waits_for.to_le_bytes());
    to.extend(step.rank.to_le_bytes());
    to.extend(step.digest.to_le_bytes());
    to.extend(step.statement.unwrap_or(0).to_le_bytes());
    to.extend(step.route.to_le_bytes());
    to.extend(step.status.to_le_bytes());
    let kind = match step.protocol {
        Protocol::Http => 0,
        Protocol::Mysql => MYSQL,
    } | if step.statement.is_some() {
        STATEMENT
    } else {
        0
    };
    to.extend([step.marks.bits(), kind, step.size_log2, 0]);
}

/// What the byte behind the marks says.
const MYSQL: u8 = 1;
const STATEMENT: u8 = 2;

fn read(bytes: &[u8]) -> Option<Step> {
    let mut rest = bytes;
    let exchange = u32::from_le_bytes(take(&mut rest)?);
    let operation = u32::from_le_bytes(take(&mut rest)?);
    let connection = u32::from_le_bytes(take(&mut rest)?);
    let at_us = u64::from_le_bytes(take(&mut rest)?);
    let took_us = u32::from_le_bytes(take(&mut rest)?);
    let waits_for = u32::from_le_bytes(take(&mut rest)?);
    let rank = u32::from_le_bytes(take(&mut rest)?);
    let digest = u64::from_le_bytes(take(&mut rest)?);
    let statement = u32::from_le_bytes(take(&mut rest)?);
    let route = u16::from_le_bytes(take(&mut rest)?);
    let status = u16::from_le_bytes(take(&mut rest)?);
    let [marks, kind, size_log2] = take(&mut rest)?;
    Some(Step {
        exchange,
        operation,
        connection,
        at_us,
        took_us,
        waits_for,
        rank,
        digest,
        route,
        status,
        statement: (kind & STATEMENT != 0).then_some(statement),
        protocol: if kind & MYSQL == 0 {
            Protocol::Http
        } else {
            Protocol::Mysql
        },
        size_log2,
        marks: Marks::from_bits_retain(marks),
    })
}

/// Takes so many bytes off the front.
pub(super) fn take<const N: usize>(rest: &mut &[u8]) -> Option<[u8; N]> {
    let (first, after) = rest.split_first_chunk()?;
    *rest = after;
    Some(*first)
}

/// A step whose lane is known, and what is to become of it: put in order of lanes, then of sending.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Found {
    pub(crate) lane: u32,
    pub(crate) step: Step,
    pub(crate) fate: Fate,
    /// What its request makes use of.
    pub(crate) uses: UseSet,
}

/// What becomes of a step, as far as that is known when it is found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fate {
    /// It is sent.
    Sent,
    /// It is sent if the statement it names becomes known.
    NamesStatement,
    /// It is left out, unless a later step needs it.
    LeftOut(SkipReason),
}

impl Found {
    const fn key(&self) -> (u32, u64, u32) {
        (self.lane, self.step.at_us, self.step.exchange)
    }
}

impl PartialEq for Found {
    fn eq(&self, other: &Self) -> bool {
        self.key() == other.key()
    }
}

impl Eq for Found {}

impl PartialOrd for Found {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Found {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.key().cmp(&other.key())
    }
}

impl Record for Found {
    const SIZE: usize = SIZE + 10;

    fn write(&self, to: &mut Vec<u8>) {
        write(&self.step, to);
        to.extend(self.lane.to_le_bytes());
        to.extend(self.uses.0.to_le_bytes());
        to.extend(match self.fate {
            Fate::Sent => [0, 0],
            Fate::NamesStatement => [1, 0],
            Fate::LeftOut(reason) => [2, reason as u8],
        });
    }

    fn read(bytes: &[u8]) -> Option<Self> {
        let (step, mut rest) = bytes.split_at_checked(SIZE)?;
        let lane = u32::from_le_bytes(take(&mut rest)?);
        let uses = UseSet(u32::from_le_bytes(take(&mut rest)?));
        let fate = match take(&mut rest)? {
            [0, _] => Fate::Sent,
            [1, _] => Fate::NamesStatement,
            [_, reason] => Fate::LeftOut(*SkipReason::ALL.get(usize::from(reason))?),
        };
        Some(Self {
            lane,
            step: read(step)?,
            fate,
            uses,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn full() -> Step {
        Step {
            exchange: 0xffff_fff1,
            operation: 2,
            connection: 3,
            at_us: u64::MAX - 4,
            took_us: 5,
            waits_for: 6,
            rank: 7,
            digest: u64::MAX - 8,
            route: 9,
            status: 1062,
            statement: Some(0),
            protocol: Protocol::Mysql,
            size_log2: 10,
            marks: Marks::WRITES | Marks::IN_TRANSACTION,
        }
    }

    #[test]
    fn steps_come_back_as_they_were_lane_by_lane() {
        let mut steps = Steps::new(Path::new("/nowhere"));
        let (mut one, mut two) = (StepRange::default(), StepRange::default());
        for number in 0..10 {
            steps.push(&mut one, &Step::test(number, 5, 6)).unwrap();
        }
        steps.push(&mut two, &full()).unwrap();
        steps.mark(two, 0, Marks::LAST_ON_CONNECTION).unwrap();
        let mut read = Vec::new();
        steps.read(one, 8, 10, &mut read).unwrap();
        assert_eq!(read, [Step::test(8, 5, 6), Step::test(9, 5, 6)]);
        steps.read(two, 0, 10, &mut read).unwrap();
        let mut expected = full();
        expected.marks.insert(Marks::LAST_ON_CONNECTION);
        assert_eq!(read, [expected]);
        steps.read(two, 1, 10, &mut read).unwrap();
        assert!(read.is_empty());
    }

    #[test]
    fn what_was_found_is_in_order_of_lanes_and_of_sending() {
        let found = |lane, step| Found {
            lane,
            step,
            fate: Fate::LeftOut(SkipReason::Filtered),
            uses: UseSet(5),
        };
        let mut bytes = Vec::new();
        let one = found(4, full());
        one.write(&mut bytes);
        let read = Found::read(&bytes).unwrap();
        assert_eq!(
            (bytes.len(), read.step, read.fate, read.uses),
            (Found::SIZE, one.step, one.fate, one.uses)
        );
        assert!(found(1, full()) < found(2, Step::test(1, 1, 1)));
        assert!(found(1, Step::test(9, 1, 1)) < found(1, Step::test(1, 2, 1)));
        assert!(found(1, Step::test(1, 2, 1)) < found(1, Step::test(2, 2, 1)));
    }
}
