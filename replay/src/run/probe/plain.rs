//! A probe that asks the same every second, as a health check does: a GET, or a statement. One after
//! another; a late answer makes the next ones late, and that counts: times run from the intended second.

use std::io;
use std::sync::Arc;
use std::thread::JoinHandle;

use crossbeam_channel::Sender;
use reprise_measure::{Outcome, Sample, SampleFlags};
use reprise_store::AllowedTarget;

use crate::ReplayError;
use crate::desk::{Desks, Seat};
use crate::http::connection::{End, HttpConnection, Reply, Request};
use crate::mysql::connection::MysqlConnection;
use crate::run::control::{Control, Ending};
use crate::run::http_target::HttpTarget;
use crate::run::program::Program;
use crate::schedule::standstill::Standstill;
use crate::schedule::timer::Timer;
use crate::worker::outbox::Batch;

/// How far apart its requests are; microseconds.
const EVERY_US: u64 = 1_000_000;

/// What is asked every second, and the connection it is asked on.
enum Asking {
    Http {
        target: HttpTarget,
        request: Vec<u8>,
        desks: Desks,
        connection: Option<HttpConnection>,
    },
    Sql {
        sql: String,
        connection: Option<MysqlConnection>,
    },
}

/// Starts a GET of `path` every second.
///
/// # Errors
/// The target has no address or its certificates cannot be had, or the thread cannot be started.
pub(super) fn start_http(
    program: &Arc<Program>,
    target: &AllowedTarget,
    path: &str,
    control: Control,
    batches: Sender<Batch>,
) -> Result<JoinHandle<io::Result<()>>, ReplayError> {
    let host = target.authority();
    let request = format!(
        "GET {path} HTTP/1.1\r\nHost: {host}\r\nUser-Agent: reprise\r\nAccept: */*\r\n\r\n"
    );
    let asking = Asking::Http {
        target: HttpTarget::new(&program.prepared.plan, target)?,
        request: request.into_bytes(),
        desks: Desks::default(),
        connection: None,
    };
    start(program, asking, control, batches)
}

/// Starts a statement every second.
///
/// # Errors
/// The thread cannot be started.
pub(super) fn start_sql(
    program: &Arc<Program>,
    sql: &str,
    control: Control,
    batches: Sender<Batch>,
) -> Result<JoinHandle<io::Result<()>>, ReplayError> {
    let asking = Asking::Sql {
        sql: sql.to_owned(),
        connection: None,
    };
    start(program, asking, control, batches)
}

fn start(
    program: &Arc<Program>,
    asking: Asking,
    control: Control,
    batches: Sender<Batch>,
) -> Result<JoinHandle<io::Result<()>>, ReplayError> {
    let program = Arc::clone(program);
    std::thread::Builder::new()
        .name("replay-probe".to_owned())
        .spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .build()?;
            runtime.block_on(every_second(&program, asking, &control, &batches))
        })
        .map_err(ReplayError::Start)
}

async fn every_second(
    program: &Program,
    mut asking: Asking,
    control: &Control,
    batches: &Sender<Batch>,
) -> io::Result<()> {
    let timer = Timer::new()?;
    let timeout = program.prepared.plan.timeout();
    let mut intended_us = 0;
    while control.ending() == Ending::No {
        let meant_us = intended_us.max(program.origin.now_us());
        tokio::select! {
            woken = timer.until(program.origin.at(intended_us)) => woken?,
            () = control.noticed(0) => continue,
        }
        let now_us = program.origin.now_us();
        if Standstill::between(meant_us, now_us).is_some() {
            intended_us = now_us.next_multiple_of(EVERY_US);
            continue;
        }
        let mut sample = sample_at(intended_us, now_us);
        tokio::select! {
            asked = tokio::time::timeout(timeout, asking.ask(program, &mut sample)) => {
                if asked.is_err() {
                    asking.hang_up();
                    sample.outcome = Outcome::Timeout;
                    sample.done_us = program.origin.now_us();
                }
            }
            // the run is over: what was asked last is not counted
            () = control.noticed(0) => continue,
        }
        let batch = Batch {
            planned: 1,
            sent: 1,
            samples: vec![sample],
            ..Batch::default()
        };
        // without a collector there is nobody to tell
        let _ = batches.send(batch);
        intended_us += EVERY_US;
    }
    Ok(())
}

