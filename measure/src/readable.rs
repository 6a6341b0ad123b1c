//! Numbers as people read them: `8.2 ms`, `+38 %`, `4,981`, `2:41`. The same everywhere.

/// The beginning of a text that may be long, on one line.
pub fn brief(text: &str) -> String {
    let line: String = text
        .chars()
        .map(|c| if c.is_control() { ' ' } else { c })
        .collect();
    match line.char_indices().nth(BRIEF) {
        Some((at, _)) => format!("{}…", line.get(..at).unwrap_or_default().trim_end()),
        None => line,
    }
}

/// As much of a long text is shown; characters.
const BRIEF: usize = 80;

/// A duration in microseconds with two or three digits: `640 µs`, `8.2 ms`, `412 ms`, `1.2 s`, `2 min`.
pub fn duration(microseconds: u64) -> String {
    let us = microseconds as f64;
    match microseconds {
        0 => "0 ms".to_owned(),
        1..=999 => format!("{microseconds} µs"),
        // 999.5 ms would round to "1000 ms".
        1_000..=999_499 => format!("{} ms", short(us / 1e3)),
        999_500..=119_949_999 => format!("{} s", short(us / 1e6)),
        _ => format!("{} min", short(us / 6e7)),
    }
}

/// A share (0.0 to 1.0) as a percentage: `0 %`, `0.02 %`, `3.71 %`, `14.2 %`.
pub fn percent(share: f64) -> String {
    let value = share * 100.0;
    if value == 0.0 {
        "0 %".to_owned()
    } else if value.abs() < 0.005 {
        "<0.01 %".to_owned()
    } else if value.abs() < 9.995 {
        format!("{} %", trimmed(format!("{value:.2}")))
    } else {
        format!("{} %", trimmed(format!("{value:.1}")))
    }
}

/// A relative change (0.38 is 38 % more) with its sign: `+38 %`, `−3 %`, `0 %`. From eleven times on it is said how many
/// times, with two digits: `×11`, `×2,700`.
pub fn change(relative: f64) -> String {
    times(relative).unwrap_or_else(|| format!("{} %", signed(relative * 100.0)))
}

/// An end of an interval of relative changes, where the unit stands above: `+38`, `−3`, `×2,700`.
pub fn bound(relative: f64) -> String {
    times(relative).unwrap_or_else(|| signed(relative * 100.0))
}

/// More per cent than this nobody reads.
const MOST_PERCENT: f64 = 1_000.0;

/// How many times a change is, when it is a large one.
fn times(relative: f64) -> Option<String> {
    let times = 1.0 + relative;
    if (relative * 100.0).round() <= MOST_PERCENT || !times.is_finite() {
        return None;
    }
    let unit = 10_f64.powf((times.log10() + 1e-9).floor() - 1.0).max(1.0);
    Some(format!(
        "×{}",
        thousands(&format!("{:.0}", (times / unit).round() * unit))
    ))
}

/// A number with its sign, rounded to whole from 10 on: `+38`, `−3.5`, `0`.
pub fn signed(value: f64) -> String {
    let digits = if value.abs() >= 9.95 { 0 } else { 1 };
    let text = trimmed(format!("{:.digits$}", value.abs()));
    match text.as_str() {
        "0" => text,
        _ if value < 0.0 => format!("−{}", thousands(&text)),
        _ => format!("+{}", thousands(&text)),
    }
}

/// A count with its thousands apart: `1,495,500`.
pub fn count(value: u64) -> String {
    thousands(&value.to_string())
}

/// So many of what `one` names: `1 exchange`, `4,981 exchanges`.
pub fn counted(n: u64, one: &str) -> String {
    format!("{} {one}{}", count(n), if n == 1 { "" } else { "s" })
}

/// A quantile's name for people: `p99.9` for `p999`.
pub fn quantile_name(name: &str) -> &str {
    if name == "p999" { "p99.9" } else { name }
}

/// A rate with its thousands apart, with one decimal below ten: `4,981`, `3.2`.
pub fn rate(per_second: f64) -> String {
    let digits = if per_second < 9.95 { 1 } else { 0 };
    thousands(&trimmed(format!("{per_second:.digits$}")))
}

