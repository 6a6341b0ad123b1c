//! Reads MariaDB's general log: `[time] TAB TAB? id SP command TAB text`, a text going on over line ends.

use std::collections::BTreeMap;

use crate::entry::Entry;

/// The commands of each connection, by its id on the server.
pub(crate) fn read(log: &[u8]) -> BTreeMap<u32, Vec<Entry>> {
    let mut all: BTreeMap<u32, Vec<Entry>> = BTreeMap::new();
    let mut last = None;
    for line in log.split_inclusive(|byte| *byte == b'\n') {
        if let Some((id, entry)) = begins_entry(line) {
            all.entry(id).or_default().push(entry);
            last = Some(id);
        } else if line.ends_with(b". started with:\n") {
            // The server began the file, or began it anew.
            last = None;
        } else if let Some(entry) = last.and_then(|id| all.get_mut(&id)?.last_mut()) {
            entry.text.extend_from_slice(line);
        }
    }
    for entry in all.values_mut().flatten() {
        entry.text.pop_if(|byte| *byte == b'\n');
    }
    all
}

fn begins_entry(line: &[u8]) -> Option<(u32, Entry)> {
    let rest = match line.strip_prefix(b"\t\t") {
        Some(rest) => rest,
        // `261121  9:05:59 TAB`
        None => {
            let (time, rest) = line.split_at_checked(16)?;
            let is_time = time.ends_with(b"\t") && time.get(9) == Some(&b':');
            is_time.then_some(rest)?
        }
    };
    let tab = rest.iter().position(|byte| *byte == b'\t')?;
    let (head, text) = rest.split_at(tab);
    let head = std::str::from_utf8(head).ok()?.trim_start();
    let (id, command) = head.split_once(' ')?;
    Some((id.parse().ok()?, Entry::new(command, text.get(1..)?)))
}