const fn sample_at(intended_us: u64, now_us: u64) -> Sample {
    Sample {
        exchange: 0,
        lane: 0,
        copy: 0,
        operation: 0,
        intended_us,
        ready_us: intended_us,
        sent_us: now_us,
        first_byte_us: None,
        done_us: now_us,
        outcome: Outcome::Ok,
        status: 0,
        flags: SampleFlags::empty(),
        sent_bytes: 0,
        received_bytes: 0,
        faults: 0,
    }
}

impl Asking {
    fn hang_up(&mut self) {
        match self {
            Self::Http { connection, .. } => *connection = None,
            Self::Sql { connection, .. } => *connection = None,
        }
    }

    async fn ask(&mut self, program: &Program, sample: &mut Sample) {
        let outcome = match self {
            Self::Http {
                target,
                request,
                desks,
                connection,
            } => {
                let seat = &mut desks.seat();
                ask_http(program, target, request, seat, connection, sample).await
            }
            Self::Sql { sql, connection } => ask_sql(program, sql, connection, sample).await,
        };
        sample.outcome = outcome;
        if outcome == Outcome::ErrorReply {
            sample.flags |= SampleFlags::ERROR_ANSWER;
        }
    }
}

async fn ask_http(
    program: &Program,
    target: &HttpTarget,
    request: &[u8],
    seat: &mut Seat<'_>,
    kept: &mut Option<HttpConnection>,
    sample: &mut Sample,
) -> Outcome {
    let mut idle = kept.take();
    if idle
        .as_mut()
        .is_some_and(|connection| !connection.is_open())
    {
        idle = None;
    }
    let mut connection = match idle {
        Some(connection) => connection,
        None => match HttpConnection::open(target).await {
            Ok(mut opened) => {
                opened.stamp();
                opened
            }
            Err(_) => {
                sample.done_us = program.origin.now_us();
                return Outcome::Refused;
            }
        },
    };
    let request = Request {
        method: b"GET",
        bytes: request,
        body_waits: false,
        compares: false,
        takes: false,
        leaves_after: None,
    };
    let mut reply = Reply::new();
    connection
        .exchange(request, seat, program.origin, &mut reply)
        .await;
    sample.answered(reply.first_byte_us, reply.done_us);
    let answer = seat.answer();
    sample.status = answer
        .as_ref()
        .and_then(|answer| answer.status())
        .unwrap_or(0);
    match reply.end {
        End::NoAnswer => Outcome::Reset,
        End::CutShort => Outcome::Truncated,
        End::Garbage => Outcome::ErrorReply,
        End::Complete | End::Left => {
            if answer.is_some_and(|answer| answer.keep_alive()) {
                *kept = Some(connection);
            }
            if sample.status < 400 {
                Outcome::Ok
            } else {
                Outcome::ErrorReply
            }
        }
    }
}

async fn ask_sql(
    program: &Program,
    sql: &str,
    kept: &mut Option<MysqlConnection>,
    sample: &mut Sample,
) -> Outcome {
    let open = kept
        .take()
        .and_then(|mut kept| kept.is_open().then_some(kept));
    let mut connection = match open {
        Some(connection) => connection,
        None => match open_mysql(program).await {
            Some(mut opened) => {
                opened.stamp();
                opened
            }
            None => {
                sample.done_us = program.origin.now_us();
                return Outcome::Refused;
            }
        },
    };
    let Ok((_, summary)) = connection.answer(sql).await else {
        sample.done_us = program.origin.now_us();
        return Outcome::Reset;
    };
    let done_us = connection.arrived_us(program.origin);
    sample.answered(Some(done_us), done_us);
    *kept = Some(connection);
    match summary.error {
        Some(error) => {
            sample.status = error.code;
            Outcome::ErrorReply
        }
        None => Outcome::Ok,
    }
}

async fn open_mysql(program: &Program) -> Option<MysqlConnection> {
    let target = program.mysql.as_ref()?;
    let credentials = target.credentials(None, None, None);
    MysqlConnection::open(target, credentials).await.ok()
}
