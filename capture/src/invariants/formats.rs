//! Files of other tools' formats, whatever is in them.

use std::collections::BTreeSet;
use std::io::BufReader;
use std::ops::ControlFlow;
use std::path::Path;

use reprise_wire::Limits;
use reprise_wire::mysql::sql::LONGEST_DIGEST;

use crate::formats::{Told, access_log, gor, har, mysql_log, tell};

/// Caps that a short input can reach.
const LIMITS: Limits = Limits {
    body_cap: 300,
    head_cap: 200,
    pipeline_cap: 8,
    waiting_cap: 2_000,
    gap_fill_cap: 50,
    opening_cap: 100,
    unfinished_cap: 1 << 20,
};

/// An HTTP Archive.
pub fn har(data: &[u8]) {
    let mut told = InOrder::default();
    // What is no archive is refused.
    let _ = har::read(Path::new("x"), &mut reader(data), &LIMITS, &mut |one| {
        told.take(&one)
    });
    told.ended();
}

/// A file of GoReplay's.
pub fn gor(data: &[u8]) {
    let mut told = InOrder::default();
    let mut pairs = gor::Pairs::default();
    gor::read(&mut reader(data), &LIMITS, &mut pairs, &mut |one| {
        told.take(&one)
    });
    let _ = tell(pairs.finish(&LIMITS), &mut |one| told.take(&one));
    told.ended();
}

/// A log of MySQL's: the first byte says which.
pub fn mysql_log(data: &[u8]) {
    let Some((first, text)) = data.split_first() else {
        return;
    };
    let mut told = InOrder::default();
    let read = match first % 2 {
        0 => mysql_log::read_slow,
        _ => mysql_log::read_general,
    };
    read(&mut reader(text), &mut |one| told.take(&one));
    told.ended();
}

/// An access log.
pub fn access_log(data: &[u8]) {
    let mut told = InOrder::default();
    access_log::read(&mut reader(data), &LIMITS, &mut |one| told.take(&one));
    told.ended();
}

/// A reader that hands out little at a time, so that every place is met at the end of a buffer.
fn reader(data: &[u8]) -> BufReader<&[u8]> {
    BufReader::with_capacity(7, data)
}

/// What a reader told so far.
#[derive(Default)]
struct InOrder {
    seen: BTreeSet<u64>,
    open: BTreeSet<u64>,
}

impl InOrder {
    fn take(&mut self, told: &Told) -> ControlFlow<()> {
        match told {
            Told::Opened(opened) => {
                let number = opened.connection;
                assert!(self.seen.insert(number), "a connection opens twice");
                self.open.insert(number);
            }
            Told::Exchange(heard) => {
                let is_open = self.open.contains(&heard.connection);
                assert!(is_open, "an exchange on a connection that is not open");
                let exchange = &heard.exchange;
                // Replacement characters are three bytes for one.
                let longest = 4 * LONGEST_DIGEST;
                assert!(exchange.operation.len() <= longest, "an endless operation");
                let sides = [&exchange.request, &exchange.response];
                assert!(sides.iter().any(|side| side.is_some()), "an empty exchange");
            }
            Told::Closed { connection, .. } => {
                assert!(self.open.remove(connection), "an end without a beginning");
            }
        }
        ControlFlow::Continue(())
    }

    fn ended(&self) {
        assert!(self.open.is_empty(), "a connection is left open");
    }
}

#[cfg(test)]
mod tests {
    use proptest::collection::vec;
    use proptest::prelude::*;

    use super::*;

    const HAR: &str = r#"{"log":{"entries":[{"startedDateTime":"2023-11-14T22:13:20Z","time":1,
        "request":{"method":"POST","url":"http://a/b?c","headers":[{"name":"X","value":"y\nz"}],
        "postData":{"params":[{"name":"a","value":"b"}]}},"connection":"1",
        "response":{"status":200,"headers":[],"content":{"size":9,"text":"eA==","encoding":"base64"}},
        "_reprise":{"request":"R0VUIC8gSFRUUC8xLjENCg0K","requestMissing":3,"flags":3}}]}}"#;
    const GOR: &str = "1 d1a40050c0a8010700000001 170 1\nGET / HTTP/1.1\r\n\r\n\n🐵🙈🙉\n\
        2 d1a40050c0a8010700000001 180\nHTTP/1.1 204 x\r\n\r\n\n🐵🙈🙉\n3 aaaaaaaa 5\nx\n🐵🙈🙉\n";
    const SLOW: &str = "0# Time: 231114 22:13:21\n# User@Host: a[a] @ b [10.0.0.5]  Id:  8\n\
        # Query_time: 0.25 Schema: c Errno: 7\nuse a;\nSET timestamp=1700000000;\nSELECT\n1;\n\
        # User@Host: a[a] @ b []\n# administrator command: Quit;\nx, Version: 8 started with:\n";
    const GENERAL: &str = "1231114 22:13:20\t  4 Connect\ta@b on c using TCP/IP\n\
        \t\t  4 Query\tSELECT\n1\n\t\t  4 Field List\ta b\n\t\t  4 Execute\t[1] SELECT 2\n\t\t  4 Quit\t\n";
    const ACCESS: &str = "v 1.2.3.4 - - [14/Nov/2023:22:13:21 +0000] \"GET /a\\x22 HTTP/1.1\" 200 17 \
        \"-\" \"b\" rt=0.2\n1.2.3.4 - - [14/Nov/2023:22:13:21 +0000] \"POST / HTTP/1.0\" 200 1 \"-\" \"\" 12\n";

    /// A text with some of its bytes cut out and others put in.
    fn changed(text: &'static str) -> impl Strategy<Value = Vec<u8>> {
        let piece = prop_oneof![
            vec(any::<u8>(), 0..4),
            "[0-9\"\\[\\]{}:;\n\t #-]{0,3}".prop_map(String::into_bytes),
            (0..text.len(), 0..40_usize).prop_map(|(at, length)| {
                text.as_bytes()
                    .iter()
                    .skip(at)
                    .take(length)
                    .copied()
                    .collect()
            }),
        ];
        vec((0..text.len(), 0..12_usize, piece), 0..5).prop_map(|changes| {
            let mut bytes = text.as_bytes().to_vec();
            for (at, length, piece) in changes {
                let begin = at.min(bytes.len());
                let end = (begin + length).min(bytes.len());
                bytes.splice(begin..end, piece);
            }
            bytes
        })
    }

    proptest! {
        #[test]
        fn readers_of_formats_hold_for_files_that_are_nearly_right(
            archive in changed(HAR),
            records in changed(GOR),
            slow in changed(SLOW),
            general in changed(GENERAL),
            access in changed(ACCESS),
        ) {
            har(&archive);
            gor(&records);
            mysql_log(&slow);
            mysql_log(&general);
            access_log(&access);
        }
    }
}
