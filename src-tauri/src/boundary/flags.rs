//! What the rooms below say in the command's words, in the window's: a flag is called by the field that stands for it.

use std::borrow::Cow;

/// How flags are called here. A longer text comes before a shorter one that it begins with.
const CALLED: &[(&str, &str)] = &[
    // sentences that a field's name alone does not mend
    ("name another with --file", "choose another"),
    ("name another file with --file", "choose another file"),
    (
        "name a file on another disk with --file",
        "choose a file on another disk",
    ),
    ("give the right one with --file", "choose the right one"),
    (
        "give a check: --check 'p99<250ms'",
        "add one under “Checks”, such as p99<250ms",
    ),
    ("the plan is --read-only", "the run is to “send no writes”"),
    (
        "no --http or --mysql takes it",
        "neither “HTTP goes to” nor “MySQL goes to” takes it",
    ),
    ("supply it with --secret", "supply it under “Secrets”:"),
    (
        "if that is really meant, add --allow-recorded-server",
        "if that is really meant, say so beside the target",
    ),
    ("--to '", "“Forward to” '"),
    // fields
    ("--again", "“Run again”"),
    ("--at", "“Commands”"),
    ("--before", "“Run this first”"),
    ("--between", "“Only this part of the recording”"),
    ("--both-tiers", "“send recorded MySQL beside the HTTP”"),
    ("--ca", "“Trust the certificates in”"),
    ("--check", "“Checks”"),
    ("--connections", "“Share connections”"),
    ("--control-token", "“Token they want to be told”"),
    ("--copies", "“More users”"),
    ("--fault", "“Faults”"),
    ("--from", "“Begin at”"),
    ("--host", "“Requests name as their host”"),
    ("--http", "“HTTP goes to”"),
    ("--insecure", "“do not verify certificates”"),
    ("--lane", "“Requests are one user's by”"),
    ("--listen", "“Listen on”"),
    ("--mysql", "“MySQL goes to”"),
    ("--mysql-user", "“Who logs in for a recorded user”"),
    ("--probe", "“Probes”"),
    ("--protocol", "“What is spoken”"),
    ("--read-only", "“send no writes”"),
    ("--resume", "“Go on”"),
    ("--rewrite", "“Rewriting”"),
    ("--run", "“Name of the run”"),
    ("--run-commands", "“run these commands on this machine”"),
    ("--secret", "“Secrets”"),
    ("--seed", "“Seed of every random choice”"),
    ("--shift-keys", "“Keys that each copy shifts”"),
    ("--speed", "“Faster clock”"),
    ("--stages", "“Steps and ramps”"),
    (
        "--statements",
        "“What was prepared before the recording began”",
    ),
    ("--step", "“Measure each step for”"),
    ("--to", "“Go no higher than”"),
    ("--users", "“Accounts of the copies”"),
    ("--watch", "“Watched”"),
    ("--where", "“Only what matches”"),
    ("--with-proxy", "“Proxies under this run's control”"),
    ("--within", "“Close in to within”"),
];

/// A text with the fields of the window where it names flags. What it says of a whole command, between backticks, stays.
pub(crate) fn as_fields(text: &str) -> Cow<'_, str> {
    if !text.contains("--") {
        return Cow::Borrowed(text);
    }
    let mut said = String::with_capacity(text.len());
    for (at, part) in text.split('`').enumerate() {
        if at > 0 {
            said.push('`');
        }
        if at % 2 == 1 && part.starts_with("reprise ") {
            said.push_str(part);
        } else {
            call(part, &mut said);
        }
    }
    Cow::Owned(said)
}

fn call(mut rest: &str, said: &mut String) {
    while let Some(next) = rest.chars().next() {
        match CALLED.iter().find(|(flag, _)| begins(rest, flag)) {
            Some((flag, field)) => {
                said.push_str(field);
                rest = &rest[flag.len()..];
            }
            None => {
                said.push(next);
                rest = &rest[next.len_utf8()..];
            }
        }
    }
}

/// Whether a text begins with a flag, not with a longer one.
fn begins(text: &str, flag: &str) -> bool {
    let goes_on = |next: char| next == '-' || next.is_ascii_alphanumeric();
    text.strip_prefix(flag)
        .is_some_and(|rest| flag.ends_with('\'') || !rest.starts_with(goes_on))
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    #[test]
    fn flags_are_called_by_the_fields_that_stand_for_them() {
        for (said, shown) in [
            (
                "friday holds at 64x, the highest rate tried; raise --to to find its edge",
                "friday holds at 64x, the highest rate tried; raise “Go no higher than” to find its edge",
            ),
            (
                "--to is to be above --from",
                "“Go no higher than” is to be above “Begin at”",
            ),
            (
                "--to 'x': write HOST:PORT, as in 127.0.0.1:3306",
                "“Forward to” 'x': write HOST:PORT, as in 127.0.0.1:3306",
            ),
            (
                "open a.txt: not a Reprise file; name another with --file",
                "open a.txt: not a Reprise file; choose another",
            ),
            ("nothing to say", "nothing to say"),
        ] {
            assert_eq!(as_fields(said), shown);
        }
    }

    #[test]
    fn a_longer_flag_is_not_taken_for_a_shorter_one() {
        assert_eq!(
            as_fields("--mysql-user 'a' and --run-commands, not --mysqlx"),
            "“Who logs in for a recorded user” 'a' and “run these commands on this machine”, not --mysqlx"
        );
    }

    #[test]
    fn a_whole_command_stays_as_it_is_typed() {
        let said = "say it with --with-proxy, as `reprise proxy --control` shows, --at last";
        assert_eq!(
            as_fields(said),
            "say it with “Proxies under this run's control”, as `reprise proxy --control` shows, “Commands” last"
        );
    }

    #[test]
    fn every_field_that_is_named_is_on_a_page() {
        let pages = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../ui/src/text"));
        let mut words = String::new();
        read(pages, &mut words);
        for (flag, called) in CALLED {
            for field in called
                .split('“')
                .skip(1)
                .filter_map(|rest| rest.split('”').next())
            {
                assert!(words.contains(field), "{flag}: no page has {field}");
            }
        }
    }

    /// What the pages say, as it is written, with single spaces.
    fn read(folder: &Path, words: &mut String) {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                read(&path, words);
            } else if path.extension().is_some_and(|ending| ending == "ts") {
                let text = std::fs::read_to_string(&path).unwrap();
                words.extend(text.split_whitespace().flat_map(|word| [word, " "]));
            }
        }
    }
}
