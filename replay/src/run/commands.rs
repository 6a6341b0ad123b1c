//! Commands that a run runs at their times: to restart the database, to pause a container. What they write is
//! kept, without its secrets. Each has threads of its own, so that a slow one holds up nothing. Units: microseconds
//! of the run.

use std::io::{self, PipeReader, Read};
use std::os::unix::process::CommandExt as _;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use crossbeam_channel::{Receiver, RecvTimeoutError, Sender, bounded, unbounded};
use reprise_measure::CommandResult;
use reprise_wire::redact::Redaction;
use rustix::process::{Pid, Signal, kill_process_group};

use super::origin::Origin;
use crate::plan::TimedCommand;
use crate::veil::Veil;

/// How much is kept of what a command writes: its end; bytes.
const KEPT: usize = 16 << 10;

/// So much more before it is looked at: a secret may be cut where what is kept begins.
const BEFORE: usize = 2 << 10;

/// How long a command may go on when the run is over.
const PATIENCE: Duration = Duration::from_secs(10);

/// How often is looked whether a command has ended.
const LOOK_EVERY: Duration = Duration::from_millis(20);

/// The commands of a run.
#[derive(Debug)]
pub(crate) struct Commands {
    /// Dropped when the run is over.
    over: Option<Sender<()>>,
    results: Receiver<CommandResult>,
    threads: Vec<JoinHandle<()>>,
}

impl Commands {
    /// Waits for the time of each. `redaction`: how the secrets of what they write are replaced.
    ///
    /// # Errors
    /// The system gives no thread.
    pub(crate) fn start(
        commands: &[TimedCommand],
        origin: Origin,
        redaction: Option<&Redaction>,
    ) -> io::Result<Self> {
        let (over, is_over) = bounded::<()>(0);
        let (to, results) = unbounded();
        let threads = commands.iter().map(|command| {
            let (command, is_over, to) = (command.clone(), is_over.clone(), to.clone());
            let redaction = redaction.cloned();
            std::thread::Builder::new()
                .name("replay-command".to_owned())
                .spawn(move || {
                    let mut result = run(&command, origin, &is_over);
                    result.output = kept(&result.output, redaction.as_ref());
                    // the collector is gone only when the run has failed
                    let _ = to.send(result);
                })
        });
        Ok(Self {
            threads: threads.collect::<Result<_, _>>()?,
            over: Some(over),
            results,
        })
    }

    /// Those that have ended since the last time.
    pub(crate) fn ended(&self) -> Vec<CommandResult> {
        self.results.try_iter().collect()
    }

    /// The run is over: those that have not begun never will, those that go on too long are ended.
    pub(crate) fn finish(&mut self) -> Vec<CommandResult> {
        self.over = None;
        for thread in self.threads.drain(..) {
            // a lost thread has no result
            let _ = thread.join();
        }
        self.ended()
    }
}

fn run(command: &TimedCommand, origin: Origin, is_over: &Receiver<()>) -> CommandResult {
    let mut result = CommandResult {
        command: command.command.clone(),
        at_us: command.at_us,
        ..CommandResult::default()
    };
    let until = origin.at(command.at_us);
    if is_over.recv_deadline(until) == Err(RecvTimeoutError::Disconnected) {
        result.failure = "was not run: the run ended before its time".to_owned();
        return result;
    }
    result.at_us = origin.now_us();
    match spawned(&command.command) {
        Ok((child, output)) => {
            let reader = std::thread::spawn(move || end_of(output));
            match wait(child, is_over) {
                Ok((status, ended_by_us)) => {
                    result.code = status.code();
                    result.failure = failure(status, ended_by_us);
                }
                Err(error) => result.failure = format!("could not be waited for: {error}"),
            }
            result.took_us = origin.now_us().saturating_sub(result.at_us);
            // what it left running in the background may hold the pipe open
            let kept = Instant::now() + PATIENCE;
            while !reader.is_finished() && Instant::now() < kept {
                std::thread::sleep(LOOK_EVERY);
            }
            if reader.is_finished() {
                result.output = reader.join().unwrap_or_default();
            }
        }
        Err(error) => result.failure = format!("could not be started: {error}"),
    }
    result
}

fn spawned(command: &str) -> io::Result<(Child, PipeReader)> {
    let (output, input) = io::pipe()?;
    let child = Command::new("sh")
        .arg("-c")
        .arg(command)
        .stdin(Stdio::null())
        .stdout(input.try_clone()?)
        .stderr(input)
        .process_group(0)
        .spawn()?;
    Ok((child, output))
}

/// How it ended, and whether it had to be ended because the run was over for too long.
fn wait(mut child: Child, is_over: &Receiver<()>) -> io::Result<(ExitStatus, bool)> {
    let mut patience: Option<Instant> = None;
    loop {
        if let Some(status) = child.try_wait()? {
            return Ok((status, false));
        }
        match patience {
            None => {
                if is_over.recv_timeout(LOOK_EVERY) == Err(RecvTimeoutError::Disconnected) {
                    patience = Some(Instant::now() + PATIENCE);
                }
            }
            Some(until) if Instant::now() < until => std::thread::sleep(LOOK_EVERY),
            Some(_) => {
                if let Some(group) = i32::try_from(child.id()).ok().and_then(Pid::from_raw) {
                    // it may have ended in the meantime
                    let _ = kill_process_group(group, Signal::KILL);
                }
                return Ok((child.wait()?, true));
            }
        }
    }
}

