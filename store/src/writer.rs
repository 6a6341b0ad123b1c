//! The one thread that writes: it runs jobs one by one and commits, within a second, what the open
//! recordings and runs have gathered. It holds no transaction while it waits.

use std::path::PathBuf;
use std::sync::Arc;
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use crossbeam_channel::{Receiver, RecvTimeoutError, Sender, bounded, unbounded};
use rusqlite::{Connection, Transaction, TransactionBehavior};

use crate::segment::Packer;
use crate::{Error, bin};

/// What was added is committed within this time.
const COMMIT_INTERVAL: Duration = Duration::from_millis(500);

/// How long, once each [`COMMIT_INTERVAL`], the lock is left free for other processes.
pub(crate) const LOCK_GAP: Duration = Duration::from_millis(5);

/// A recording or run that is being written: where its rows gather between commits.
pub(crate) trait Intake: Send + Sync {
    /// Writes all that has gathered.
    fn write(&self, transaction: &Transaction<'_>, packer: &mut Packer) -> Result<(), Error>;
    /// Learns whether it was committed. After an error nothing more is taken.
    fn committed(&self, outcome: Result<(), Arc<Error>>);
    /// Whether the last of it has been written.
    fn ended(&self) -> bool;
}

/// A piece of work on the writing connection.
type Job = Box<dyn FnOnce(&mut Connection) + Send>;

enum Order {
    Run(Job),
    /// Commit this one too from now on.
    Begin(Arc<dyn Intake>),
    /// Commit now, and say so.
    Commit(Option<Sender<()>>),
    Stop,
}

/// The handle on the thread. Dropping it commits what has gathered and waits for the thread.
pub(crate) struct Writer {
    path: PathBuf,
    orders: Sender<Order>,
    thread: Option<JoinHandle<()>>,
}

impl Writer {
    /// Starts the thread on its connection.
    pub(crate) fn start(connection: Connection, path: PathBuf) -> Result<Self, Error> {
        let (orders, received) = unbounded();
        let state = Loop {
            connection,
            path: path.clone(),
            packer: Packer::new()?,
            intakes: Vec::new(),
        };
        let thread = thread::Builder::new()
            .name("store-writer".to_owned())
            .spawn(move || state.run(&received))
            .map_err(|source| Error::Io {
                action: "write",
                path: path.clone(),
                source,
            })?;
        Ok(Self {
            path,
            orders,
            thread: Some(thread),
        })
    }

    /// Runs `job` in a transaction of its own and waits for its result.
    pub(crate) fn transact<T: Send + 'static>(
        &self,
        job: impl FnOnce(&Transaction<'_>) -> Result<T, Error> + Send + 'static,
    ) -> Result<T, Error> {
        self.run(move |connection| {
            let transaction =
                connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
            let result = job(&transaction)?;
            transaction.commit()?;
            Ok(result)
        })
    }

    /// Runs `job` on the connection, outside any transaction, and waits for its result.
    pub(crate) fn run<T: Send + 'static>(
        &self,
        job: impl FnOnce(&mut Connection) -> Result<T, Error> + Send + 'static,
    ) -> Result<T, Error> {
        let (reply, answer) = bounded(1);
        let job: Job = Box::new(move |connection| {
            // The asker is waiting below; if it is gone nobody wants the answer.
            let _ = reply.send(job(connection));
        });
        self.orders
            .send(Order::Run(job))
            .map_err(|_| Error::Closed)?;
        answer
            .recv()
            .map_err(|_| Error::Closed)?
            .map_err(|error| error.at(&self.path))
    }

    /// Commits what `intake` gathers, from now until it has ended.
    pub(crate) fn begin(&self, intake: Arc<dyn Intake>) {
        // A stopped thread shows when the intake is finished.
        let _ = self.orders.send(Order::Begin(intake));
    }

    /// Asks for a commit soon, without waiting.
    pub(crate) fn hurry(&self) {
        let _ = self.orders.send(Order::Commit(None));
    }

    /// Waits until everything added before is committed, or has failed.
    pub(crate) fn commit(&self) -> Result<(), Error> {
        let (reply, answer) = bounded(1);
        self.orders
            .send(Order::Commit(Some(reply)))
            .map_err(|_| Error::Closed)?;
        answer.recv().map_err(|_| Error::Closed)
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        let _ = self.orders.send(Order::Stop);
        if let Some(thread) = self
            .thread
            .take()
            .filter(|t| t.thread().id() != thread::current().id())
        {
            // It cannot have panicked with anything left to save.
            let _ = thread.join();
        }
    }
}

struct Loop {
    connection: Connection,
    path: PathBuf,
    packer: Packer,
    intakes: Vec<Arc<dyn Intake>>,
}

impl Loop {
    fn run(mut self, orders: &Receiver<Order>) {
        let mut last_commit = Instant::now();
        let mut last_gap = Instant::now();
        loop {
            let due = COMMIT_INTERVAL.saturating_sub(last_commit.elapsed());
            match orders.recv_timeout(due) {
                Ok(Order::Run(job)) => job(&mut self.connection),
                Ok(Order::Begin(intake)) => self.intakes.push(intake),
                Ok(Order::Commit(reply)) => {
                    self.commit();
                    last_commit = Instant::now();
                    if let Some(reply) = reply {
                        let _ = reply.send(());
                    }
                }
                Ok(Order::Stop) | Err(RecvTimeoutError::Disconnected) => break,
                Err(RecvTimeoutError::Timeout) => {}
            }
            if last_gap.elapsed() >= COMMIT_INTERVAL {
                thread::sleep(LOCK_GAP);
                last_gap = Instant::now();
            }
            // Jobs may keep the channel busy: the interval holds all the same.
            if last_commit.elapsed() >= COMMIT_INTERVAL {
                self.commit();
                last_commit = Instant::now();
                if self.intakes.is_empty() && orders.is_empty() {
                    self.tidy();
                }
            }
        }
        self.commit();
    }

    /// One transaction for all that gathered.
    fn commit(&mut self) {
        if self.intakes.is_empty() {
            return;
        }
        let outcome = write_all(&mut self.connection, &mut self.packer, &self.intakes)
            .map_err(|error| Arc::new(error.at(&self.path)));
        for intake in &self.intakes {
            intake.committed(outcome.clone());
        }
        self.intakes.retain(|intake| !intake.ended());
    }

    /// Idle time removes a little of what has been in the bin for long; a failure shows when
    /// somebody next writes.
    fn tidy(&mut self) {
        let _ = bin::remove_some_overdue(&mut self.connection);
    }
}

fn write_all(
    connection: &mut Connection,
    packer: &mut Packer,
    intakes: &[Arc<dyn Intake>],
) -> Result<(), Error> {
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    for intake in intakes {
        intake.write(&transaction, packer)?;
    }
    transaction.commit()?;
    Ok(())
}

#[cfg(test)]
mod tests;