/// Bytes: `812 B`, `4.2 KB`, `13 MB`, in powers of 1000.
pub fn bytes(count: u64) -> String {
    let value = count as f64;
    match count {
        0..=999 => format!("{count} B"),
        1_000..=999_499 => format!("{} KB", short(value / 1e3)),
        999_500..=999_499_999 => format!("{} MB", short(value / 1e6)),
        _ => format!("{} GB", short(value / 1e9)),
    }
}

/// A moment of a run in microseconds as `m:ss`, or `h:mm:ss` from an hour on.
pub fn moment(microseconds: u64) -> String {
    let seconds = microseconds / 1_000_000;
    let (hours, minutes, seconds) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
    if hours > 0 {
        format!("{hours}:{minutes:02}:{seconds:02}")
    } else {
        format!("{minutes}:{seconds:02}")
    }
}

/// One decimal below ten, none above.
fn short(value: f64) -> String {
    if value < 9.95 {
        trimmed(format!("{value:.1}"))
    } else {
        thousands(&format!("{value:.0}"))
    }
}

/// Without the zeros that end a fraction.
fn trimmed(text: String) -> String {
    if text.contains('.') {
        text.trim_end_matches('0').trim_end_matches('.').to_owned()
    } else {
        text
    }
}

fn thousands(digits: &str) -> String {
    let (whole, fraction) = digits
        .split_once('.')
        .map_or((digits, None), |(w, f)| (w, Some(f)));
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (i, digit) in whole.chars().enumerate() {
        if i > 0 && (whole.len() - i) % 3 == 0 {
            text.push(',');
        }
        text.push(digit);
    }
    if let Some(fraction) = fraction {
        text.push('.');
        text.push_str(fraction);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_keep_two_or_three_digits() {
        for (us, text) in [
            (0, "0 ms"),
            (640, "640 µs"),
            (1_000, "1 ms"),
            (8_240, "8.2 ms"),
            (412_300, "412 ms"),
            (999_499, "999 ms"),
            (999_500, "1 s"),
            (1_234_000, "1.2 s"),
            (30_000_000, "30 s"),
            (119_949_999, "120 s"),
            (180_000_000, "3 min"),
        ] {
            assert_eq!(duration(us), text);
        }
    }

    #[test]
    fn one_of_a_kind_is_not_spoken_of_as_many() {
        assert_eq!(counted(0, "packet"), "0 packets");
        assert_eq!(counted(1, "packet"), "1 packet");
        assert_eq!(counted(4_981, "packet"), "4,981 packets");
    }

    #[test]
    fn shares_and_changes_carry_their_sign_and_no_idle_zeros() {
        assert_eq!(percent(0.0371), "3.71 %");
        assert_eq!(percent(0.142), "14.2 %");
        assert_eq!(percent(0.000_01), "<0.01 %");
        assert_eq!(percent(0.05), "5 %");
        assert_eq!(percent(1.0), "100 %");
        assert_eq!(change(0.381), "+38 %");
        assert_eq!(change(-0.031), "−3.1 %");
        assert_eq!(change(0.000_1), "0 %");
        assert_eq!(change(9.999), "+1,000 %");
        for (relative, text) in [
            (10.01, "×11"),
            (12.6, "×14"),
            (98.99, "×100"),
            (2_724.11, "×2,700"),
            (1e7, "×10,000,000"),
        ] {
            assert_eq!(change(relative), text);
            assert_eq!(bound(relative), text);
        }
        assert_eq!(change(-0.999), "−100 %");
        assert_eq!(bound(-0.031), "−3.1");
    }

    #[test]
    fn counts_bytes_and_moments_are_grouped() {
        assert_eq!(count(1_495_500), "1,495,500");
        assert_eq!(count(12), "12");
        assert_eq!(rate(4_981.3), "4,981");
        assert_eq!(rate(3.25), "3.2");
        assert_eq!(bytes(13_400_000), "13 MB");
        assert_eq!(moment(161_000_000), "2:41");
        assert_eq!(moment(3_661_000_000), "1:01:01");
    }
}