fn failure(status: ExitStatus, ended_by_us: bool) -> String {
    if ended_by_us {
        let seconds = PATIENCE.as_secs();
        return format!("still ran {seconds} s after the run had ended, and was killed");
    }
    if status.success() {
        return String::new();
    }
    format!("ended with {status}")
}

/// What is kept of the end of what a command wrote.
fn kept(output: &str, redaction: Option<&Redaction>) -> String {
    let mut output = match redaction {
        Some(redaction) => Veil::new(redaction).text(output),
        None => output.to_owned(),
    };
    let from = output.len().saturating_sub(KEPT);
    output.split_off(output.ceil_char_boundary(from))
}

/// The end of what a command writes, as text, and some of what comes before what is kept of it.
fn end_of(mut output: PipeReader) -> String {
    let mut kept: Vec<u8> = Vec::new();
    let mut buffer = [0; 4 << 10];
    loop {
        match output.read(&mut buffer) {
            Ok(0) => break,
            Ok(count) => kept.extend_from_slice(buffer.get(..count).unwrap_or_default()),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(_) => break,
        }
        if kept.len() > 2 * (BEFORE + KEPT) {
            kept.drain(..kept.len() - (BEFORE + KEPT));
        }
    }
    let from = kept.len().saturating_sub(BEFORE + KEPT);
    String::from_utf8_lossy(kept.get(from..).unwrap_or_default()).into_owned()
}

#[cfg(test)]
mod tests {
    use reprise_wire::redact::{RedactionKey, Rules};

    use super::*;

    fn results(commands: &[&str]) -> Vec<CommandResult> {
        results_with(commands, None)
    }

    fn results_with(commands: &[&str], redaction: Option<&Redaction>) -> Vec<CommandResult> {
        let commands: Vec<TimedCommand> = commands
            .iter()
            .map(|command| command.parse().unwrap())
            .collect();
        let running = Commands::start(&commands, Origin::soon(), redaction).unwrap();
        let mut ended = Vec::new();
        let limit = Instant::now() + Duration::from_secs(60);
        while ended.len() < commands.len() && Instant::now() < limit {
            ended.extend(running.ended());
            std::thread::sleep(LOOK_EVERY);
        }
        ended.sort_by_key(|result| result.at_us);
        ended
    }

    #[test]
    fn output_and_end_of_each_command_are_kept() {
        let ended = results(&[
            "1ms run echo out; echo err >&2",
            "300ms run echo no; exit 3",
        ]);
        let [good, bad] = &ended[..] else {
            panic!("{ended:?}")
        };
        assert_eq!((good.code, good.failure.as_str()), (Some(0), ""));
        assert_eq!(good.output, "out\nerr\n");
        assert!(bad.at_us >= 300_000);
        assert_eq!(bad.code, Some(3));
        assert_eq!(bad.failure, "ended with exit status: 3");
    }

    #[test]
    fn what_a_failing_command_is_still_writing_when_it_ends_is_kept() {
        let ended = results(&["0s run (sleep 0.3; echo late) & echo now; exit 3"]);
        assert_eq!(ended[0].code, Some(3));
        assert_eq!(ended[0].output, "now\nlate\n");
    }

    #[test]
    fn of_a_long_output_the_end_is_kept() {
        let ended = results(&["0s run head -c 100000 /dev/zero | tr '\\0' x; echo end"]);
        assert_eq!(ended[0].output.len(), KEPT);
        assert!(ended[0].output.ends_with("xend\n"));
    }

    #[test]
    fn secrets_in_what_a_command_writes_are_replaced_also_where_what_is_kept_begins() {
        let redaction = Redaction {
            key: RedactionKey::new([7; 32]),
            rules: Rules::default(),
        };
        let told = "run echo 'DB_PASSWORD=hunter2-of-staging'; echo 'GET http://ada:pw-of-ada@db/' >&2; echo ready";
        // the key begins 16 bytes before what is kept of this output does
        let cut = format!(
            "run printf AKIA; printf IOSFODNN7EXAMPLE; printf ' %0{}d' 0",
            KEPT - 5
        );
        let ended = results_with(
            &[&format!("0s {told}"), &format!("200ms {cut}")],
            Some(&redaction),
        );
        let [told, cut] = &ended[..] else {
            panic!("{ended:?}")
        };
        for secret in ["hunter2", "pw-of-ada"] {
            assert!(!told.output.contains(secret), "{}", told.output);
        }
        assert!(
            told.output.starts_with("DB_PASSWORD=rp_"),
            "{}",
            told.output
        );
        assert!(told.output.ends_with("ready\n"), "{}", told.output);
        assert_eq!(cut.output.len(), KEPT);
        assert!(!cut.output.starts_with("MPLE "), "{}", &cut.output[..20]);
    }

    #[test]
    fn what_was_not_due_when_the_run_ended_is_not_run() {
        let command = "1h run touch /nowhere".parse().unwrap();
        let mut running = Commands::start(&[command], Origin::soon(), None).unwrap();
        let ended = running.finish();
        assert!(ended[0].failure.starts_with("was not run"), "{ended:?}");
        assert_eq!(ended[0].took_us, 0);
    }
}
