//! One line: `CLIENT IDENT USER [TIME] "REQUEST" STATUS BYTES "REFERER" "AGENT"`, perhaps a virtual host before it
//! and further fields after it.

use reprise_wire::Timestamp;

use crate::formats::moment;

/// What a line says of a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Entry<'a> {
    /// The virtual host that was asked, where the format begins with it.
    pub(super) host: Option<&'a str>,
    /// An address, or a name.
    pub(super) client: &'a str,
    pub(super) began: Timestamp,
    /// When the answer was sent; `None` when the line does not say how long that took.
    pub(super) ended: Option<Timestamp>,
    pub(super) method: String,
    pub(super) target: String,
    pub(super) version: String,
    pub(super) status: u16,
    pub(super) referer: String,
    pub(super) agent: String,
}

impl<'a> Entry<'a> {
    /// Takes a line apart; `None` for one that is not in the format, or whose request is none.
    pub(super) fn read(line: &'a str) -> Option<Self> {
        let (before, rest) = line.split_once('[')?;
        let (time, rest) = rest.split_once(']')?;
        let written = moment::common_log(time)?;
        let mut who = before.split_whitespace().rev();
        let (_user, _ident, client) = (who.next()?, who.next()?, who.next()?);
        let host = who.next();
        let (request, rest) = quoted(rest)?;
        let mut words = request.split(' ');
        let (method, target) = (words.next()?.to_owned(), words.next()?.to_owned());
        let version = words.next().unwrap_or("HTTP/1.0");
        let version = match version {
            "HTTP/1.0" => version,
            _ => "HTTP/1.1",
        };
        let is_method = !method.is_empty() && method.bytes().all(|byte| byte.is_ascii_uppercase());
        if !is_method || target.is_empty() || words.next().is_some() {
            return None;
        }
        let mut numbers = rest.split_whitespace();
        let status = numbers.next()?.parse().ok()?;
        let _bytes = numbers.next()?;
        let (referer, rest) = quoted(rest).unwrap_or_default();
        let (agent, rest) = quoted(rest).unwrap_or_default();
        let (began, ended) = times(written, rest);
        Some(Self {
            host: host.map(|host| host.strip_suffix(":80").unwrap_or(host)),
            client,
            began,
            ended,
            method,
            target,
            version: version.to_owned(),
            status,
            referer,
            agent,
        })
    }
}

/// The next quoted text with its escapes undone, and what follows it.
fn quoted(text: &str) -> Option<(String, &str)> {
    let (_, text) = text.split_once('"')?;
    let mut out = String::new();
    let mut chars = text.char_indices();
    while let Some((at, c)) = chars.next() {
        match c {
            '"' => return Some((out, text.get(at + 1..)?)),
            '\\' => match chars.next()?.1 {
                // nginx and Apache write bytes that are not printable in hexadecimal.
                'x' => {
                    let digits = text.get(at + 2..at + 4)?;
                    out.push(char::from(u8::from_str_radix(digits, 16).ok()?));
                    chars.nth(1);
                }
                't' => out.push('\t'),
                'n' => out.push('\n'),
                other => out.push(other),
            },
            other => out.push(other),
        }
    }
    None
}

/// Beginning and end, from the time written and a field that says how long it took: nginx's `$request_time` in
/// seconds, with the time written at the end, or Apache's `%D` in microseconds, with that of the beginning.
fn times(written: Timestamp, rest: &str) -> (Timestamp, Option<Timestamp>) {
    let words = rest.split_whitespace().map(|word| {
        let named = ["rt=", "request_time="].into_iter();
        named
            .filter_map(|name| word.strip_prefix(name))
            .next()
            .unwrap_or(word)
    });
    for word in words {
        let is_number = word
            .bytes()
            .all(|byte| byte.is_ascii_digit() || byte == b'.');
        if !is_number || word.bytes().filter(|byte| *byte == b'.').count() > 1 {
            continue;
        }
        if let (true, Ok(seconds)) = (word.contains('.'), word.parse::<f64>()) {
            #[expect(clippy::cast_possible_truncation, reason = "a float's cast saturates")]
            let nanos = (seconds.min(1e6) * 1e9).round() as i64;
            return (written.plus_nanos(nanos.saturating_neg()), Some(written));
        }
        if let Ok(us) = word.parse::<u32>() {
            let nanos = i64::from(us).saturating_mul(1_000);
            return (written, Some(written.plus_nanos(nanos)));
        }
    }
    (written, None)
}

#[cfg(test)]
mod tests {
    use super::*;

    const COMBINED: &str = r#"203.0.113.9 - frank [10/Oct/2000:13:55:36 -0700] "GET /a?b=\x22c\x22 HTTP/1.1" 200 2326 "http://www.example.com/start" "Mozilla/4.08 [en] (Win98; \"I\")""#;

    #[test]
    fn a_combined_line_is_taken_apart_and_its_escapes_undone() {
        let entry = Entry::read(COMBINED).unwrap();
        assert_eq!((entry.client, entry.host), ("203.0.113.9", None));
        assert_eq!(entry.began.micros(), 971_211_336_000_000);
        assert_eq!((entry.method.as_str(), entry.status), ("GET", 200));
        assert_eq!(entry.target, "/a?b=\"c\"");
        assert_eq!(entry.agent, "Mozilla/4.08 [en] (Win98; \"I\")");
        assert_eq!(entry.ended, None);
    }

    #[test]
    fn the_time_taken_is_seconds_before_the_end_or_microseconds_after_the_beginning() {
        let span = |rest: &str| {
            let line = format!("{COMBINED}{rest}");
            let entry = Entry::read(&line).unwrap();
            let since = |at: Timestamp| at.micros() - 971_211_336_000_000;
            (since(entry.began), entry.ended.map(since))
        };
        assert_eq!(span(" 0.250"), (-250_000, Some(0)));
        assert_eq!(span(r#" "10.0.0.1" rt=1.5 0.004"#), (-1_500_000, Some(0)));
        assert_eq!(span(" 1234"), (0, Some(1_234)));
        assert_eq!(span(" -"), (0, None));
    }

    #[test]
    fn a_virtual_host_may_come_first_and_what_is_no_request_is_refused() {
        let line = format!("shop.example:80 {COMBINED}");
        assert_eq!(Entry::read(&line).unwrap().host, Some("shop.example"));
        for broken in [
            r#"1.2.3.4 - - [10/Oct/2000:13:55:36 -0700] "-" 408 0 "-" "-""#,
            r#"1.2.3.4 - - [10/Oct/2000:13:55:36 -0700] "\x16\x03\x01" 400 0 "-" "-""#,
            r#"1.2.3.4 - - [10/Oct/2000] "GET / HTTP/1.1" 200 0 "-" "-""#,
            r#"1.2.3.4 - - [10/Oct/2000:13:55:36 -0700] "GET / HTTP/1.1"#,
            "2023/11/14 22:13:20 [error] 12#12: *1 open() failed",
            "",
        ] {
            assert_eq!(Entry::read(broken), None, "{broken}");
        }
    }
}
