//! What a command says on its standard error: counts of lost packets for the ledger, the rest as
//! warnings, not too many of them.

use std::io::{BufRead as _, BufReader, Read};
use std::time::{Duration, Instant};

use crate::event::Events;
use crate::live::delivery::Losses;
use crate::{CaptureEvent, LostBefore, Warning};

/// At most so many lines are told in so long.
const LINES: u32 = 10;
const IN: Duration = Duration::from_secs(10);
/// What is kept of a line.
const LINE_BYTES: u64 = 400;

/// Listens to a command.
pub(super) struct Words {
    losses: Losses,
    events: Events,
    last: Option<String>,
    since: Instant,
    told: u32,
    untold: u64,
}

/// What a line means.
#[derive(Debug, PartialEq, Eq)]
enum Meaning {
    /// Packets that never came.
    Lost(LostBefore),
    /// tcpdump's way of saying that all is well.
    Chatter,
    /// Something that the user should know.
    Word,
}

impl Words {
    pub(super) fn new(losses: Losses, events: Events) -> Self {
        Self {
            losses,
            events,
            last: None,
            since: Instant::now(),
            told: 0,
            untold: 0,
        }
    }

    /// Listens until it falls silent for good.
    pub(super) fn hear(&mut self, errors: &mut dyn Read) {
        let mut errors = BufReader::new(errors);
        let mut line = Vec::new();
        loop {
            line.clear();
            let read = errors
                .by_ref()
                .take(LINE_BYTES)
                .read_until(b'\n', &mut line);
            if !read.is_ok_and(|read| read > 0) {
                break;
            }
            let text = String::from_utf8_lossy(&line);
            let text = text.trim();
            if !text.is_empty() {
                self.take(text);
            }
        }
        self.tell_untold();
    }

    /// The last line worth telling.
    pub(super) fn last(self) -> Option<String> {
        self.last
    }

    fn take(&mut self, line: &str) {
        match meaning(line) {
            Meaning::Lost(lost) => self.losses.add(lost),
            Meaning::Chatter => {}
            Meaning::Word => {
                self.last = Some(line.to_owned());
                self.tell(line);
            }
        }
    }

    fn tell(&mut self, line: &str) {
        if self.since.elapsed() >= IN {
            self.tell_untold();
            (self.since, self.told) = (Instant::now(), 0);
        }
        if self.told >= LINES {
            self.untold += 1;
            return;
        }
        self.told += 1;
        let warning = Warning::CommandSays(line.to_owned());
        self.events.tell(CaptureEvent::Warning(warning));
    }

    fn tell_untold(&mut self) {
        if self.untold > 0 {
            let lines = std::mem::take(&mut self.untold);
            let warning = Warning::CommandSaysMore { lines };
            self.events.tell(CaptureEvent::Warning(warning));
        }
    }
}

fn meaning(line: &str) -> Meaning {
    let packets = |what: &str| {
        let number = line
            .strip_suffix(what)?
            .trim_end()
            .strip_suffix("packets")
            .or_else(|| line.strip_suffix(what)?.trim_end().strip_suffix("packet"))?;
        number.trim().parse::<u64>().ok()
    };
    if let Some(kernel_dropped) = packets("dropped by kernel") {
        return Meaning::Lost(LostBefore {
            kernel_dropped,
            ..LostBefore::default()
        });
    }
    if let Some(interface_dropped) = packets("dropped by interface") {
        return Meaning::Lost(LostBefore {
            interface_dropped,
            ..LostBefore::default()
        });
    }
    let all_is_well = packets("captured").is_some()
        || packets("received by filter").is_some()
        || line.starts_with("tcpdump: listening on ")
        || line.starts_with("tcpdump: data link type ")
        || line.starts_with("dropped privs to ");
    if all_is_well {
        Meaning::Chatter
    } else {
        Meaning::Word
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tcpdump_s_counts_go_to_the_ledger_and_its_chatter_nowhere() {
        let lost = |kernel_dropped, interface_dropped| {
            Meaning::Lost(LostBefore {
                kernel_dropped,
                interface_dropped,
                ..LostBefore::default()
            })
        };
        for (line, expected) in [
            ("12 packets dropped by kernel", lost(12, 0)),
            ("1 packet dropped by kernel", lost(1, 0)),
            ("3 packets dropped by interface", lost(0, 3)),
            ("40 packets captured", Meaning::Chatter),
            ("80 packets received by filter", Meaning::Chatter),
            (
                "tcpdump: listening on eth0, link-type EN10MB (Ethernet)",
                Meaning::Chatter,
            ),
            (
                "ssh: connect to host db port 22: Connection refused",
                Meaning::Word,
            ),
            ("many packets dropped by kernel", Meaning::Word),
        ] {
            assert_eq!(meaning(line), expected, "{line}");
        }
    }

    #[test]
    fn a_talkative_command_is_cut_short_and_the_rest_counted() {
        let (events, told) = Events::new();
        let mut words = Words::new(Losses::default(), events);
        let lines: String = (0..25).map(|line| format!("line {line}\n")).collect();
        words.hear(&mut lines.as_bytes());
        let told: Vec<String> = told
            .try_iter()
            .filter_map(|event| match event {
                CaptureEvent::Warning(warning) => Some(warning.to_string()),
                _ => None,
            })
            .collect();
        assert_eq!(told.len(), 11);
        assert_eq!(
            told.first().map(String::as_str),
            Some("the command says: line 0")
        );
        assert_eq!(
            told.last().map(String::as_str),
            Some("the command says 15 more lines")
        );
        assert_eq!(words.last(), Some("line 24".to_owned()));
    }
}
