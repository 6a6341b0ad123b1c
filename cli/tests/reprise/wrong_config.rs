//! A reprise.toml that makes no sense is refused with the line and what to write, before anything is played.

use crate::support::Desk;

const HEAD: &str = "recording = 'friday'\n";
const REPLAY: &str = "[replay]\nhttp = 'http://127.0.0.1:1'\n";

/// Insists that a file is refused in these words after its name.
fn refuses(desk: &Desk, file: &str, words: &str) {
    desk.write("other.toml", file.as_bytes());
    let said = format!("other.toml{words}");
    desk.run(&["ci", "--config", "other.toml"])
        .refused(2, &said);
}

/// The same of a file whose second line this is, above `[replay]`.
fn refuses_above(desk: &Desk, text: &str, words: &str) {
    let file = format!("{HEAD}{text}\n{REPLAY}");
    refuses(desk, &file, &format!(", line 2: {words}"));
}

/// The same of a file whose fourth line this is, below `[replay]`.
fn refuses_below(desk: &Desk, text: &str, words: &str) {
    let file = format!("{HEAD}{REPLAY}{text}\n");
    refuses(desk, &file, &format!(", line 4: {words}"));
}

#[test]
fn a_file_that_lacks_something_says_what() {
    let desk = Desk::with_recording();
    desk.run(&["ci"]).refused(2, "docs/continuous.md");
    for (file, words) in [
        (REPLAY, ": it names no recording; begin it with recording"),
        (HEAD, ": it has no [replay]; add one"),
        (
            "recording = 'friday'\n[replay]\nrate = '2x'\n",
            ", line 2: [replay] does not say where to; add http",
        ),
        ("recording = 'friday'\n[replay", ", line 2: "),
        (
            "recording = 'a'\nrecording = 'b'\n",
            ", line 2: duplicate key",
        ),
        (
            "recording = 'none'\n[replay]\nhttp = 'http://127.0.0.1:1'\n",
            ", line 1: recording: ",
        ),
        (
            "recording = 'friday'\n[replay]\nmysql = 'x'\n",
            ", line 3: mysql",
        ),
    ] {
        refuses(&desk, file, words);
    }
    // where a target is wrong is found when the first run is planned
    let file = "recording = 'friday'\n[replay]\nhttp = 'ftp://x'\n";
    desk.write("reprise.toml", file.as_bytes());
    let said = desk.run(&["ci"]).with_code(2).stderr;
    let words = "reprise.toml, line 3: http: refused to use target \"ftp://x\"";
    assert!(said.contains(words), "{said}");
}

#[test]
fn what_stands_above_the_flags_says_what_to_write() {
    let desk = Desk::with_recording();
    for wrong in ["'three'", "0", "2.5", "-1", "1000", "[1]", "true"] {
        let words = format!("repeat is {wrong}; write a whole number from 1 to 100");
        refuses_above(&desk, &format!("repeat = {wrong}"), &words);
    }
    for wrong in ["'5'", "5", "'200%'", "'0%'"] {
        let words = format!("min-effect is {wrong}; write percent between 0% and 100% in quotes");
        refuses_above(&desk, &format!("min-effect = {wrong}"), &words);
    }
    for (text, words) in [
        (
            "notes = 'x'",
            "there is no 'notes' here; there are recording, baseline",
        ),
        (
            "rate = '5x'",
            "'rate' is a flag of `reprise replay`: it stands below [replay]",
        ),
        (
            "baseline = true",
            "baseline is true; write what the runs of the baseline are called",
        ),
        ("baseline = ''", "baseline is ''; write what"),
        (
            "notify = 1979-05-27",
            "notify is 1979-05-27; write a shell command",
        ),
        (
            "write = 'ci.html'",
            "write is 'ci.html'; write [write] on a line of its own",
        ),
        (
            "write.xml = 'x'",
            "[write] has no 'xml'; it has html, junit and markdown",
        ),
        ("write.html = 1", "html is 1; write the name of a file"),
    ] {
        refuses_above(&desk, text, words);
    }
}

#[test]
fn a_flag_that_cannot_be_given_so_says_how() {
    let desk = Desk::with_recording();
    for (text, words) in [
        (
            "htpp = 'x'",
            "htpp is no flag of `reprise replay`; there is http",
        ),
        ("run = 'x'", "[replay] cannot have 'run'"),
        ("http-b = 'x'", "[replay] cannot have 'http-b'"),
        ("repeat = 3", "'repeat' stands above [replay]"),
        (
            "[replay.watch]\na = 1",
            "watch is a section; write it in quotes, as after --watch",
        ),
        (
            "duration = true",
            "duration is true; write it in quotes, as after --duration",
        ),
        (
            "rate = ['1x', '2x']",
            "rate is ['1x', '2x']; write one value",
        ),
        ("by = 'users'", "by is 'users'; write copies or speed"),
        ("seed = 'x'", "seed: 'x' is no whole number from 0 on"),
        (
            "read-only = 'yes'",
            "read-only is 'yes'; write true, or leave it out",
        ),
        (
            "abort-on-fail = true",
            "abort-on-fail: it needs check beside it",
        ),
    ] {
        refuses_below(&desk, text, words);
    }
    let both = format!("{HEAD}{REPLAY}rate = '2x'\nspeed = 2\n");
    refuses(&desk, &both, ", line 4: rate cannot be given beside speed");
}

#[test]
fn a_value_that_no_flag_takes_is_found_by_its_line() {
    let desk = Desk::with_recording();
    for (text, words) in [
        (
            "duration = 'soon'",
            "duration: 'soon' is not a time; write 250ms",
        ),
        ("rate = 'fast'", "rate: 'fast' is not a rate"),
        ("fault = 'x'", "fault 'x': "),
        ("stages = '1x'", "stages: failed to "),
        ("where = 'status:'", "where"),
        ("watch = 'x:y'", "watch"),
        ("between = 'x'", "between"),
        ("probe = 'x'", "probe: "),
        ("secret = 'nowhere.given'", "secret nowhere.given: "),
        ("users = 'no-file'", "users: "),
        ("lane = 'x'", "lane: "),
        (
            "check = 'p99(probe:x)<1s'",
            "check 'p99(probe:x)<1s': there is no probe",
        ),
    ] {
        refuses_below(&desk, text, words);
    }
    let list = format!("{HEAD}{REPLAY}check = [\n'p99<1s',\n'p99<250',\n]\n");
    let words = ", line 6: check 'p99<250': failed to read the check";
    refuses(&desk, &list, words);
}
